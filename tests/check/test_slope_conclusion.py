"""The verdict on one slope from all that was sides_at: what is weighed against what."""

import numpy as np
import pytest

from bprop.check.fit import Estimate, Sides
from bprop.check.precision import Precision
from bprop.check.slope import KINK, RIGHT, UNRESOLVED, WRONG, Slope

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


def steps(*estimates):
    """{step: sides} for (slope, error[, moves]) from coarse to fine."""
    return {step: both(step, *each) for step, each in zip(LADDER, estimates, strict=False)}


# --- the conclusion ---


@pytest.mark.parametrize(
    ("sides_at", "analytic", "kind", "numeric"),
    [
        (steps((1.0, 1e-5)), 1.0, RIGHT, 1.0),
        (steps((1.0, 1e-5)), 2.0, WRONG, 1.0),
        # nothing but a loose one
        (steps((1.0, 0.02)), 1.05, UNRESOLVED, 1.0),
        (steps((1.0, 0.02)), 1.07, WRONG, 1.0),
        # kinks, from the finest
        ({1.0: corner(1.0, 0.0, 2.0), 0.5: corner(0.5)}, 0.5, KINK, 0.5),
        ({1.0: corner(1.0, 0.0, 2.0), 0.5: corner(0.5)}, 1.5, WRONG, 1.0),
        # one side alone
        ({1.0: Sides(None, Estimate(1.0, 3.0, 1e-5, True), None)}, 3.0, RIGHT, 3.0),
        ({1.0: Sides(None, None, Estimate(1.0, 3.0, 1e-5, True))}, 4.0, WRONG, 3.0),
        # nothing clear
        (steps((1.0, 0.5), (2.0, 3.0)), 1.0, UNRESOLVED, 1.0),
    ],
)
def test_the_conclusion_from_all_that_was_seen(sides_at, analytic, kind, numeric):
    verdict = slope(analytic=analytic, sides_at=sides_at)._conclude()
    assert (verdict.kind, verdict.numeric) == (kind, numeric)


@pytest.mark.parametrize(
    ("fine", "analytic", "kind", "numeric"),
    [
        (0.001, 21.0, UNRESOLVED, 20.0),
        (0.001, 0.001, RIGHT, 0.001),
        (0.001, 30.0, WRONG, 0.001),
        (19.6, 21.0, WRONG, 19.6),
    ],
)
def test_a_coarser_slope_that_is_loosely_clear_is_weighed_against_a_finer_one(fine, analytic, kind, numeric):
    verdict = slope(analytic=analytic, scale=100.0, sides_at=steps((20.0, 0.4), (fine, 0.1)))._conclude()
    assert (verdict.kind, verdict.numeric) == (kind, numeric)


def test_where_nothing_is_defined_nothing_is_concluded():
    verdict = slope(sides_at={1.0: NOTHING})._conclude()
    assert verdict.kind == UNRESOLVED
    assert np.isnan(verdict.numeric)
    assert verdict.error == np.inf


@pytest.mark.parametrize(
    ("analytic", "estimate", "kind"),
    [
        (0.0, (0.0, 1.0), RIGHT),
        (1.0, (0.0, 1.0), RIGHT),
        (1.01, (0.0, 1.0), UNRESOLVED),
        (-1.01, (0.0, 1.0), UNRESOLVED),
        (0.0, (0.0, 1.01), UNRESOLVED),
        (0.0, (1.0, 1.0), RIGHT),
        (0.0, (-1.0, 1.0), RIGHT),
        (0.0, (1.01, 1.0), UNRESOLVED),
        (0.0, (-1.01, 1.0), UNRESOLVED),
    ],
)
def test_a_slope_of_0_within_the_rounding_of_f_is_right(analytic, estimate, kind):
    function = slope(analytic=analytic, noise=2.0**-13, unit=2.0, sides_at=steps(estimate))
    assert function._conclude().kind == kind


@pytest.mark.parametrize("count", [3, 4])
def test_what_four_coarser_steps_do_not_refute_is_not_called_wrong(count):
    rough = [(0.5, 3.0)] * count
    verdict = slope(analytic=2.0, sides_at=steps(*rough, (1.0, 1e-5)))._conclude()
    assert (verdict.kind, verdict.numeric) == (UNRESOLVED if count == 4 else WRONG, 1.0)
    assert slope(analytic=1.0, sides_at=steps(*rough, (1.0, 1e-5)))._conclude().kind == RIGHT


def test_coarser_steps_that_refute_it_or_see_a_kink_do_not_excuse_it():
    rough = [(0.5, 3.0)] * 3
    assert slope(analytic=20.0, sides_at=steps(*rough, (0.5, 3.0), (1.0, 1e-5)))._conclude().kind == WRONG
    sides_at = steps(*rough, (0.5, 3.0), (1.0, 1e-5))
    sides_at[LADDER[3]] = sides_at[LADDER[3]]._replace(left=corner(1.0).left, right=corner(1.0).right)
    assert slope(analytic=2.0, sides_at=sides_at)._conclude().kind == WRONG


@pytest.mark.parametrize(
    ("analytic", "blur", "kind", "error"),
    [
        (1.25, 0.0, RIGHT, 0.25),
        (0.625, 0.0, RIGHT, 0.375),
        (1.0, 0.0, RIGHT, 0.125),
        (1.376, 0.0, WRONG, 0.125),
        (1.5, 0.125, RIGHT, 0.5),
    ],
)
def test_a_comparison_says_how_far_off_it_is(analytic, blur, kind, error):
    verdict = slope(analytic=analytic, blur=blur)._compare(Estimate(0.1, 1.0, 0.125, True))
    assert (verdict.kind, verdict.numeric, verdict.error) == (kind, 1.0, error)


@pytest.mark.parametrize("side", ["left", "right"])
def test_one_side_counts_only_where_the_other_is_nowhere_defined(side):
    clear = Estimate(1.0, 3.0, 1e-5, True)
    alone = [NOTHING._replace(**{side: clear}), NOTHING]
    other = {"left": "right", "right": "left"}[side]
    assert slope()._one_sided(alone).slope == 3.0
    assert slope()._one_sided([*alone, NOTHING._replace(**{other: clear})]) is None


def test_a_slope_that_is_not_finite_is_compared_with_the_finer_quotient():
    def change(t):
        return t if abs(t) <= 4 * SECOND else 5 * t

    verdict = slope(change, np.nan, unit=2.0).verdict()
    assert (verdict.kind, verdict.numeric) == (WRONG, 1.0)
