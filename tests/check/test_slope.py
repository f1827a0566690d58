"""The verdict on one slope."""

import numpy as np
import pytest

from bprop.check.precision import best_precision
from bprop.check.slope import KINK, RIGHT, UNRESOLVED, WRONG, Slope

PRECISION = best_precision()


def verdict(function, x, slope, scale=None, unit=None):
    x = PRECISION.dtype.type(x)
    own = abs(float(x))
    noise = 4 * PRECISION.epsilon * abs(float(function(x)))
    scale = abs(float(slope)) if scale is None else scale
    with np.errstate(all="ignore"):
        return Slope(
            lambda t: function(x + t) - function(x), float(slope), unit or own or 1.0, scale, noise, PRECISION, own
        ).verdict()


@pytest.mark.parametrize(
    ("function", "x", "slope"),
    [
        (np.sin, 1.0, np.cos(1.0)),
        (np.exp, 20.0, np.exp(20.0)),
        (lambda x: np.tanh(x / 1e-12), 3e-13, (1 - np.tanh(0.3) ** 2) / 1e-12),
        (lambda x: np.tanh(x / 1e30), 3e29, (1 - np.tanh(0.3) ** 2) / 1e30),
        (lambda x: np.sin(1e6 * x), 0.7, 1e6 * np.cos(1e6 * 0.7)),
        (np.log, 1e-7, 1e7),
        (np.sqrt, 1e-7, 0.5e3 * np.sqrt(10)),
        (lambda x: x**1.5, 0.0, 0.0),
        (lambda x: x * abs(x), 0.0, 0.0),
    ],
)
def test_a_right_slope_is_right_and_another_is_wrong(function, x, slope):
    scale = abs(slope) or 1.0
    assert verdict(function, x, slope, scale).kind == RIGHT
    assert verdict(function, x, 1.01 * slope + 0.01 * (slope == 0), scale).kind == WRONG


@pytest.mark.parametrize("distance", [1e-2, 1e-5, 1.2e-9, 1e-12, 1e-20])
@pytest.mark.parametrize("side", [1, -1])
def test_near_a_kink_the_slope_of_that_side_is_right_and_the_other_is_wrong(distance, side):
    x = side * distance
    assert verdict(lambda x: max(x, 0), x, float(side > 0), scale=1.0, unit=1.0).kind == RIGHT
    assert verdict(lambda x: max(x, 0), x, float(side < 0), scale=1.0, unit=1.0).kind == WRONG


@pytest.mark.parametrize(
    ("slope", "kind"), [(0.0, KINK), (0.3, KINK), (1.0, KINK), (1.01, WRONG), (-0.1, WRONG), (5, WRONG)]
)
def test_at_a_kink_what_lies_between_the_slopes_is_legal(slope, kind):
    found = verdict(lambda x: max(x, 0) + 0 * x, 0.0, slope, scale=1.0)
    assert found.kind == kind
    if kind == KINK:
        assert (found.left, found.right) == pytest.approx((0, 1), abs=1e-6)


def single(x):
    return np.float32(x).astype(PRECISION.dtype)


@pytest.mark.parametrize(("slope", "kind"), [(1.0, RIGHT), (0.0, WRONG), (1.01, WRONG), (2.0, WRONG)])
@pytest.mark.parametrize(
    "function", [lambda x: single(x), lambda x: x + 1e-7 * np.sin(1e13 * x), lambda x: (x + 1e12) - 1e12]
)
def test_rounding_and_roughness_are_no_kinks(function, slope, kind):
    assert verdict(function, 0.7, slope, scale=1.0).kind == kind


@pytest.mark.parametrize("slope", [0.0, 1.0, 5.0])
def test_what_is_lost_in_noise_is_not_resolved(slope):
    rng = np.random.default_rng(0)
    assert verdict(lambda x: x + rng.normal(), 0.7, slope, scale=1.0).kind == UNRESOLVED


def test_a_coarse_staircase_does_not_make_a_slope_of_0_right():
    assert verdict(lambda x: np.float16(x).astype(PRECISION.dtype), 0.7, 0.0).kind != RIGHT


def test_a_step_function_has_the_slope_0():
    assert verdict(np.round, 1.3, 0.0).kind == RIGHT


@pytest.mark.parametrize("slope", [np.nan, np.inf])
def test_a_slope_that_is_not_finite_is_wrong(slope):
    assert verdict(np.sin, 1.0, slope, scale=1.0).kind == WRONG


def test_the_verdict_says_how_sure_it_is():
    assert verdict(single, 0.7, 1.0).error < 1e-4
    assert verdict(np.sin, 0.7, np.cos(0.7)).error < 1e-9
