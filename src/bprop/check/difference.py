"""Finite differences against an analytic gradient, in a precision that can tell.

The lecture's quotient (f(x + eps) - f(x - eps)) / (2 eps), taken at eps and at 2 eps and extrapolated
(Richardson), so that the truncation error is O(eps^4). Where that does not agree with the gradient, eps is
reduced: a kink nearby stops mattering once it is farther than eps away. What never agrees is a kink, if the
two one-sided slopes (f(x + eps) - f(x)) / eps and (f(x) - f(x - eps)) / eps differ however small eps is, or
else a mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Precision:
    """A floating-point type, the steps eps tried with it, and how far a gradient may be off."""

    dtype: np.dtype
    steps: tuple[float, ...]
    tolerance: float
    """Largest error of an element, relative to the largest magnitude in its tensor."""

    @property
    def epsilon(self) -> float:
        return float(np.finfo(self.dtype).eps)

    def __str__(self) -> str:
        name = "longdouble" if self.dtype == np.longdouble else self.dtype.name
        return f"{name} (rounding {self.epsilon:.1e})"


def best_precision() -> Precision:
    """longdouble where it is wider than float64, else float64."""
    if np.finfo(np.longdouble).eps < np.finfo(np.float64).eps:
        return Precision(np.dtype(np.longdouble), (2.0**-14, 2.0**-19, 2.0**-24, 2.0**-30), 1e-10)
    return Precision(np.dtype(np.float64), (2.0**-10, 2.0**-13, 2.0**-16, 2.0**-20), 1e-7)


@dataclass(frozen=True)
class Mismatch:
    """An element whose gradient and finite difference disagree, or a kink there."""

    index: tuple[int, ...]
    analytic: float
    numeric: float
    error: float
    """|analytic - numeric| / largest magnitude in the tensor."""


@dataclass
class Coverage:
    """What was compared in one tensor, and how it went."""

    shape: tuple[int, ...]
    elements: int = 0
    projections: int = 0
    note: str = ""
    scale: float = 0.0
    error: float = 0.0
    mismatches: list[Mismatch] = field(default_factory=list)
    kinks: list[Mismatch] = field(default_factory=list)

    @property
    def covered(self) -> str:
        size = int(np.prod(self.shape))
        parts = [f"all {size} in {self.projections} random projections"] if self.projections else []
        if self.elements:
            many = "" if self.elements == 1 else "s"
            parts.append(f"{'all ' if self.elements == size > 1 else ''}{self.elements} element{many}")
        return " + ".join(parts) + (f" ({self.note})" if self.note else "")


class Comparison:
    """A scalar function f of an array x against its gradient g.

    `noise` is the absolute rounding noise of one evaluation of f.
    """

    MOST_KINKS = 20  # found one by one in a large tensor, before elements are sampled instead
    SAMPLE = 100
    VISIBLE = 0.01  # of the largest gradient: the size from which a kink is told of where nothing disagrees

    def __init__(self, f: Callable, x: np.ndarray, g: np.ndarray, noise: float, precision: Precision):
        self.f, self.x, self.g, self.noise, self.precision = f, x, g, noise, precision
        self.scale = float(np.abs(finite(g)).max(initial=0))
        self.centre = f(x)
        self.jump = 0.0  # between the one-sided slopes, at the last step taken

    def run(self, most_elements: int | None, rng: np.random.Generator, projections: int = 2) -> Coverage:
        """Every element of a tensor of at most `most_elements` (None: of any); else random projections."""
        found = Coverage(self.x.shape, scale=self.scale)
        if most_elements is None or self.x.size <= most_elements:
            self._elements(range(self.x.size), found)
        else:
            self._projections(projections, rng, found)
        found.scale = self.scale
        return found

    def _elements(self, flat: range | np.ndarray, found: Coverage) -> None:
        for i in flat:
            index = tuple(int(k) for k in np.unravel_index(i, self.x.shape))
            self._element(index, found)
            found.elements += 1

    def _element(self, index: tuple[int, ...], found: Coverage) -> bool:
        """Compare one element; whether it is right (and no kink)."""
        direction = np.zeros_like(self.x)
        direction[index] = 1
        unit = max(1.0, abs(float(self.x[index])))
        analytic, numeric, right = self._along(direction, unit)
        kept = Mismatch(index, analytic, numeric, self._relative(analytic - numeric))
        if right:
            found.error = max(found.error, kept.error)
        if (not right or self.jump > self.VISIBLE * self.scale) and self._is_kink(direction, unit):
            found.kinks.append(kept)  # where the gradient is right as well, it is the mean of the two slopes
        elif not right:
            # a gradient that is 0 everywhere has no scale of its own: the difference quotient gives one
            self.scale = max(self.scale, abs(numeric))
            found.mismatches.append(Mismatch(index, analytic, numeric, self._relative(analytic - numeric)))
            found.error = max(found.error, found.mismatches[-1].error)
        return right

    def _projections(self, count: int, rng: np.random.Generator, found: Coverage) -> None:
        for _ in range(count):
            direction = rng.choice([-1.0, 1.0], self.x.shape) * rng.uniform(0.5, 1.5, self.x.shape)
            direction = direction.astype(self.x.dtype)
            for kink in found.kinks:
                direction[kink.index] = 0
            for _ in range(self.MOST_KINKS):
                analytic, numeric, right = self._along(direction, self._unit(direction))
                if right:
                    found.error = max(found.error, self._relative(analytic - numeric))
                    break
                culprit = self._bisect(direction)
                if culprit is None:
                    self._sample(rng, found)
                    return
                found.elements += 1
                if not self._element(culprit, found) and found.mismatches:
                    found.note = "where a random projection disagreed"
                    return
                direction[culprit] = 0
            else:
                self._sample(rng, found)
                return
            found.projections += 1

    def _sample(self, rng: np.random.Generator, found: Coverage) -> None:
        """Where kinks blur the projections: elements at random instead, and the coverage says so."""
        found.note = "a sample: kinks blur random projections"
        self._elements(rng.choice(self.x.size, min(self.SAMPLE, self.x.size), replace=False), found)

    def _bisect(self, direction: np.ndarray) -> tuple[int, ...] | None:
        """An element whose part in the projection is wrong, by halving; None where no half is."""
        members = np.flatnonzero(direction)
        while len(members) > 1:
            half = len(members) // 2
            for part in (members[:half], members[half:]):
                masked = np.zeros_like(direction)
                masked.flat[part] = direction.flat[part]
                if not self._along(masked, self._unit(masked))[2]:
                    members = part
                    break
            else:
                return None
        return tuple(int(k) for k in np.unravel_index(members[0], self.x.shape)) if len(members) else None

    def _unit(self, direction: np.ndarray) -> float:
        """Steps along many elements at once are shorter, so that f moves about as far as along one."""
        return 1.0 / max(1.0, np.sqrt(np.count_nonzero(direction)))

    def _along(self, direction: np.ndarray, unit: float) -> tuple[float, float, bool]:
        """(analytic slope, the nearest difference quotient, whether they agree) along a direction.

        A smaller step is believed only if its noise is far below the disagreement that it is to clear up:
        else a mistake could hide in the noise.
        """
        analytic = np.where(direction != 0, self.g * direction, 0).sum()
        best = first = np.nan
        for number, (eps, numeric) in enumerate(self._quotients(direction, unit)):
            away = abs(numeric - analytic)
            if number == 0:
                best, first = numeric, away
            elif not first > 10 * self._floor(eps):
                break
            if away < abs(best - analytic):
                best = numeric
            if away <= self.precision.tolerance * self.scale + self._floor(eps):
                return float(analytic), float(numeric), True
        return float(analytic), float(best), False

    def _quotients(self, direction: np.ndarray, unit: float) -> Iterator[tuple[float, np.floating]]:
        for step in self.precision.steps:
            eps = step * unit
            right, left = self.f(self.x + eps * direction), self.f(self.x - eps * direction)
            near, self.jump = (right - left) / (2 * eps), abs(right - 2 * self.centre + left) / eps
            far = (self.f(self.x + 2 * eps * direction) - self.f(self.x - 2 * eps * direction)) / (4 * eps)
            yield eps, (4 * near - far) / 3

    def _floor(self, eps: float) -> float:
        """The rounding noise of a difference quotient."""
        return 4 * self.noise / eps

    def _is_kink(self, direction: np.ndarray, unit: float) -> bool:
        """Whether the two one-sided slopes differ as much at the smallest step that can tell as at the largest."""
        jump = 0.0
        for number, step in enumerate(self.precision.steps):
            eps = step * unit
            right = (self.f(self.x + eps * direction) - self.centre) / eps
            left = (self.centre - self.f(self.x - eps * direction)) / eps
            if number == 0:
                jump = abs(right - left)
            elif not jump > 16 * self._floor(eps):
                return number > 1
            elif abs(right - left) < 0.5 * jump:
                return False  # it shrinks with the step: curvature, or a kink farther away
        return True

    def _relative(self, difference: float) -> float:
        return abs(float(difference)) / self.scale if self.scale > 0 else float(difference != 0)


def rounding_noise(grads: list, values: list, epsilon: float) -> float:
    """The rounding noise of f to first order: every value v on the way is off by eps |v|, and moves f by grad v."""
    total = sum(float((finite(g * v) ** 2).sum()) for g, v in zip(grads, values, strict=True) if g is not None)
    return 4 * epsilon * float(np.sqrt(total))


def finite(a: np.ndarray) -> np.ndarray:
    """The array with 0 for what is not finite: a gradient of infinity must not become the measure of the others."""
    return np.where(np.isfinite(a), a, 0)
