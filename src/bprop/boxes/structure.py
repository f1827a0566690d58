"""Boxes that move values without computing: reshape, transpose, concat, slice, take.

Axes and shapes are those of the arrays that flow, as in NumPy: axis 0 is the batch, -1 in a shape is open.
"""

import builtins
from math import prod
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.namespace import namespace, scatter_add

__all__ = [
    "Concat",
    "Reshape",
    "Slice",
    "Take",
    "Transpose",
    "concat",
    "reshape",
    "slice",
    "take",
    "transpose",
]


class Reshape(Box):
    """a in another shape, with the same elements in the same order. (-1, 784) flattens images (N, 28, 28)."""

    keeps_rows = True
    shape: tuple

    def fprop(self, a):
        return a.reshape(self.shape)

    def bprop(self, grad, value, a):
        return grad.reshape(a.shape)

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(3, 4)), {"shape": (-1, 2, 2)}
        yield rng.normal(size=(2, 3, 2)), {"shape": (2, 6)}


class Transpose(Box):
    """a with its axes permuted: axis i of the value is axis `axes[i]` of a."""

    keeps_rows = True
    axes: tuple

    def fprop(self, a):
        return namespace(a).transpose(a, self.axes)

    def bprop(self, grad, value, a):
        return namespace(a).transpose(grad, tuple(int(i) for i in np.argsort(self.axes)))

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(3, 4)), {"axes": (1, 0)}
        yield rng.normal(size=(2, 3, 4)), {"axes": (2, 0, 1)}


class Concat(Box):
    """The children one after the other along `axis`. Shapes: (N, D1), (N, D2), ... -> (N, D1 + D2 + ...)."""

    keeps_rows = True
    axis: int = -1

    def fprop(self, *parts):
        return namespace(*parts).concatenate(parts, axis=self.axis)

    def bprop(self, grad, value, *parts):
        ends = [int(e) for e in np.cumsum([p.shape[self.axis] for p in parts])]
        return tuple(namespace(grad).split(grad, ends[:-1], axis=self.axis))

    @classmethod
    def size_limit(cls, hyper, shapes):
        return sum(map(prod, shapes))

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(3, 2)), rng.normal(size=(3, 4)), rng.normal(size=(3, 1))
        yield rng.normal(size=(3, 2)), rng.normal(size=(1, 2)), {"axis": 0}
        yield (rng.normal(size=(3, 2)),)


class Slice(Box):
    """a[index] with NumPy's basic indexing (integers, slices, None, ...), as `x[:, 3]` writes it."""

    index: Any

    @property
    def keeps_rows(self):
        """Whether all rows are taken, in their order: x[:5], too, has N rows of a few examples."""
        return takes_all_rows(self.index, len(self.children[0].dims))

    def fprop(self, a):
        return a[self.index]

    def bprop(self, grad, value, a):
        return scatter_add(grad, self.index, a.shape)

    def check(self):
        parts = self.index if isinstance(self.index, tuple) else (self.index,)
        if not all(p is None or p is Ellipsis or isinstance(p, int | builtins.slice) for p in parts):
            raise TypeError(f"{self.index!r} is not made of integers, slices, None and ...; for rows use take")

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(3, 4)), {"index": (builtins.slice(None), 2)}
        yield rng.normal(size=(3, 4)), {"index": (builtins.slice(None), builtins.slice(3, None, -2))}
        yield rng.normal(size=(3, 4, 2)), {"index": (Ellipsis, None, builtins.slice(0, 1))}
        yield rng.normal(size=(3, 4)), {"index": 1}


class Take(Box):
    """Rows of W by number: an embedding. Shapes: W (R, H), rows (N, ...) int in 0..R-1 -> (N, ..., H).

    The gradient of a row is the sum over the places that took it.
    """

    @property
    def keeps_rows(self):
        """Whether W is the same for all examples; else rows take the rows of others."""
        return self.children[0].dims[:1] != ("N",)

    def fprop(self, W, rows):
        return namespace(W, rows).take(W, rows, axis=0)

    def bprop(self, grad, value, W, rows):
        return scatter_add(grad, rows, W.shape), None

    @classmethod
    def size_limit(cls, hyper, shapes):
        return prod(shapes[1]) * prod(shapes[0][1:])

    def check(self):
        if self.children[1].spec.kind != "int":
            raise TypeError("the row numbers must be an int input: Input(..., dtype='int')")

    def limits(self):
        rows = self.children[0].dims[0]
        return {1: (0, rows - 1)} if isinstance(rows, int) else {}

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(5, 3)), np.array([4, 0, 4, 2])
        yield rng.normal(size=(5, 3)), np.array([[1, 1], [0, 3]])
        yield rng.normal(size=4), np.array([3, 3, 0])


def takes_all_rows(index: Any, rank: int) -> bool:
    """Whether a[index] takes all of axis 0, in its order."""
    parts = [part for part in (index if isinstance(index, tuple) else (index,)) if part is not None]
    if not parts or (parts[0] is Ellipsis and len(parts) <= rank):
        return True
    first = parts[parts[0] is Ellipsis]
    whole = isinstance(first, builtins.slice) and first.start in (None, 0) and first.stop is None
    return whole and first.step in (None, 1)


def reshape(a, shape, *, name: str | None = None) -> Box:
    """`a` in another shape; the batch axis is axis 0, -1 leaves one size open: reshape(x, (-1, 28, 28))."""
    return Reshape(a, shape=shape, name=name)


def transpose(a, axes, *, name: str | None = None) -> Box:
    """`a` with its axes permuted; the batch axis is axis 0."""
    return Transpose(a, axes=axes, name=name)


def concat(boxes, axis: int = -1, *, name: str | None = None) -> Box:
    """The boxes of a list one after the other along `axis`."""
    return Concat(*boxes, axis=axis, name=name)


def slice(a, index, *, name: str | None = None) -> Box:
    """a[index] with NumPy's basic indexing, the batch axis being axis 0; `a[:, 3]` says the same."""
    return Slice(a, index=index, name=name)


def take(W, rows, *, name: str | None = None) -> Box:
    """Rows of W by number, an embedding: `rows` is an int box."""
    return Take(W, rows, name=name)
