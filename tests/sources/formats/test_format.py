"""What every format has."""

import re
from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources.formats import Csv, Idx, Npz, Piece, Source, suffix_of
from bprop.sources.formats.format import Format
from bprop.sources.limits import TEXT


def source(name="some/t.csv", content=b"a,b\n1,2\n"):
    return Source(Path(name), content, lambda: content)


def test_the_frame_of_a_source_names_its_rows():
    frame = source().frame({"a": np.arange(3.0)})
    assert (frame.name, frame.label, frame.where(1)) == ("t", "some/t.csv", "some/t.csv, row 2")
    assert source().frame({"a": np.arange(3.0)}, lambda row: f"line {row}").where(1) == "line 1"


def test_a_piece_gives_some_rows_of_some_columns():
    piece = Piece({"a": np.arange(4), "b": np.arange(4) * 2})
    assert (len(piece), piece.names) == (4, ["a", "b"])
    assert piece.columns(np.array([3, 1]), ["b"])["b"].tolist() == [6, 2]
    assert piece.columns(None, ["a"])["a"].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("make", [lambda columns: source().frame(columns), Piece])
def test_text_is_to_be_read_however_it_is_kept(make):
    """NumPy's own text would be taken as it stands, as classes of arrays are: numbers in it would be names."""
    made = make({"a": np.array(["1", "2"]), "b": ["x", "y"]})
    columns = made.columns(None, ["a", "b"]) if isinstance(made, Piece) else made.columns
    assert [column.tolist() for column in columns.values()] == [["1", "2"], ["x", "y"]]
    assert [getattr(column, "cells", column).dtype.kind for column in columns.values()] == ["O", "O"]


@pytest.mark.parametrize("make", [lambda columns: source().frame(columns), Piece])
def test_columns_that_make_no_table_are_refused(make):
    for columns, says in (
        ({"a": np.arange(3), "b": np.arange(2)}, "column 'b': 2 cells"),
        ({"a": np.ones((2, 2))}, "column 'a': holds float64, and a cell is a number, text or date"),
        ({"a": np.array([b"x"])}, "column 'a': holds |S1"),
    ):
        with pytest.raises(errors.DataError, match=re.escape(says)):
            make(columns)


def test_what_is_called_gz_has_the_suffix_before_it():
    assert [suffix_of(name) for name in ("a.csv", "A.CSV.GZ", "b.parquet", "c", ".csv")] == [
        ".csv", ".csv", ".parquet", "", "",
    ]  # fmt: skip


def test_only_a_format_with_scan_can_be_read_piece_by_piece():
    assert Csv().scans
    assert not Npz().scans
    with pytest.raises(errors.UnsupportedError, match=r"a.npz: .npz files cannot be read piece by piece"):
        Npz().scan(Path("a.npz"))
    with pytest.raises(errors.UnsupportedError, match=r"a-idx3: idx files cannot be read piece by piece"):
        Idx().scan(Path("a-idx3"))


def test_the_memory_that_a_file_takes_is_judged_by_its_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert Format().memory(tmp_path / "a", 10.0**9) == 5 * TEXT


def test_a_format_says_how_much_memory_a_byte_of_a_file_takes(tmp_path, monkeypatch):
    (tmp_path / "a.light").write_bytes(b"12345")
    monkeypatch.setattr(Format, "cost", 3.0)
    assert Format().memory(tmp_path / "a.light", 10.0**9) == 15
