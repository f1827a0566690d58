"""The verdict on one directional derivative.

1. The lecture's quotient (f(x + eps) - f(x - eps)) / (2 eps), at eps and at 2 eps, is extrapolated (Richardson), with a
   truncation error of O(eps^4). If it agrees with bprop and there is no sign of a kink, bprop is right. If it gives the
   same wrong answer at a second, much smaller eps, bprop is wrong.
2. Else the slope is estimated at all scales, from coarse steps to fine steps, each with its uncertainty (see
   `bprop.check.fit`). The coarsest step with a clear slope counts. Finer steps that are consistent with it sharpen it.
   A slope at finer steps alone that contradicts it is roughness: rounding, a table, a cast.
3. If only the two one-sided slopes are clear, and they differ down to the finest step, there is a kink. A gradient is
   legal there if it lies between them.
4. If nothing is clear, the slope is not resolved. Then there is no verdict for or against bprop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from bprop.check.estimates import CLEAR, LOOSE, clearest, loosest, monotone
from bprop.check.fit import SURE, Estimate, Sides, estimate
from bprop.check.precision import Precision

SHARP = 1e-6
"""Agreement to the tolerance counts if the uncertainty is at most this share."""
JUMP = 1e-3
"""A kink is suspected if the one-sided slopes differ by more than this share of the scale."""
COARSEST, RATIO = 2.0**-2, 2.0**-3
WIDER = (2.0, 2.0**4, 2.0**7)
"""The last steps to try, for functions that are nearly linear and very rough."""
AT_ZERO = 2.0**14
"""A gradient below so many times the rounding of f is 0 within rounding."""

RIGHT, WRONG, KINK, UNRESOLVED = "right", "wrong", "kink", "not resolved"


@dataclass(frozen=True)
class Verdict:
    """The conclusion, the nearest slope that finite differences give, and its uncertainty.

    left, right : the one-sided slopes at a kink.
    """

    kind: str
    numeric: float
    error: float = 0.0
    left: float = 0.0
    right: float = 0.0
    flat: bool = False


@dataclass
class Slope:
    """The change of a function of t from its value at t = 0, and its slope at 0 according to bprop (`analytic`).

    unit : the natural unit of t. own : the smallest magnitude among the elements that move, if it is smaller.
    scale : the slope that matters, which is the largest of the tensor. noise : the expected rounding of f. blur : the
    expected rounding of `analytic`.
    """

    change: Callable[[float], float]
    analytic: float
    unit: float
    scale: float
    noise: float
    precision: Precision
    own: float = np.inf
    blur: float = 0.0
    sides_at: dict[float, Sides] = field(default_factory=dict)

    def verdict(self) -> Verdict:
        if not np.isfinite(self.analytic):
            return Verdict(WRONG, self._quotient(self.precision.steps[-1] * self.unit)[0])
        quick = self._quick()
        if quick is not None and not quick.flat:
            return quick
        if quick is not None:
            return self._flat(quick)
        return self._at_all_scales()

    # --- the lecture's quotient ---

    def _quotient(self, h: float) -> tuple[float, float]:
        """(the extrapolated quotient, the difference of the one-sided slopes) at one step."""
        right, left = self.change(h), self.change(-h)
        near, far = (right - left) / (2 * h), (self.change(2 * h) - self.change(-2 * h)) / (4 * h)
        return float((4 * near - far) / 3), float(abs(right + left) / h)

    def _quick(self) -> Verdict | None:
        """RIGHT or WRONG if the quotients at two steps leave no doubt; else None."""
        slopes, jumps, h = [], [], self.unit
        for number, step in enumerate(self.precision.steps[:2]):
            h = step * self.unit
            slope, jump = self._quotient(h)
            slopes.append(slope)
            jumps.append(jump)
            size = max(self.scale, abs(slope))
            smooth = jump <= JUMP * size or (number and jump <= jumps[0] / 8)
            if smooth and self._agrees(slope, self._floor(h, slope)):
                flat = slope == 0 and self.analytic == 0 and jump == 0
                return Verdict(RIGHT, slope, self._floor(h, slope), flat=flat)
        # equal quotients refute bprop only if they are clear by themselves (a fast wave looks alike at both steps) and
        # if a fit agrees (rounding may make two quotients alike)
        away = abs(slopes[-1] - self.analytic)
        clear = min(away, abs(slopes[-1]))
        steady = abs(slopes[0] - slopes[-1]) <= 1e-3 * clear
        if steady and max(jumps[-1], 4 * self.noise / h) <= 1e-2 * clear and clear > 0:
            between = self._sides(float(np.sqrt(np.prod(self.precision.steps[:2])))).both
            if between is not None and not between.holds(self.analytic):
                return Verdict(WRONG, slopes[-1], 4 * self.noise / h)
        return None

    def _floor(self, h: float, slope: float) -> float:
        """The rounding of a quotient, if it is small relative to the scale. Then it may excuse a difference. Else 0."""
        floor = 4 * self.noise / h
        return floor if floor <= SHARP * max(self.scale, abs(slope)) else 0.0

    def _agrees(self, slope: float, floor: float = 0.0) -> bool:
        rounding = 2**10 * self.precision.epsilon * self.scale
        size = max(abs(slope), abs(self.analytic))
        return bool(abs(slope - self.analytic) <= self.precision.tolerance * size + rounding + floor + self.blur)

    def _flat(self, quick: Verdict) -> Verdict:
        """The verdict if f does not move at small steps and bprop gives 0. Larger steps show a staircase (a cast)."""
        if all(self.change(t * self.unit) == 0 for t in (0.2, -0.2, 0.03, -0.03)):
            return quick
        estimates = [sides.both for step in (COARSEST, 2.0**-5, 2.0**-8) if (sides := self._sides(step)).both]
        clear = [e for e in estimates if e.moves and e.resolves(LOOSE, 0.0)]
        return Verdict(UNRESOLVED, clear[0].slope, clear[0].error, flat=True) if clear else quick

    # --- all scales ---

    def _sides(self, step: float) -> Sides:
        if step not in self.sides_at:
            h = step * self.unit
            estimates = estimate(self.change, h)
            # if f does not move, its slope may be anything that its rounding hides
            still = [e if e is None or e.moves else replace(e, error=self.noise / h) for e in estimates]
            self.sides_at[step] = Sides(*still)
        return self.sides_at[step]

    def _at_all_scales(self) -> Verdict:
        steps, kinks = self._steps(), 0
        for step in steps:
            sides = self._sides(step)
            if self._sharp(sides.both):
                return Verdict(RIGHT, sides.both.slope, 0.0)  # type: ignore[union-attr]
            if self._settled():
                break
            kinks = kinks + 1 if self._kink(sides) else 0
            if kinks == 3 and (verdict := self._same_at(steps[-1])):
                return verdict
        return self._conclude_or(self._refine, self._widen)

    def _steps(self) -> list[float]:
        """Steps in units, from coarse to fine: some suit the unit, some the smallest magnitude."""
        ladder = [COARSEST * RATIO**i for i in range(16)]
        own = self.own / self.unit
        if 0 < own < 2.0**-10:
            ladder = sorted({*ladder, *(own * step for step in ladder)}, reverse=True)
        return ladder

    def _conclude_or(self, *more: Callable[[], None]) -> Verdict:
        """The verdict from all estimates. While it is not resolved, `more` adds estimates."""
        verdict = self._conclude()
        for look in more:
            if verdict.kind == UNRESOLVED:
                look()
                verdict = self._conclude()
        return verdict

    def _refine(self) -> None:
        """Add estimates at steps around the best one."""
        errors = {step: b.error for step, sides in self.sides_at.items() if (b := sides.both) is not None and b.moves}
        if errors:
            best = min(errors, key=lambda step: errors[step])
            for factor in (0.5, 2.0, 4.0):
                self._sides(best * factor)

    def _widen(self) -> None:
        for step in WIDER:
            self._sides(step)

    def _sharp(self, both: Estimate | None) -> bool:
        """Whether an estimate agrees with bprop to the tolerance, and is certain enough that this is no accident."""
        return both is not None and both.moves and both.resolves(SHARP, self.scale) and self._agrees(both.slope)

    def _settled(self) -> bool:
        """Whether a clear slope agrees with bprop, and finer steps are only less certain."""
        every = monotone(
            [b for step in sorted(self.sides_at, reverse=True) if (b := self.sides_at[step].both) is not None]
        )
        clear = clearest(every, self.scale)
        if clear is None or not clear.resolves(CLEAR, 0.0):
            return False
        finer = [e.error for e in every if e.step < clear.step]
        if len(finer) < 3 or min(finer) < clear.error:
            return False
        return self._compare(clear).kind == RIGHT or clear.resolves(1e-8, 0.0)

    def _kink(self, sides: Sides) -> bool:
        """Whether both one-sided slopes are clear at a step, and differ."""
        left, right = sides.left, sides.right
        if left is None or right is None:
            return False
        scale = max(self.scale, abs(left.slope), abs(right.slope))
        return left.resolves(CLEAR, scale) and right.resolves(CLEAR, scale) and not left.fits(right)

    def _same_at(self, finest: float) -> Verdict | None:
        """The verdict on a kink, if it is there at the finest step that can show it too; else None."""
        step = max(finest, 1e4 * self.noise / (self.unit * max(self.scale, 1e-300)))
        for _ in range(8):
            sides = self._sides(step)
            if sides.both is not None and sides.both.resolves(CLEAR, self.scale):
                return None  # smooth there: the kink is farther away
            if self._kink(sides):
                return self._between(sides)
            step /= RATIO
        return None

    def _between(self, sides: Sides) -> Verdict:
        """KINK if bprop lies between the one-sided slopes, else WRONG with the nearer one."""
        left, right = sides.left, sides.right
        assert left is not None and right is not None
        low, high = sorted((left.slope, right.slope))
        slack = left.error + right.error + self.precision.tolerance * max(abs(low), abs(high), self.scale)
        nearest = float(np.clip(self.analytic, low, high))
        kind = KINK if abs(nearest - self.analytic) <= slack else WRONG
        return Verdict(kind, nearest, slack, left.slope, right.slope)

    def _conclude(self) -> Verdict:
        """The verdict from all estimates."""
        sides = [self.sides_at[step] for step in sorted(self.sides_at, reverse=True)]
        every = monotone([s.both for s in sides if s.both is not None])
        best, loose = clearest(every, self.scale), loosest(every)
        if best is not None and (loose is None or loose.step <= best.step or loose.fits(best)):
            return self._unless_only_there(best, every)
        if loose is not None and loose.holds(self.analytic):
            return Verdict(UNRESOLVED, loose.slope, loose.error)
        if best is not None or loose is not None:
            return self._compare(best or loose)  # type: ignore[arg-type]
        for finest in reversed(sides):
            if self._kink(finest):
                return self._between(finest)
        one_sided = self._one_sided(sides)
        if one_sided is not None:
            return self._compare(one_sided)
        if not every:
            return Verdict(UNRESOLVED, float("nan"), float("inf"))
        least = min(every, key=lambda e: e.error)
        rounding = AT_ZERO * self.noise / self.unit
        if max(abs(self.analytic), least.error) <= rounding and abs(least.slope) <= least.error:
            return Verdict(RIGHT, least.slope, least.error)  # 0 within the rounding of f
        return Verdict(UNRESOLVED, least.slope, least.error)

    def _unless_only_there(self, best: Estimate, every: list[Estimate]) -> Verdict:
        """The verdict of `best`, but not WRONG on account of fine steps alone, against many coarser ones."""
        verdict = self._compare(best)
        kinked = {s.both.step for s in self.sides_at.values() if s.both is not None and self._kink(s)}
        coarser = [e for e in every if e.step > best.step and e.step not in kinked]
        if verdict.kind == WRONG and len(coarser) >= 4 and all(e.holds(self.analytic) for e in coarser):
            return Verdict(UNRESOLVED, verdict.numeric, verdict.error)
        return verdict

    def _compare(self, best: Estimate) -> Verdict:
        away = abs(best.slope - self.analytic)
        if away <= SURE * best.error + self.blur or self._agrees(best.slope):
            return Verdict(RIGHT, best.slope, max(best.error, float(away)))
        return Verdict(WRONG, best.slope, best.error)

    def _one_sided(self, sides: list[Sides]) -> Estimate | None:
        """The clear slope on one side, if f is defined on that side alone; else None."""
        for here, there in (("left", "right"), ("right", "left")):
            if all(getattr(s, there) is None for s in sides):
                return clearest(monotone([e for s in sides if (e := getattr(s, here)) is not None]), self.scale)
        return None
