"""Reductions over axes: sum, mean, max. Axes count as NumPy's do, the batch being axis 0."""

from math import prod
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.namespace import Array, as_numbers, namespace

__all__ = ["Max", "Mean", "Reduction", "Sum", "max", "mean", "sum"]

Axis = int | tuple[int, ...] | None


class Reduction(Box):
    """A reduction over `axis` (an int, a tuple or None for all of them); `keepdims` as in NumPy."""

    keeps_rows = True
    axis: Any = None
    keepdims: bool = False

    def spread(self, reduced: Array, a: Array) -> Array:
        """`reduced` with the axes put back that the reduction took away, so that it broadcasts against a."""
        if self.keepdims:
            return reduced
        return reduced.reshape([1 if i in self.reduced(a) else size for i, size in enumerate(a.shape)])

    def reduced(self, a: Array) -> tuple[int, ...]:
        """The axes of `a` that are reduced, counted from the front."""
        axes = range(a.ndim) if self.axis is None else np.atleast_1d(self.axis)
        return tuple(int(i) % a.ndim for i in axes)

    def check(self):
        if self.axis is not None and not self.children[0].dims:
            raise ValueError("a number has no axis to reduce")

    @classmethod
    def examples(cls, rng):
        yield (rng.normal(size=(3, 4)),)
        yield rng.normal(size=(3, 4)), {"axis": 1}
        yield rng.normal(size=(2, 3, 4)), {"axis": (0, -1), "keepdims": True}
        yield rng.normal(size=(2, 3, 4)), {"axis": (0, -1)}


class Sum(Reduction):
    """sum a over `axis`: every element receives the gradient of its sum."""

    def fprop(self, a):
        return a.sum(axis=self.axis, keepdims=self.keepdims)

    def bprop(self, grad, value, a):
        return namespace(a).broadcast_to(self.spread(grad, a), a.shape)


class Mean(Reduction):
    """The mean of a over `axis`: every element receives its share of the gradient."""

    def fprop(self, a):
        return as_numbers(a).mean(axis=self.axis, keepdims=self.keepdims)

    def bprop(self, grad, value, a):
        share = self.spread(grad, a) / prod(a.shape[i] for i in self.reduced(a))
        return namespace(a).broadcast_to(share, a.shape)


class Max(Reduction):
    """The largest of a over `axis`: the gradient goes to the largest, shared equally among ties."""

    def fprop(self, a):
        return a.max(axis=self.axis, keepdims=self.keepdims)

    def bprop(self, grad, value, a):
        largest = a == self.spread(value, a)
        ties = largest.sum(axis=self.axis, keepdims=True).astype(a.dtype)
        return namespace(a).where(largest, self.spread(grad, a) / ties, 0)


def sum(a, axis: Axis = None, keepdims: bool = False, *, name: str | None = None) -> Box:
    """The sum over `axis` (None: over all axes, the batch included)."""
    return Sum(a, axis=axis, keepdims=keepdims, name=name)


def mean(a, axis: Axis = None, keepdims: bool = False, *, name: str | None = None) -> Box:
    """The mean over `axis` (None: over all axes, the batch included)."""
    return Mean(a, axis=axis, keepdims=keepdims, name=name)


def max(a, axis: Axis = None, keepdims: bool = False, *, name: str | None = None) -> Box:
    """The maximum over `axis` (None: over all axes, the batch included)."""
    return Max(a, axis=axis, keepdims=keepdims, name=name)
