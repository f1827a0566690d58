"""The floating-point type of a check, its tolerance, and the natural units of its steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

SMALL = 0.1
"""An element that is smaller than this share of the typical one moves as far as if it were that large."""


@dataclass(frozen=True)
class Precision:
    """A floating-point type, the two steps eps that come first, and the tolerance for a gradient."""

    dtype: np.dtype
    steps: tuple[float, ...]
    """In natural units: an element moves by eps times its own magnitude (see `natural_units`)."""
    tolerance: float
    """The largest relative error of a slope that is right."""

    @property
    def epsilon(self) -> float:
        return float(np.finfo(self.dtype).eps)

    def __str__(self) -> str:
        name = "longdouble" if self.dtype == np.longdouble else self.dtype.name
        return f"{name} (rounding {self.epsilon:.1e})"


def best_precision() -> Precision:
    """longdouble if it is wider than float64, else float64."""
    if np.finfo(np.longdouble).eps < np.finfo(np.float64).eps:
        return Precision(np.dtype(np.longdouble), (2.0**-14, 2.0**-19), 1e-10)
    return Precision(np.dtype(np.float64), (2.0**-10, 2.0**-13), 1e-7)


def rounding_noise(grads: list[Any], values: list[Any], epsilon: float) -> float:
    """The rounding noise of f to first order: each value v is off by eps |v|, which moves f by grad eps |v|."""
    total = sum(float((finite(g * v) ** 2).sum()) for g, v in zip(grads, values, strict=True) if g is not None)
    return 4 * epsilon * float(np.sqrt(total))


def finite(a: np.ndarray) -> np.ndarray:
    """The array with 0 for entries that are not finite: an infinite gradient must not be the scale of the others."""
    return np.where(np.isfinite(a), a, 0)


def natural_units(x: np.ndarray) -> np.ndarray:
    """max(|x_i|, 0.1 r) for every i, with r the root mean square of the entries that are finite and not 0.

    r is 1 without such entries. An element moves in proportion to its unit.
    """
    size = np.abs(x)
    counted = size[np.isfinite(size) & (size > 0)]
    if not counted.size:
        return np.ones_like(x)
    largest = counted.max()
    typical = largest * np.sqrt(np.mean((counted / largest) ** 2))
    return np.where(np.isfinite(size), np.maximum(size, SMALL * typical), typical)
