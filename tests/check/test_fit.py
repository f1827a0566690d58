"""Slopes with their uncertainty."""

import numpy as np
import pytest

from bprop.check.fit import LEFT, RIGHT, SURE, Estimate, estimate


def test_a_polynomial_has_its_slope_and_hardly_an_error():
    both, left, right = estimate(lambda t: 3 * t - 2 * t**2 + t**3, 0.5)
    for each in (both, left, right):
        assert each.slope == pytest.approx(3, abs=1e-12)
        assert each.error < 1e-12
        assert each.moves


@pytest.mark.parametrize("function", [np.sin, np.expm1, np.tanh, lambda t: 1 / (1 - t) - 1])
@pytest.mark.parametrize("h", [0.5, 0.1, 0.01])
def test_the_error_covers_the_truncation(function, h):
    both = estimate(function, h).both
    assert abs(both.slope - 1) <= both.error


def test_the_error_covers_noise_nearly_always_and_thrice_the_error_always():
    rng = np.random.default_rng(0)
    found = [estimate(lambda t: t + 1e-3 * rng.normal(), 0.1).both for _ in range(500)]
    assert sum(e.fits(Estimate(0.1, 1.0, 0.0, True)) for e in found) >= 495
    assert all(e.holds(1.0) for e in found)
    assert SURE > 1


def test_a_kink_is_uncertain_on_both_sides_together_and_certain_on_each():
    both, left, right = estimate(lambda t: max(t, 0.0), 0.1)
    assert both.error > 0.1
    assert (left.slope, right.slope) == pytest.approx((0, 1), abs=1e-12)


def test_a_wave_that_is_too_fast_is_uncertain():
    both = estimate(lambda t: np.sin(2 * np.pi * 1e6 * t), 1.0).both
    assert both.error > abs(both.slope)


def test_outside_the_domain_there_is_no_estimate():
    with np.errstate(all="ignore"):
        both, left, right = estimate(lambda t: np.log(1 + t), 2.0)
    assert both is left is None
    assert right is not None


def test_what_stands_still_does_not_move():
    assert not estimate(lambda t: 0.0 * t, 1.0).both.moves


# --- the error, against NumPy's own least squares ---

POINTS = {
    "both": (np.concatenate([-LEFT, [0], RIGHT]), 6, 6),
    "left": (np.append(-LEFT, 0), 3, 8),
    "right": (np.append(RIGHT, 0), 3, 8),
}


@pytest.mark.parametrize("side", POINTS)
@pytest.mark.parametrize("h", [1.0, 0.25, 4.0])
def test_a_slope_and_its_error_are_those_of_least_squares(side, h):
    """The error is 6 standard errors of a polynomial of degree 6 on both sides, and 8 of degree 3 on one."""
    rng = np.random.default_rng(0)
    values = {float(t): rng.normal() for t in POINTS["both"][0] * h}
    values[0.0] = 0.0
    found = getattr(estimate(lambda t: values[t], h), side)
    points, degree, safety = POINTS[side]
    slope, covariance = np.polyfit(points, [values[t] for t in points * h], degree, cov=True)
    assert found.slope == pytest.approx(slope[-2] / h, rel=1e-9)
    assert found.error == pytest.approx(safety * np.sqrt(covariance[-2, -2]) / h, rel=1e-9)
    assert found.step == h


def test_points_are_irregular_lie_within_the_step_and_reach_its_end():
    for side in (LEFT, RIGHT):
        assert side[-1] == 1.0
        assert len(side) == 6
        assert (np.diff(side, prepend=0.0) > 0.1).all()
        assert (np.diff(side, prepend=0.0) < 0.25).all()
    assert not np.isin(LEFT[:-1], RIGHT).any()


@pytest.mark.parametrize("h", [1.0, 0.5])
def test_an_error_allows_for_the_rounding_of_the_fit_itself(h):
    """Values of 1 on either side of 0 cancel in the slope, and their rounding does not."""
    both = estimate(lambda t: 3 * t, h).both
    row = np.abs(np.linalg.pinv(np.vander(POINTS["both"][0], 7))[-2])
    least = 1e-15 * (row * np.abs(3 * POINTS["both"][0])).sum()
    assert least <= both.error < 10 * least


def test_a_single_point_that_is_not_finite_leaves_no_estimate():
    both, left, right = estimate(lambda t: np.inf if t == 1.0 else t, 1.0)
    assert both is right is None
    assert left is not None


def test_a_function_moves_where_one_value_is_not_0():
    assert estimate(lambda t: float(t == 1.0), 1.0).both.moves
    assert estimate(lambda t: float(t != 0), 1.0).both.moves
    assert estimate(lambda t: float(t), 1.0).both.moves


# --- what an estimate can tell ---


def test_an_error_resolves_a_share_of_the_slope_or_of_the_scale():
    each = Estimate(1.0, -4.0, 0.5, True)
    assert each.resolves(0.125, 0.0)
    assert each.resolves(0.0625, 8.0)
    assert not each.resolves(0.124, 2.0)


def test_a_slope_holds_within_three_errors():
    each = Estimate(1.0, 2.0, 0.5, True)
    for slope in (2.0, 3.5, 0.5):
        assert each.holds(slope)
    for slope in (3.51, 0.49, -2.0):
        assert not each.holds(slope)


def test_two_slopes_fit_within_both_errors():
    each = Estimate(1.0, 2.0, 0.5, True)
    for slope in (2.75, 1.25):
        assert each.fits(Estimate(0.1, slope, 0.25, True))
    for slope in (2.76, 1.24, -2.0):
        assert not each.fits(Estimate(0.1, slope, 0.25, True))
