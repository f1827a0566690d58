"""Dropout. The pass draws the noise and hands it to the box, so the box stays pure."""

from collections.abc import Callable, Iterator
from typing import ClassVar

import numpy as np

from bprop import errors
from bprop.box import Box
from bprop.namespace import Array
from bprop.typing import Example

__all__ = ["Dropout", "dropout"]


class Dropout(Box):
    """0 with probability `rate`, else a / (1 - rate). The identity outside training. Shapes: a (N, ...) -> (N, ...).

    The noise is uniform on [0, 1), one number an element. An element survives if its noise is >= rate.
    Srivastava et al. 2014. Raises SettingError unless 0 <= rate < 1.

    >>> bp.dropout(bp.Input("a"), rate=0.5).fprop(np.array([1.0, 2.0]), np.array([0.3, 0.8]))
    array([0., 4.])
    """

    keeps_rows = True
    rate: float = 0.5
    needs: ClassVar = ("noise",)
    runtime: ClassVar = ("rate",)

    def fprop(self, a: Array, noise: Array) -> Array:
        return a * (noise >= self.rate) / (1 - self.rate)

    def bprop(self, grad: Array, value: Array, a: Array, noise: Array) -> Array:
        return grad * (noise >= self.rate) / (1 - self.rate)

    def noise(self, draw: Callable[[tuple[int, ...]], Array], a: Array) -> Array:
        return draw(a.shape)

    def evaluation(self) -> Box:
        return self.children[0]

    def check(self) -> None:
        if not 0 <= self.rate < 1:
            raise errors.SettingError(f"{self._label()}: rate must be in [0, 1), not {self.rate}")

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(4, 5)), {"rate": 0.3}
        yield (rng.normal(size=(4, 5)),)


def dropout(a, rate: float = 0.5, *, name: str | None = None) -> Box:
    """`a` with each element set to 0 with probability `rate` in training, the others divided by 1 - rate.

    Shapes: a (N, ...) -> (N, ...). Raises SettingError unless 0 <= rate < 1. See `Dropout`.

    >>> bp.dropout(bp.Input("a"), rate=0.5).fprop(np.array([1.0, 2.0]), np.array([0.3, 0.8]))
    array([0., 4.])
    """
    return Dropout(a, rate=rate, name=name)
