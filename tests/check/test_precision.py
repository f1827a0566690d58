"""The floating-point type of a check."""

import numpy as np
import pytest

from bprop.check import precision as precisions
from bprop.check.precision import Precision, best_precision, finite, rounding_noise


def test_what_is_not_finite_counts_as_0():
    np.testing.assert_array_equal(finite(np.array([1.0, np.nan, np.inf, -np.inf, -2.0])), [1, 0, 0, 0, -2])


def of_width(monkeypatch, wide):
    finfo = np.finfo
    monkeypatch.setattr(
        precisions.np, "finfo", lambda dtype: finfo(np.float32 if wide and dtype == np.float64 else np.float64)
    )
    found = best_precision()
    monkeypatch.undo()
    return found


@pytest.mark.parametrize("wide", [True, False])
def test_the_second_step_is_smaller_and_both_are_powers_of_two(monkeypatch, wide):
    first, second = of_width(monkeypatch, wide).steps
    assert 0 < second < first < 1
    assert np.frexp(first)[0] == np.frexp(second)[0] == 0.5


@pytest.mark.parametrize(("wide", "tolerance"), [(True, 1e-10), (False, 1e-7)])
def test_a_quotient_at_either_step_is_far_more_precise_than_the_tolerance(monkeypatch, wide, tolerance):
    """The sum of truncation (eps^4) and rounding (epsilon / eps) of a slope is under a hundredth of the tolerance."""
    found = of_width(monkeypatch, wide)
    assert found.tolerance == tolerance
    epsilon = 2.0**-63 if wide else 2.0**-52
    for eps in found.steps:
        assert 4 * eps**4 + epsilon / eps < tolerance
    assert found.dtype == (np.longdouble if wide else np.float64)


def test_noise_is_four_roundings_of_every_value_on_the_way():
    assert rounding_noise([np.array(3.0)], [np.array(2.0)], 0.5) == 12.0
    assert rounding_noise([np.array([3.0, 4.0])], [np.array([1.0, 1.0])], 0.5) == 10.0
    assert rounding_noise([np.array([3.0]), None, np.array(4.0)], [np.array(1.0)] * 3, 0.5) == 10.0
    assert rounding_noise([np.array([3.0, np.inf])], [np.array([1.0, 1.0])], 0.5) == 6.0


def test_a_type_has_the_spacing_of_its_numbers_at_1():
    precision = Precision(np.dtype("float64"), (2.0**-10, 2.0**-13), 1e-7)
    assert precision.epsilon == 2.0**-52
    assert str(precision) == "float64 (rounding 2.2e-16)"
