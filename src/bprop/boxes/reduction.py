"""Reductions over axes, numbered as in NumPy: sum, mean, max, log of the sum or mean of exp. Axis 0 is the batch."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.elsewhere import answering
from bprop.elsewhere.boxes import settings_of
from bprop.namespace import Array, as_numbers, namespace
from bprop.typing import Example

__all__ = [
    "LogMeanExp", "LogSumExp", "Max", "Mean", "Reduction", "Sum", "log_mean_exp", "logsumexp", "max", "mean", "sum",
]  # fmt: skip

Axis = int | tuple[int, ...] | None


class Reduction(Box):
    """A reduction over `axis` (an int, a tuple, or None for all axes). `keepdims` works as in NumPy.

    Shapes: a (N, D), axis 1 -> (N,), or (N, 1) with keepdims. Raises ShapeError for an axis that a does not have.

    >>> bp.sum(bp.Input("a", (3,)), axis=1)
    <Sum (N,)>
    """

    keeps_rows = True
    axis: Any = None
    keepdims: bool = False

    def spread(self, reduced: Array, a: Array) -> Array:
        """`reduced`, with the removed axes put back as size 1, so that it broadcasts against a."""
        if self.keepdims:
            return reduced
        return reduced.reshape([1 if i in self.reduced(a) else size for i, size in enumerate(a.shape)])

    def reduced(self, a: Array) -> tuple[int, ...]:
        """The reduced axes of `a`, counted from the front."""
        axes = range(a.ndim) if self.axis is None else np.atleast_1d(self.axis)
        return tuple(int(i) % a.ndim for i in axes)

    def check(self) -> None:
        if self.axis is not None and not self.children[0].dims:
            raise ValueError("a number has no axis to reduce")

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.normal(size=(3, 4)),)
        yield rng.normal(size=(3, 4)), {"axis": 1}
        yield rng.normal(size=(2, 3, 4)), {"axis": (0, -1), "keepdims": True}
        yield rng.normal(size=(2, 3, 4)), {"axis": (0, -1)}


class Sum(Reduction):
    """The sum of a over `axis`: every element receives the gradient of its sum. Shapes: see Reduction.

    >>> bp.sum(bp.Input("a", (2,)), axis=1).fprop(np.array([[1.0, 2.0]]))
    array([3.])
    """

    def fprop(self, a: Array) -> Array:
        return a.sum(axis=self.axis, keepdims=self.keepdims)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return namespace(a).broadcast_to(self.spread(grad, a), a.shape)


class Mean(Reduction):
    """The mean of a over `axis`: each of n elements receives 1 / n of the gradient. Shapes: see Reduction.

    >>> bp.mean(bp.Input("a", (2,)), axis=1).fprop(np.array([[1.0, 2.0]]))
    array([1.5])
    """

    def fprop(self, a: Array) -> Array:
        return as_numbers(a).mean(axis=self.axis, keepdims=self.keepdims)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        share = self.spread(grad, a) / prod(a.shape[i] for i in self.reduced(a))
        return namespace(a).broadcast_to(share, a.shape)


class Max(Reduction):
    """The maximum of a over `axis`: its element receives the gradient; ties share it equally. Shapes: see Reduction.

    >>> bp.max(bp.Input("a", (2,)), axis=1).fprop(np.array([[1.0, 2.0]]))
    array([2.])
    """

    def fprop(self, a: Array) -> Array:
        return a.max(axis=self.axis, keepdims=self.keepdims)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        largest = a == self.spread(value, a)
        ties = largest.sum(axis=self.axis, keepdims=True).astype(a.dtype)
        return namespace(a).where(largest, self.spread(grad, a) / ties, 0)


class LogMeanExp(Reduction):
    """log(mean of exp(a)) over `axis`, without overflow: of log-probabilities, the log of their mean. Shapes: see
    Reduction.

    An element receives the gradient times its share exp(a_i) / sum_j exp(a_j). With m = max a, the value is
    m + log(1 + mean of (exp(a - m) - 1)), which keeps its digits near 0.

    >>> bp.log_mean_exp(bp.Input("a", (2,)), axis=1).fprop(np.array([[1000.0, 1000.0], [0.0, 0.0]]))
    array([1000.,    0.])
    """

    def largest(self, a: Array) -> Array:
        """max a over the axes, which stay; 0 where it is infinite, so that a - max a is a number."""
        xp, largest = namespace(a), a.max(axis=self.axis, keepdims=True)
        return xp.where(xp.abs(largest) < np.inf, largest, 0)

    def fprop(self, a: Array) -> Array:
        xp, a = namespace(a), as_numbers(a)
        largest = self.largest(a)
        below = xp.expm1(a - largest).mean(axis=self.axis, keepdims=True)
        value = largest + xp.log1p(xp.maximum(below, -1))
        return value if self.keepdims else value.sum(axis=self.axis)  # over axes of size 1

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        xp = namespace(a)
        e = xp.exp(a - self.largest(a))
        total = e.sum(axis=self.axis, keepdims=True)
        return self.spread(grad, a) * (e / xp.where(total > 0, total, 1))

    def formula(self, m: Any, a: Any) -> Any:
        return m.log(m.exp(a).mean(axis=self.axis, keepdims=self.keepdims))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any) -> Any:
        count = prod(a.shape[i] for i in self.reduced(a))
        return self.spread(grad, a) * m.exp(a - self.spread(value, a)) / count


class LogSumExp(LogMeanExp):
    """log(sum of exp(a)) over `axis`, without overflow: a smooth maximum. Shapes: see Reduction.

    An element receives the gradient times its share exp(a_i) / sum_j exp(a_j). With m = max a, reached k times, the
    value is m + log(1 + (k - 1) + sum of exp(a - m) over the others), which keeps the digits of small terms.

    >>> bp.logsumexp(bp.Input("a", (2,)), axis=1).fprop(np.array([[1000.0, -1000.0], [3.0, -np.inf]]))
    array([1000.,    3.])
    """

    def fprop(self, a: Array) -> Array:
        xp, a = namespace(a), as_numbers(a)
        largest = self.largest(a)
        reached = a == largest
        others = xp.where(reached, 0, xp.exp(a - largest)).sum(axis=self.axis, keepdims=True)
        count = reached.sum(axis=self.axis, keepdims=True).astype(a.dtype)
        value = largest + xp.log1p(others + (count - 1))
        return value if self.keepdims else value.sum(axis=self.axis)  # over axes of size 1

    def formula(self, m: Any, a: Any) -> Any:
        return m.log(m.exp(a).sum(axis=self.axis, keepdims=self.keepdims))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any) -> Any:
        return self.spread(grad, a) * m.exp(a - self.spread(value, a))


AXIS = settings_of("axis", "keepdims")


@answering(AXIS, "bp.sum")
def sum(a, axis: Axis = None, keepdims: bool = False, *, name: str | None = None) -> Box:
    """The sum over `axis` (None: over all axes, the batch included). Shapes: see `Reduction`.

    >>> bp.sum(bp.Input("a", (2,)), axis=1).fprop(np.array([[1.0, 2.0]]))
    array([3.])
    """
    return Sum(a, axis=axis, keepdims=keepdims, name=name)


@answering(AXIS, "bp.mean")
def mean(a, axis: Axis = None, keepdims: bool = False, *, name: str | None = None) -> Box:
    """The mean over `axis` (None: over all axes, the batch included). Shapes: see `Reduction`.

    >>> bp.mean(bp.Input("a", (2,)), axis=1).fprop(np.array([[1.0, 2.0]]))
    array([1.5])
    """
    return Mean(a, axis=axis, keepdims=keepdims, name=name)


@answering(AXIS, "bp.max")
def max(a, axis: Axis = None, keepdims: bool = False, *, name: str | None = None) -> Box:
    """The maximum over `axis` (None: over all axes, the batch included). Shapes: see `Reduction`.

    >>> bp.max(bp.Input("a", (2,)), axis=1).fprop(np.array([[1.0, 2.0]]))
    array([2.])
    """
    return Max(a, axis=axis, keepdims=keepdims, name=name)


@answering(AXIS, "bp.log_mean_exp")
def log_mean_exp(a, axis: Axis = None, keepdims: bool = False, *, name: str | None = None) -> Box:
    """log(mean of exp(a)) over `axis` (None: over all axes, the batch included). Shapes: see `Reduction`.

    >>> bp.log_mean_exp(bp.Input("a", (2,)), axis=1).fprop(np.log([[0.2, 0.4]])).round(6) == np.log(0.3).round(6)
    array([ True])
    """
    return LogMeanExp(a, axis=axis, keepdims=keepdims, name=name)


@answering(AXIS, "bp.logsumexp")
def logsumexp(a, axis: Axis = None, keepdims: bool = False, *, name: str | None = None) -> Box:
    """log(sum of exp(a)) over `axis` (None: over all axes, the batch included). Shapes: see `Reduction`.

    >>> bp.logsumexp(bp.Input("a", (2,)), axis=1).fprop(np.log([[0.2, 0.4]])).round(6) == np.log(0.6).round(6)
    array([ True])
    """
    return LogSumExp(a, axis=axis, keepdims=keepdims, name=name)
