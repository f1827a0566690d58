"""Where a table is in a sheet."""

import datetime

import numpy as np
import pytest

from bprop import errors
from bprop.sources.formats.sheet import Sheet, cell_name
from bprop.sources.read_options import INFERRED, ReadOptions


def sheet(*rows, start=(0, 0), merged=(), **options):
    width = max(map(len, rows))
    full = [["" if cell is None else cell for cell in row] + [""] * (width - len(row)) for row in rows]
    return Sheet.of("t.xlsx", full, start, ReadOptions(**options) if options else INFERRED, merged)


BODY = [[1.0, "x", 0.5], [2.0, "y", 0.25], [3.0, "x", 0.75]]


def test_names_of_cells():
    assert [cell_name(0, 0), cell_name(3, 1), cell_name(9, 26), cell_name(0, 16_383)] == ["A1", "B4", "AA10", "XFD1"]


def test_a_plain_table_says_nothing():
    plain = sheet(["a", "b", "c"], *BODY)
    assert list(plain.columns) == ["a", "b", "c"]
    assert (plain.numbers, plain.header, plain.remarks) == ([2, 3, 4], True, ())


def test_a_table_that_begins_elsewhere_says_where():
    assert sheet(["a", "b", "c"], *BODY, start=(3, 1)).remarks == ("the table begins at cell B4",)


@pytest.mark.parametrize(
    "titles", [[["Sales"]], [["Sales", None, None], [None, 2024.0]], [["Sales"], [None], ["in EUR"]]]
)
def test_titles_above_the_header_are_left_out(titles):
    below = sheet(*titles, ["a", "b", "c"], *BODY)
    assert list(below.columns) == ["a", "b", "c"]
    assert below.numbers[0] == len(titles) + 2
    assert "are no part of the table: 'Sales'" in below.remarks[0]


def test_rows_are_skipped_where_that_is_asked_for():
    below = sheet(["not", "this", "one"], ["a", "b", "c"], *BODY, skip_rows=1)
    assert list(below.columns) == ["a", "b", "c"]
    with pytest.raises(errors.DataError, match=r"t.xlsx: no cells are left below --skip-rows 9"):
        sheet(["a"], [1.0], skip_rows=9)


def test_empty_rows_and_columns_are_no_part_of_the_table():
    wide = sheet(["a", None, "b", None], [1.0, None, "x", None], [None], [2.0, None, "y", None], [None])
    assert {name: column.tolist() for name, column in wide.columns.items()} == {"a": [1, 2], "b": ["x", "y"]}
    assert wide.numbers == [2, 4]


def test_notes_below_the_table_are_left_out_and_said():
    noted = sheet(["a", "b", "c"], *BODY, [None], ["Source: the office"])
    assert len(noted.numbers) == 3
    assert noted.remarks == ("the rows from row 6 on are notes, and no part of the table: 'Source: the office'",)


def test_a_last_row_with_few_cells_is_a_row_where_nothing_is_between():
    assert len(sheet(["a", "b", "c"], *BODY, [4.0]).numbers) == 4


def test_names_that_are_numbers_or_dates_are_text():
    named = sheet(["kind", 2023.0, datetime.date(2024, 1, 1)], ["x", 0.5, 1.5], ["y", 0.25, 2.5])
    assert list(named.columns) == ["kind", "2023", "2024-01-01"]


def test_a_table_of_years_has_them_as_names():
    assert list(sheet([2022.0, 2023.0], [0.5, 1.0], [0.25, 2.0]).columns) == ["2022", "2023"]


def test_a_table_without_a_header():
    bare = sheet([5.1, 3.5, "setosa"], [4.9, 3.0, "setosa"], [6.1, 2.9, "virginica"])
    assert (list(bare.columns), len(bare.numbers), bare.header) == (["x1", "x2", "x3"], 3, False)
    assert "it has no header" in bare.remarks[0]
    asked = sheet(["a", "b"], ["c", "d"], header=False)
    assert (asked.columns["x1"].tolist(), asked.remarks) == (["a", "c"], ())
    assert list(sheet([5.1, 3.5], [4.9, 3.0], header=True).columns) == ["5.1", "3.5"]


def test_row_numbers_without_a_name_are_left_out():
    numbered = sheet([None, "a", "b"], [0.0, 1.5, "x"], [1.0, 2.5, "y"])
    assert list(numbered.columns) == ["a", "b"]
    assert numbered.remarks == ("row numbers are left out: column 1",)


def test_columns_without_a_name_and_names_that_come_again():
    odd = sheet(["a", "b", "a", None], [1.0, 2.0, 3.0, "x"], [4.0, 5.0, 6.0, "y"])
    assert list(odd.columns) == ["a", "b", "a.1", "column 4"]
    assert len(odd.remarks) == 2


def test_a_header_of_two_rows_keeps_the_names_of_single_columns():
    merged = [((0, 1), (0, 2))]
    two = sheet(["name", "scores", None], [None, "maths", "sport"], ["x", 1.0, 2.0], ["y", 3.0, 4.0], merged=merged)
    assert list(two.columns)[1:] == ["maths", "sport"]
    np.testing.assert_array_equal(two.columns["sport"].cells, [2, 4])


def test_a_header_alone_is_no_table():
    with pytest.raises(errors.DataError, match=r"t.xlsx: needs a header and at least one row, and has 1 rows"):
        sheet(["a", "b"])
