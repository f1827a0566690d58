"""A learning rate that was changed by hand."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import ModelFileError
from bprop.training.steered import changes_of, takes_rate, with_rates


def test_the_rate_is_the_rules_own_until_it_is_changed():
    rule = with_rates(bp.SGD(bp.schedules.decreasing(0.2, 1.0), momentum=0.5), [(2, 0.05), (4, 0.3)])
    assert rule.rates(0, 6).tolist() == [0.2, 0.1, 0.05, 0.05, 0.3, 0.3]
    assert [rule.rate(t) for t in (1, 3, 5)] == [0.1, 0.05, 0.3]
    assert rule.momentum == 0.5 and rule.scheduled


def test_the_decrease_of_the_lecture_ends_with_a_change_by_hand():
    rule = with_rates(bp.SGD(0.2, decrease_constant=1.0), [(2, 0.05)])
    np.testing.assert_array_equal(rule.rates(0, 5), [0.2, 0.1, 0.05, 0.05, 0.05])


def test_it_says_so():
    shown = repr(with_rates(bp.Adam(0.01), [(7, 0.001)]))
    assert shown.startswith("Adam(learning_rate=0.01, from update 7 by hand 0.001, ")


def test_which_rules_take_a_rate():
    class Stubborn(bp.SGD, named=False):
        def rate(self, t):
            return 1.0

    class Whole(bp.SGD, named=False):
        def step(self, params, grads, state, t):
            return params, state

    assert takes_rate(bp.SGD()) and takes_rate(bp.AdamW())
    assert not takes_rate(Stubborn()) and not takes_rate(Whole()) and not takes_rate(object())


def test_damaged_changes_are_refused():
    assert changes_of([[0, 0.5], (9, 0)]) == [(0, 0.5), (9, 0.0)]
    for damaged in (3, [1], [[1, 2, 3]], [["1", 0.1]], [[-1, 0.1]], [[1, float("nan")]], [[1, -0.1]], [[1, "x"]]):
        with pytest.raises(ModelFileError, match="by hand"):
            changes_of(damaged)
