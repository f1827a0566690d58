"""The rows of a text file, read with care."""

from pathlib import Path

import pytest

from bprop import errors
from bprop.sources.formats import rows as module
from bprop.sources.formats.encodings import in_utf8
from bprop.sources.formats.layout import layout_of
from bprop.sources.read_options import INFERRED


def read_rows(path, content):
    """(names, rows, lines) of a whole file."""
    layout = layout_of(path, content, True, INFERRED)
    body = in_utf8(path, content, layout.encoding, layout.mark, layout.old_mac)[layout.body :]
    return list(layout.names), *module.read_rows(path, body, layout, layout.lines, layout.mark + layout.body)


def read(content):
    return read_rows(Path("data.csv"), content if isinstance(content, bytes) else content.encode())


def refused(content, *says):
    """The content is refused, and the message says the file and all of `says`."""
    with pytest.raises(errors.DataError) as caught:
        read(content)
    message = str(caught.value)
    assert "data.csv" in message
    for part in says:
        assert part in message, message
    assert "\n" not in message


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
def test_ways_to_write_the_same_table(content):
    header, rows, _ = read(content)
    assert header == ["a", "b", "y"]
    assert [[float(cell) for cell in row] for row in rows] == [[1, 2, 3], [4, 5, 6]]


def test_quoted_cells_may_hold_commas_quotes_and_line_ends():
    header, rows, _ = read('"a, b",y\n1,"cat, dog"\n2,"say ""hi"""\n3,"two\nlines"\n')
    assert header == ["a, b", "y"]
    assert [row[1] for row in rows] == ["cat, dog", 'say "hi"', "two\nlines"]


def test_text_beyond_ascii():
    assert read("größe,y\n1,猫\n2,犬\n")[:2] == (["größe", "y"], [["1", "猫"], ["2", "犬"]])


def test_lines_are_counted_as_an_editor_counts_them():
    assert read('\na,b,y\n\n1,"2",3\n\n4,x,6\n')[2] == [4, 6]
    assert read('a,y\n1,"two\nlines"\nx,dog\n')[2] == [3, 4]


# --- what is refused ---


@pytest.mark.parametrize(("row", "cells"), [("1,2", 2), ("1,2,3,4", 4), ("1,2,3,", 4), ("1", 1)])
def test_a_ragged_row_is_named_by_its_line(row, cells):
    refused(f"a,b,y\n1,2,3\n{row}\n4,5,6\n", "line 3", f"{cells} cells", "3 columns")


def test_a_quote_that_is_not_closed():
    refused('a,y\n1,2\n"3,4\n', "line 3")


def test_a_file_in_another_encoding():
    refused("a,y\n1,é\n".encode("latin-1"), "UTF-8", "byte 6")
    assert read("a,y\n1,2\n".encode("utf-16"))[:2] == (["a", "y"], [["1", "2"]])


def test_bytes_that_are_no_text():
    refused(bytes(range(256)), "UTF-8")


def test_a_cell_of_absurd_length():
    refused("a,y\n" + "1" * 200_000 + ",2\n", "line 2")


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
def test_a_quote_that_is_left_open_is_named(content, place):
    with pytest.raises(
        errors.DataError, match=rf"t.csv, {place}: a quote is left open: a cell in quotes holds at most"
    ):
        read_rows(Path("t.csv"), content.encode())


def test_a_line_without_an_end_is_refused(monkeypatch):
    monkeypatch.setattr(module, "LONGEST_ROW", 1000)
    with pytest.raises(errors.DataError, match="a line of more than 1,000 letters"):
        read_rows(Path("t.csv"), b"a,b\n" + b"1," * 1000)
    assert read_rows(Path("t.csv"), b"a,b\n" + b"1,2\n" * 1000)[2][-1] == 1001


def test_too_many_columns_are_refused(monkeypatch):
    monkeypatch.setattr("bprop.sources.limits.MOST_COLUMNS", 3)
    assert read_rows(Path("t.csv"), b"a,b,c\n1,2,3\n")[0] == ["a", "b", "c"]
    with pytest.raises(errors.DataError, match=r"t.csv, line 2: 4 columns, and a table has at most 3"):
        read_rows(Path("t.csv"), b"\na,b,c,d\n1,2,3,4\n")
