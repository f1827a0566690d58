"""CSV and TSV, read whole and piece by piece."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop import errors
from bprop.sources.formats import Csv, Source, Tsv

PATH = Path("data.csv")


def read(text, kind=Csv):
    content = text if isinstance(text, bytes) else text.encode()
    return kind().read(Source(PATH, content, lambda: content))


def cells(frame):
    return {name: column.tolist() for name, column in frame.columns.items()}


@pytest.fixture(params=["with polars", "without"])
def reader(request, monkeypatch):
    """`read` with each of the two readers."""
    if request.param == "without":
        monkeypatch.setattr("bprop.sources.formats.parts.can_use_polars", lambda: False)
    else:
        pytest.importorskip("polars", reason="the fast reader is polars")
    return read


@pytest.mark.parametrize(
    "text",
    ["a,b\n1,x\n,y\n", "a,b\r\n1,x\r\n,y\r\n", "a,b\r1,x\r,y\r", "\ufeffa,b\n1,x\n,y", "\n\na,b\n\n1,x\n\n,y\n\n",
     " a , b\n 1 ,x \n,y\n", '"a","b"\n"1","x"\n"",y\n', "a\tb\n1\tx\n\ty\n", "a;b\n1;x\n;y\n", "a|b\n1|x\n|y\n"],
)  # fmt: skip
def test_ways_to_write_the_same_table(reader, text):
    assert cells(reader(text)) == {"a": ["1", ""], "b": ["x", "y"]}


def test_quotes_hold_commas_quotes_and_line_ends(reader):
    assert cells(reader('a,b\n"x, y","say ""hi"""\n"two\nlines",1\n')) == {
        "a": ["x, y", "two\nlines"], "b": ['say "hi"', "1"],
    }  # fmt: skip


def test_a_row_is_found_on_its_line_again(reader):
    frame = reader('\na,b\n\n1,"two\nlines"\n\n3,4\n')
    assert [frame.where(0), frame.where(1)] == ["data.csv, line 5", "data.csv, line 7"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("a,b\n1,2\n3\n", "line 3: 1 cells, but the header has 2"), ("a,b\n1,2\n3,4,5\n", "line 3: 3 cells"),
     ("a,b\n1\n", "line 2: 1 cells"), ('a,b\n1,2\n"3,4\n', "line 3"),
     ("", "at least one row"), ("\n\n", "at least one row"),
     ("a,b\n", "at least one row"),
     ("a,b,y", "at least one row"),
     ("a,b\n1,é\n".encode("latin-1"), "UTF-8"),
     (bytes(range(256)), "data.csv")],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_its_line(reader, text, says):
    with pytest.raises(errors.DataError, match=f"data.csv.*{says}|{says}"):
        reader(text)


def test_a_column_may_end_empty(reader):
    assert cells(reader("a,b\n1,\n2,\n")) == {"a": ["1", "2"], "b": ["", ""]}


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=5)


@given(st.integers(1, 3).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=5)),
       st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n"]))  # fmt: skip
def test_what_was_written_comes_back_whichever_reader(rows, quoting, end):
    text = io.StringIO()
    names = [f"c{k}" for k in range(len(rows[0]))]
    csv.writer(text, quoting=quoting, lineterminator=end).writerows([names, *rows])
    wanted = [[cell.strip() for cell in row] for row in rows]
    wanted = [row for row in wanted if row != [""]]
    if not wanted:
        return
    found = read(text.getvalue())
    assert [list(row) for row in zip(*cells(found).values(), strict=True)] == wanted


@given(st.lists(st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 3), min_size=1, max_size=8))
def test_numbers_come_back_exactly(rows):
    text = io.StringIO()
    csv.writer(text).writerows([("a", "b", "y"), *rows])
    frame = read(text.getvalue())
    found = np.stack([frame.column(name).numbers[0] for name in ("a", "b", "y")], axis=1)
    np.testing.assert_array_equal(found, np.array(rows))


def test_tabs_are_the_delimiter_of_tsv_whatever_the_header_holds():
    assert cells(read("a,b\tc\n1\t2\n", Tsv)) == {"a,b": ["1"], "c": ["2"]}
