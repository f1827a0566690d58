"""The content of a file says what it is, whatever its name says."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources.formats.recognise import has_lines, is_text
from bprop.sources.opening import open_rows
from bprop.sources.read_options import ReadOptions

TABLE = "a,b\n1.5,x\n2.5,y\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def columns():
    """{format: content} of the same table."""
    pl = pytest.importorskip("polars")
    table = pl.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]})
    files = {}
    for kind in ("parquet", "ipc", "ipc_stream", "ndjson"):
        file = io.BytesIO()
        getattr(table, f"write_{kind}")(file)
        files[kind] = file.getvalue()
    return {**files, "csv": TABLE.encode(), "json": b'[{"a": 1.5, "b": "x"}, {"a": 2.5, "b": "y"}]'}


KINDS = ("parquet", "ipc", "ipc_stream", "ndjson", "csv", "json")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["t", "t.csv", "t.txt", "t.parquet", "t.dat", "t.xlsx", "t.arrow", "t.data", "t.2024"])
def test_a_table_is_read_under_any_name(here, columns, kind, name):
    Path(name).write_bytes(columns[kind])
    frame = open_rows(name)
    np.testing.assert_array_equal(frame.columns["a"].numbers[0], [1.5, 2.5])
    assert frame.columns["b"].tolist() == ["x", "y"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_is_read_from_standard_input(columns, kind, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(columns[kind])))
    assert open_rows("-").columns["b"].tolist() == ["x", "y"]


def test_a_name_that_misleads_is_said(here, columns):
    Path("t.csv").write_bytes(columns["parquet"])
    assert open_rows("t.csv").remarks == ("t.csv: it is read as .parquet, which it is by its content",)
    Path("t.txt").write_bytes(columns["parquet"])
    assert open_rows("t.txt").remarks == ()


@pytest.mark.parametrize("content", [b"hello", b"\0\1\2\3", b"", b"\x7fELF\0"])
def test_what_is_no_table_lists_the_kinds_that_are_known(here, content):
    Path("t.xyz").write_bytes(content)
    with pytest.raises(
        errors.DataError, match=r"t.xyz: an unknown kind of file; .*\.csv.*\.json.*\.xlsx.*\.npz, and idx"
    ):
        open_rows("t.xyz")


def test_a_pattern_of_files_with_unknown_suffixes_is_read_by_content(here):
    for name in ("a.txt", "b.txt", ".hidden.txt"):
        Path(name).write_text(TABLE)
    assert len(open_rows("*.txt")) == 4


@pytest.mark.parametrize("name", ["new.data", "new.txt", "new.DAT", "new.test"])
def test_one_line_of_text_is_a_table_where_its_name_says_that_it_is_text(here, name):
    Path(name).write_text("5,M,2.5\n")
    assert len(open_rows(name, options=ReadOptions(header=False))) == 1


def test_text_is_known_by_its_letters():
    assert is_text(b"a,b\r\n\xe4,\xff")
    assert is_text("a,b\nc,d".encode("utf-16"))
    assert is_text("a,b\nc,d".encode("utf-16-le"))
    assert not is_text(b"a\0b")
    assert not is_text(b"\x01\x02")
    assert not is_text(b" \n")
    assert has_lines(b"a\rb")
    assert not has_lines(b"\n a\n")
