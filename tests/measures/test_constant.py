"""The best constant answer, by weight."""

import numpy as np
import pytest

from bprop.measures.constant import constant_errors, usual


def test_the_usual_class_is_the_heaviest():
    assert usual(np.array([0, 1, 1]), np.array([3.0, 1.0, 1.0])) == (0, 0.6)


def test_errors_of_the_mean_and_of_the_median_in_the_units_of_the_targets():
    errors = constant_errors(np.array([0.0, 0.0, 3e200]), np.ones(3))
    assert errors["rmse"] == pytest.approx(2**0.5 * 1e200) and errors["mae"] == pytest.approx(1e200)
