"""Natural units."""

import numpy as np
import pytest

from bprop.check.precision import natural_units


@pytest.mark.parametrize("unit", [1e-300, 1e-12, 1.0, 1e12, 1e300])
def test_units_scale_with_the_values(unit):
    x = np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(natural_units(unit * x), unit * natural_units(x), rtol=1e-12)


def test_every_element_has_its_own_magnitude_but_small_ones_that_of_the_tensor():
    units = natural_units(np.array([3.0, -4.0, 0.0, 1e-9]))
    assert list(units[:2]) == [3.0, 4.0]
    assert units[2] == units[3] == pytest.approx(0.1 * np.sqrt((9 + 16) / 3), rel=1e-6)


def test_zeros_are_moved_by_1_where_there_is_nothing_else():
    np.testing.assert_array_equal(natural_units(np.zeros((2, 2))), np.ones((2, 2)))


def test_what_is_not_finite_has_the_unit_of_the_others():
    assert np.isfinite(natural_units(np.array([1.0, np.inf, np.nan]))).all()


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e200])
def test_a_typical_size_neither_overflows_nor_vanishes(size):
    assert natural_units(np.array([size, 0.0]))[1] == pytest.approx(0.1 * size, rel=0.1)


def test_what_is_not_finite_is_moved_as_far_as_what_is_typical():
    units = natural_units(np.array([3.0, -4.0, np.inf, np.nan, 0.0]))
    typical = np.sqrt((9 + 16) / 2)
    np.testing.assert_allclose(units, [3, 4, typical, typical, 0.1 * typical])
    np.testing.assert_array_equal(natural_units(np.array([np.nan, 0.0])), [1, 1])


def test_sizes_that_are_very_different_do_not_overflow():
    assert natural_units(np.array([1e-200, 1e200, 0.0]))[2] == pytest.approx(0.1 * 1e200 / np.sqrt(2))
