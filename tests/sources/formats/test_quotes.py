"""Where the rows of a text file end."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.sources.formats.quotes import columns, first_end, last_end, left_open, open_cells, spans

text = st.text(st.sampled_from('a",\n '), max_size=30)


def rows_of(content):
    """(rows that Python's reader sees, whether a quote is left open)."""
    try:
        return list(csv.reader(io.StringIO(content, newline=""), skipinitialspace=True, strict=True)), False
    except csv.Error as error:
        assert "unexpected end" in str(error)
        return None, True


@given(text)
def test_quotes_are_seen_as_python_sees_them(content):
    try:
        rows, is_open = rows_of(content)
    except AssertionError:
        return  # a letter behind a closing quote: no table
    end, place = last_end(content.encode(), b",")
    assert (place >= 0) == is_open
    if rows is not None and content.endswith("\n"):
        assert end == len(content)
    begin = first_end(content.encode(), b",")
    if begin and rows:
        assert rows_of(content[:begin]) == (rows[:1], False)


@pytest.mark.parametrize(
    ("content", "first", "last", "place"),
    [
        (b"a,b\n1,2\n", 4, 8, -1),
        (b"a,b", 0, 0, -1),
        (b"", 0, 0, -1),
        (b'"a\nb",c\n1', 8, 8, -1),
        (b'a,"b\n1,2\n', 0, 0, 2),
        (b'5" pipe\n3" pipe\n', 8, 16, -1),
        (b'a\n"x""\n""y"\n"z\n', 2, 12, 12),
        (b'a\n1, "x\n', 2, 2, 5),
    ],
)
def test_ends_of_rows(content, first, last, place):
    assert first_end(content, b",") == first
    assert last_end(content, b",") == (last, place)


def test_many_quotes_that_are_letters_are_looked_at_once():
    content = b'x"' * 100_000
    assert list(spans(content, b",")) == []
    assert last_end(b"\n" + content, b",") == (1, -1)


def test_the_error_names_line_and_column():
    error = left_open(Path("t.csv"), 7, b'"a\nb",2,', ["p", "q", "r"], ",")
    assert str(error).startswith("t.csv, line 8, column 'r': a quote is left open: ")
    assert "column 3: a quote" in str(left_open(Path("t.csv"), 7, b"1;2;", ["p"], ";"))
    assert columns(b'"' + b"x" * 200_000 + b'",', ",") == 2


@given(text)
def test_the_quick_look_is_right_where_it_trusts_the_number_of_quotes(content):
    content = content.encode()
    if open_cells(content, b","):
        assert all(content[:start].count(b'"') % 2 == 0 for start, _ in spans(content, b","))
        assert (last_end(content, b",")[1] >= 0) == (content.count(b'"') % 2 == 1)


def test_the_quick_look_trusts_what_is_well_written_alone():
    for content in (b"", b"a,b\n1,2\n", b'"a",b\n"x ""y"" z","2\n3"\n', b'a\n""""\n'):
        assert open_cells(content, b",")
    for content in (b'5" pipe\n', b'a, "b"\n', b'a,"b"\n5",2\n'):
        assert not open_cells(content, b",")
