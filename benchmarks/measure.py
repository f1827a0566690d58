"""Timing: rounds in which every peer runs once, so that a noisy moment meets all of them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks import reference
from benchmarks.cases import Case, problem
from benchmarks.peers import BASE, PEERS

TOLERANCE = 1e-4
"""Relative difference to the float64 loss beyond which a peer has not computed the same."""


@dataclass(frozen=True)
class Result:
    """Microseconds a step of every peer in every round, and the relative error of its final loss."""

    case: Case
    times: dict[str, list[float]]
    errors: dict[str, float]

    def median(self, peer: str) -> float:
        return median(self.times[peer])

    def ratio(self, peer: str, base: str) -> float:
        """The median over the rounds of time(peer) / time(base)."""
        return median(a / b for a, b in zip(self.times[peer], self.times[base], strict=True))

    def to_dict(self) -> dict[str, Any]:
        return {"case": self.case.name, "updates": self.case.updates, "microseconds": self.times, "errors": self.errors}


def measure(case: Case, wanted: list[str], rounds: int) -> Result:
    """Every installed peer on one case. Raises SystemExit where a peer's result is not the float64 one."""
    given = problem(case)
    exact = reference.loss(given, reference.train(given, np.float64))
    runs, errors = {}, {}
    for name, prepare in PEERS.items():
        if wanted and name != BASE and not any(part in name for part in wanted):
            continue
        try:
            runs[name] = prepare(given)
        except ImportError:
            continue
        errors[name] = abs(reference.loss(given, runs[name]()) - exact) / exact  # also compiles
        if errors[name] > TOLERANCE:
            raise SystemExit(f"{case.name}: {name} ends at another loss: relative difference {errors[name]:.1e}")
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = perf_counter()
            run()
            times[name].append((perf_counter() - start) / case.updates * 1e6)
    print(f"{case.name}: done", file=sys.stderr)
    return Result(case, times, errors)
