"""Rows in the order of a column."""

from dataclasses import dataclass

import numpy as np
import pytest

from bprop import errors
from bprop.sources.columns import Kind
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
    with pytest.raises(
        errors.DataError, match=r"line 2, column 'day': 'mon' is neither .* as are 3 of 3 .*--group day"
    ):
        order_values(rows_of("mon", "tue", "wed"), "day")
    with pytest.raises(errors.DataError, match=r"line 4, column 'day': 'soon' is not a date .* 1 of 3 rows"):
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


def test_a_column_is_read_as_its_kind():
    """Dates of a form that numbers and dates do not have by themselves; the kind says how they are read."""
    rows = rows_of("Y2021", "Y2022", "Y2019", "Y2020")

    @dataclass(frozen=True)
    class Year(Kind):
        kind = "year of order"

        @classmethod
        def fit(cls, name, frame):
            return cls(name)

        def encode(self, frame):
            return np.array([[float(cell[1:]), 7.0] for cell in frame.column(self.name).cells])

        @property
        def scaled(self):
            return (True, False)

    assert order_values(rows, "day", "year of order").tolist() == [2021, 2022, 2019, 2020]
    assert order_values(rows_of("2024-01-31", "2024-01-30"), "day", "date").tolist() == [1, 0]
    with pytest.raises(errors.DataError, match=r"'Y2021' is neither a date nor a number, as are 4 of 4 cells: "):
        order_values(rows, "day", "categorical")


def test_the_reason_why_a_column_is_ignored_is_in_the_error():
    with pytest.raises(errors.DataError, match=r"40 of 40 cells \(.+\): --split-by"):
        order_values(rows_of(*(f"a note about {k}" for k in range(40))), "day")


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["31.01.2024", "24.12.2023"], ("24.12.2023", "31.01.2024")),
        (np.array(["2024-01-31", "2023-12-24"], "datetime64[us]"), ("2023-12-24", "2024-01-31")),
        (
            np.array(["2024-01-31T10:00", "2024-01-31"], "datetime64[us]"),
            ("2024-01-31 00:00:00", "2024-01-31 10:00:00"),
        ),
        (np.array(["2024-01-31T10:00:00.25"] * 2, "datetime64[us]"), ("2024-01-31 10:00:00.250000",) * 2),
        (np.array([1706659200.0, 3]), ("3", "1706659200")),
        (np.array([0.1, 0.25]), ("0.1", "0.25")),
        (["100000000000000000001", "100000000000000000000"], ("100000000000000000000", "100000000000000000001")),
    ],
)
def test_the_first_and_the_last_cell_are_shown(cells, shown):
    rows = rows_of(*cells) if isinstance(cells, list) else Frame("t", {"day": cells}, str)
    assert spans(rows, "day", order_values(rows, "day"), [np.array([0, 1])]) == [shown]
