"""Kinks, part by part: where an output has one, which slopes are legal there, and what those that tie must sum to."""

import numpy as np
import pytest

from bprop.check import kinks
from bprop.check.difference import Coverage, Mismatch
from bprop.check.kinks import KINKED, MOST_ELEMENTS, SLACK, Corner, Slopes, judge_kinks
from bprop.check.precision import Precision

DOUBLE = Precision(np.dtype("float64"), (2.0**-10, 2.0**-13), 1e-7)
FINER = Precision(np.dtype("longdouble"), (2.0**-14, 2.0**-19), 1e-10)
COARSE, FINE = kinks.STEPS[False]


def slopes(left, right, rounding=0.0, kinked=True):
    one = lambda x: np.atleast_1d(np.asarray(x, float))  # noqa: E731
    return Slopes(one(left), one(right), one(rounding) + 0 * one(left), np.atleast_1d(kinked) & (one(left) == left))


def corner(value, pull=lambda grad: grad, x=(0.0,), units=None, grad=(1.0,), precision=DOUBLE):
    x = np.asarray(x, float)
    return Corner(value, pull, x, np.ones_like(x) if units is None else np.asarray(units), np.asarray(grad), precision)


def mismatch(*index, analytic=0.0, numeric=0.0, error=0.5):
    return Mismatch(index, analytic, numeric, error)


# --- slopes ---


@pytest.mark.parametrize(
    ("left", "right", "rounding", "slope", "nearest"),
    [
        (0.0, 1.0, 0.0, 0.5, None),
        (1.0, 0.0, 0.0, 0.5, None),
        (0.0, 1.0, 0.0, 1 + 0.99 * SLACK, None),
        (0.0, 1.0, 0.0, 1 + 1.01 * SLACK, 1.0),
        (0.0, 1.0, 0.0, -1.01 * SLACK, 0.0),
        (-4.0, 1.0, 0.0, 1 + 3.9 * SLACK, None),
        (-4.0, 1.0, 0.0, 1 + 4.1 * SLACK, 1.0),
        (0.0, 0.0, 0.0, 0.0, None),
        (0.0, 0.0, 0.5, 0.5, None),
        (0.0, 0.0, 0.5, 0.51, 0.0),
    ],
)
def test_a_slope_between_the_two_is_legal_but_for_rounding(left, right, rounding, slope, nearest):
    assert slopes(left, right, rounding).nearest(0, slope) == nearest


def test_a_kink_is_convex_where_the_slope_grows():
    assert slopes(0.0, 1.0).convex(0)
    assert not slopes(1.0, 0.0).convex(0)
    assert not slopes(1.0, 1.0).convex(0)


def sides(fine, coarse):
    """A function with (left, right) slopes of its own at the fine and at the coarse step, and its second points."""

    def value(x):
        t = float(x[0])
        left, right = fine if abs(t) <= 2 * FINE else coarse
        return np.array([right * t if t > 0 else left * t])

    return value


@pytest.mark.parametrize(
    ("fine", "coarse", "kinked"),
    [
        ((0.0, 1.0), (0.0, 1.0), True),
        ((1.0, 1.0), (0.0, 1.0), False),  # farther away
        ((0.0, 1.0), (1.0, 1.0), False),
        ((0.0, 1.0), (0.0, 1.0099), True),
        ((0.0, 1.0), (0.0, 1.0101), False),  # roughness
        ((0.0, 1.0), (0.0, 0.9899), False),
        ((-1.0, 0.0), (-1.0099, 0.0), True),
        ((-1.0, 0.0), (-1.0101, 0.0), False),
        ((-1.0, 4.0), (-1.039, 4.0), True),
        ((-4.0, 1.0), (-4.0, 1.041), False),
        ((1.0, 1 + 1.01 * KINKED), (1.0, 1 + 1.01 * KINKED), True),
        ((1.0, 1 + 0.99 * KINKED), (1.0, 1 + 0.99 * KINKED), False),
        ((-1 - 1.01 * KINKED, -1.0), (-1 - 1.01 * KINKED, -1.0), True),
    ],
)
def test_an_output_has_a_kink_where_a_coarse_and_a_fine_step_see_the_same(fine, coarse, kinked):
    found = corner(sides(fine, coarse)).slopes(np.array([1.0]))
    assert found.kinked[0] == kinked
    assert (found.left[0], found.right[0]) == pytest.approx(fine)


def test_steps_are_finer_in_longdouble():
    asked = []
    for precision in (DOUBLE, FINER):
        asked.clear()
        corner(lambda x: asked.append(abs(float(x[0]))) or x, precision=precision).slopes(np.array([1.0]))
        steps = (2.0**-14, 2.0**-20) if precision.epsilon > 1e-18 else (2.0**-20, 2.0**-32)
        assert sorted(set(asked)) == sorted({0.0, *steps, *(2 * step for step in steps)})


def test_a_parabola_has_no_kink_and_its_slope():
    found = corner(lambda x: 3 * x**2 + 2 * x).slopes(np.array([1.0]))
    assert not found.kinked[0]
    assert (found.left[0], found.right[0]) == (2.0, 2.0)


@pytest.mark.parametrize(("bits", "kinked"), [(16, False), (17, True)])
def test_a_jump_of_slopes_must_exceed_sixteen_roundings_of_the_value(bits, kinked):
    rise = bits * 2.0**-12
    found = corner(lambda x: 2.0**20 + rise * np.maximum(x, 0)).slopes(np.array([1.0]))
    assert found.rounding[0] == 16 * DOUBLE.epsilon * 2.0**20 / FINE
    assert found.kinked[0] == kinked


def test_outputs_that_are_not_finite_have_no_rounding():
    found = corner(lambda x: np.array([np.inf, 1.0]) + 0 * x).slopes(np.array([1.0]))
    assert list(found.rounding) == [0.0, 16 * DOUBLE.epsilon / FINE]


def test_one_element_is_moved_by_its_unit():
    one = corner(lambda x: x, x=np.zeros((2, 3)), units=np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(one.single((1, 2)), [[0, 0, 0], [0, 0, 5]])


def test_the_gradient_of_one_output_is_asked_for_once():
    asked = []
    one = corner(
        lambda x: x, pull=lambda grad: asked.append(grad) or 2 * grad, x=np.zeros((2, 2)), grad=np.ones((2, 2))
    )
    for _ in range(2):
        np.testing.assert_array_equal(one.row(2), [[0, 0], [2, 0]])
    assert len(asked) == 1


# --- verdicts on elements ---


def judged(one, *, mismatches=(), found_kinks=(), scale=1.0):
    coverage = Coverage((9,), scale=scale, mismatches=list(mismatches), kinks=list(found_kinks))
    judge_kinks(one, coverage, np.random.default_rng(0))
    return coverage


def relu(slope):
    """relu of each element, leaky, whose gradient at 0 is `slope`."""
    return corner(lambda x: np.maximum(x, x / 4), pull=lambda g: g * slope, x=[0.0, 0.0], grad=[1.0, 1.0])


def test_a_legal_slope_makes_a_mismatch_a_kink_and_an_illegal_one_a_kink_a_mismatch():
    coverage = judged(relu(0.5), mismatches=[mismatch(0)], found_kinks=[mismatch(1)])
    assert ([m.index for m in coverage.kinks], coverage.mismatches) == ([(0,), (1,)], [])
    coverage = judged(relu(1.5), mismatches=[mismatch(0)], found_kinks=[mismatch(1)])
    assert ([m.index for m in coverage.mismatches], coverage.kinks) == ([(0,), (1,)], [])
    first = coverage.mismatches[0]
    assert (first.analytic, first.numeric, first.error) == (pytest.approx(1.5), pytest.approx(1.0), 0.5)
    assert first.note == "at a kink of output [0], whose slopes are 0.25 and 1"


def test_slopes_are_told_in_units_of_the_element():
    one = corner(lambda x: np.maximum(x, x / 4), pull=lambda g: g * 1.5, x=[0.0], units=[4.0])
    (first,) = judged(one, found_kinks=[mismatch(0)]).mismatches
    assert (first.analytic, first.numeric) == (pytest.approx(1.5), pytest.approx(1.0))
    assert first.note == "at a kink of output [0], whose slopes are 0.25 and 1"


def test_what_has_no_kink_stays_what_it_was():
    one = corner(lambda x: 2 * x, pull=lambda g: 2 * g, x=[0.0, 0.0], grad=[1.0, 1.0])
    coverage = judged(one, mismatches=[mismatch(0)], found_kinks=[mismatch(1)])
    assert [m.index for m in coverage.mismatches] == [(0,)]
    assert [m.index for m in coverage.kinks] == [(1,)]


def test_at_most_two_hundred_elements_are_looked_at():
    assert MOST_ELEMENTS == 200
    size = 202
    one = corner(lambda x: np.maximum(x, 0), pull=lambda g: 0.5 * g, x=np.zeros(size), grad=np.ones(size))
    coverage = judged(one, mismatches=[mismatch(i) for i in range(201)], found_kinks=[mismatch(201)])
    assert [m.index for m in coverage.mismatches] == [(200,)]
    assert len(coverage.kinks) == 201


def test_a_legal_slope_at_a_kink_does_not_excuse_a_wrong_one_beside_it():
    """Two outputs of one element: relu(x), and 3 x, whose gradient must be 3."""

    def one(rest):
        def pull(grad):
            return np.array([0.5 * grad[0] + rest * grad[1]])

        return corner(lambda x: np.array([max(x[0], 0.0), 3 * x[0]]), pull, grad=[1.0, 2.0])

    assert judged(one(3.0), mismatches=[mismatch(0)]).kinks
    assert judged(one(3.0 * (1 + 0.9 * SLACK)), mismatches=[mismatch(0)]).kinks
    assert judged(one(3.0 * (1 + 1.2 * SLACK)), mismatches=[mismatch(0)]).mismatches
    assert judged(one(3.0 * (1 - 1.2 * SLACK)), mismatches=[mismatch(0)]).mismatches


def test_an_output_whose_gradient_is_0_does_not_matter():
    with np.errstate(all="ignore"):
        one = corner(lambda x: np.array([max(x[0], 0.0), np.inf * x[0]]), lambda g: 0.5 * g[:1], grad=[1.0, 0.0])
        assert judged(one, mismatches=[mismatch(0)]).kinks


# --- together ---


def largest(share, count=2, units=1.0, scale=1.0):
    """max(x) where all tie, whose gradient gives `share` to each."""
    one = corner(
        lambda x: np.array([x.max()]), lambda g: share * g * np.ones(count), np.zeros(count), units * np.ones(count)
    )
    return judged(one, found_kinks=[mismatch(i) for i in range(count)], scale=scale)


@pytest.mark.parametrize(("share", "ok"), [(0.5, True), (0.6, False), (0.4, False), (1.0, False)])
def test_elements_that_tie_share_one_unit(share, ok):
    coverage = largest(share)
    assert (not coverage.mismatches) == ok
    if not ok:
        (first,) = coverage.mismatches
        assert first.index == (0,)
        assert first.note == "together with the other 1 that tie there, for output [0]"
        assert (first.analytic, first.numeric) == (pytest.approx(2 * share), pytest.approx(1.0))
        assert first.error == pytest.approx(abs(2 * share - 1))


def test_what_ties_is_told_in_units_and_relative_to_the_scale():
    (first,) = largest(0.75, units=4.0, scale=2.0).mismatches
    assert (first.analytic, first.numeric) == (pytest.approx(1.5), pytest.approx(1.0))
    assert first.error == pytest.approx(0.25)
    assert largest(0.75, scale=0.0).mismatches[0].error == 1.0
    assert "the other 2 that tie" in largest(0.5, count=3).mismatches[0].note


def test_ties_are_moved_by_one_unit_and_twice_by_different_ones(monkeypatch):
    moved = []

    def seen(self, direction):
        moved.append(direction)
        return slopes(-9.0, 9.0)

    one = corner(lambda x: np.array([x.max()]), lambda g: g * np.ones(50), np.zeros(50), 2 * np.ones(50))
    monkeypatch.setattr(Corner, "slopes", seen)
    members = [(i,) for i in range(49)]
    one.rows[0] = np.zeros(50)
    assert kinks._together(one, 0, members, 1.0, np.random.default_rng(0)) == []
    assert len(moved) == 3
    np.testing.assert_array_equal(moved[0], [2.0] * 49 + [0.0])
    for direction in moved[1:]:
        shares = direction[:49] / 2
        assert 0.5 <= shares.min() < 0.6
        assert 1.4 < shares.max() <= 1.5


def test_a_tie_is_not_looked_at_where_an_element_is_wrong_by_itself():
    coverage = largest(1.5)
    assert [m.index for m in coverage.mismatches] == [(0,), (1,)]
    assert "at a kink of output" in coverage.mismatches[0].note
