"""What every format has."""

from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources.formats import Csv, Npz, Piece, Source, suffix_of
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
    assert piece.columns(np.array([3, 1]), ["b"], frozenset())["b"].tolist() == [6, 2]
    assert piece.columns(None, ["a"], frozenset("a"))["a"].tolist() == [0, 1, 2, 3]


def test_what_is_called_gz_has_the_suffix_before_it():
    assert [suffix_of(name) for name in ("a.csv", "A.CSV.GZ", "b.parquet", "c", ".csv")] == [
        ".csv", ".csv", ".parquet", "", "",
    ]  # fmt: skip


def test_only_a_format_with_scan_can_be_read_piece_by_piece():
    assert Csv().scans
    assert not Npz().scans
    with pytest.raises(errors.UnsupportedError, match=r"a.npz: .npz files cannot be read piece by piece"):
        Npz().scan(Path("a.npz"))


def test_the_memory_that_a_file_takes_is_judged_by_its_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert Format().memory(tmp_path / "a", 10.0**9) == 5 * TEXT
