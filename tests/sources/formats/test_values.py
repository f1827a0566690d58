"""Columns of Python's values."""

import datetime

import numpy as np
import pytest

from bprop.sources.formats.values import column_of_values, text_of


def test_numbers_stay_numbers():
    assert column_of_values([1, 2]).cells.dtype == np.int64
    np.testing.assert_array_equal(column_of_values([1, None, 2.5]).cells, [1, np.nan, 2.5])


def test_whole_numbers_that_a_float_would_round_are_exact():
    assert column_of_values([2**53 + 1, 1]).cells.tolist() == [2**53 + 1, 1]
    assert column_of_values([2**53 + 1, None]).tolist() == ["9007199254740993", None]
    assert column_of_values([2**70, 1]).tolist() == [str(2**70), "1"]
    assert column_of_values([2**53 + 1, 0.5]).tolist() == ["9007199254740993", "0.5"]


def test_bools_text_and_values_of_several_sorts_are_text():
    assert column_of_values([True, None, False]).tolist() == ["true", None, "false"]
    assert column_of_values([" a ", None]).tolist() == ["a", None]
    assert column_of_values(["a", 1.0, 2.5, True]).tolist() == ["a", "1", "2.5", "true"]
    assert column_of_values([None, None]).tolist() == [None, None]


def test_dates_are_dates_and_times_of_day_and_durations_are_seconds():
    days = column_of_values([datetime.date(2024, 1, 2), None, datetime.datetime(2024, 1, 2, 3)]).cells
    assert days[0] == np.datetime64("2024-01-02")
    assert np.isnat(days[1])
    assert days[2] == np.datetime64("2024-01-02T03:00")
    times = column_of_values([datetime.time(1, 2, 3), datetime.timedelta(days=1), None]).cells
    np.testing.assert_array_equal(times, [3723, 86_400, np.nan])


@pytest.mark.parametrize(("value", "what"), [([1], "lists"), ({"a": 1}, "objects"), (b"x", "bytes")])
def test_what_is_no_cell_is_left_out_by_its_name(value, what):
    column = column_of_values([None, value, 1])
    assert (column.unread, len(column)) == (what, 3)


def test_dates_as_text():
    assert text_of(datetime.datetime(2024, 1, 2)) == "2024-01-02"
    assert text_of(datetime.datetime(2024, 1, 2, 3)) == "2024-01-02 03:00:00"
    assert text_of(1e20) == "1e+20"
