"""Dropout and Gaussian noise. The pass draws the noise and hands it to the box, so the box stays pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import pi
from typing import ClassVar

import numpy as np

from bprop import errors
from bprop.box import Box, BoxLike
from bprop.elsewhere import answering
from bprop.elsewhere.boxes import settings_of
from bprop.namespace import Array, namespace
from bprop.typing import Example

__all__ = ["Dropout", "GaussianNoise", "dropout", "gaussian_noise"]


class Dropout(Box):
    """0 with probability `rate`, else a / (1 - rate). The identity outside training. Shapes: a (N, ...) -> (N, ...).

    The noise is uniform on [0, 1), one number an element. An element survives if its noise is >= rate.
    Srivastava et al. 2014. Raises SettingError unless 0 <= rate < 1.

    >>> bp.dropout(bp.Input("a"), rate=0.5).fprop(np.array([1.0, 2.0]), np.array([0.3, 0.8]))
    array([0., 4.])
    """

    keeps_rows = True
    rate: float = 0.5
    needs: ClassVar[tuple[str, ...]] = ("noise",)
    runtime: ClassVar[tuple[str, ...]] = ("rate",)

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


class GaussianNoise(Box):
    """a + scale z with z from N(0, 1), one number an element. The identity outside training.

    Shapes: a (N, ...) -> (N, ...). Before the first layer it makes an autoencoder a denoising one; between layers it
    regularises. z = sqrt(-2 log(1 - u)) cos(2 pi v) for u and v uniform on [0, 1) (Box and Muller 1958).
    Raises SettingError for a scale that is below 0 or not finite.

    >>> bp.gaussian_noise(bp.Input("a"), scale=0.5).fprop(np.array([1.0, 2.0]), np.array([1.0, -2.0]))
    array([1.5, 1. ])
    """

    keeps_rows = True
    scale: float = 0.1
    needs: ClassVar[tuple[str, ...]] = ("noise",)
    runtime: ClassVar[tuple[str, ...]] = ("scale",)

    def fprop(self, a: Array, noise: Array) -> Array:
        return a + self.scale * noise

    def bprop(self, grad: Array, value: Array, a: Array, noise: Array) -> Array:
        return grad

    def noise(self, draw: Callable[[tuple[int, ...]], Array], a: Array) -> Array:
        uniform = draw((*a.shape, 2))
        xp, u, v = namespace(uniform), uniform[..., 0], uniform[..., 1]
        return xp.sqrt(-2 * xp.log1p(-u)) * xp.cos(2 * pi * v)

    def evaluation(self) -> Box:
        return self.children[0]

    def check(self) -> None:
        if not 0 <= self.scale < float("inf"):
            raise errors.SettingError(f"{self._label()}: scale must be a number from 0 on, not {self.scale}")

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(4, 5)), {"scale": 0.3}
        yield (rng.normal(size=(4, 2, 3)),)


@answering(settings_of("rate"), "bp.dropout")
def dropout(a, rate: float = 0.5, *, name: str | None = None) -> Box:
    """`a` with each element set to 0 with probability `rate` in training, the others divided by 1 - rate.

    Shapes: a (N, ...) -> (N, ...). Raises SettingError unless 0 <= rate < 1. See `Dropout`.

    >>> bp.dropout(bp.Input("a"), rate=0.5).fprop(np.array([1.0, 2.0]), np.array([0.3, 0.8]))
    array([0., 4.])
    """
    return Dropout(a, rate=rate, name=name)


def gaussian_noise(a: BoxLike, scale: float = 0.1, *, name: str | None = None) -> Box:
    """`a` + scale z in training, z from N(0, 1), one number an element. Shapes: a (N, ...) -> (N, ...).

    Raises SettingError for a scale that is below 0 or not finite. See `GaussianNoise`.

    >>> bp.gaussian_noise(bp.Input("a"), scale=0.5).fprop(np.array([1.0, 2.0]), np.array([1.0, -2.0]))
    array([1.5, 1. ])
    """
    return GaussianNoise(a, scale=scale, name=name)
