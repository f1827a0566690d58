"""The verdict on one slope, part by part: which steps are looked at, and where each threshold lies."""

import numpy as np
import pytest

from bprop.check.estimates import CLEAR
from bprop.check.fit import Estimate, Sides
from bprop.check.precision import Precision
from bprop.check.slope import JUMP, KINK, RIGHT, SHARP, UNRESOLVED, WRONG, Slope

FIRST, SECOND = 2.0**-10, 2.0**-13
DOUBLE = Precision(np.dtype("float64"), (FIRST, SECOND), 1e-7)
LADDER = [2.0 ** -(2 + 3 * i) for i in range(16)]


def nowhere(t):
    return np.nan


def slope(change=nowhere, analytic=1.0, *, seen=None, **settings):
    settings = {"unit": 1.0, "scale": 1.0, "noise": 0.0, **settings}
    return Slope(change, analytic, precision=DOUBLE, seen=dict(seen or {}), **settings)


def both(step, value, error, moves=True):
    return Sides(Estimate(step, value, error, moves), None, None)


def corner(step, left=0.0, right=1.0, error=0.0):
    return Sides(None, Estimate(step, left, error, True), Estimate(step, right, error, True))


NOTHING = Sides(None, None, None)


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


@pytest.mark.parametrize("seen", FAR)
def test_a_function_that_moves_at_one_far_place_is_looked_at_more_closely(seen):
    function = slope(still_at([place for place in FAR if place != seen]), 0.0)
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
    seen = {
        2.0**-2: both(2.0**-2, 1.0, 0.1),
        2.0**-5: both(2.0**-5, 1.0, 0.01),
        2.0**-8: NOTHING,
        2.0**-11: both(2.0**-11, 1.0, 0.0, moves=False),
    }
    function = slope(seen=seen)
    function._refine()
    assert set(function.seen) == {*seen, 2.0**-6, 2.0**-4, 2.0**-3}


def test_nothing_is_refined_where_nothing_moves():
    function = slope(seen={2.0**-2: NOTHING})
    function._refine()
    assert set(function.seen) == {2.0**-2}


def test_wider_steps_are_2_16_and_128_units():
    function = slope()
    function._widen()
    assert set(function.seen) == {2.0, 16.0, 128.0}


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
    ("seen", "analytic", "settled"),
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
def test_a_clear_slope_is_settled_once_three_finer_steps_have_only_made_it_less_sure(seen, analytic, settled):
    assert slope(analytic=analytic, seen=dict(reversed(seen.items())))._settled() is settled


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
    ("seen", "kind"),
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
def test_a_kink_must_be_there_at_the_finest_step_that_can_tell(seen, kind):
    verdict = slope(analytic=0.5, seen=seen)._same_at(FINEST)
    assert (verdict and verdict.kind) == kind


def test_the_finest_step_that_can_tell_is_10_000_roundings():
    for settings in ({"unit": 2.0, "scale": 0.5}, {"unit": 1.0, "scale": 1.0}, {"unit": 0.5, "scale": 2.0}):
        function = slope(analytic=0.5, noise=1e-4, seen={1.0: corner(1.0)}, **settings)
        assert function._same_at(FINEST).kind == KINK
        assert FINEST not in function.seen


def test_the_scale_may_be_0():
    assert slope(analytic=0.5, scale=0.0, seen={FINEST: corner(FINEST)})._same_at(FINEST).kind == KINK


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
    seen = dict(zip(LADDER, sides, strict=False)) | {LADDER[-1]: corner(LADDER[-1], 0.0, 3.0)}
    verdict = slope(seen=seen)._at_all_scales()
    assert verdict.kind == kind
    if kind == KINK:
        assert verdict.right == 3.0  # of the finest step


def test_a_kink_that_is_gone_at_the_finest_step_does_not_end_the_search():
    seen = dict(zip(LADDER, [corner(1.0)] * 3 + [SHARP_ONE], strict=False)) | {LADDER[-1]: both(1.0, 7.0, 0.0)}
    assert slope(seen=seen)._at_all_scales().kind == RIGHT


# --- the conclusion ---


@pytest.mark.parametrize(
    ("seen", "analytic", "kind", "numeric"),
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
def test_the_conclusion_from_all_that_was_seen(seen, analytic, kind, numeric):
    verdict = slope(analytic=analytic, seen=seen)._conclude()
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
    verdict = slope(analytic=analytic, scale=100.0, seen=steps((20.0, 0.4), (fine, 0.1)))._conclude()
    assert (verdict.kind, verdict.numeric) == (kind, numeric)


def test_where_nothing_is_defined_nothing_is_concluded():
    verdict = slope(seen={1.0: NOTHING})._conclude()
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
    function = slope(analytic=analytic, noise=2.0**-13, unit=2.0, seen=steps(estimate))
    assert function._conclude().kind == kind


@pytest.mark.parametrize("count", [3, 4])
def test_what_four_coarser_steps_do_not_refute_is_not_called_wrong(count):
    rough = [(0.5, 3.0)] * count
    verdict = slope(analytic=2.0, seen=steps(*rough, (1.0, 1e-5)))._conclude()
    assert (verdict.kind, verdict.numeric) == (UNRESOLVED if count == 4 else WRONG, 1.0)
    assert slope(analytic=1.0, seen=steps(*rough, (1.0, 1e-5)))._conclude().kind == RIGHT


def test_coarser_steps_that_refute_it_or_see_a_kink_do_not_excuse_it():
    rough = [(0.5, 3.0)] * 3
    assert slope(analytic=20.0, seen=steps(*rough, (0.5, 3.0), (1.0, 1e-5)))._conclude().kind == WRONG
    seen = steps(*rough, (0.5, 3.0), (1.0, 1e-5))
    seen[LADDER[3]] = seen[LADDER[3]]._replace(left=corner(1.0).left, right=corner(1.0).right)
    assert slope(analytic=2.0, seen=seen)._conclude().kind == WRONG


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
