"""A case: a function with a gradient that is right or not; and the functions from which most cases are made.

A case is a pair of functions on an array namespace `xp` (NumPy, PyTorch or JAX), `forward(xp, *arrays)` and
`backward(xp, grad, value, *arrays)`, with the arrays at which it is checked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A function with a gradient, which is `right` or not, and where it is checked."""

    kind: str
    name: str
    right: bool
    forward: Callable
    backward: Callable
    arrays: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Base:
    """A function of one array with its right gradient, and values at which it is smooth."""

    name: str
    forward: Callable
    backward: Callable
    at: Callable[[np.random.Generator], np.ndarray]

    def case(self, kind: str, name: str, right: bool, backward: Callable, rng: np.random.Generator) -> Case:
        return Case(kind, f"{self.name}, {name}", right, self.forward, backward, (self.at(rng),))


def normal(*shape: int) -> Callable[[np.random.Generator], np.ndarray]:
    return lambda rng: rng.normal(size=shape)


def positive(*shape: int) -> Callable[[np.random.Generator], np.ndarray]:
    return lambda rng: rng.uniform(0.5, 3.0, size=shape)


def softmax(xp: Any, a: Any) -> Any:
    e = xp.exp(a)
    return e / e.sum(-1)[..., None]


def standard(xp: Any, a: Any) -> tuple[Any, Any]:
    """(a - mean) / deviation over the last axis, and the deviation."""
    centred = a - a.mean(-1)[..., None]
    deviation = xp.sqrt((centred * centred).mean(-1)[..., None] + 0.1)
    return centred / deviation, deviation


def standard_back(xp: Any, g: Any, v: Any, a: Any, mean: float = 1.0, variance: float = 1.0) -> Any:
    normal, deviation = standard(xp, a)
    means = mean * g.mean(-1)[..., None] + variance * normal * (g * normal).mean(-1)[..., None]
    return (g - means) / deviation


BASES = (
    Base("tanh", lambda xp, a: xp.tanh(a), lambda xp, g, v, a: g * (1 - v * v), normal(4, 3)),
    Base("exp", lambda xp, a: xp.exp(a), lambda xp, g, v, a: g * v, normal(4, 3)),
    Base("a^3", lambda xp, a: a * a * a, lambda xp, g, v, a: g * 3 * a * a, normal(4, 3)),
    Base("sin 3a", lambda xp, a: xp.sin(3 * a), lambda xp, g, v, a: g * 3 * xp.cos(3 * a), normal(4, 3)),
    Base("log", lambda xp, a: xp.log(a), lambda xp, g, v, a: g / a, positive(4, 3)),
    Base("softmax", softmax, lambda xp, g, v, a: v * (g - (g * v).sum(-1)[..., None]), normal(4, 3)),
    Base("standardise", lambda xp, a: standard(xp, a)[0], standard_back, normal(4, 5)),
)


def mask(xp: Any, like: Any, where: np.ndarray) -> Any:
    """A constant mask in the namespace of an array."""
    return xp.asarray(where.astype(float)) + 0 * like
