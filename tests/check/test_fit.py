"""Slopes with their uncertainty."""

import numpy as np
import pytest

from bprop.check.fit import SURE, Estimate, estimate


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
