"""The floating-point type of a check, and how far a gradient may be off in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Precision:
    """A floating-point type, the two steps eps that are tried first, and how far a gradient may be off."""

    dtype: np.dtype
    steps: tuple[float, ...]
    """In natural units: an element is moved by eps times its own magnitude (see `bprop.check.units`)."""
    tolerance: float
    """Largest relative error of a slope."""

    @property
    def epsilon(self) -> float:
        return float(np.finfo(self.dtype).eps)

    def __str__(self) -> str:
        name = "longdouble" if self.dtype == np.longdouble else self.dtype.name
        return f"{name} (rounding {self.epsilon:.1e})"


def best_precision() -> Precision:
    """longdouble where it is wider than float64, else float64."""
    if np.finfo(np.longdouble).eps < np.finfo(np.float64).eps:
        return Precision(np.dtype(np.longdouble), (2.0**-14, 2.0**-19), 1e-10)
    return Precision(np.dtype(np.float64), (2.0**-10, 2.0**-13), 1e-7)


def rounding_noise(grads: list, values: list, epsilon: float) -> float:
    """The rounding noise of f to first order: every value v on the way is off by eps |v|, and moves f by grad v."""
    total = sum(float((finite(g * v) ** 2).sum()) for g, v in zip(grads, values, strict=True) if g is not None)
    return 4 * epsilon * float(np.sqrt(total))


def finite(a: np.ndarray) -> np.ndarray:
    """The array with 0 for what is not finite: a gradient of infinity must not become the measure of the others."""
    return np.where(np.isfinite(a), a, 0)
