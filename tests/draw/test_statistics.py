"""Summaries of arrays, and units that have stopped to learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import bprop as bp
from bprop.draw.statistics import BINS, HIGHEST, LOWEST, note_of, summarise


def test_a_summary():
    summary = summarise(np.array([[3.0, -4.0], [0.0, 0.0]]))
    assert (summary.count, summary.rms, summary.low, summary.high) == (4, 2.5, -4.0, 3.0)
    assert summary.decade == 0
    assert summary.lines() == ["rms 2.5", "-4 … 3"]
    assert summary.bars[0] == 1 and summary.bars[-1] == 1 and sum(summary.bars) == 4


@given(arrays(np.float64, array_shapes(max_dims=3, max_side=6), elements=st.floats(allow_nan=True)))
def test_anything_has_a_summary(array):
    summary = summarise(array)
    finite = array[np.isfinite(array)]
    assert sum(summary.bars) == finite.size == summary.count - summary.nan - summary.infinite
    assert len(summary.bars) == BINS
    assert np.isfinite([summary.rms, summary.low, summary.high]).all()
    assert summary.low <= summary.high and summary.rms <= max(abs(summary.low), abs(summary.high)) * (1 + 1e-9)
    assert summary.decade is None or LOWEST <= summary.decade <= HIGHEST
    assert summary.lines()


def test_what_is_not_finite_is_counted():
    summary = summarise(np.array([np.nan, np.inf, -np.inf, 1.0]))
    assert summary.spoiled == "1 NaN, 2 inf"
    assert summary.lines() == ["1 NaN, 2 inf", "of 4"]


@pytest.mark.parametrize(("value", "decade"), [(0.0, None), (1e-30, LOWEST), (0.02, -2), (1e30, HIGHEST)])
def test_the_decade_of_a_constant(value, decade):
    summary = summarise(np.full((3, 2), value))
    assert summary.decade == decade
    assert summary.bars[BINS // 2] == 6
    assert summary.lines() == [f"all {value:.3g}"]


def test_a_constant_has_its_note_and_no_sign_of_zero():
    assert summarise(np.zeros(3), "100% of units dead").lines() == ["all 0", "100% of units dead"]
    assert summarise(np.array([-0.0, -0.0])).lines() == ["all 0"]


def test_whole_numbers_and_truth_values():
    assert summarise(np.array([0, 3])).high == 3
    assert summarise(np.array([True, True])).rms == 1


def test_of_labels_and_codes_only_their_number_and_range_are_told():
    for labels in (np.array([0, 9, 9, 4]), np.array([[0, 9], [9, 4]], np.int32)):
        summary = summarise(labels)
        assert summary.lines() == ["3 different", "0 … 9"]
        assert summary.decade is None
        assert sum(summary.bars) == 4
    assert summarise(np.array([123456789, 5])).lines() == ["2 different", "5 … 123456789"]
    assert summarise(np.array([7, 7])).lines() == ["all 7"]
    assert summarise(np.array([0.0, 9.0])).lines() == ["rms 6.4", "0 … 9"]


def test_saturated_and_dead():
    a = bp.Input("a", (2,))
    value = np.array([[0.999, 0.2], [-0.999, 0.999], [0.0, 0.0], [-1.0, 0.5]])
    assert note_of(bp.tanh(a), value) == ("50% saturated", 0.5)
    assert note_of(bp.sigmoid(a), np.array([[0.001, 0.5], [0.996, 0.5]])) == ("50% saturated", 0.5)
    assert note_of(bp.relu(a), np.array([[0.0, 1.0], [0.0, 0.0]])) == ("50% of units dead", 0.5)
    assert note_of(bp.relu(a), np.ones((2, 2))) == ("0% of units dead", 0.0)
    assert note_of(bp.tanh(a), np.append(np.zeros(999), 1.0)) == ("<1% saturated", 0.001)
    assert note_of(bp.exp(a), value) == note_of(bp.tanh(a), np.float64(1)) == ("", 0.0)


def test_what_is_to_be_seen_at_once():
    assert summarise(np.ones(3), "30% saturated", 0.3).alarming
    assert not summarise(np.ones(3), "29% saturated", 0.29).alarming
    assert summarise(np.array([1.0, np.nan])).alarming
