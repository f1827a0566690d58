"""Boxes that choose between two values, element by element: maximum, minimum, where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from bprop.boxes.arithmetic import Broadcast
from bprop.boxes.elementwise import away_from_zero
from bprop.lower_case import function
from bprop.namespace import Array, namespace, unbroadcast
from bprop.typing import Example, Grads

__all__ = ["Maximum", "Minimum", "Where", "maximum", "minimum", "where"]


class Maximum(Broadcast):
    """max(a, b), elementwise: the larger one receives the gradient; a tie gives half of it to each.

    Shapes: broadcast as in NumPy, (N, H), (H,) -> (N, H). NaN where a or b is NaN. The
    maximum over an axis is `bp.max`.

    >>> bp.maximum(bp.Input("a"), 0.0).fprop(np.array([-1.0, 2.0]), 0.0)
    array([0., 2.])
    """

    def fprop(self, a: Array, b: Array) -> Array:
        return namespace(a, b).maximum(a, b)

    def bprop(self, grad: Array, value: Array, a: Array, b: Array) -> Grads:
        return shares(grad, a, b, a > b, b > a)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        a = rng.normal(size=(3, 4))
        yield a, a + away_from_zero(rng)
        yield a, a[1] + 7 * away_from_zero(rng, (4,))
        yield 7 * away_from_zero(rng, (2, 1, 4)), rng.normal(size=(3, 1)) / 7


class Minimum(Broadcast):
    """min(a, b), elementwise: the smaller one receives the gradient; a tie gives half of it to each.

    Shapes: broadcast as in NumPy, (N, H), (H,) -> (N, H). NaN where a or b is NaN.

    >>> bp.minimum(bp.Input("a"), 0.0).fprop(np.array([-1.0, 2.0]), 0.0)
    array([-1.,  0.])
    """

    def fprop(self, a: Array, b: Array) -> Array:
        return namespace(a, b).minimum(a, b)

    def bprop(self, grad: Array, value: Array, a: Array, b: Array) -> Grads:
        return shares(grad, a, b, a < b, b < a)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        return Maximum.examples(rng)


class Where(Broadcast):
    """a where the condition is true (not 0), else b, elementwise. The gradient goes where the value came from.

    Shapes: broadcast as in NumPy, condition (N, H), a (N, H), b (H,) -> (N, H). The condition has no gradient. It is an
    input of truth values (dtype="bool"), or numbers: `bp.where(bp.relu(x), a, b)` is a where x > 0.

    >>> known = bp.Input("known", (), dtype="bool")
    >>> bp.where(known, bp.Input("x"), 0.5).fprop(np.array([True, False]), np.array([3.0, np.nan]), 0.5)
    array([3. , 0.5])
    """

    def fprop(self, condition: Array, a: Array, b: Array) -> Array:
        return namespace(condition, a, b).where(condition != 0, a, b)

    def bprop(self, grad: Array, value: Array, condition: Array, a: Array, b: Array) -> Grads:
        xp = namespace(grad, condition)
        true = condition != 0
        return None, unbroadcast(xp.where(true, grad, 0), a.shape), unbroadcast(xp.where(true, 0, grad), b.shape)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.random(size=(3, 4)) < 0.5, rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
        yield rng.random(size=(3, 4)) < 0.5, rng.normal(size=(1, 4)), rng.normal(size=4)
        yield rng.integers(3, size=(3, 4)), rng.normal(size=4), rng.normal(size=())


def shares(grad: Array, a: Array, b: Array, a_wins: Array, b_wins: Array) -> tuple[Array, Array]:
    """The gradients at a and b of the one that wins; where neither does, half of the gradient each."""
    xp = namespace(grad, a, b)
    half = xp.where(a == b, 0.5 * grad, 0)
    grad_a, grad_b = xp.where(a_wins, grad, half), xp.where(b_wins, grad, half)
    return unbroadcast(grad_a, a.shape), unbroadcast(grad_b, b.shape)


maximum: Final = function(Maximum)
minimum: Final = function(Minimum)
where: Final = function(Where)
