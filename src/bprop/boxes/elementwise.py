"""Elementwise mathematics: exp, log, abs, square, sqrt, sin, cos, clip. Shapes: (...) -> (...)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from bprop import errors
from bprop.box import Box, BoxLike
from bprop.lower_case import function
from bprop.namespace import Array, as_numbers, namespace
from bprop.typing import Example

__all__ = [
    "Abs", "Clip", "Cos", "Exp", "Log", "Sin", "Sqrt", "Square",
    "abs", "clip", "cos", "exp", "log", "sin", "sqrt", "square",
]  # fmt: skip


class Exp(Box):
    """exp(a): derivative exp(a). Shapes: a (...) -> (...).

    >>> bp.exp(bp.Input("a")).fprop(np.array([0.0, -np.inf]))
    array([1., 0.])
    """

    keeps_rows = True

    def fprop(self, a: Array) -> Array:
        return namespace(a).exp(as_numbers(a))

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad * value

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.normal(size=(3, 4)),)


class Log(Box):
    """log(a), the natural logarithm of a > 0: derivative 1 / a. Shapes: a (...) -> (...).

    >>> bp.log(bp.Input("a")).fprop(np.array([1.0, np.inf]))
    array([ 0., inf])
    """

    keeps_rows = True

    def fprop(self, a: Array) -> Array:
        return namespace(a).log(as_numbers(a))

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad / a

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.uniform(0.3, 3.0, size=(3, 4)),)


class Abs(Box):
    """|a|: derivative sign(a), so 0 at 0. Shapes: a (...) -> (...).

    >>> bp.abs(bp.Input("a")).fprop(np.array([-1.0, 2.0]))
    array([1., 2.])
    """

    keeps_rows = True

    def fprop(self, a: Array) -> Array:
        return namespace(a).abs(a)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad * namespace(a).sign(a)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (away_from_zero(rng),)


class Square(Box):
    """a^2: derivative 2 a. Shapes: a (...) -> (...).

    >>> bp.square(bp.Input("a")).fprop(np.array([-1.0, 3.0]))
    array([1., 9.])
    """

    keeps_rows = True

    def fprop(self, a: Array) -> Array:
        return a * a

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad * 2 * a

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.normal(size=(3, 4)),)


class Sqrt(Box):
    """sqrt(a) of a >= 0: derivative 1 / (2 sqrt(a)), infinite at 0. Shapes: a (...) -> (...).

    >>> bp.sqrt(bp.Input("a")).fprop(np.array([0.0, 9.0]))
    array([0., 3.])
    """

    keeps_rows = True

    def fprop(self, a: Array) -> Array:
        return namespace(a).sqrt(as_numbers(a))

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad / (2 * value)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.uniform(0.3, 3.0, size=(3, 4)),)


class Sin(Box):
    """sin(a), a in radians: derivative cos(a). Shapes: a (...) -> (...).

    >>> bp.sin(bp.Input("a")).fprop(np.array([0.0, np.pi / 2]))
    array([0., 1.])
    """

    keeps_rows = True

    def fprop(self, a: Array) -> Array:
        return namespace(a).sin(as_numbers(a))

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad * namespace(a).cos(a)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (3 * rng.normal(size=(3, 4)),)


class Cos(Box):
    """cos(a), a in radians: derivative -sin(a). Shapes: a (...) -> (...).

    >>> bp.cos(bp.Input("a")).fprop(np.array([0.0, np.pi]))
    array([ 1., -1.])
    """

    keeps_rows = True

    def fprop(self, a: Array) -> Array:
        return namespace(a).cos(as_numbers(a))

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return -grad * namespace(a).sin(a)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (3 * rng.normal(size=(3, 4)),)


class Clip(Box):
    """min(max(a, low), high): derivative 1 where low <= a <= high, else 0. Shapes: a (...) -> (...).

    Raises BoxError if low is above high.

    >>> bp.clip(bp.Input("a"), 0, 1).fprop(np.array([-3.0, 0.5, 2.0]))
    array([0. , 0.5, 1. ])
    """

    keeps_rows = True
    low: float
    high: float

    def fprop(self, a: Array) -> Array:
        return namespace(a).clip(a, self.low, self.high)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return namespace(a).where((a >= self.low) & (a <= self.high), grad, 0)

    def check(self) -> None:
        if not self.low <= self.high:
            raise errors.BoxError(f"Clip: low ({self.low}) must not be above high ({self.high})")

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield away_from_zero(rng), {"low": 0.0, "high": 50.0}
        yield rng.uniform(-0.9, 0.9, size=(3, 4)), {"low": -1.0, "high": 1.0}


def away_from_zero(rng: np.random.Generator, shape: int | tuple[int, ...] = (3, 4)) -> np.ndarray:
    """Numbers of either sign, at least 0.1 away from 0: many boxes have a kink at 0."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.1, 2.0, size=shape)


exp: Final = function(Exp)
log: Final = function(Log)
abs: Final = function(Abs)
square: Final = function(Square)
sqrt: Final = function(Sqrt)
sin: Final = function(Sin)
cos: Final = function(Cos)


def clip(a: BoxLike, low: float, high: float, *, name: str | None = None) -> Box:
    """min(max(a, low), high), elementwise. Shapes: a (...) -> (...). Raises BoxError if low is above high.

    >>> bp.clip(bp.Input("a"), 0, 1).fprop(np.array([-3.0, 0.5, 2.0]))
    array([0. , 0.5, 1. ])
    """
    return Clip(a, low=low, high=high, name=name)
