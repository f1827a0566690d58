"""Lines that are no rows."""

from pathlib import Path

import pytest

from bprop.errors import DataError
from bprop.sources.formats.shape import first_column_is_index, need_no_footer, ragged

PATH = Path("t.csv")


@pytest.mark.parametrize(
    "row", [["(3 rows)", "", ""], ["3 rows affected", ""], ["Total", "", "7", ""], ["Grand Total:", "", ""]]
)
def test_footers_are_told(row):
    with pytest.raises(DataError, match=r"t\.csv, line 9: .* looks like the foot of the table"):
        need_no_footer(PATH, row, 9, ["a"] * len(row))


@pytest.mark.parametrize("row", [["Total", "5", "7"], ["x", "", ""], ["", "", ""], ["", "Total", "", ""], ["(3 rows)"]])
def test_rows_are_no_footers(row):
    need_no_footer(PATH, row, 9, ["a"] * len(row))


def test_names_of_rows_are_numbers_or_in_quotes_where_a_decimal_comma_may_be():
    assert first_column_is_index([["1", "x"], ["2", "y"]], "a\n", ",")
    assert first_column_is_index([["0", "1.5"], ["1", "2.5"]], "a\n", ",")
    assert first_column_is_index([["5", "x"], ["2", "y"]], '"a"\n', ",")
    assert first_column_is_index([["u", "x"], ["v", "y"]], "a\n", "\t")
    for rows in ([["5", "x"], ["2", "y"]], [["Anna", "1"], ["Bo", "2"]], [["1", "x"], ["1", "y"]]):
        assert not first_column_is_index(rows, "a\n", ",")


def test_rows_of_another_length_have_a_likely_cause():
    error = str(ragged(PATH, 3, ["1", "5", "x"], 2, "the header", ",", 4))
    assert error.startswith(
        "t.csv, line 3: 3 cells, but the header has 2 columns (as 4 other rows): '1, 5, x': a decimal"
    )
