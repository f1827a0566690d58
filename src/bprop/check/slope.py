"""Is this the slope? The verdict on one directional derivative, and how it is reached.

1. The lecture's quotient (f(x + eps) - f(x - eps)) / (2 eps), taken at eps and at 2 eps and extrapolated (Richardson),
   so that the truncation error is O(eps^4). Where it agrees with bprop, and no kink is seen, bprop is right. Where it
   gives the same wrong answer at a second, much smaller eps, bprop is wrong.
2. Else the slope is looked for at all scales, from coarse steps to fine ones, each time with its uncertainty (see
   `bprop.check.fit`). The coarsest step that gives a clear slope counts, and finer ones that are consistent with it
   sharpen it. A slope that is seen only at finer steps and contradicts it is roughness: rounding, a table, a cast.
3. Where only the two one-sided slopes are clear, and they differ down to the finest step, there is a kink. A gradient
   is legal there if it lies between them.
4. Where nothing is clear, the slope is not resolved, and nothing is said for bprop or against it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from bprop.check.estimates import CLEAR, LOOSE, clearest, loosest, monotone
from bprop.check.fit import SURE, Estimate, Sides, estimate
from bprop.check.precision import Precision

SHARP = 1e-6
"""Agreement to the tolerance is believed where the uncertainty is at most this share."""
JUMP = 1e-3
"""Difference of the one-sided slopes, as a share of the scale, from which a kink is suspected."""
COARSEST, RATIO = 2.0**-2, 2.0**-3
WIDER = (2.0, 2.0**4, 2.0**7)
"""Steps that are tried last, for functions that are nearly linear and very rough."""
AT_ZERO = 2.0**14
"""Multiples of the rounding of f below which a gradient is 0 within rounding."""

RIGHT, WRONG, KINK, UNRESOLVED = "right", "wrong", "kink", "not resolved"


@dataclass(frozen=True)
class Verdict:
    """What was concluded, the nearest slope that finite differences give, and its uncertainty.

    At a kink, `left` and `right` are the one-sided slopes.
    """

    kind: str
    numeric: float
    error: float = 0.0
    left: float = 0.0
    right: float = 0.0
    flat: bool = False


@dataclass
class Slope:
    """A function of t, its change from t = 0, against the slope that bprop says it has at 0.

    unit : the natural unit of t; own : the smallest magnitude of what moves, where that is smaller.
    scale : the slope that matters: the largest of the tensor. noise : the rounding of f to be expected. blur : that of
    what bprop says.
    """

    change: Callable[[float], float]
    analytic: float
    unit: float
    scale: float
    noise: float
    precision: Precision
    own: float = np.inf
    blur: float = 0.0
    seen: dict[float, Sides] = field(default_factory=dict)

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
        """(the extrapolated quotient, how far the one-sided slopes differ) at one step."""
        right, left = self.change(h), self.change(-h)
        near, far = (right - left) / (2 * h), (self.change(2 * h) - self.change(-2 * h)) / (4 * h)
        return float((4 * near - far) / 3), float(abs(right + left) / h)

    def _quick(self) -> Verdict | None:
        """RIGHT or WRONG where the quotients at two steps leave no doubt."""
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
        # what both steps see is believed against bprop only if it is clear by itself (a fast wave looks alike at both),
        # and if a fit agrees (rounding may make two quotients alike)
        away = abs(slopes[-1] - self.analytic)
        clear = min(away, abs(slopes[-1]))
        steady = abs(slopes[0] - slopes[-1]) <= 1e-3 * clear
        if steady and max(jumps[-1], 4 * self.noise / h) <= 1e-2 * clear and clear > 0:
            between = self._sides(float(np.sqrt(np.prod(self.precision.steps[:2])))).both
            if between is not None and not between.holds(self.analytic):
                return Verdict(WRONG, slopes[-1], 4 * self.noise / h)
        return None

    def _floor(self, h: float, slope: float) -> float:
        """The rounding of a quotient, as far as it may excuse a difference: it must be small beside the scale."""
        floor = 4 * self.noise / h
        return floor if floor <= SHARP * max(self.scale, abs(slope)) else 0.0

    def _agrees(self, slope: float, floor: float = 0.0) -> bool:
        rounding = 2**10 * self.precision.epsilon * self.scale
        size = max(abs(slope), abs(self.analytic))
        return bool(abs(slope - self.analytic) <= self.precision.tolerance * size + rounding + floor + self.blur)

    def _flat(self, quick: Verdict) -> Verdict:
        """f does not move at small steps and bprop says 0: a staircase (a cast, a table) shows at larger ones."""
        if all(self.change(t * self.unit) == 0 for t in (0.2, -0.2, 0.03, -0.03)):
            return quick
        found = [sides.both for step in (COARSEST, 2.0**-5, 2.0**-8) if (sides := self._sides(step)).both]
        clear = [e for e in found if e.moves and e.resolves(LOOSE, 0.0)]
        return Verdict(UNRESOLVED, clear[0].slope, clear[0].error, flat=True) if clear else quick

    # --- all scales ---

    def _sides(self, step: float) -> Sides:
        if step not in self.seen:
            h = step * self.unit
            seen = estimate(self.change, h)
            # where f stands still, its slope may be anything that its rounding hides
            still = [e if e is None or e.moves else replace(e, error=self.noise / h) for e in seen]
            self.seen[step] = Sides(*still)
        return self.seen[step]

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
        """Steps from coarse to fine, in units: those that suit the unit, and those that suit the smallest magnitude."""
        ladder = [COARSEST * RATIO**i for i in range(16)]
        own = self.own / self.unit
        if 0 < own < 2.0**-10:
            ladder = sorted({*ladder, *(own * step for step in ladder)}, reverse=True)
        return ladder

    def _conclude_or(self, *more: Callable[[], None]) -> Verdict:
        """The verdict from all that was seen, after some more looks where that is not enough."""
        verdict = self._conclude()
        for look in more:
            if verdict.kind == UNRESOLVED:
                look()
                verdict = self._conclude()
        return verdict

    def _refine(self) -> None:
        """Look at steps between, around the step that tells most."""
        errors = {step: b.error for step, sides in self.seen.items() if (b := sides.both) is not None and b.moves}
        if errors:
            best = min(errors, key=lambda step: errors[step])
            for factor in (0.5, 2.0, 4.0):
                self._sides(best * factor)

    def _widen(self) -> None:
        for step in WIDER:
            self._sides(step)

    def _sharp(self, both: Estimate | None) -> bool:
        """Whether an estimate agrees with bprop to the tolerance, and is sure enough for that to be no accident."""
        return both is not None and both.moves and both.resolves(SHARP, self.scale) and self._agrees(both.slope)

    def _settled(self) -> bool:
        """Whether a clear slope agrees with bprop, and finer steps have only made it less sure."""
        every = monotone([b for step in sorted(self.seen, reverse=True) if (b := self.seen[step].both) is not None])
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
        """The kink, if it is there at the finest step that can tell as well."""
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
        """KINK where bprop lies between the one-sided slopes, else WRONG with the nearer one."""
        left, right = sides.left, sides.right
        assert left is not None and right is not None
        low, high = sorted((left.slope, right.slope))
        slack = left.error + right.error + self.precision.tolerance * max(abs(low), abs(high), self.scale)
        nearest = float(np.clip(self.analytic, low, high))
        kind = KINK if abs(nearest - self.analytic) <= slack else WRONG
        return Verdict(kind, nearest, slack, left.slope, right.slope)

    def _conclude(self) -> Verdict:
        """The verdict from all that was seen."""
        sides = [self.seen[step] for step in sorted(self.seen, reverse=True)]
        every = monotone([s.both for s in sides if s.both is not None])
        best, loose = clearest(every, self.scale), loosest(every)
        if best is not None and (loose is None or loose.step <= best.step or loose.fits(best)):
            return self._unless_only_there(best, every)
        if loose is not None and loose.holds(self.analytic):
            return Verdict(UNRESOLVED, loose.slope, loose.error)
        if best is not None or loose is not None:
            return self._compare(best or loose)  # type: ignore[arg-type]
        for seen in reversed(sides):
            if self._kink(seen):
                return self._between(seen)
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
        """The comparison; but what many coarser steps do not refute is not called wrong for what fine ones see."""
        verdict = self._compare(best)
        kinked = {s.both.step for s in self.seen.values() if s.both is not None and self._kink(s)}
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
        """The clear slope on the one side on which f is defined at all."""
        for here, there in (("left", "right"), ("right", "left")):
            if all(getattr(s, there) is None for s in sides):
                return clearest(monotone([e for s in sides if (e := getattr(s, here)) is not None]), self.scale)
        return None
