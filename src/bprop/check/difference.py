"""Finite differences of a scalar function of an array, compared with an analytic gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bprop.check.precision import Precision, finite, natural_units
from bprop.check.slope import KINK, RIGHT, SHARP, UNRESOLVED, Slope, Verdict


@dataclass(frozen=True)
class Mismatch:
    """An element whose gradient and finite difference disagree, or that has a kink, or that is not resolved."""

    index: tuple[int, ...]
    analytic: float
    numeric: float
    error: float
    """|analytic - numeric| / largest magnitude of a gradient in the tensor."""
    note: str = ""


@dataclass
class Coverage:
    """The elements and projections of one tensor that were compared, and the results."""

    shape: tuple[int, ...]
    elements: int = 0
    projections: int = 0
    note: str = ""
    scale: float = 0.0
    error: float = 0.0
    uncertainty: float = 0.0
    """The largest uncertainty of a slope that agrees, relative to the largest magnitude. A smaller mistake may hide."""
    mismatches: list[Mismatch] = field(default_factory=list)
    kinks: list[Mismatch] = field(default_factory=list)
    unresolved: list[Mismatch] = field(default_factory=list)

    @property
    def covered(self) -> str:
        size = int(np.prod(self.shape))
        parts = [f"all {size} in {self.projections} random projections"] if self.projections else []
        if self.elements:
            many = "" if self.elements == 1 else "s"
            parts.append(f"{'all ' if self.elements == size > 1 else ''}{self.elements} element{many}")
        return " + ".join(parts) + (f" ({self.note})" if self.note else "")


class Comparison:
    """The comparison of a scalar function f of an array x with its gradient g.

    noise : the expected rounding of one evaluation of f. blur : the expected rounding of every element of g.
    """

    MOST_KINKS = 20  # with more kinks in a large tensor, elements are sampled
    MOST_UNRESOLVED = 10  # after so many, the rest of a tensor is skipped
    SAMPLE = 100

    x: np.ndarray
    g: np.ndarray
    noise: float
    precision: Precision
    sample: int

    f: Callable[..., Any]

    def __init__(
        self,
        f: Callable[..., Any],
        x: np.ndarray,
        g: np.ndarray,
        noise: float,
        precision: Precision,
        blur: np.ndarray | None = None,
    ):
        self.f, self.x, self.g, self.noise, self.precision = f, x, g, noise, precision
        self.blur: np.ndarray = np.zeros_like(x) if blur is None else blur
        self.scale: float = float(np.abs(finite(g)).max(initial=0))
        self.units: np.ndarray = natural_units(x)
        size = np.where(x != 0, np.abs(x), self.units)
        self.sensitivity: float = float(np.abs(finite(g * size)).max(initial=0))
        """The largest change of f when one element moves by its own magnitude."""
        self.centre: Any = f(x)

    def run(self, most_elements: int | None, rng: np.random.Generator, projections: int = 2) -> Coverage:
        """Compare every element of a tensor of at most `most_elements` (None: of any), else random projections."""
        coverage = Coverage(self.x.shape)
        self.sample = min(self.SAMPLE, self.x.size, most_elements or self.SAMPLE)
        if most_elements is None or self.x.size <= most_elements:
            self._elements(range(self.x.size), coverage)
        else:
            self._projections(projections, rng, coverage)
        coverage.scale = self.scale
        return coverage

    def _elements(self, flat: range | np.ndarray, coverage: Coverage) -> None:
        for i in flat:
            index = tuple(int(k) for k in np.unravel_index(i, self.x.shape))
            self._element(index, coverage)
            coverage.elements += 1
            if len(coverage.unresolved) >= self.MOST_UNRESOLVED:
                return

    def _element(self, index: tuple[int, ...], coverage: Coverage) -> bool:
        """Compare one element. True if it is right and has no kink."""
        verdict = self.along_element(index)
        analytic = float(self.g[index])
        mismatch = Mismatch(index, analytic, verdict.numeric, self._relative(analytic - verdict.numeric))
        if verdict.kind == RIGHT:
            self._right(mismatch.error, verdict, coverage)
        elif verdict.kind == KINK:
            coverage.kinks.append(mismatch)
        elif verdict.kind == UNRESOLVED:
            coverage.unresolved.append(mismatch)
        else:
            # a gradient that is 0 everywhere has no scale: the difference quotient is its scale
            if np.isfinite(verdict.numeric):
                self.scale = max(self.scale, abs(verdict.numeric))
            coverage.mismatches.append(
                Mismatch(index, analytic, verdict.numeric, self._relative(analytic - verdict.numeric))
            )
            coverage.error = max(coverage.error, coverage.mismatches[-1].error)
        return verdict.kind == RIGHT

    def _right(self, error: float, verdict: Verdict, coverage: Coverage) -> None:
        coverage.error = max(coverage.error, error)
        uncertain = self._relative(verdict.error)
        if self.scale > 0 and uncertain > SHARP:
            coverage.uncertainty = max(coverage.uncertainty, uncertain)

    def along_element(self, index: tuple[int, ...]) -> Verdict:
        """The verdict on one element."""
        direction = np.zeros_like(self.x)
        direction[index] = 1
        unit = float(self.units[index])
        scale = min(self.scale, self.sensitivity / unit) if unit > 0 else self.scale
        return self._verdict(direction, unit, scale, abs(float(self.x[index])))

    def _along(self, direction: np.ndarray) -> tuple[float, Verdict]:
        """(analytic slope, verdict) along a direction of many elements, in natural units."""
        moved = direction != 0
        parts = self.g[moved] * direction[moved]
        scale = float(np.abs(finite(parts)).max(initial=0))  # a single wrong element must not hide among the others
        own = np.abs(self.x[moved] / direction[moved])
        least = float(own[own > 0].min(initial=np.inf))
        return float(parts.sum()), self._verdict(direction, 1.0, scale, least)

    def _verdict(self, direction: np.ndarray, unit: float, scale: float, own: float) -> Verdict:
        analytic = float(np.where(direction != 0, self.g * direction, 0).sum())

        def change(t: float) -> float:
            return self.f(self.x + t * direction) - self.centre

        blur = float(np.abs(self.blur * direction).sum())
        return Slope(change, analytic, unit, scale, self.noise, self.precision, own, blur).verdict()

    # --- large tensors ---

    def _projections(self, count: int, rng: np.random.Generator, coverage: Coverage) -> None:
        for _ in range(count):
            direction = self._random(rng)
            for kink in coverage.kinks:
                direction[kink.index] = 0
            for _ in range(self.MOST_KINKS):
                analytic, verdict = self._along(direction)
                if verdict.kind == RIGHT:
                    error = abs(verdict.numeric - analytic)
                    self._right(self._along_relative(error, direction), verdict, coverage)
                    break
                if verdict.kind == UNRESOLVED:
                    self._sample(rng, coverage, "random projections are not resolved")
                    return
                culprit = self._bisect(direction)
                if culprit is None:
                    self._sample(rng, coverage)
                    return
                coverage.elements += 1
                if not self._element(culprit, coverage) and (coverage.mismatches or coverage.unresolved):
                    coverage.note = "where a random projection disagreed"
                    return
                direction[culprit] = 0
            else:
                self._sample(rng, coverage)
                return
            coverage.projections += 1

    def _random(self, rng: np.random.Generator) -> np.ndarray:
        """A random direction in natural units, so short that f moves about as far as along one element."""
        signs = rng.choice([-1.0, 1.0], self.x.shape) * rng.uniform(0.5, 1.5, self.x.shape)
        return (signs * self.units / np.sqrt(max(1, self.x.size))).astype(self.x.dtype)

    def _along_relative(self, difference: float, direction: np.ndarray) -> float:
        """A difference along a direction, relative to the largest change of f by one element."""
        size = self.sensitivity / np.sqrt(max(1, self.x.size))
        return difference / size if size > 0 else float(difference != 0)

    def _sample(
        self, rng: np.random.Generator, coverage: Coverage, reason: str = "kinks blur random projections"
    ) -> None:
        """Compare random elements, if projections cannot decide. The coverage has a note on it."""
        coverage.note = f"a sample: {reason}"
        self._elements(rng.choice(self.x.size, self.sample, replace=False), coverage)

    def _bisect(self, direction: np.ndarray) -> tuple[int, ...] | None:
        """An element whose part in the projection is wrong, by halving; None if neither half is wrong."""
        members = np.flatnonzero(direction)
        while len(members) > 1:
            half = len(members) // 2
            for part in (members[:half], members[half:]):
                masked = np.zeros_like(direction)
                masked.flat[part] = direction.flat[part]
                if self._along(masked)[1].kind != RIGHT:
                    members = part
                    break
            else:
                return None
        return tuple(int(k) for k in np.unravel_index(members[0], self.x.shape)) if len(members) else None

    def _relative(self, difference: float) -> float:
        return abs(float(difference)) / self.scale if self.scale > 0 else float(difference != 0)
