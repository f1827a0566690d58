"""Arrow's stream format."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources.formats import ArrowStream, Source, arrow_stream
from bprop.sources.opening import open_rows
from bprop.sources.stream import stream

pl = pytest.importorskip("polars")
TABLE = {
    "n": [k * 0.5 for k in range(100)],
    "s": ["x", "y", None, "z"] * 25,
    "c": pl.Series(["u", "v"] * 50, dtype=pl.Categorical),
}


def content_of(frame, compression="uncompressed"):
    file = io.BytesIO()
    frame.write_ipc_stream(file, compression=compression)
    return file.getvalue()


def read(content):
    return ArrowStream().read(Source(Path("t.arrows"), content, lambda: content))


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_a_stream_is_read_whole_and_in_pieces(tmp_path, compression):
    path = tmp_path / "t.arrows"
    path.write_bytes(content_of(pl.DataFrame(TABLE), compression))
    frame = open_rows(str(path))
    np.testing.assert_array_equal(frame.columns["n"].cells, TABLE["n"])
    assert frame.columns["s"].tolist() == TABLE["s"]
    assert frame.columns["c"].tolist() == ["u", "v"] * 50
    assert len(stream(path, "c", validation=0, test=0).train) == 100


def test_a_stream_of_several_batches(tmp_path, monkeypatch):
    first, second = (content_of(pl.DataFrame(TABLE)[rows]) for rows in (slice(0, 60), slice(60, 100)))
    schema = 8 + struct.unpack("<i", first[4:8])[0]
    both = first.removesuffix(arrow_stream.END) + second[schema:]
    assert len(read(both)) == 100
    path = tmp_path / "t.arrow"
    path.write_bytes(both)
    monkeypatch.setattr(arrow_stream, "ROWS", (7, 7))
    pieces = list(ArrowStream().scan(path))
    assert [len(piece) for piece in pieces] == [7] * 8 + [4] + [7] * 5 + [5]
    texts = np.concatenate([piece.columns(None, ["s"])["s"].cells for piece in pieces])
    assert texts.tolist() == TABLE["s"]


def test_two_streams_in_one_file_are_refused(tmp_path):
    """Only the first one would be read."""
    content = content_of(pl.DataFrame(TABLE))
    with pytest.raises(errors.DataError, match="bytes follow the end of the Arrow stream"):
        read(2 * content)
    (tmp_path / "t.arrows").write_bytes(content + b"\0")
    with pytest.raises(errors.DataError, match="bytes follow the end of the Arrow stream"):
        list(ArrowStream().scan(tmp_path / "t.arrows"))


def test_a_stream_may_lack_its_end_but_no_part_of_a_message():
    content = content_of(pl.DataFrame(TABLE)).removesuffix(arrow_stream.END)
    assert len(read(content)) == 100
    for cut in range(1, len(content), 97):
        with pytest.raises(
            errors.DataError, match=r"t.arrows: (not an Arrow stream|the file has no rows|not a \.arrows)"
        ):
            read(content[:-cut])


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_damaged_bytes_are_refused_or_read_without_a_crash(compression):
    content, rng = content_of(pl.DataFrame(TABLE), compression), np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(content)
        damaged[rng.integers(len(content))] ^= 1 << int(rng.integers(8))
        try:
            read(bytes(damaged))
        except errors.DataError as error:
            assert "t.arrows" in str(error)


@pytest.mark.parametrize("compression", ["uncompressed", "lz4"])
def test_lengths_that_are_changed_are_refused(compression):
    content = content_of(pl.DataFrame(TABLE), compression)
    places = [
        i for i in range(0, len(content) - 8, 4) if struct.unpack_from("<q", content, i)[0] in (100, 800, 200, 100)
    ]
    assert places
    for place in places:
        for wrong in (2**62, -5, 25_614_222_880_669_728):
            try:
                read(content[:place] + struct.pack("<q", wrong) + content[place + 8 :])
            except errors.DataError:
                continue


def test_more_columns_than_a_table_has_are_refused_before_polars_sees_them(monkeypatch):
    monkeypatch.setattr("bprop.sources.limits.MOST_COLUMNS", 2)
    monkeypatch.setattr(pl, "read_ipc_stream", lambda *args: pytest.fail("polars was asked"))
    with pytest.raises(errors.DataError, match=r"3 columns, and a table has at most 2"):
        read(content_of(pl.DataFrame(TABLE)))
