"""Kinks, judged box by box. For a single box there is a rule.

A kink belongs to one output v_j of a box. Along a direction d the output has two one-sided slopes. A gradient of v_j is
legal if its slope along d lies between them. For one element of a child, d moves that element alone. Several elements
at which the same output has a kink of the same sense (all convex, as in a tie for a maximum, or all concave) must be
legal together too: if both elements of a tie move by one step, the maximum moves by one step, so their gradients sum
to 1. For a sum of many outputs there is no such rule: |a| - |b| has any slope, or none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from bprop.check.difference import Coverage, Mismatch
from bprop.check.precision import Precision, finite

MOST_OUTPUTS = 64
"""The most outputs with a kink that are checked for one element, and the most groups of elements moved together."""
MOST_ELEMENTS = 200
KINKED = 1e-3
"""An output has a kink if its one-sided slopes differ by more than this share of the larger."""
SLACK = 1e-5


STEPS = {True: (2.0**-20, 2.0**-32), False: (2.0**-14, 2.0**-20)}
"""{whether the precision is better than float64: (coarse step, fine step) in natural units}."""


@dataclass(frozen=True)
class Slopes:
    """One-sided slopes of every output, their rounding, and which outputs have a kink."""

    left: np.ndarray
    right: np.ndarray
    rounding: np.ndarray
    kinked: np.ndarray

    def nearest(self, output: int, slope: float) -> float | None:
        """None if a slope lies between those of an output, else the nearer of the two."""
        low, high = sorted((float(self.left[output]), float(self.right[output])))
        slack = SLACK * max(abs(low), abs(high)) + float(self.rounding[output])
        nearest = float(np.clip(slope, low, high))
        return None if abs(nearest - slope) <= slack else nearest

    def convex(self, output: int) -> bool:
        """Whether the kink of an output is convex."""
        return bool(self.right[output] > self.left[output])


@dataclass
class Corner:
    """A box near a value x of one of its children: value(x), gradients of sums of outputs, and natural units."""

    value: Callable[[np.ndarray], np.ndarray]
    pull: Callable[[np.ndarray], np.ndarray]
    x: np.ndarray
    units: np.ndarray
    grad: np.ndarray
    """The gradient that bprop gets, by output."""
    precision: Precision

    def __post_init__(self) -> None:
        self.centre: np.ndarray = np.asarray(self.value(self.x))
        self.rows: dict[int, np.ndarray] = {}

    def row(self, output: int) -> np.ndarray:
        """bprop's gradient of one output alone."""
        if output not in self.rows:
            one = np.zeros(np.shape(self.grad), self.grad.dtype)
            one.flat[output] = 1
            self.rows[output] = self.pull(one)
        return self.rows[output]

    def slopes(self, direction: np.ndarray) -> Slopes:
        """The one-sided slopes of every output along a direction in natural units."""
        coarse, fine = (self._slopes(direction, h) for h in STEPS[self.precision.epsilon < 1e-18])
        kinked = fine.kinked & coarse.kinked  # a kink that is farther away shows at the coarse step alone
        size = np.maximum(np.abs(fine.left), np.abs(fine.right))
        for a, b in ((fine.left, coarse.left), (fine.right, coarse.right)):
            kinked &= np.abs(a - b) <= 0.01 * size + coarse.rounding  # and roughness differs between the two
        return Slopes(fine.left, fine.right, fine.rounding, kinked)

    def _slopes(self, direction: np.ndarray, h: float) -> Slopes:
        centre = self.centre.ravel()

        def side(t: float) -> np.ndarray:
            near, far = (np.asarray(self.value(self.x + k * t * direction)).ravel() for k in (1, 2))
            return (4 * near - far - 3 * centre) / (2 * t)

        rounding = 16 * self.precision.epsilon * np.abs(finite(centre)) / h
        with np.errstate(all="ignore"):
            left, right = side(-h), side(h)
            size = np.maximum(np.abs(left), np.abs(right))
            return Slopes(left, right, rounding, np.abs(right - left) > KINKED * size + rounding)

    def single(self, index: tuple[int, ...]) -> np.ndarray:
        """The direction that moves one element by its unit."""
        direction = np.zeros_like(self.x)
        direction[index] = self.units[index]
        return direction


def judge_kinks(corner: Corner, coverage: Coverage, rng: np.random.Generator) -> None:
    """Sort the mismatches and kinks of a comparison again: legal kinks stay kinks, all others are wrong."""
    senses: dict[tuple[int, bool], list[tuple[int, ...]]] = defaultdict(list)
    doubtful = [*coverage.mismatches, *coverage.kinks]
    checked, rest = doubtful[:MOST_ELEMENTS], doubtful[MOST_ELEMENTS:]
    was_kink = {id(m) for m in coverage.kinks}
    wrong = [m for m in rest if id(m) not in was_kink]
    kinks = [m for m in rest if id(m) in was_kink]
    for each in checked:
        verdict = _element(corner, each, senses)
        if verdict is None:  # no output has a kink here
            (kinks if id(each) in was_kink else wrong).append(each)
        elif verdict is True:
            kinks.append(each)
        else:
            wrong.append(verdict)
    for (output, _), members in list(senses.items())[:MOST_OUTPUTS]:
        if len(members) > 1 and not wrong:
            wrong += _together(corner, output, members, coverage.scale, rng)
    coverage.mismatches, coverage.kinks = wrong, kinks


def _element(corner: Corner, each: Mismatch, senses: dict[Any, Any]) -> Mismatch | Literal[True] | None:
    """True if an element is legal at its kinks; the mismatch if it is not; None if no output has a kink there."""
    unit = float(corner.units[each.index])
    slopes = corner.slopes(corner.single(each.index))
    outputs = np.flatnonzero(slopes.kinked)
    if not outputs.size:
        return None
    for output in outputs[:MOST_OUTPUTS]:
        slope = float(corner.row(output)[each.index]) * unit
        nearest = slopes.nearest(output, slope)
        if nearest is not None:
            low, high = sorted((slopes.left[output] / unit, slopes.right[output] / unit))
            note = f"at a kink of output {_place(corner, output)}, whose slopes are {low:.6g} and {high:.6g}"
            return replace(each, analytic=slope / unit, numeric=nearest / unit, note=note)
        senses[int(output), slopes.convex(output)].append(each.index)
    return True if _smooth_part(corner, each, slopes) else each


def _smooth_part(corner: Corner, each: Mismatch, slopes: Slopes) -> bool:
    """Whether the gradient of the outputs without a kink is right."""
    grad = np.array(corner.grad)
    grad[slopes.kinked.reshape(grad.shape)] = 0
    analytic = corner.pull(grad)[each.index] * corner.units[each.index]
    share = grad.ravel()
    parts = np.where(share != 0, share * (slopes.left + slopes.right) / 2, 0)
    noise = np.abs(share * slopes.rounding).sum()
    size = max(np.abs(parts).max(initial=0), abs(analytic))
    return bool(abs(analytic - parts.sum()) <= SLACK * size + noise)


def _together(
    corner: Corner, output: int, members: list[tuple[int, ...]], scale: float, rng: np.random.Generator
) -> list[Mismatch]:
    """The mismatch, if any, of elements moved together, at which one output has kinks of the same sense."""
    unit = max(float(corner.units[m]) for m in members)
    row = corner.row(output)
    for number in range(3):
        shares = np.ones(len(members)) if number == 0 else rng.uniform(0.5, 1.5, len(members))
        direction = np.zeros_like(corner.x)
        for member, share in zip(members, shares, strict=True):
            direction[member] = unit * share
        slope = float((row * direction).sum())
        nearest = corner.slopes(direction).nearest(output, slope)
        if nearest is not None:
            note = f"together with the other {len(members) - 1} that tie there, for output {_place(corner, output)}"
            error = abs(slope - nearest) / unit / scale if scale > 0 else 1.0
            return [Mismatch(members[0], slope / unit, nearest / unit, error, note)]
    return []


def _place(corner: Corner, output: int) -> str:
    index = np.unravel_index(output, corner.centre.shape)
    return str([int(i) for i in index])
