"""What a case comes to on the reference, NumPy in float64, and how far rounding may lead from it.

A well-conditioned graph is held to BOUNDS. How ill a graph is conditioned, kinks and cancellation included, is
measured: every value is jittered, by many roundings' worth, and what that does to each result is allowed on top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bprop.errors import BpropError
from fuzz.graphs.case import Case
from fuzz.graphs.outcome import Outcome, train

BOUNDS = {"float64": 1e-9, "float32": 400 * float(np.finfo(np.float32).eps)}
"""Allowed relative to the largest magnitude in a tensor: in float32, 400 roundings."""
JITTER = {"float64": 1e-12, "float32": 2e-6}
"""The size of the jitter: 4,500 roundings in float64; 17 in float32, about what functions and short sums are off by."""
DRAWS = 3
TIMES = 4.0
"""What is allowed on top, in deviations seen under jitter."""
RESOLVED = 0.02
"""A result that the jitter moves by more than this share of itself is not judged."""


@dataclass
class Reference:
    """The results, and by dtype how far the jitter moved each."""

    case: Case
    outcome: Outcome
    moved: dict[str, dict[str, float]]

    @classmethod
    def of(cls, case: Case) -> Reference:
        found = cls(case, train(case, "numpy", "float64"), {})
        for dtype in BOUNDS:
            found.moved[dtype] = dict.fromkeys(found.outcome, 0.0)
            found.draw(dtype, range(DRAWS))
        return found

    def draw(self, dtype: str, seeds: range) -> None:
        """Look at more jittered runs. One that diverges, or has no answer, moves everything."""
        for seed in seeds:
            try:
                other = train(self.case, "numpy", "float64", (JITTER[dtype], seed))
            except BpropError:
                other = {}
            for name, value in self.outcome.items():
                off = distance(other[name], value) if name in other else np.inf
                self.moved[dtype][name] = max(self.moved[dtype][name], off)

    def scale(self, name: str) -> float:
        """The largest magnitude in a result: of a parameter, in what training changed."""
        return largest(self.outcome[name] - self.start(name))

    def start(self, name: str) -> np.ndarray:
        return self.case.theta[name[6:]] if name.startswith("theta/") else np.zeros(())

    def allowed(self, name: str, dtype: str) -> float | None:
        """How far a result in `dtype` may be off; None where rounding decides what it is."""
        eps, scale = float(np.finfo(dtype).eps), self.scale(name)
        floor = 8 * eps * largest(self.start(name)) + float(np.finfo(dtype).tiny) * 1e8
        moved = self.moved[dtype][name]
        if not moved <= RESOLVED * scale + floor:
            return None
        return BOUNDS[dtype] * scale + floor + TIMES * moved


def largest(array: np.ndarray) -> float:
    return float(np.abs(np.asarray(array, float)).max(initial=0.0))


def distance(one: np.ndarray, two: np.ndarray) -> float:
    """The largest difference; infinite where the shapes differ or one is not a number and the other is."""
    one, two = np.asarray(one, float), np.asarray(two, float)
    if one.shape != two.shape:
        return np.inf
    both = np.isnan(one) & np.isnan(two) | (one == two)
    off = np.where(both, 0.0, np.abs(np.where(both, 0.0, one) - np.where(both, 0.0, two)))
    return float(np.where(np.isnan(off), np.inf, off).max(initial=0.0))
