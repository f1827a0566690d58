"""Convolution of sequences and pictures: the same weights at every place.

Channels are the last axis, as features are everywhere here: a sequence is (N, L, C), a picture (N, H, W, C). So what
acts on features (linear, layer_norm, batch_norm, softmax) acts on channels, and the machine code of the native engine
has them side by side in its vectors. A picture (N, C, H, W), as PyTorch has it, is `bp.transpose(x, (0, 2, 3, 1))`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, ClassVar

import numpy as np

from bprop.box import Box, BoxLike
from bprop.boxes.windowed import Frame, per_axis, zeros_around
from bprop.errors import BoxError
from bprop.lower_case import snake
from bprop.namespace import Array, as_numbers, fold, namespace, windows
from bprop.shapes import Spec, infer, thin
from bprop.typing import Example, Grads, Wanted

__all__ = ["Conv1d", "Conv2d", "Convolution", "conv1d", "conv2d"]


class Convolution(Box):
    """y[n, o, j] = sum over k, c of x[n, o stride + k dilation - before, c] W[k, c, j], for o and k of one axis or two.

    Shapes: x (N, *S, C), W (*K, C / groups, O) -> (N, *P, O). x is 0 outside. It is the correlation that networks call
    convolution: W is not turned over.

    grad_W[k, c, j] = sum over n, o of x[n, o stride + k dilation - before, c] grad[n, o, j]; grad_x is the sum, over
    all windows that see an element, of grad W^T.

    stride, dilation : a whole number, or one for each axis. padding : "valid" (no zeros, P = S - K + 1 without stride),
    "same" (P = ceil(S / stride)), or the number of zeros on both sides. groups : input and output channels in so many
    groups, each with weights of its own; C groups make a depthwise convolution.

    Raises ShapeError for other shapes, SettingError for settings that are no such numbers.

    >>> bp.conv2d(bp.Input("x", (9, 9, 1)), bp.Parameter("W", (3, 3, 1, 4)), stride=2)
    <Conv2d (N, 4, 4, 4)>
    """

    axes: ClassVar[int]
    """1 for sequences, 2 for pictures."""
    keeps_rows = True
    is_product = True
    stride: Any = 1
    padding: Any = "valid"
    dilation: Any = 1
    groups: int = 1

    def frame(self, x_shape: tuple[Any, ...], W_shape: tuple[Any, ...]) -> Frame:
        """Where the windows lie, from the shapes of x and W."""
        sizes, size = tuple(x_shape[1:-1]), tuple(W_shape[:-2])
        step, apart = per_axis(self.stride, self.axes, "stride"), per_axis(self.dilation, self.axes, "dilation")
        frame = Frame(sizes, ((0, 0),) * self.axes, size, step, apart)
        return frame._replace(pads=zeros_around(self.padding, frame))

    def fprop(self, x: Array, W: Array) -> Array:
        frame, xp = self.frame(x.shape, W.shape), namespace(x, W)
        padded = frame.pad(as_numbers(x))
        parts = [
            xp.tensordot(windows(part, frame.size, frame.step, frame.apart), weights, axes=self.summed(W))
            for part, weights, _ in self.in_groups(padded, W, None)
        ]
        return parts[0] if len(parts) == 1 else xp.concatenate(parts, axis=-1)

    def bprop(self, grad: Array, value: Array, x: Array, W: Array, wanted: Wanted = (True, True)) -> Grads:
        frame, xp = self.frame(x.shape, W.shape), namespace(grad, x, W)
        groups = self.in_groups(frame.pad(as_numbers(x)), W, grad)
        parts_x = [self.grad_x(g, weights, frame) for _, weights, g in groups] if wanted[0] else []
        parts_W = [self.grad_W(g, part, frame) for part, _, g in groups] if wanted[1] else []
        return tuple(
            None if not parts else parts[0] if len(parts) == 1 else xp.concatenate(parts, axis=-1)
            for parts in (parts_x, parts_W)
        )

    def formula(self, m: Any, x: Any, W: Any) -> Any:
        return m.written("conv", x, W, value=self.fprop(x, W), sign="⋆")

    def bprop_formula(self, m: Any, grad: Any, value: Any, x: Any, W: Any) -> Any:
        grad_x, grad_W = self.bprop(grad, value, x, W)
        return m.written("full_conv", grad, W, value=grad_x, sign="∗"), m.written(
            "conv", x, grad, value=grad_W, sign="⋆"
        )

    def grad_W(self, grad: Array, padded: Array, frame: Any) -> Array:
        """Shapes: grad (N, *P, O), padded (N, *S, C) -> (*K, C, O)."""
        places = tuple(range(self.axes + 1))
        parts = windows(padded, frame.size, frame.step, frame.apart)
        return namespace(grad, padded).tensordot(parts, grad, axes=(places, places))

    def grad_x(self, grad: Array, W: Array, frame: Any) -> Array:
        """Shapes: grad (N, *P, O), W (*K, C, O) -> (N, *S, C)."""
        parts = namespace(grad, W).tensordot(grad, W, axes=((grad.ndim - 1,), (W.ndim - 1,)))
        padded = fold(parts, frame.padded, frame.step, frame.apart)
        return padded[frame.inside] if frame.has_zeros else padded

    def summed(self, W: Array) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The axes of windows (N, *P, *K, C) and of W that fprop sums over."""
        return tuple(range(self.axes + 1, 2 * self.axes + 2)), tuple(range(W.ndim - 1))

    def in_groups(self, x: Array, W: Array, grad: Array) -> list[tuple[Array, Array, Array]]:
        """[(x, W, grad) of each group]."""
        if self.groups == 1:
            return [(x, W, grad)]
        of_x, of_W = x.shape[-1] // self.groups, W.shape[-1] // self.groups
        return [
            (
                x[..., g * of_x : (g + 1) * of_x],
                W[..., g * of_W : (g + 1) * of_W],
                None if grad is None else grad[..., g * of_W : (g + 1) * of_W],
            )
            for g in range(self.groups)
        ]

    def check(self) -> None:
        x, W = (child.dims for child in self.children)
        names = "L" if self.axes == 1 else "HW"
        groups = per_axis(self.groups, 1, "groups")[0]
        whole = len(x) == len(W) == self.axes + 2 and all(isinstance(n, int) for n in (*x[1:], *W))
        if not whole or W[-2] * groups != x[-1] or W[-1] % groups:
            of = "C" if groups == 1 else f"C / {groups}"
            kernel = ", ".join(f"K{name}" for name in names)
            raise ValueError(f"x must be (N, {', '.join(names)}, C) and W ({kernel}, {of}, O), O a multiple of groups")
        if not all(self.frame(x, W).counts):
            raise ValueError("the kernel is larger than x: use padding='same', or a smaller kernel")

    def _infer(self) -> Spec:
        if self.groups > 1 or type(self).fprop is not Convolution.fprop:
            return super()._infer()
        x, W = (child.spec for child in self.children)
        return infer(self.fprop, (thin(x, -1), thin(W, -2)), self._dummy_extras)

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        x, W = shapes
        zeros = largest(hyper.get("padding", 0))
        if hyper.get("padding") == "same":
            zeros = largest(W[:-2]) * largest(hyper.get("dilation", 1))
        return prod(x[:1]) * prod(n + 2 * zeros for n in x[1:-1]) * max((*x[-1:], *W[-1:]), default=1)

    @classmethod
    @abstractmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        """A class of its own says for how many axes it is."""

    def onnx(self, op: Any, x: Any, W: Any) -> Any:
        if op.double:
            return NotImplemented
        frame = self.frame(self.children[0].dims, self.children[1].dims)
        last = self.axes + 1
        befores, afters = zip(*frame.pads, strict=True)
        first = op.Conv(
            op.Transpose(x, perm=[0, last, *range(1, last)]),
            op.Transpose(W, perm=[last, last - 1, *range(last - 1)]),
            kernel_shape=list(frame.size), strides=list(frame.step), dilations=list(frame.apart),
            pads=[*befores, *afters], group=self.groups,
        )  # fmt: skip
        return op.Transpose(first, perm=[0, *range(2, last + 1), 1])


class Conv1d(Convolution):
    """y[n, o, j] = sum over k, c of x[n, o stride + k dilation - before, c] W[k, c, j]: of sequences.

    Shapes: x (N, L, C), W (K, C / groups, O) -> (N, P, O). Settings, gradients and errors are those of `Convolution`.

    Source: Waibel, Hanazawa, Hinton, Shikano and Lang, Phoneme recognition using time-delay neural networks (1989).

    >>> box = bp.Conv1d(bp.Input("x", (4, 1)), bp.Parameter("W", (2, 1, 1)))
    >>> box.fprop(np.array([[[1.0], [2.0], [3.0], [4.0]]]), np.array([[[1.0]], [[10.0]]]))[0, :, 0]
    array([21., 32., 43.])
    """

    axes: ClassVar[int] = 1

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 7, 2)), rng.normal(size=(3, 2, 4))
        yield rng.normal(size=(2, 8, 4)), rng.normal(size=(3, 2, 2)), {"groups": 2, "padding": "same", "stride": 2}
        yield rng.normal(size=(2, 9, 1)), rng.normal(size=(2, 1, 3)), {"dilation": 3, "padding": (2,)}


class Conv2d(Convolution):
    """y[n, o, p, j] = sum over k, l, c of x[n, o stride + k dilation - before, p ... + l ..., c] W[k, l, c, j].

    Shapes: x (N, H, W, C), W (KH, KW, C / groups, O) -> (N, P, Q, O). Settings, gradients and errors are those of
    `Convolution`.

    Source: LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition (1998).

    >>> bp.Conv2d(bp.Input("x", (28, 28, 1)), bp.Parameter("W", (5, 5, 1, 6)), padding="same")
    <Conv2d (N, 28, 28, 6)>
    """

    axes: ClassVar[int] = 2

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 5, 6, 2)), rng.normal(size=(3, 2, 2, 4))
        yield rng.normal(size=(2, 5, 6, 1)), rng.normal(size=(3, 3, 1, 3)), {"padding": "same", "stride": (2, 1)}
        yield rng.normal(size=(2, 6, 5, 4)), rng.normal(size=(2, 3, 2, 6)), {"groups": 2, "padding": 1}
        yield (
            rng.normal(size=(2, 7, 6, 3)),
            rng.normal(size=(3, 2, 3, 1)),
            {"dilation": 2, "stride": 2, "padding": (1, 0)},
        )


def largest(value: Any) -> int:
    """The largest whole number of a setting; 0 if it is none."""
    return max((n for n in (value if isinstance(value, tuple | list) else (value,)) if isinstance(n, int)), default=0)


def conv1d(
    x: BoxLike, W: BoxLike, b: BoxLike | None = None, stride: Any = 1, padding: Any = "valid", dilation: Any = 1,
    groups: int = 1, *, name: str | None = None,
) -> Box:  # fmt: skip
    """Convolution of sequences, plus a bias if there is one.

    Shapes: x (N, L, C), W (K, C / groups, O), b (O,) -> (N, P, O). Settings and errors are those of `Convolution`.

    >>> bp.conv1d(bp.Input("x", (20, 3)), bp.Parameter("W", (5, 3, 8)), bp.Parameter("b", (8,)), stride=2)
    <Add (N, 8, 8)>
    """
    return _with_bias(Conv1d, x, W, b, name, stride=stride, padding=padding, dilation=dilation, groups=groups)


def conv2d(
    x: BoxLike,
    W: BoxLike,
    b: BoxLike | None = None,
    stride: Any = 1,
    padding: Any = "valid",
    dilation: Any = 1,
    groups: int = 1,
    *,
    name: str | None = None,
) -> Box:
    """Convolution of pictures, plus a bias if there is one.

    Shapes: x (N, H, W, C), W (KH, KW, C / groups, O), b (O,) -> (N, P, Q, O). Settings and errors are those of
    `Convolution`.

    >>> bp.conv2d(bp.Input("x", (28, 28, 1)), bp.Parameter("W", (5, 5, 1, 6)), bp.Parameter("b", (6,)), padding=2)
    <Add (N, 28, 28, 6)>
    """
    return _with_bias(Conv2d, x, W, b, name, stride=stride, padding=padding, dilation=dilation, groups=groups)


def _with_bias(cls: type[Convolution], x: Any, W: Any, b: Any, name: str | None, **settings: Any) -> Box:
    if isinstance(W, int):
        kernel = ", ".join(["3"] * cls.axes)
        raise BoxError(
            f"W of {snake(cls.__name__)}(x, W, b) is a parameter of your own, not a number of channels: "
            f"bp.Parameter('W', ({kernel}, C, {W})) for x with C channels"
        )
    if b is None:
        return cls(x, W, name=name, **settings)
    whole = cls(x, W, name=None if name is None else f"{name}_{snake(cls.__name__)}", **settings) + b
    return whole if name is None else type(whole)(*whole.children, name=name)
