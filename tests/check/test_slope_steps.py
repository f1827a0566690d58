"""The verdict on one slope at all scales: which steps are looked at, and which estimates and kinks count."""

import numpy as np
import pytest

from bprop.check.estimates import CLEAR
from bprop.check.fit import Estimate, Sides
from bprop.check.precision import Precision
from bprop.check.slope import KINK, RIGHT, SHARP, WRONG, Slope

FIRST, SECOND = 2.0**-10, 2.0**-13
DOUBLE = Precision(np.dtype("float64"), (FIRST, SECOND), 1e-7)
LADDER = [2.0 ** -(2 + 3 * i) for i in range(16)]


def nowhere(t):
    return np.nan


def slope(change=nowhere, analytic=1.0, *, sides_at=None, **settings):
    settings = {"unit": 1.0, "scale": 1.0, "noise": 0.0, **settings}
    return Slope(change, analytic, precision=DOUBLE, sides_at=dict(sides_at or {}), **settings)


def both(step, value, error, moves=True):
    return Sides(Estimate(step, value, error, moves), None, None)


def corner(step, left=0.0, right=1.0, error=0.0):
    return Sides(None, Estimate(step, left, error, True), Estimate(step, right, error, True))


NOTHING = Sides(None, None, None)


# --- steps ---


def test_the_steps_go_from_a_quarter_down_by_eighths():
    assert slope()._steps() == LADDER
    assert slope(own=2.0**-10)._steps() == LADDER
    assert slope(own=0.0)._steps() == LADDER


def test_a_much_smaller_magnitude_gets_steps_of_its_own():
    more = {2.0**-11 * step for step in LADDER}
    assert slope(own=2.0**-11)._steps() == sorted({*LADDER, *more}, reverse=True)
    assert slope(own=2.0**-6, unit=2.0**5)._steps() == sorted({*LADDER, *more}, reverse=True)


def test_what_stands_still_may_have_any_slope_that_rounding_hides():
    function = slope(lambda t: 0.0, noise=0.5, unit=2.0)
    for each in function._sides(0.25):
        assert (each.slope, each.error, each.moves) == (0.0, 1.0, False)
    assert slope(lambda t: t, noise=0.5)._sides(0.25).both.error < 1e-12
    assert slope(nowhere)._sides(0.25) == NOTHING


def test_a_step_is_looked_at_once():
    asked = []
    function = slope(lambda t: asked.append(t) or t)
    assert function._sides(0.25) is function._sides(0.25)
    assert len(asked) == 12


def test_refining_looks_around_the_step_that_tells_most():
    sides_at = {
        2.0**-2: both(2.0**-2, 1.0, 0.1),
        2.0**-5: both(2.0**-5, 1.0, 0.01),
        2.0**-8: NOTHING,
        2.0**-11: both(2.0**-11, 1.0, 0.0, moves=False),
        2.0**-14: both(2.0**-14, 1.0, 0.05),
    }
    function = slope(sides_at=sides_at)
    function._refine()
    assert set(function.sides_at) == {*sides_at, 2.0**-6, 2.0**-4, 2.0**-3}


def test_nothing_is_refined_where_nothing_moves():
    function = slope(sides_at={2.0**-2: NOTHING})
    function._refine()
    assert set(function.sides_at) == {2.0**-2}


def test_wider_steps_are_2_16_and_128_units():
    function = slope()
    function._widen()
    assert set(function.sides_at) == {2.0, 16.0, 128.0}


# --- which estimates count ---


@pytest.mark.parametrize(
    ("estimate", "sharp"),
    [
        (None, False),
        (Estimate(0.1, 1.0, SHARP, True), True),
        (Estimate(0.1, 1.0, 1.01 * SHARP, True), False),
        (Estimate(0.1, 1.0, 0.0, False), False),
        (Estimate(0.1, 1.001, 0.0, True), False),
    ],
)
def test_what_is_sharp(estimate, sharp):
    assert slope()._sharp(estimate) is sharp


def steps(*estimates):
    """{step: sides} for (slope, error[, moves]) from coarse to fine."""
    return {step: both(step, *each) for step, each in zip(LADDER, estimates, strict=False)}


@pytest.mark.parametrize(
    ("sides_at", "analytic", "settled"),
    [
        (steps((1.0, 1e-4), (1.0, 1e-3), (1.0, 1e-2), (1.0, 0.1)), 1.0, True),
        (steps((1.0, 1e-4), (1.0, 1e-3), (1.0, 1e-2)), 1.0, False),
        (steps((1.0, 1e-4), (1.0, 1e-3), (1.0, 1e-2), (1.0, 0.1)), 1.01, False),
        (steps((1.0, 0.99e-8), (1.0, 5e-8), (1.0, 2e-7), (1.0, 1e-6)), 1.01, True),
        (steps((1.0, 1.01e-8), (1.0, 5e-8), (1.0, 2e-7), (1.0, 1e-6)), 1.01, False),
        (steps((0.001, 1e-9), (0.001, 1e-8), (0.001, 1e-7), (0.001, 1e-6)), 1.01, False),
        (steps((0.001, 1e-3), (0.001, 1e-2), (0.001, 0.1), (0.001, 1.0)), 0.001, False),
        (steps((1.0, 1.0), (1.0, 9.0), (1.0, 80.0), (1.0, 700.0)), 1.0, False),
        (steps((1.0, 1e-4), (1.0, 1e-3), (0.0, 0.0, False), (0.0, 0.0, False)), 1.0, False),
        ({0.5: NOTHING, **steps((1.0, 1e-4), (1.0, 1e-3), (1.0, 1e-2), (1.0, 0.1))}, 1.0, True),
    ],
)
def test_a_clear_slope_is_settled_once_three_finer_steps_have_only_made_it_less_sure(sides_at, analytic, settled):
    assert slope(analytic=analytic, sides_at=dict(reversed(sides_at.items())))._settled() is settled


# --- kinks ---


@pytest.mark.parametrize(
    ("sides", "scale", "kink"),
    [
        (corner(0.1), 1.0, True),
        (corner(0.1, error=CLEAR), 1.0, True),
        (corner(0.1, error=1.01 * CLEAR), 1.0, False),
        (corner(0.1, error=CLEAR), 1e-9, True),  # beside the slope on the right
        (corner(0.1, 1.0, 0.0, error=CLEAR), 1e-9, True),  # beside the one on the left
        (corner(0.1, -1.0, 0.0, error=CLEAR), 1e-9, True),
        (corner(0.1, 0.0, -1.0, error=CLEAR), 1e-9, True),
        (corner(0.1, 0.5, 0.5), 1.0, False),
        (Sides(None, None, Estimate(0.1, 1.0, 0.0, True)), 1.0, False),
        (Sides(None, Estimate(0.1, 1.0, 0.0, True), None), 1.0, False),
        (Sides(None, Estimate(0.1, 1.0, 0.0, True), Estimate(0.1, 0.0, 0.1, True)), 1.0, False),
        (Sides(None, Estimate(0.1, 1.0, 0.1, True), Estimate(0.1, 0.0, 0.0, True)), 1.0, False),
    ],
)
def test_a_kink_has_two_clear_slopes_that_differ(sides, scale, kink):
    assert slope(scale=scale)._kink(sides) is kink


@pytest.mark.parametrize(
    ("left", "right", "error", "scale", "analytic", "kind", "nearest"),
    [
        (0.0, 1.0, 0.0, 1.0, 0.4, KINK, 0.4),
        (1.0, 0.0, 0.0, 1.0, 0.4, KINK, 0.4),
        (0.0, 1.0, 0.0, 1.0, 1 + 0.99e-7, KINK, 1.0),
        (0.0, 1.0, 0.0, 1.0, 1 + 1.01e-7, WRONG, 1.0),
        (0.0, 1.0, 0.0, 1.0, -1.01e-7, WRONG, 0.0),
        (0.0, 1.0, 0.0, 10.0, 1 + 9.9e-7, KINK, 1.0),
        (-3.0, 1.0, 0.0, 1.0, 1 + 2.9e-7, KINK, 1.0),
        (-3.0, 1.0, 0.0, 1.0, 1 + 3.1e-7, WRONG, 1.0),
        (1.0, 3.0, 0.0, 1.0, 1 - 2.9e-7, KINK, 1.0),
        (0.0, 1.0, 0.25, 1.0, 1.5, KINK, 1.0),
        (0.0, 1.0, 0.25, 1.0, 1.501, WRONG, 1.0),
    ],
)
def test_between_two_slopes(left, right, error, scale, analytic, kind, nearest):
    verdict = slope(analytic=analytic, scale=scale)._between(corner(0.1, left, right, error))
    assert (verdict.kind, verdict.numeric, verdict.left, verdict.right) == (kind, nearest, left, right)
    slack = 2 * error + 1e-7 * max(abs(left), abs(right), scale)
    assert verdict.error == pytest.approx(slack, rel=1e-12)


FINEST = 2.0**-30


@pytest.mark.parametrize(
    ("sides_at", "kind"),
    [
        ({FINEST: corner(FINEST)}, KINK),
        ({FINEST * 8: corner(FINEST * 8)}, KINK),
        ({FINEST * 8**7: corner(FINEST * 8**7)}, KINK),
        ({FINEST * 8**8: corner(FINEST * 8**8)}, None),
        ({FINEST / 8: corner(FINEST / 8)}, None),
        ({FINEST: both(FINEST, 1.0, CLEAR), FINEST * 8: corner(FINEST * 8)}, None),
        ({FINEST: both(FINEST, 1.0, 1.01 * CLEAR), FINEST * 8: corner(FINEST * 8)}, KINK),
    ],
)
def test_a_kink_must_be_there_at_the_finest_step_that_can_tell(sides_at, kind):
    verdict = slope(analytic=0.5, sides_at=sides_at)._same_at(FINEST)
    assert (verdict and verdict.kind) == kind


def test_the_finest_step_that_can_tell_is_10_000_roundings():
    for settings in ({"unit": 2.0, "scale": 0.5}, {"unit": 1.0, "scale": 1.0}, {"unit": 0.5, "scale": 2.0}):
        function = slope(analytic=0.5, noise=1e-4, sides_at={1.0: corner(1.0)}, **settings)
        assert function._same_at(FINEST).kind == KINK
        assert FINEST not in function.sides_at
    function = slope(analytic=0.5, noise=1e-4, unit=2.0, scale=2.0, sides_at={0.25: corner(0.25)})
    assert function._same_at(FINEST).kind == KINK
    assert FINEST not in function.sides_at


def test_the_scale_may_be_0():
    assert slope(analytic=0.5, scale=0.0, sides_at={FINEST: corner(FINEST)})._same_at(FINEST).kind == KINK


SHARP_ONE = both(1.0, 1.0, 0.0)


@pytest.mark.parametrize(
    ("sides", "kind"),
    [
        ([SHARP_ONE], RIGHT),
        ([corner(1.0)] * 2 + [SHARP_ONE], RIGHT),
        ([corner(1.0)] * 3 + [SHARP_ONE], KINK),
        ([corner(1.0)] * 2 + [NOTHING] + [corner(1.0)] * 2 + [SHARP_ONE], RIGHT),
        ([NOTHING, *[corner(1.0)] * 3, SHARP_ONE], KINK),
    ],
)
def test_three_steps_in_a_row_make_a_kink(sides, kind):
    sides_at = dict(zip(LADDER, sides, strict=False)) | {LADDER[-1]: corner(LADDER[-1], 0.0, 3.0)}
    verdict = slope(sides_at=sides_at)._at_all_scales()
    assert verdict.kind == kind
    if kind == KINK:
        assert verdict.right == 3.0  # of the finest step


def test_a_kink_that_is_gone_at_the_finest_step_does_not_end_the_search():
    sides_at = dict(zip(LADDER, [corner(1.0)] * 3 + [SHARP_ONE], strict=False)) | {LADDER[-1]: both(1.0, 7.0, 0.0)}
    assert slope(sides_at=sides_at)._at_all_scales().kind == RIGHT
