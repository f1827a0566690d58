"""Pooling: the maximum or the mean of every window of a sequence (N, L, C) or a picture (N, H, W, C)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from math import prod
from typing import Any, ClassVar

import numpy as np

from bprop.box import Box, BoxLike
from bprop.boxes.windowed import Frame, per_axis
from bprop.namespace import Array, as_numbers, fold, namespace, scatter_add, windows
from bprop.typing import Example

__all__ = [
    "MaxPool1d", "MaxPool2d", "MeanPool1d", "MeanPool2d", "Pooling",
    "max_pool1d", "max_pool2d", "mean_pool1d", "mean_pool2d",
]  # fmt: skip


class Pooling(Box):
    """A number for each window of `size` elements along each axis, `stride` apart (None: windows side by side).

    Shapes: x (N, *S, C) -> (N, *P, C) with P = floor((S - size) / stride) + 1: a rest at the end counts for nothing.
    size, stride : a whole number, or one for each axis. Raises ShapeError for other shapes, SettingError for settings
    that are no such numbers.

    >>> bp.mean_pool2d(bp.Input("x", (9, 9, 4)), size=3, stride=2)
    <MeanPool2d (N, 4, 4, 4)>
    """

    axes: ClassVar[int]
    """1 for sequences, 2 for pictures."""
    keeps_rows = True
    size: Any
    stride: Any = None

    def frame(self, shape: tuple[Any, ...]) -> Frame:
        """Where the windows lie, from the shape of x."""
        size = per_axis(self.size, self.axes, "size")
        step = size if self.stride is None else per_axis(self.stride, self.axes, "stride")
        return Frame(tuple(shape[1:-1]), ((0, 0),) * self.axes, size, step, (1,) * self.axes)

    def windows(self, x: Array, frame: Any) -> tuple[Array, tuple[int, ...]]:
        """The windows, and the axes within them. Shapes: (N, *S, C) -> (N, *P, *K, C)."""
        return windows(x, frame.size, frame.step, frame.apart), tuple(range(self.axes + 1, 2 * self.axes + 1))

    def side_by_side(self, x: Array, frame: Any) -> Array:
        """x as windows that do not overlap. Shapes: (N, *S, C) -> (N, P1, K1, P2, K2, C)."""
        covered = [count * size for count, size in zip(frame.counts, frame.size, strict=True)]
        if tuple(covered) != frame.sizes:
            x = x[(slice(None), *(slice(0, n) for n in covered), slice(None))]
        pairs = [n for pair in zip(frame.counts, frame.size, strict=True) for n in pair]
        return x.reshape(x.shape[0], *pairs, x.shape[-1])

    def spread(self, a: Array, frame: Any) -> Array:
        """A number for each window, to broadcast over its elements. Shapes: (N, *P, C) -> (N, P1, 1, P2, 1, C)."""
        pairs = [n for count in frame.counts for n in (count, 1)]
        return a.reshape(a.shape[0], *pairs, a.shape[-1])

    def together(self, parts: Array, x: Array, frame: Any) -> Array:
        """The gradient of x from that of `side_by_side`."""
        covered = [count * size for count, size in zip(frame.counts, frame.size, strict=True)]
        whole = parts.reshape(x.shape[0], *covered, x.shape[-1])
        if tuple(covered) == frame.sizes:
            return whole
        return scatter_add(whole, (slice(None), *(slice(0, n) for n in covered), slice(None)), x.shape)

    def check(self) -> None:
        x = self.children[0].dims
        if len(x) != self.axes + 2 or not all(isinstance(n, int) for n in x[1:]):
            raise ValueError(f"x must be (N, {'L' if self.axes == 1 else 'H, W'}, C)")
        if not all(self.frame(x).counts):
            raise ValueError(f"windows of {self.size} are larger than x")

    @classmethod
    @abstractmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        """A class of its own says for how many axes it is."""

    def onnx_settings(self) -> dict[str, Any]:
        frame = self.frame(self.children[0].dims)
        return {"kernel_shape": list(frame.size), "strides": list(frame.step)}

    def channels_first(self, op: Any, x: Any) -> Any:
        return op.Transpose(x, perm=[0, self.axes + 1, *range(1, self.axes + 1)])

    def channels_last(self, op: Any, x: Any) -> Any:
        return op.Transpose(x, perm=[0, *range(2, self.axes + 2), 1])


class MaxPooling(Pooling):
    """The maximum of every window. Its element receives the gradient; ties share it equally, as in `max`."""

    def fprop(self, x: Array) -> Array:
        parts, axes = self.windows(x, self.frame(x.shape))
        return parts.max(axis=axes)

    def bprop(self, grad: Array, value: Array, x: Array) -> Array:
        frame, xp = self.frame(x.shape), namespace(x)
        if frame.step != frame.size:
            parts, axes = self.windows(x, frame)
            each = (slice(None), *[slice(None)] * self.axes, *[None] * self.axes)
            hit = parts == value[each]
            share = grad[each] / hit.astype(x.dtype).sum(axis=axes, keepdims=True)
            return fold(xp.where(hit, share, 0), frame.sizes, frame.step, frame.apart)
        hit = self.side_by_side(x, frame) == self.spread(value, frame)
        ties = hit.astype(x.dtype).sum(axis=tuple(range(2, 2 * self.axes + 1, 2)), keepdims=True)
        return self.together(xp.where(hit, self.spread(grad, frame) / ties, 0), x, frame)

    def formula(self, m: Any, x: Any) -> Any:
        return m.written("max_pool", x, self.size, value=self.fprop(x))

    def bprop_formula(self, m: Any, grad: Any, value: Any, x: Any) -> Any:
        return m.known("{} at the maximum of each window, 0 elsewhere", grad, value=self.bprop(grad, value, x))

    def onnx(self, op: Any, x: Any) -> Any:
        return self.channels_last(op, op.MaxPool(self.channels_first(op, x), **self.onnx_settings()))


class MeanPooling(Pooling):
    """The mean of every window: each of its k elements receives 1 / k of the gradient."""

    def fprop(self, x: Array) -> Array:
        parts, axes = self.windows(as_numbers(x), self.frame(x.shape))
        return parts.mean(axis=axes)

    def bprop(self, grad: Array, value: Array, x: Array) -> Array:
        frame = self.frame(x.shape)
        share = grad / prod(frame.size)
        if frame.step != frame.size:
            each = share[(slice(None), *[slice(None)] * self.axes, *[None] * self.axes)]
            parts = (*share.shape[:-1], *frame.size, share.shape[-1])
            return fold(namespace(x).broadcast_to(each, parts), frame.sizes, frame.step, frame.apart)
        pairs = [n for pair in zip(frame.counts, frame.size, strict=True) for n in pair]
        shape = (x.shape[0], *pairs, x.shape[-1])
        return self.together(namespace(x).broadcast_to(self.spread(share, frame), shape), x, frame)

    def formula(self, m: Any, x: Any) -> Any:
        return m.written("mean_pool", x, self.size, value=self.fprop(x))

    def bprop_formula(self, m: Any, grad: Any, value: Any, x: Any) -> Any:
        share = grad / prod(self.frame(x.shape).size)
        return m.written("{} to each element of the window", share, value=self.bprop(grad, value, x))

    def onnx(self, op: Any, x: Any) -> Any:
        if op.double:
            return NotImplemented
        return self.channels_last(op, op.AveragePool(self.channels_first(op, x), **self.onnx_settings()))


class MaxPool1d(MaxPooling):
    """The maximum of every window of a sequence. Shapes: x (N, L, C) -> (N, P, C). See `Pooling`.

    An element that is its window's maximum receives the gradient; ties share it equally.

    >>> bp.max_pool1d(bp.Input("x", (4, 1)), size=2).fprop(np.array([[[1.0], [3.0], [2.0], [0.0]]]))[0, :, 0]
    array([3., 2.])
    """

    axes: ClassVar[int] = 1

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        return pooled(rng, cls.axes)


class MaxPool2d(MaxPooling):
    """The maximum of every window of a picture. Shapes: x (N, H, W, C) -> (N, P, Q, C). See `Pooling`.

    An element that is its window's maximum receives the gradient; ties share it equally.

    Source: Riesenhuber and Poggio, Hierarchical models of object recognition in cortex (1999).

    >>> bp.max_pool2d(bp.Input("x", (28, 28, 6)), size=2)
    <MaxPool2d (N, 14, 14, 6)>
    """

    axes: ClassVar[int] = 2

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        return pooled(rng, cls.axes)


class MeanPool1d(MeanPooling):
    """The mean of every window of a sequence. Shapes: x (N, L, C) -> (N, P, C). See `Pooling`.

    >>> bp.mean_pool1d(bp.Input("x", (4, 1)), size=2).fprop(np.array([[[1.0], [3.0], [2.0], [0.0]]]))[0, :, 0]
    array([2., 1.])
    """

    axes: ClassVar[int] = 1

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        return pooled(rng, cls.axes)


class MeanPool2d(MeanPooling):
    """The mean of every window of a picture. Shapes: x (N, H, W, C) -> (N, P, Q, C). See `Pooling`.

    Source: LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition (1998).

    >>> bp.mean_pool2d(bp.Input("x", (28, 28, 6)), size=2)
    <MeanPool2d (N, 14, 14, 6)>
    """

    axes: ClassVar[int] = 2

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        return pooled(rng, cls.axes)


def distinct(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers of which no two are near each other: a maximum has a kink where two are equal."""
    return rng.permutation(prod(shape)).reshape(shape) / 4.0


def pooled(rng: np.random.Generator, axes: int) -> Iterator[Example]:
    """Examples of pooling along so many axes: windows side by side, with a rest; overlapping; one for each channel."""
    yield distinct(rng, (3, 7, *[4] * (axes - 1), 2)), {"size": 2}
    yield distinct(rng, (3, 7, *[4] * (axes - 1), 2)), {"size": 3, "stride": 2}
    yield distinct(rng, (3, 6, *[4] * (axes - 1), 3)), {"size": (3, 1)[:axes]}


def max_pool1d(x: BoxLike, size: Any, stride: Any = None, *, name: str | None = None) -> Box:
    """The maximum of every window of a sequence. Shapes: x (N, L, C) -> (N, P, C).

    Windows have `size` elements along each axis and are `stride` apart (None: side by side). See `MaxPool1d`.

    >>> bp.max_pool1d(bp.Input("x", (8, 3)), 2)
    <MaxPool1d (N, 4, 3)>
    """
    return MaxPool1d(x, size=size, stride=stride, name=name)


def max_pool2d(x: BoxLike, size: Any, stride: Any = None, *, name: str | None = None) -> Box:
    """The maximum of every window of a picture. Shapes: x (N, H, W, C) -> (N, P, Q, C).

    Windows have `size` elements along each axis and are `stride` apart (None: side by side). See `MaxPool2d`.

    >>> bp.max_pool2d(bp.Input("x", (28, 28, 6)), 2)
    <MaxPool2d (N, 14, 14, 6)>
    """
    return MaxPool2d(x, size=size, stride=stride, name=name)


def mean_pool1d(x: BoxLike, size: Any, stride: Any = None, *, name: str | None = None) -> Box:
    """The mean of every window of a sequence. Shapes: x (N, L, C) -> (N, P, C).

    Windows have `size` elements along each axis and are `stride` apart (None: side by side). See `MeanPool1d`.

    >>> bp.mean_pool1d(bp.Input("x", (8, 3)), 2)
    <MeanPool1d (N, 4, 3)>
    """
    return MeanPool1d(x, size=size, stride=stride, name=name)


def mean_pool2d(x: BoxLike, size: Any, stride: Any = None, *, name: str | None = None) -> Box:
    """The mean of every window of a picture. Shapes: x (N, H, W, C) -> (N, P, Q, C).

    Windows have `size` elements along each axis and are `stride` apart (None: side by side). See `MeanPool2d`.

    >>> bp.mean_pool2d(bp.Input("x", (28, 28, 6)), 2)
    <MeanPool2d (N, 14, 14, 6)>
    """
    return MeanPool2d(x, size=size, stride=stride, name=name)
