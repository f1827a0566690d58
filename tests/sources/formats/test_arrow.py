"""Damaged lengths in an Arrow file are refused before polars sees them: it would end the process."""

import io
import struct

import numpy as np
import pytest

from bprop import errors
from bprop.sources.formats import Arrow, Source
from bprop.sources.formats.arrow import DamagedError, declared_rows, unpacked_size


@pytest.fixture
def pl():
    return pytest.importorskip("polars")


def content_of(pl, compression):
    frame = pl.DataFrame(
        {
            "a": np.arange(1000.0),
            "b": ["x" * (i % 30) for i in range(1000)],
            "c": pl.Series(["u", "v"] * 500, dtype=pl.Categorical),
        }
    )
    file = io.BytesIO()
    frame.write_ipc(file, compression=compression)
    return file.getvalue()


def read(path, content):
    return Arrow().read(Source(path, content, lambda: content))


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_a_packed_file_says_what_it_unpacks_to(pl, compression):
    packed, plain = (content_of(pl, how) for how in (compression, "uncompressed"))
    assert len(packed) < len(plain) / 4
    assert unpacked_size(io.BytesIO(packed)) == unpacked_size(io.BytesIO(plain)) > 8 * 1000


@pytest.mark.parametrize("compression", ["uncompressed", "lz4"])
def test_every_length_that_is_changed_is_refused_or_read_without_a_crash(pl, tmp_path, compression):
    content = content_of(pl, compression)
    assert read(tmp_path / "t.arrow", content).columns["a"].cells.sum() == 999 * 500
    lengths = {8000, 40, 16_000, len(content)}
    places = [i for i in range(0, len(content) - 8, 4) if struct.unpack_from("<q", content, i)[0] in lengths]
    assert places
    for place in places:
        for wrong in (2**62, -5, 25_614_222_880_669_728):
            damaged = content[:place] + struct.pack("<q", wrong) + content[place + 8 :]
            try:
                read(tmp_path / "t.arrow", damaged)
            except errors.DataError:
                continue


def test_a_part_beyond_the_end_and_a_buffer_beyond_its_part_are_refused(pl, tmp_path):
    content = content_of(pl, "uncompressed")
    found = set()
    for place in range(0, len(content) - 8, 8):
        damaged = content[:place] + struct.pack("<q", 2**40) + content[place + 8 :]
        try:
            unpacked_size(io.BytesIO(damaged))
        except DamagedError as error:
            found.add(str(error))
    assert found == {"a part of it reaches beyond its end", "a buffer of it is longer than its part"}


def test_a_file_that_unpacks_to_more_than_there_is_room_for_is_refused(pl, tmp_path, monkeypatch):
    content = content_of(pl, "lz4")
    monkeypatch.setattr("bprop.memory.free", lambda: 30_000)
    monkeypatch.setattr(Arrow, "rows_in", lambda *given: 0)
    with pytest.raises(errors.DataError, match=r"t\.arrow: unpacking it takes about 38.9 kB"):
        read(tmp_path / "t.arrow", content)


@pytest.mark.parametrize("content", [b"", b"ARROW1", b"x" * 1000, b"ARROW1\x00\x00" + b"\x00" * 50 + b"ARROW1"])
def test_of_other_files_nothing_is_said(content):
    assert unpacked_size(io.BytesIO(content)) == 0


@pytest.mark.parametrize("rows", [1, 7, 100_000])
@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_rows_are_counted_as_the_file_says(pl, rows, compression):
    content = io.BytesIO()
    pl.DataFrame({"a": range(rows), "b": ["x"] * rows}).write_ipc(content, compression=compression, record_batch_size=3)
    assert declared_rows(content) == rows


def test_of_a_damaged_file_rows_are_some_or_none(pl):
    whole = content_of(pl, "uncompressed")
    for cut in range(0, len(whole), 7):
        assert declared_rows(io.BytesIO(whole[:cut])) == 0
    for place in range(max(0, len(whole) - 1200), len(whole)):
        assert declared_rows(io.BytesIO(whole[:place] + b"\xff" + whole[place + 1 :])) >= 0


def test_a_field_that_a_table_is_too_short_for_is_absent(pl):
    """Columns of objects have buffers by which the place of "compression", which is absent, was read as if it were."""
    file = io.BytesIO()
    pl.DataFrame({"place": [{"x": 1, "y": 0.5}, {"x": 2, "y": None}], "n": [1, 2]}).write_ipc(file)
    assert unpacked_size(file) < 1000
