"""CSV and TSV: the fast reader and the careful one."""

import csv
import gzip
import io
import zlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bprop import errors
from bprop.sources import delimited

PATH = Path("data.csv")


def read(text, delimiter=None):
    content = text if isinstance(text, bytes) else text.encode()
    return delimited.read(PATH, content, lambda: content, delimiter)


def cells(frame):
    return {name: column.tolist() for name, column in frame.columns.items()}


@pytest.fixture(params=["with polars", "without"])
def reader(request, monkeypatch):
    """`read` with each of the two readers."""
    if request.param == "without":
        monkeypatch.setattr("bprop.sources.delimited.can_use_polars", lambda: False)
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
     ("a,b\n1\n", "line 2: 1 cells"), ('a,b\n1,2\n"3,4\n', "line 3"), ("a,a\n1,2\n", "line 1.*'a'"),
     ("a,\n1,2\n", "line 1"), ("", "at least one row"), ("a,b\n", "at least one row"),
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
    found = read(text.getvalue(), ",")
    assert [list(row) for row in zip(*cells(found).values(), strict=True)] == wanted


@given(st.text(st.sampled_from('ab1 ,"\n\r;\t\ufeff'), max_size=30))
@example('a,b\n"x"z,1\n')
@example('a\n""\n1\n')
def test_both_readers_say_the_same_of_any_text(text):
    pytest.importorskip("polars", reason="the fast reader is polars")
    content = text.encode()
    try:
        careful = delimited.careful(PATH, content, ",")
    except errors.DataError:
        careful = None
    fast = delimited.fast(content, ",")
    if fast is not None:
        assert careful is not None
        assert fast[0] == careful[0]
        assert [c.tolist() for c in delimited.as_text(fast[1])] == [c.tolist() for c in careful[1]]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_what_is_packed_in_secret_is_not_unpacked(tmp_path, pack):
    content = pack(b"a,b\n" + b"1,2\n" * 100)
    assert delimited.fast(content, ",") is None
    with pytest.raises(errors.DataError, match="not a text file in UTF-8"):
        delimited.read(tmp_path / "t.csv", content, lambda: content)


@pytest.mark.parametrize(
    "content",
    [
        b",".join(b"c%d" % k for k in range(100_001)) + b"\n1,2\n",
        b"a" * 9_000_000 + b",b\n1,2\n",
        b",".join(b"c%d" % k for k in range(90_000)) + b"\n" + b"1\n" * 200_000,
    ],
)
def test_polars_is_not_asked_for_a_table_that_would_end_the_process(content, monkeypatch):
    polars = pytest.importorskip("polars")
    monkeypatch.setattr(polars, "read_csv", lambda *given, **more: pytest.fail("polars was asked"))
    assert delimited.fast(content, ",") is None


def test_names_of_a_header_that_may_be_wrong():
    assert delimited.names_of(b'a, b ,"c\n', ",") == ["a", "b", "c"]
    assert delimited.names_of(b"\xff;x;x", ";") == ["\ufffd", "x", "x"]
    assert delimited.names_of(b"", ",") == []
