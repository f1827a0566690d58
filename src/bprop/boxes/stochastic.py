"""Dropout. The pass draws the noise and hands it to the box, so the box stays pure."""

from typing import ClassVar

from bprop import errors
from bprop.box import Box

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

    def fprop(self, a, noise):
        return a * (noise >= self.rate) / (1 - self.rate)

    def bprop(self, grad, value, a, noise):
        return grad * (noise >= self.rate) / (1 - self.rate)

    def noise(self, draw, a):
        return draw(a.shape)

    def evaluation(self):
        return self.children[0]

    def check(self):
        if not 0 <= self.rate < 1:
            raise errors.SettingError(f"{self._label()}: rate must be in [0, 1), not {self.rate}")

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(4, 5)), {"rate": 0.3}
        yield (rng.normal(size=(4, 5)),)


def dropout(a, rate: float = 0.5, *, name: str | None = None) -> Box:
    """`a` with each element set to 0 with probability `rate` in training, the others divided by 1 - rate.

    Shapes: a (N, ...) -> (N, ...). Raises SettingError unless 0 <= rate < 1. See `Dropout`.

    >>> bp.dropout(bp.Input("a"), rate=0.5).fprop(np.array([1.0, 2.0]), np.array([0.3, 0.8]))
    array([0., 4.])
    """
    return Dropout(a, rate=rate, name=name)
