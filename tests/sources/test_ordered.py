"""Rows in the order of a column."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.frame import Frame
from bprop.sources.ordered import last, order_values, spans, stretches


def rows_of(*cells):
    column = np.array(cells, object) if isinstance(cells[0], str | None) else np.array(cells)
    return Frame("t", {"day": column}, lambda row: f"t.csv, line {row + 2}")


@pytest.mark.parametrize(
    "cells",
    [
        ("2024-01-31", "2024-02-01", "2023-12-24"),
        ("31.01.2024", "01.02.2024", "24.12.2023"),
        ("2024-01-31 10:00", "2024-01-31 11:00", "2024-01-31 09:59:59"),
        ("10", "11", "9"),  # not as text, in which 9 would be last
        ("-1.5", "1e3", "-20"),
        ("1706659200", "1706745600", "1703376000"),
        (3, 4, -1),
        (0.5, 0.75, 0.25),
        ("9007199254740992", "9007199254740993", "9007199254740991"),  # which a float64 would not tell apart
        ("123456789012345678901", "123456789012345678902", "123456789012345678900"),
        tuple(np.array(["2024-01-31", "2024-02-01", "2023-12-24"], "datetime64[s]")),
    ],
)
def test_dates_and_numbers_have_an_order(cells):
    assert np.argsort(order_values(rows_of(*cells), "day"), kind="stable").tolist() == [2, 0, 1]


@pytest.mark.parametrize("gone", ["", "NA", None])
def test_a_missing_cell_has_no_place_in_the_order(gone):
    with pytest.raises(errors.DataError, match=r"t.csv, line 3, column 'day': the cell is missing, and so in 2 of 4"):
        order_values(rows_of("1", gone, "3", gone), "day")


def test_text_has_no_order_in_time():
    with pytest.raises(errors.DataError, match=r"line 2, column 'day': 'mon' is neither .* as 3 of 3 .*--group day"):
        order_values(rows_of("mon", "tue", "wed"), "day")
    with pytest.raises(errors.DataError, match=r"line 4, column 'day': 'soon' is neither .* as 1 of 3"):
        order_values(rows_of("2024-01-31", "2024-02-01", "soon"), "day")


def test_equal_values_are_on_one_side():
    values = np.array([3, 1, 2, 2, 2, 1, 2, 3])
    before, after = last(values, 0.5, "day")
    assert (before.tolist(), after.tolist()) == ([1, 5], [0, 2, 3, 4, 6, 7])
    before, after = last(values, 0.25, "day")
    assert (before.tolist(), after.tolist()) == ([1, 2, 3, 4, 5, 6], [0, 7])


@pytest.mark.parametrize(("values", "share"), [([5] * 9, 0.5), (range(10), 0.001), (range(10), 0.999)])
def test_a_cut_that_leaves_a_side_empty_is_refused(values, share):
    with pytest.raises(errors.SettingError, match=r"--split-by day: .* rows with .* different values cannot be cut"):
        last(np.array(values), share, "day")


def test_stretches_that_ties_make_one_are_refused():
    with pytest.raises(errors.SettingError, match="cut into 3 parts"):
        stretches(np.array([1] * 9 + [2]), [0.3, 0.6], "day")


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (np.array(["2024-01-31", "2023-12-24"], "datetime64[us]"), ("2023-12-24", "2024-01-31")),
        (
            np.array(["2024-01-31T10:00", "2024-01-31"], "datetime64[us]"),
            ("2024-01-31 00:00:00", "2024-01-31 10:00:00"),
        ),
        (np.array(["2024-01-31T10:00:00.25"] * 2, "datetime64[us]"), ("2024-01-31 10:00:00.250000",) * 2),
        (np.array([1706659200.0, 3]), ("3", "1706659200")),
        (np.array([0.1, 0.25]), ("0.1", "0.25")),
        (np.array([10**20, 10**20 + 1], object), ("100000000000000000000", "100000000000000000001")),
    ],
)
def test_the_first_and_the_last_value_are_shown(values, shown):
    assert spans(values, [np.array([0, 1])]) == [shown]
