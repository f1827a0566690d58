"""The floating-point type of a check."""

import numpy as np

from bprop.check.precision import best_precision, finite


def test_the_second_step_is_smaller_and_both_are_powers_of_two():
    first, second = best_precision().steps
    assert 0 < second < first < 1
    assert np.frexp(first)[0] == np.frexp(second)[0] == 0.5


def test_what_is_not_finite_counts_as_0():
    np.testing.assert_array_equal(finite(np.array([1.0, np.nan, np.inf, -np.inf, -2.0])), [1, 0, 0, 0, -2])
