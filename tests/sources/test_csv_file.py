"""CSV files."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop import errors
from bprop.sources import csv_file


@pytest.fixture
def read(tmp_path):
    """read(text or bytes, target=None, expected=None): the table of a file data.csv of that content."""

    def read(content, target=None, expected=None):
        path = tmp_path / "data.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return csv_file.read(path, target, expected)

    return read


def refused(read, content, *says, **settings):
    """The content is refused, and the message says the file and all of `says`."""
    with pytest.raises(errors.DataError) as caught:
        read(content, **settings)
    message = str(caught.value)
    assert "data.csv" in message
    for part in says:
        assert part in message, message
    assert "\n" not in message


# --- what is read ---


def test_the_last_column_is_the_target_by_default(read):
    table = read("a,b,y\n1,2,3.5\n4,5,6\n")
    assert table.columns == ("a", "b")
    assert table.target == "y"
    assert table.name == "data"
    assert table.x.dtype == table.y.dtype == np.float64
    np.testing.assert_array_equal(table.x, [[1, 2], [4, 5]])
    np.testing.assert_array_equal(table.y, [3.5, 6])


def test_the_target_may_be_any_column(read):
    table = read("a,kind,b\n1,cat,2\n3,dog,4\n", target="kind")
    assert table.columns == ("a", "b")
    np.testing.assert_array_equal(table.x, [[1, 2], [3, 4]])
    assert table.y.tolist() == ["cat", "dog"]


@pytest.mark.parametrize(
    "content",
    [
        "a,b,y\n1,2,3\n4,5,6\n",
        "a,b,y\n1,2,3\n4,5,6",
        "a,b,y\r\n1,2,3\r\n4,5,6\r\n",
        "a,b,y\r1,2,3\r4,5,6\r",
        b"\xef\xbb\xbfa,b,y\n1,2,3\n4,5,6\n",
        "\n\na,b,y\n\n1,2,3\n\n\n4,5,6\n\n",
        "a,b,y\n1,2,3\n   \n4,5,6\n",
        " a , b,y \n 1 ,\t2, 3\n4,5 ,6\n",
        '"a","b","y"\n"1","2","3"\n4,"5",6\n',
        "a,b,y\n1e0,2.0,+3\n4.,05,6e-0\n",
    ],
    ids=["plain", "no last newline", "CRLF", "CR", "BOM", "blank lines", "blank line of spaces", "spaces", "quotes",
         "ways to write"],
)  # fmt: skip
def test_ways_to_write_the_same_table(read, content):
    table = read(content)
    assert (table.columns, table.target) == (("a", "b"), "y")
    np.testing.assert_array_equal(table.x, [[1, 2], [4, 5]])
    np.testing.assert_array_equal(table.y, [3, 6])


def test_quoted_cells_may_hold_commas_quotes_and_line_ends(read):
    table = read('"a, b",y\n1,"cat, dog"\n2,"say ""hi"""\n3,"two\nlines"\n')
    assert table.columns == ("a, b",)
    assert table.y.tolist() == ["cat, dog", 'say "hi"', "two\nlines"]


def test_text_beyond_ascii(read):
    assert read("größe,y\n1,猫\n2,犬\n").y.tolist() == ["猫", "犬"]


def test_expected_columns_come_in_their_order_and_others_are_left_out(read):
    table = read("b,extra,y,a\n2,text,9,1\n4,,8,3\n", target="y", expected=("a", "b"))
    assert table.columns == ("a", "b")
    np.testing.assert_array_equal(table.x, [[1, 2], [3, 4]])
    np.testing.assert_array_equal(table.y, [9, 8])


def test_where_inputs_are_expected_the_target_may_be_absent(read):
    table = read("b,a\n2,1\n", target="y", expected=("a", "b"))
    assert table.y is None
    np.testing.assert_array_equal(table.x, [[1, 2]])


def test_where_no_target_is_asked_for_its_cells_are_not_looked_at(read):
    assert read("a,y\n1,\n2,cat\n", expected=("a",)).y is None


def test_numbers_as_classes_stay_numbers_and_names_stay_text(read):
    assert read("a,y\n1,0\n1,1\n").y.dtype.kind == "f"
    assert read("a,y\n1,A1\n1,2\n").y.dtype.kind == "U"


@given(
    st.lists(
        st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 3), min_size=1, max_size=8
    )
)  # fmt: skip
def test_numbers_come_back_exactly(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "numbers.csv"
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([("a", "b", "y"), *rows])
    table = csv_file.read(path, None)
    wanted = np.array(rows)
    np.testing.assert_array_equal(table.x, wanted[:, :2])
    np.testing.assert_array_equal(table.y, wanted[:, 2])


# --- what is refused ---


@pytest.mark.parametrize(
    ("cell", "shown"), [("cat", "'cat'"), ("", "an empty cell"), ("nan", "'nan'"), ("inf", "'inf'"), ("-inf", "'-inf'"),
                        ("1e999", "'1e999'"), ("0x10", "'0x10'"), ("1;2", "'1;2'"), ("12 3", "'12 3'")]
)  # fmt: skip
def test_a_cell_that_is_not_a_finite_number_is_named_by_line_and_column(read, cell, shown):
    refused(read, f"a,b,y\n1,2,3\n4,{cell},6\n", "line 3", "column 'b'", f"{shown} is not a finite number")


def test_lines_are_counted_as_an_editor_counts_them(read):
    refused(read, '\na,b,y\n\n1,"2",3\n\n4,x,6\n', "line 6", "column 'b'")
    refused(read, 'a,y\n1,"two\nlines"\nx,dog\n', "line 4", "column 'a'")


@pytest.mark.parametrize(("row", "cells"), [("1,2", 2), ("1,2,3,4", 4), ("1,2,3,", 4), ("1", 1)])
def test_a_ragged_row_is_named_by_its_line(read, row, cells):
    refused(read, f"a,b,y\n1,2,3\n{row}\n4,5,6\n", "line 3", f"{cells} cells", "3 columns")


@pytest.mark.parametrize("bad", ["nan", "inf", "n/a", "12;5"])
def test_a_stray_cell_in_a_target_of_numbers_is_named(read, bad):
    refused(read, f"a,y\n1,2.5\n2,{bad}\n3,4\n", "line 3", "column 'y'", f"'{bad}' is not a finite number")


def test_a_missing_target_is_named(read):
    refused(read, "a,y\n1,cat\n2,\n", "line 3", "column 'y'", "the target is missing")


@pytest.mark.parametrize(("header", "shown"), [("a,a,y", "'a'"), ("a,,y", "''"), ("a, a,y", "'a'"), ("a,b,", "''")])
def test_every_column_needs_a_name_of_its_own(read, header, shown):
    refused(read, f"{header}\n1,2,3\n", "line 1", shown)


@pytest.mark.parametrize("content", ["", "\n\n", "a,b,y\n", "a,b,y"])
def test_a_file_without_rows(read, content):
    refused(read, content, "at least one row")


def test_a_file_with_a_target_alone(read):
    refused(read, "y\n1\n", "'y'", "nothing to predict it from")


def test_an_unknown_target_lists_the_columns(read):
    refused(read, "a,b,y\n1,2,3\n", "'price'", "a, b, y", target="price")


def test_missing_columns_are_named(read):
    refused(read, "a,y\n1,2\n", "the columns b, c are missing", "a, y", target="y", expected=("a", "b", "c"))


def test_a_quote_that_is_not_closed(read):
    refused(read, 'a,y\n1,2\n"3,4\n', "line 3")


def test_a_file_in_another_encoding(read):
    refused(read, "a,y\n1,é\n".encode("latin-1"), "UTF-8", "byte 6")
    refused(read, "a,y\n1,2\n".encode("utf-16"), "UTF-8")


def test_bytes_that_are_no_text(read):
    refused(read, bytes(range(256)), "UTF-8")


def test_a_cell_of_absurd_length(read):
    refused(read, "a,y\n" + "1" * 200_000 + ",2\n", "line 2")


def test_labels_beyond_2_to_the_53_are_exact(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,9007199254740993\n2,9007199254740992\n")
    assert csv_file.read(path, None).y.tolist() == [2**53 + 1, 2**53]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('a,b\n1,2\n3,"4\n5,6\n', "line 3, column 'b'"),
        ('a,b\n\n1,2\n\n"3\n5,6\n', "line 5, column 'a'"),
        ('a,"b\n1,2\n', "line 1, column 2"),
        ('a,b\n1,"' + "x,\n" * 60_000, "line 2, column 'b'"),
        ('a,b\n"x\ny","' + "x,\n" * 60_000, "line 3, column 'b'"),
    ],
)
def test_a_quote_that_is_left_open_is_named(tmp_path, content, place):
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(
        errors.DataError, match=rf"t.csv, {place}: a quote is left open: a cell in quotes holds at most"
    ):
        csv_file.read_rows(tmp_path / "t.csv")


def test_a_line_without_an_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_file, "LONGEST_ROW", 1000)
    with pytest.raises(errors.DataError, match="a line of more than 1,000 letters"):
        csv_file.read_rows(tmp_path / "t.csv", b"a,b\n" + b"1," * 1000)
    assert csv_file.read_rows(tmp_path / "t.csv", b"a,b\n" + b"1,2\n" * 1000)[2][-1] == 1001


def test_too_many_columns_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("bprop.sources.limits.MOST_COLUMNS", 3)
    assert csv_file.read_rows(tmp_path / "t.csv", b"a,b,c\n1,2,3\n")[0] == ["a", "b", "c"]
    with pytest.raises(errors.DataError, match=r"t.csv, line 2: 4 columns, and a table has at most 3"):
        csv_file.read_rows(tmp_path / "t.csv", b"\na,b,c,d\n1,2,3,4\n")
