"""What cells say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.sources import cells


def objects(*values):
    column = np.empty(len(values), object)
    column[:] = values
    return column


def numbers(column):
    return cells.numbers(column, cells.missing(column))


def booleans(column):
    return cells.words(column, cells.missing(column))


def dates(column):
    return cells.dates(column, cells.missing(column))


@pytest.mark.parametrize("cell", ["", "?", "NA", "n/a", "NaN", "null", "None", "<NA>", None])
def test_ways_to_say_that_a_value_is_missing(cell):
    assert cells.missing(objects("x", cell)).tolist() == [False, True]


def test_missing_numbers_and_dates():
    assert cells.missing(np.array([1.0, np.nan])).tolist() == [False, True]
    assert cells.missing(np.array([1, 2])).tolist() == [False, False]
    assert cells.missing(np.array(["2024-01-01", "NaT"], "datetime64[us]")).tolist() == [False, True]


@given(st.lists(st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**9), 10**9), st.none())))
def test_numbers_come_back_from_text(values):
    found, bad = numbers(objects(*("" if v is None else repr(v) for v in values)))
    assert not bad.any()
    np.testing.assert_array_equal(found, np.array([np.nan if v is None else v for v in values], float))


@pytest.mark.parametrize("cell", ["x", "1_000", "1,5", "inf", "-inf", "1e999", "0x10", "12 3"])
def test_what_is_no_number(cell):
    values, bad = numbers(objects("1", cell, "2"))
    assert bad.tolist() == [False, True, False]
    assert values[[0, 2]].tolist() == [1, 2]


def test_numbers_that_are_not_finite_and_dates_are_no_numbers():
    assert numbers(np.array([1.0, np.inf, np.nan]))[1].tolist() == [False, True, False]
    assert numbers(np.array(["2024-01-01"], "datetime64[us]"))[1].all()


@given(st.lists(st.text(max_size=12)))
def test_any_text_is_read_or_refused_but_never_breaks(values):
    column = objects(*values)
    for reader in (numbers, booleans):
        found, bad = reader(column)
        assert len(found) == len(bad) == len(values)
        assert not (bad & cells.missing(column)).any()


def test_yes_and_no():
    values, bad = booleans(objects("yes", "No", "TRUE", "f", "1", "0", "", "maybe"))
    np.testing.assert_array_equal(values, [1, 0, 1, 0, 1, 0, np.nan, np.nan])
    assert bad.tolist() == [False] * 7 + [True]


def test_dates_are_read_once_each_and_those_of_typed_files_stay():
    column = objects("2024-05-31", "2024/05/31 12:30", "2024-05-31T12:30:15.5Z", "?", "soon", "2024-05-31")
    values = dates(column).values
    assert [str(v) for v in values[:3]] == [
        "2024-05-31T00:00:00.000000", "2024-05-31T12:30:00.000000", "2024-05-31T12:30:15.500000",
    ]  # fmt: skip
    assert np.isnat(values).tolist() == [False] * 3 + [True] * 2 + [False]
    typed = np.array(["2024-05-31", "NaT"], "datetime64[ns]")
    np.testing.assert_array_equal(dates(typed).values, typed.astype("datetime64[us]"))
    assert np.isnat(dates(np.array([2024.0])).values).all()


@given(st.lists(st.integers(-(2**70), 2**70), min_size=1))
def test_whole_numbers_are_exact(values):
    found = cells.whole_numbers(objects(*map(str, values)))
    assert found.tolist() == values
    assert found.dtype == object or found.dtype.kind in "iu"


def test_whole_numbers_among_others():
    assert cells.whole_numbers(objects("9007199254740993", "3.0", "+4", "1e2")).tolist() == [2**53 + 1, 3, 4, 100]
    assert cells.whole_numbers(objects("9007199254740993", "0.5")) is None
    assert cells.whole_numbers(objects("9007199254740993", "1e300")) is None
    assert cells.whole_numbers(objects("1_000", "2")) is None
    assert cells.whole_numbers(np.array([1.0])) is None
    assert cells.whole_numbers(np.array([2**64 - 1], np.uint64)).tolist() == [2**64 - 1]


def test_numbers_are_floats_but_where_these_would_round_them():
    column = objects("9007199254740993", "9007199254740992")
    assert cells.exact(column, numbers(column)[0]).tolist() == [2**53 + 1, 2**53]
    small = objects("1", "2.5")
    assert cells.exact(small, numbers(small)[0]).tolist() == [1, 2.5]


def test_cells_as_text():
    assert cells.texts(np.array([1.0, np.nan, 2.5])).tolist() == ["1", None, "2.5"]
    assert cells.texts(np.array([7, -3])).tolist() == ["7", "-3"]
    assert cells.texts(np.array(["2024-05-31", "NaT"], "datetime64[D]")).tolist() == ["2024-05-31", None]
    assert cells.texts(objects("07", None)).tolist() == ["07", None]
    assert cells.texts(np.array(["a", "?"])).tolist() == ["a", "?"]
    assert cells.texts(np.array([True, False])).tolist() == ["True", "False"]


def test_text_and_bools_of_arrays_are_never_missing():
    assert not cells.missing(np.array(["", "?", "a"])).any()
    assert not cells.missing(np.array([True, False])).any()
    assert numbers(np.array(["1", "2"]))[1].all()
