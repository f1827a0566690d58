"""How much memory a table would take."""

import gzip

import pytest

from bprop.sources.limits import CELL, CHUNK, TEXT
from bprop.sources.size import bytes_in_memory


def test_text_is_judged_by_its_bytes(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n" * 100)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"a,b\n" * 1000))
    assert bytes_in_memory(str(tmp_path / "a.csv")) == 400 * TEXT
    assert bytes_in_memory(str(tmp_path)) == 4400 * TEXT


def test_what_unpacks_to_more_than_there_is_room_for_is_not_unpacked_to_its_end(tmp_path):
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n" * CHUNK) * 4)
    found = bytes_in_memory(str(tmp_path / "b.csv.gz"), 2 * CHUNK * TEXT)
    assert 2 * CHUNK * TEXT < found <= 4 * CHUNK * TEXT
    assert bytes_in_memory(str(tmp_path / "b.csv.gz")) == (16 * CHUNK + 4) * TEXT


def test_columns_are_judged_by_their_cells(tmp_path):
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"a": range(50), "b": range(50), "c": ["x"] * 50})
    frame.write_parquet(tmp_path / "t.parquet")
    frame.write_ipc(tmp_path / "t.arrow")
    assert bytes_in_memory(str(tmp_path / "*.parquet")) == bytes_in_memory(str(tmp_path / "t.arrow")) == 150 * CELL


def test_what_cannot_be_read_is_left_to_the_reading(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"no")
    (tmp_path / "t.csv.gz").write_bytes(b"no")
    assert bytes_in_memory(str(tmp_path / "t.parquet")) == 0
    assert bytes_in_memory(str(tmp_path / "t.csv.gz")) == 0
    assert bytes_in_memory(str(tmp_path / "none.csv")) == 0
