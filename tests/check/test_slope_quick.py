"""The verdict on one slope from the lecture's quotient: where each threshold lies, and what staircases show."""

import numpy as np
import pytest

from bprop.check.precision import Precision
from bprop.check.slope import JUMP, RIGHT, SHARP, UNRESOLVED, WRONG, Slope

FIRST, SECOND = 2.0**-10, 2.0**-13
DOUBLE = Precision(np.dtype("float64"), (FIRST, SECOND), 1e-7)


def nowhere(t):
    return np.nan


def slope(change=nowhere, analytic=1.0, *, sides_at=None, **settings):
    settings = {"unit": 1.0, "scale": 1.0, "noise": 0.0, **settings}
    return Slope(change, analytic, precision=DOUBLE, sides_at=dict(sides_at or {}), **settings)


# --- the quotient ---


def test_the_quotient_is_extrapolated_and_the_jump_is_that_of_the_sides():
    value, jump = slope(lambda t: 3 * t + 5 * t**2 + 7 * t**3 + 2 * t**5)._quotient(0.5)
    near, far = 3 + 7 / 4 + 2 / 16, 3 + 7 + 2
    assert value == pytest.approx((4 * near - far) / 3, rel=1e-15)
    assert jump == 5.0


def two(first, second, between=1.0):
    """A function with a (slope, jump) of its own at each of the two quick steps, and a slope in between."""

    def change(t):
        if abs(t) >= FIRST:
            value, jump = first
        elif abs(t) in (SECOND, 2 * SECOND):
            value, jump = second
        else:
            value, jump = between, 0.0
        return value * t + jump / 2 * abs(t)

    return change


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ((1.0, 0.99 * JUMP), (9.0, 9.0), RIGHT),
        ((1.0, 1.01 * JUMP), (9.0, 9.0), None),
        ((9.0, 0.0), (1.0, 0.99 * JUMP), RIGHT),
        ((9.0, 0.0), (1.0, 1.01 * JUMP), None),
        ((1.0, 0.5), (1.0, 0.5 / 8), RIGHT),  # curvature: the jump shrinks with the step
        ((1.0, 0.5), (1.0, 0.51 / 8), None),
        ((1.0, 0.0), (9.0, 9.0), RIGHT),
        ((2.0, 0.0), (3.0, 0.0), None),
    ],
)
def test_a_quotient_that_agrees_is_believed_where_the_sides_agree_too(first, second, kind):
    verdict = slope(two(first, second))._quick()
    assert (verdict and verdict.kind) == kind
    if verdict:
        assert verdict.numeric == 1.0
        assert not verdict.flat


def test_the_jump_is_measured_against_the_scale_or_the_slope_whichever_is_larger():
    assert slope(two((1.0, 50 * JUMP), (9.0, 9.0)), scale=100.0)._quick().kind == RIGHT
    assert slope(two((1.0, 0.9 * JUMP), (9.0, 9.0)), scale=0.1)._quick().kind == RIGHT


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ((2.0, 0.0), (2.0, 0.0), WRONG),
        ((2.0 + 0.99e-3, 0.0), (2.0, 0.0), WRONG),
        ((2.0 - 0.99e-3, 0.0), (2.0, 0.0), WRONG),
        ((2.0 + 1.01e-3, 0.0), (2.0, 0.0), None),
        ((2.0, 0.0), (2.0, 0.99e-2), WRONG),
        ((2.0, 0.0), (2.0, 1.01e-2), None),
        ((0.001, 0.0), (0.001, 0.0099e-3), WRONG),
        ((0.001, 0.0), (0.001, 0.0101e-3), None),  # the slope itself is the measure where it is smaller
    ],
)
def test_what_two_steps_see_alike_is_believed_against_bprop(first, second, kind):
    verdict = slope(two(first, second, between=2.0))._quick()
    assert (verdict and verdict.kind) == kind
    if verdict:
        assert verdict.numeric == second[0]


@pytest.mark.parametrize(("share", "kind"), [(0.99, WRONG), (1.01, None)])
def test_two_steps_are_not_believed_where_rounding_may_be_as_large(share, kind):
    verdict = slope(two((2.0, 0.0), (2.0, 0.0), between=2.0), noise=share * 1e-2 * SECOND / 4)._quick()
    assert (verdict and verdict.kind) == kind
    if verdict:
        assert verdict.error == pytest.approx(share * 1e-2)


def test_two_steps_are_not_believed_where_the_steps_between_see_what_bprop_says_or_nothing():
    assert slope(two((2.0, 0.0), (2.0, 0.0), between=1.0))._quick() is None
    assert slope(two((2.0, 0.0), (2.0, 0.0), between=np.nan))._quick() is None


def test_the_quotients_are_taken_in_units():
    assert slope(lambda t: two((1.0, 0.0), (9.0, 9.0))(t / 4) * 4, unit=4.0)._quick().kind == RIGHT
    wrong = slope(lambda t: two((2.0, 0.0), (2.0, 0.0), between=2.0)(t / 4) * 4, unit=4.0)._quick()
    assert wrong.kind == WRONG


def test_a_function_that_stands_still_does_not_prove_a_slope_wrong_at_once():
    assert slope(lambda t: 0.0, 1.0)._quick() is None


def test_a_slope_of_0_is_flat_only_where_nothing_at_all_moves():
    assert slope(lambda t: 0.0, 0.0)._quick().flat
    assert not slope(lambda t: t * 1e-13, 0.0)._quick().flat
    assert not slope(lambda t: 0.0, 1e-13)._quick().flat
    assert not slope(two((0.0, 1e-12), (0.0, 0.0)), 0.0)._quick().flat


# --- what excuses a difference ---


def test_the_floor_is_four_roundings_and_counts_only_while_it_is_small_beside_the_scale():
    assert slope(noise=0.25, scale=1 / SHARP)._floor(1.0, 0.0) == 1.0
    assert slope(noise=0.125, scale=1 / SHARP)._floor(0.5, 0.0) == 1.0
    assert slope(noise=0.2501, scale=1 / SHARP)._floor(1.0, 0.0) == 0.0
    assert slope(noise=0.25, scale=1.0)._floor(1.0, -1 / SHARP) == 1.0


def test_agreement_is_relative_to_the_larger_slope():
    tolerance = DOUBLE.tolerance
    for analytic, other in ((1.0, 1 + 0.99 * tolerance), (1 + 0.99 * tolerance, 1.0), (-1.0, -1 - 0.99 * tolerance)):
        assert slope(analytic=analytic, scale=0.0)._agrees(other)
    assert not slope(analytic=1.0, scale=0.0)._agrees(1 + 1.01 * tolerance)
    assert not slope(analytic=1.0, scale=0.0)._agrees(-1.0)
    assert slope(analytic=0.0, scale=0.0)._agrees(0.0)
    assert slope(analytic=0.0, scale=0.0)._agrees(0.5, 0.5)
    assert slope(analytic=0.0, scale=0.0, blur=0.5)._agrees(0.5)


def test_a_slope_of_0_may_be_off_by_1024_roundings_of_the_scale():
    rounding = 1024 * DOUBLE.epsilon * 8
    assert slope(analytic=0.0, scale=8.0)._agrees(rounding)
    assert not slope(analytic=0.0, scale=8.0)._agrees(1.001 * rounding)


# --- staircases ---

FAR = (0.2, -0.2, 0.03, -0.03)


def still_at(places, within=()):
    """t, but 0 at some places, and beyond some distances where `within` names a range."""

    def change(t):
        if t in places or (within and not within[0] < abs(t) <= within[1]):
            return 1e-30 if t == 0.2 and t not in places else 0.0
        return t

    return change


@pytest.mark.parametrize("sides_at", FAR)
def test_a_function_that_moves_at_one_far_place_is_looked_at_more_closely(sides_at):
    function = slope(still_at([place for place in FAR if place != sides_at]), 0.0)
    verdict = function._flat(slope(lambda t: 0.0, 0.0)._quick())
    assert verdict.kind == UNRESOLVED
    assert verdict.flat
    assert verdict.numeric == pytest.approx(1.0)
    assert verdict.error < 1e-10


def test_far_places_are_counted_in_units():
    quick = slope(lambda t: 0.0, 0.0)._quick()
    assert slope(still_at([4 * place for place in FAR]), 0.0, unit=4.0)._flat(quick) is quick


def test_a_function_that_stands_still_at_all_far_places_is_flat():
    quick = slope(lambda t: 0.0, 0.0)._quick()
    assert slope(still_at(FAR), 0.0)._flat(quick) is quick


@pytest.mark.parametrize("step", [2.0**-2, 2.0**-5, 2.0**-8])
def test_a_staircase_shows_at_any_of_three_steps(step):
    quick = slope(lambda t: 0.0, 0.0)._quick()
    assert slope(still_at((), (step / 7, step)), 0.0)._flat(quick).kind == UNRESOLVED


def test_a_function_whose_movement_gives_no_slope_stays_flat():
    quick = slope(lambda t: 0.0, 0.0)._quick()
    assert slope(still_at((), (0.19999, 0.20001)), 0.0)._flat(quick) is quick
    rough = np.random.default_rng(0).normal(size=100)
    assert slope(lambda t: 0.01 * t + 1e-3 * abs(t) * rough[int(abs(t) * 1e4) % 100], 0.0)._flat(quick) is quick
