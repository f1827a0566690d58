"""Initialisers: `init(rng, shape) -> array`. Fan-in and fan-out come from the shape.

A weight matrix W of shape (H_in, H_out), used as `h @ W`, has fan-in H_in and fan-out H_out. Further leading axes
multiply both.

>>> bp.init.glorot_uniform(np.random.default_rng(0), (784, 500)).shape
(784, 500)
>>> bp.Parameter("W", (784, 500), init=bp.init.normal(0.01))
<Parameter 'W' (784, 500)>
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod, sqrt

import numpy as np

from bprop.errors import SettingError, ShapeError


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan-in, fan-out) of weights of this shape. Raises ShapeError for fewer than two axes."""
    if len(shape) < 2:
        raise ShapeError(f"fan-in and fan-out need weights with two axes or more, not shape {shape}; use bp.init.zeros")
    places = prod(shape[:-2])
    return shape[-2] * places, shape[-1] * places


@dataclass(frozen=True)
class Constant:
    """W_ij = `value`."""

    value: float = 0.0

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return np.full(shape, float(self.value))


@dataclass(frozen=True)
class Uniform:
    """W_ij ~ U[-bound, bound]. Raises SettingError for a negative bound."""

    bound: float

    def __post_init__(self):
        if not self.bound >= 0:
            raise SettingError(f"the bound of a uniform initialiser must not be negative, got {self.bound}")

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return rng.uniform(-self.bound, self.bound, size=shape)


@dataclass(frozen=True)
class Normal:
    """W_ij ~ N(0, deviation^2). Raises SettingError for a negative deviation."""

    deviation: float = 0.01

    def __post_init__(self):
        if not self.deviation >= 0:
            raise SettingError(f"a standard deviation must not be negative, got {self.deviation}")

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return rng.normal(0.0, self.deviation, size=shape)


@dataclass(frozen=True)
class Signs:
    """W_ij = 1 or -1, each with probability 1/2."""

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return rng.choice([-1.0, 1.0], size=shape)


_FANS = {
    "in": lambda fan_in, fan_out: fan_in,
    "out": lambda fan_in, fan_out: fan_out,
    "average": lambda fan_in, fan_out: (fan_in + fan_out) / 2,
}


@dataclass(frozen=True)
class Scaled:
    """W_ij has mean 0 and variance scale / fan, uniform or normal.

    fan : "in" (fan-in), "out" (fan-out) or "average" (the mean of the two).

    Raises SettingError for a scale that is not above 0, or another fan.
    """

    scale: float
    fan: str
    normal: bool = False

    def __post_init__(self):
        if not self.scale > 0 or self.fan not in _FANS:
            raise SettingError(f"scale must be above 0 and fan one of {', '.join(_FANS)}; got {self}")

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        deviation = sqrt(self.scale / _FANS[self.fan](*fans(shape)))
        if self.normal:
            return rng.normal(0.0, deviation, size=shape)
        bound = sqrt(3.0) * deviation
        return rng.uniform(-bound, bound, size=shape)


zeros = Constant(0.0)
ones = Constant(1.0)
signs = Signs()
glorot_uniform = Scaled(1.0, "average")  # U[-b, b], b = sqrt(6) / sqrt(fan_in + fan_out) (Glorot, Bengio 2010, eq. 16)
glorot_normal = Scaled(1.0, "average", normal=True)
he_uniform = Scaled(2.0, "in")  # He, Zhang, Ren and Sun 2015, eq. 10
he_normal = Scaled(2.0, "in", normal=True)
lecun_uniform = Scaled(1.0, "in")  # LeCun, Bottou, Orr and Mueller 1998, section 4.6
lecun_normal = Scaled(1.0, "in", normal=True)
standard = Scaled(1 / 3, "in")  # U[-1 / sqrt(fan_in), 1 / sqrt(fan_in)] (Glorot, Bengio 2010, eq. 1)

constant, uniform, normal = Constant, Uniform, Normal


def default(shape: tuple[int, ...]) -> Constant | Scaled:
    """Glorot uniform for weights (two axes or more), zeros for biases."""
    return glorot_uniform if len(shape) >= 2 else zeros
