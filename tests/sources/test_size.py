"""How much memory a table would take."""

import pytest

from bprop.sources.size import CELL, TEXT, UNPACKED, bytes_in_memory


def test_text_is_judged_by_its_bytes(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n" * 100)
    (tmp_path / "b.csv.gz").write_bytes(b"x" * 10)
    assert bytes_in_memory(str(tmp_path / "a.csv")) == 400 * TEXT
    assert bytes_in_memory(str(tmp_path)) == 400 * TEXT + 10 * TEXT * UNPACKED


def test_columns_are_judged_by_their_cells(tmp_path):
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"a": range(50), "b": range(50), "c": ["x"] * 50})
    frame.write_parquet(tmp_path / "t.parquet")
    frame.write_ipc(tmp_path / "t.arrow")
    assert bytes_in_memory(str(tmp_path / "*.parquet")) == bytes_in_memory(str(tmp_path / "t.arrow")) == 150 * CELL


def test_what_cannot_be_read_is_left_to_the_reading(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"no")
    assert bytes_in_memory(str(tmp_path / "t.parquet")) == 0
    assert bytes_in_memory(str(tmp_path / "none.csv")) == 0
