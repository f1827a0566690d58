"""Regularisers Omega(theta): one number for all the weights that are their children."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from bprop.box import Box
from bprop.boxes.elementwise import away_from_zero
from bprop.lower_case import function_of_several
from bprop.namespace import Array, namespace
from bprop.typing import Example, Grads

__all__ = ["L1", "L2", "l1", "l2"]


class L1(Box):
    """sum_k sum_ij |W(k)_ij|: gradient sign(W), so 0 at 0. Shapes: any -> ().

    >>> float(bp.l1(bp.Parameter("W", (2,))).fprop(np.array([1.0, -2.0])))
    3.0
    """

    def fprop(self, *W: Array) -> Array:
        return sum(namespace(w).abs(w).sum() for w in W)

    def bprop(self, grad: Array, value: Array, *W: Array) -> Grads:
        return tuple(grad * namespace(w).sign(w) for w in W)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (away_from_zero(rng),)
        yield away_from_zero(rng), away_from_zero(rng, (2,))


class L2(Box):
    """sum_k sum_ij (W(k)_ij)^2: gradient 2 W. Shapes: any -> ().

    >>> float(bp.l2(bp.Parameter("W", (2,))).fprop(np.array([1.0, -2.0])))
    5.0
    """

    def fprop(self, *W: Array) -> Array:
        return sum((w * w).sum() for w in W)

    def bprop(self, grad: Array, value: Array, *W: Array) -> Grads:
        return tuple(grad * 2 * w for w in W)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.normal(size=(3, 4)),)
        yield rng.normal(size=(3, 4)), rng.normal(size=2)


l1: Final = function_of_several(L1)
l2: Final = function_of_several(L2)
