"""Boxes that move values without arithmetic: reshape, transpose, concat, stack, slice, take, stop_gradient.

Axes and shapes are those of the whole arrays, as in NumPy: axis 0 is the batch. One size in a shape may be -1: it
follows from the others. Shapes and axes that do not fit raise ShapeError.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from bprop.box import Box, BoxLike
from bprop.errors import BoxError
from bprop.lower_case import several
from bprop.namespace import Array, namespace, scatter_add
from bprop.typing import Example, Grads

__all__ = [
    "Concat",
    "Reshape",
    "Slice",
    "Stack",
    "StopGradient",
    "Take",
    "Transpose",
    "concat",
    "reshape",
    "slice",
    "stack",
    "stop_gradient",
    "take",
    "transpose",
]


class Reshape(Box):
    """The elements of a, in the same order, in another shape. Shapes: a (N, 28, 28), shape (-1, 784) -> (N, 784).

    >>> bp.reshape(bp.Input("a", (28, 28)), (-1, 784))
    <Reshape (N, 784)>
    """

    keeps_rows = True
    shape: tuple[Any, ...]

    def fprop(self, a: Array) -> Array:
        return a.reshape(self.shape)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad.reshape(a.shape)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 4)), {"shape": (-1, 2, 2)}
        yield rng.normal(size=(2, 3, 2)), {"shape": (2, 6)}


class Transpose(Box):
    """a with its axes permuted: axis i of the value is axis `axes[i]` of a.

    Shapes: a (N, D, H), axes (0, 2, 1) -> (N, H, D).

    >>> bp.transpose(bp.Input("a", (2, 3)), (0, 2, 1))
    <Transpose (N, 3, 2)>
    """

    keeps_rows = True
    axes: tuple[Any, ...]

    def fprop(self, a: Array) -> Array:
        return namespace(a).transpose(a, self.axes)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return namespace(a).transpose(grad, tuple(int(i) for i in np.argsort(self.axes)))

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 4)), {"axes": (1, 0)}
        yield rng.normal(size=(2, 3, 4)), {"axes": (2, 0, 1)}


class Concat(Box):
    """The children one after the other along `axis`. Shapes: (N, D1), (N, D2), ... -> (N, D1 + D2 + ...).

    >>> bp.concat([bp.Input("a", (2,)), bp.Input("b", (3,))])
    <Concat (N, 5)>
    """

    keeps_rows = True
    axis: int = -1

    def fprop(self, *parts: Array) -> Array:
        return namespace(*parts).concatenate(parts, axis=self.axis)

    def bprop(self, grad: Array, value: Array, *parts: Array) -> Grads:
        ends = [int(e) for e in np.cumsum([p.shape[self.axis] for p in parts])]
        return tuple(namespace(grad).split(grad, ends[:-1], axis=self.axis))

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return sum(map(prod, shapes))

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 2)), rng.normal(size=(3, 4)), rng.normal(size=(3, 1))
        yield rng.normal(size=(3, 2)), rng.normal(size=(1, 2)), {"axis": 0}
        yield (rng.normal(size=(3, 2)),)


class Stack(Box):
    """The children, all of one shape, along a new axis. Shapes: K children (N, H), axis 1 -> (N, K, H).

    >>> bp.stack([bp.Input("a", (2,)), bp.Input("b", (2,)), bp.Input("c", (2,))], axis=1)
    <Stack (N, 3, 2)>
    """

    keeps_rows = True
    axis: int = 1

    def before(self, rank: int) -> tuple[builtins.slice, ...]:
        """The index of all that is before the new axis, in arrays of `rank` axes."""
        return (builtins.slice(None),) * (self.axis % rank)

    def fprop(self, *parts: Array) -> Array:
        before = self.before(parts[0].ndim + 1)
        return namespace(*parts).concatenate([part[(*before, None)] for part in parts], axis=len(before))

    def bprop(self, grad: Array, value: Array, *parts: Array) -> Grads:
        before = self.before(grad.ndim)
        return tuple(grad[(*before, k)] for k in range(len(parts)))

    def check(self) -> None:
        rank = len(self.children[0].dims) + 1
        if len({child.dims for child in self.children}) > 1:
            raise ValueError("all children must have the same shape")
        if not -rank <= self.axis < rank:
            raise ValueError(f"axis {self.axis} is out of bounds for a value of {rank} axes")

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return sum(map(prod, shapes))

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
        yield rng.normal(size=3), rng.normal(size=3), {"axis": -1}
        yield (rng.normal(size=(3, 2)),)


class Slice(Box):
    """a[index] with NumPy's basic indexing (integers, slices, None, ...): `x[:, 3]`. Shapes: as in NumPy.

    Raises DTypeError for an index that holds anything else.

    >>> bp.Input("a", (5,))[:, 1:3]
    <Slice (N, 2)>
    """

    index: Any

    @property
    def keeps_rows(self) -> bool:
        """True if the index takes all rows, in their order. (x[:5] does not, but it has N rows for a few examples.)"""
        return takes_all_rows(self.index, len(self.children[0].dims))

    def fprop(self, a: Array) -> Array:
        return a[self.index]

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return scatter_add(grad, self.index, a.shape)

    def check(self) -> None:
        parts = self.index if isinstance(self.index, tuple) else (self.index,)
        if not all(p is None or p is Ellipsis or isinstance(p, int | builtins.slice) for p in parts):
            raise TypeError(
                f"{self.index!r} is not made of integers, slices, None and ...; for rows use take, "
                "and for columns bp.concat(a[:, 0:1], a[:, 2:3]) or a product with a matrix of 0 and 1"
            )

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 4)), {"index": (builtins.slice(None), 2)}
        yield rng.normal(size=(3, 4)), {"index": (builtins.slice(None), builtins.slice(3, None, -2))}
        yield rng.normal(size=(3, 4, 2)), {"index": (Ellipsis, None, builtins.slice(0, 1))}
        yield rng.normal(size=(3, 4)), {"index": 1}


class Take(Box):
    """W[rows], an embedding: rows of W by number. Shapes: W (R, H), rows (N, ...) int in 0..R-1 -> (N, ..., H).

    The gradient of a row of W is the sum over all places that took the row. Raises DTypeError for row numbers that are
    not whole numbers.

    >>> box = bp.take(bp.Parameter("W", (3, 2)), bp.Input("rows", dtype="int"))
    >>> box.fprop(np.array([[0, 1], [2, 3], [4, 5]]), np.array([2, 0]))
    array([[4, 5],
           [0, 1]])
    """

    @property
    def keeps_rows(self) -> bool:
        """True if W is the same for all examples. Else an example could take the rows of other examples."""
        return self.children[0].dims[:1] != ("N",)

    def fprop(self, W: Array, rows: Array) -> Array:
        return namespace(W, rows).take(W, rows, axis=0)

    def bprop(self, grad: Array, value: Array, W: Array, rows: Array) -> Grads:
        return scatter_add(grad, rows, W.shape), None

    def bprop_formula(self, m: Any, grad: Any, value: Any, W: Any, rows: Any) -> Any:
        hot = m.reshape(m.one_hot(rows, W.shape[0]), (-1, W.shape[0]))
        return m.reshape(hot.T @ m.reshape(grad, (hot.shape[0], -1)), W.shape), None

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return prod(shapes[1]) * prod(shapes[0][1:])

    def check(self) -> None:
        if self.children[1].spec.kind != "int":
            raise TypeError("the row numbers must be an int input: Input(..., dtype='int')")

    def limits(self) -> dict[int, tuple[float, float]]:
        rows = self.children[0].dims[0]
        return {1: (0, rows - 1)} if isinstance(rows, int) else {}

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(5, 3)), np.array([4, 0, 4, 2])
        yield rng.normal(size=(5, 3)), np.array([[1, 1], [0, 3]])
        yield rng.normal(size=4), np.array([3, 3, 0])


class StopGradient(Box):
    """a, as a constant: no gradient passes. Shapes: a (...) -> (...).

    Parameters that are used below it alone are not trained. The gradient check holds its value fixed.

    >>> box = bp.stop_gradient(bp.Input("a"))
    >>> box.fprop(np.array([1.0, -2.0])), box.bprop(np.ones(2), None, np.ones(2))
    (array([ 1., -2.]), array([0., 0.]))
    """

    keeps_rows = True
    stops_gradient = True

    def fprop(self, a: Array) -> Array:
        return a

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return namespace(a).zeros_like(a)

    def onnx(self, op: Any, a: Any) -> Any:
        return op.Identity(a)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.normal(size=(3, 4)),)
        yield (rng.normal(size=5),)


def takes_all_rows(index: Any, rank: int) -> bool:
    """True if a[index] takes all of axis 0, in its order. `rank` is the number of axes of a."""
    parts = [part for part in (index if isinstance(index, tuple) else (index,)) if part is not None]
    if not parts or (parts[0] is Ellipsis and len(parts) <= rank):
        return True
    first = parts[parts[0] is Ellipsis]
    whole = isinstance(first, builtins.slice) and first.start in (None, 0) and first.stop is None
    return whole and first.step in (None, 1)


def reshape(a: BoxLike, shape: int | Sequence[int], *, name: str | None = None) -> Box:
    """The elements of `a` in another shape. Axis 0 is the batch; a size of -1 follows from the others.

    >>> bp.reshape(bp.Input("a", (784,)), (-1, 28, 28))
    <Reshape (N, 28, 28)>
    """
    return Reshape(a, shape=shape, name=name)


def transpose(a: BoxLike, axes: Sequence[int], *, name: str | None = None) -> Box:
    """`a` with its axes permuted: axis i of the value is axis `axes[i]` of a. Axis 0 is the batch.

    >>> bp.transpose(bp.Input("a", (2, 3)), (0, 2, 1))
    <Transpose (N, 3, 2)>
    """
    return Transpose(a, axes=axes, name=name)


def concat(boxes: BoxLike | Iterable[BoxLike], *more: BoxLike, axis: int = -1, name: str | None = None) -> Box:
    """The boxes, one by one or in a list, one after the other along `axis`. Shapes: (N, D1), (N, D2) -> (N, D1 + D2).

    >>> bp.concat(bp.Input("a", (2,)), bp.Input("b", (3,)))
    <Concat (N, 5)>
    """
    boxes, axis = _with_axis("concat", boxes, more, axis)
    return Concat(*boxes, axis=axis, name=name)


def stack(boxes: BoxLike | Iterable[BoxLike], *more: BoxLike, axis: int = 1, name: str | None = None) -> Box:
    """The boxes, one by one or in a list, all of one shape, along a new axis. Shapes: K boxes (N, H) -> (N, K, H).

    >>> bp.stack(bp.Input("a"), bp.Input("b"))
    <Stack (N, 2)>
    """
    boxes, axis = _with_axis("stack", boxes, more, axis)
    return Stack(*boxes, axis=axis, name=name)


def _with_axis(who: str, boxes: Any, more: Any, axis: int) -> tuple[list[Any], int]:
    """(the boxes, the axis) of a call who([a, b], axis) or who(a, b, axis=axis)."""
    if more and isinstance(more[-1], int):
        if isinstance(boxes, Box) or len(more) > 1:
            raise BoxError(f"{who}: the axis is a keyword here, {who}(a, b, axis={more[-1]})")
        more, axis = (), more[-1]
    return several(boxes, more, who), axis


def slice(a: BoxLike, index: Any, *, name: str | None = None) -> Box:
    """a[index] with NumPy's basic indexing; axis 0 is the batch. `a[:, 3]` is short for it. Raises DTypeError.

    >>> bp.slice(bp.Input("a", (5,)), (Ellipsis, 3))
    <Slice (N,)>
    """
    return Slice(a, index=index, name=name)


def stop_gradient(a: BoxLike, *, name: str | None = None) -> Box:
    """`a`, as a constant: no gradient passes, so that training does not see the boxes below. Shapes: (...) -> (...).

    >>> bp.stop_gradient(bp.Input("h", (50,)))
    <StopGradient (N, 50)>
    """
    return StopGradient(a, name=name)


def take(W: BoxLike, rows: BoxLike, *, name: str | None = None) -> Box:
    """W[rows], an embedding: rows of W by number. Shapes: W (R, H), rows (N, ...) int in 0..R-1 -> (N, ..., H).

    >>> bp.take(bp.Parameter("W", (1000, 16)), bp.Input("rows", dtype="int"))
    <Take (N, 16)>
    """
    return Take(W, rows, name=name)
