"""The slope of a function at 0, and its uncertainty, from a polynomial fitted to many points around 0.

The function is sampled at irregular points within [-h, h]. A polynomial is fitted to them by least squares, and its
slope at 0 is the estimate. The residuals are the uncertainty: noise, roughness, a kink or too much curvature all leave
residuals at the step h at which they matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

RIGHT = np.array([0.21, 0.38, 0.55, 0.71, 0.86, 1.0])
LEFT = np.array([0.17, 0.33, 0.52, 0.68, 0.89, 1.0])
"""Points as shares of h. They are irregular, so that no wave of one frequency looks like a constant."""
SURE = 3.0
"""A gradient that is off by more than so many times the uncertainty is called wrong."""


@dataclass(frozen=True)
class Estimate:
    """A slope within a step, which is off by at most `error`. moves : the function is not constant there."""

    step: float
    slope: float
    error: float
    moves: bool

    def resolves(self, share: float, scale: float) -> bool:
        """Whether the error is at most this share of the slope or of a scale."""
        return bool(self.error <= share * max(scale, abs(self.slope)))

    def holds(self, slope: float) -> bool:
        """Whether a slope is too near to be called wrong."""
        return bool(abs(slope - self.slope) <= SURE * self.error)

    def fits(self, other: Estimate) -> bool:
        """Whether both estimates can be true."""
        return bool(abs(self.slope - other.slope) <= self.error + other.error)


class Sides(NamedTuple):
    """Estimates at one step: on both sides together, on the left, on the right. None where f is not finite."""

    both: Estimate | None
    left: Estimate | None
    right: Estimate | None


class Fit:
    """Least squares of a polynomial of a degree at fixed points: the slope at 0 and its error, for any values there.

    The error is `safety` standard errors: the root mean square of the residuals times the norm of the functional that
    gives the slope. On two sides, six cover the next terms of a power series (at most 3) and 99.9 % of noise.
    """

    def __init__(self, points: np.ndarray, degree: int, safety: float):
        powers = np.vander(points, degree + 1, increasing=True)
        solve = np.linalg.pinv(powers)
        self.row: Any = solve[1].astype(np.longdouble)
        self.rest: np.ndarray = (np.eye(len(points)) - powers @ solve).astype(np.longdouble)
        self.norm: Any = safety * float(np.linalg.norm(solve[1])) / np.sqrt(len(points) - degree - 1)

    def __call__(self, values: np.ndarray, h: float) -> Estimate | None:
        if not np.isfinite(values).all():
            return None
        slope, rest = self.row @ values / h, self.rest @ values
        error = self.norm * np.sqrt((rest * rest).sum()) / h
        # the fit itself has the rounding of float64
        error += 1e-15 * np.abs(self.row * values).sum() / h
        return Estimate(h, float(slope), float(error), bool((values != 0).any()))


BOTH_SIDES = Fit(np.concatenate([-LEFT[::-1], [0], RIGHT]), degree=6, safety=6.0)
RIGHT_SIDE = Fit(np.concatenate([[0], RIGHT]), degree=3, safety=8.0)
LEFT_SIDE = Fit(np.concatenate([[0], -LEFT]), degree=3, safety=8.0)


def estimate(change: Callable[[float], float], h: float) -> Sides:
    """Slopes of a function within a step h. Its value at 0 is 0."""
    right = np.array([change(t * h) for t in RIGHT], np.longdouble)
    left = np.array([change(-t * h) for t in LEFT], np.longdouble)
    zero = np.zeros(1, np.longdouble)
    return Sides(
        BOTH_SIDES(np.concatenate([left[::-1], zero, right]), h),
        LEFT_SIDE(np.concatenate([zero, left]), h),
        RIGHT_SIDE(np.concatenate([zero, right]), h),
    )
