"""Packed files."""

import bz2
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources.limits import content_of
from bprop.sources.opening import bytes_in_memory, open_rows
from bprop.sources.packing import bare, is_packed, opened, packed
from bprop.sources.stream import stream

TABLE = b"a,b\n" + b"".join(b"%d.5,%s\n" % (k, b"xy"[k % 2 : k % 2 + 1]) for k in range(300))


def zst(content):
    return pytest.importorskip("zstandard", reason="zstd is unpacked by it").ZstdCompressor().compress(content)


def zipped(content, name="t.csv"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


PACK = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zst, ".zip": zipped}
every_packing = pytest.mark.parametrize("suffix", PACK)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@every_packing
def test_a_packed_table_is_read_whole_and_streamed(here, suffix):
    Path(f"t.csv{suffix}").write_bytes(PACK[suffix](TABLE))
    frame = open_rows(f"t.csv{suffix}")
    assert (frame.name, len(frame), frame.where(1)) == ("t", 300, f"t.csv{suffix}, line 3")
    assert len(stream(f"t.csv{suffix}", "b", validation=0, test=0).train) == 300
    assert bytes_in_memory(f"t.csv{suffix}") == 12 * len(TABLE)


@every_packing
def test_a_packed_table_of_columns_is_read_whole_and_streamed(here, suffix):
    pl = pytest.importorskip("polars")
    file = io.BytesIO()
    pl.DataFrame({"n": range(30), "b": ["x", "y"] * 15}).write_parquet(file)
    Path(f"t.parquet{suffix}").write_bytes(PACK[suffix](file.getvalue()))
    assert open_rows(f"t.parquet{suffix}").columns["n"].tolist() == list(range(30))
    assert len(stream(f"t.parquet{suffix}", "b", kinds={"n": "numeric"}, validation=0, test=0).train) == 30


@every_packing
def test_the_content_says_how_a_file_is_packed(here, suffix):
    Path("t.csv").write_bytes(PACK[suffix](TABLE))
    assert packed(Path("t.csv"))
    assert len(open_rows("t.csv")) == 300
    assert len(stream("t.csv", "b", validation=0, test=0).train) == 300


@every_packing
def test_a_packed_file_in_a_packed_file(here, suffix):
    Path("t.csv").write_bytes(gzip.compress(PACK[suffix](TABLE)))
    assert len(open_rows("t.csv")) == 300
    Path("t.csv").write_bytes(gzip.compress(gzip.compress(gzip.compress(PACK[suffix](TABLE)))))
    with pytest.raises(errors.DataError, match=r"t.csv: packed more than 3 times over"):
        open_rows("t.csv")


@every_packing
def test_a_file_that_is_cut_off_is_refused_and_never_read_in_part(here, suffix):
    whole = PACK[suffix](TABLE)
    for cut in (1, 4, len(whole) // 2, len(whole) - 20):
        Path(f"t.csv{suffix}").write_bytes(whole[:-cut])
        with pytest.raises(errors.DataError, match=rf"t.csv{suffix}: (not an? \w+ file, or a truncated|needs|an unkn)"):
            open_rows(f"t.csv{suffix}")


@every_packing
def test_damaged_bytes_are_refused_or_do_no_harm(here, suffix):
    whole, rng = PACK[suffix](TABLE), np.random.default_rng(0)
    for _ in range(100):
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] ^= 1 << int(rng.integers(8))
        Path(f"t.csv{suffix}").write_bytes(damaged)
        try:
            open_rows(f"t.csv{suffix}")
        except errors.DataError as error:
            assert f"t.csv{suffix}" in str(error)


@every_packing
def test_a_small_file_that_unpacks_to_much_is_refused_while_it_is_unpacked(here, suffix, monkeypatch):
    Path(f"t.csv{suffix}").write_bytes(PACK[suffix](b"1,2\n" * 10_000_000))
    monkeypatch.delenv("BPROP_DATA_MEMORY", raising=False)
    monkeypatch.setattr("bprop.memory.free", lambda: 10_000_000)
    with pytest.raises(errors.DataError, match=rf"t.csv{suffix}: holds more than"):
        content_of(Path(f"t.csv{suffix}"))


def test_a_plain_file_that_is_called_packed_is_told_what_to_do(here):
    Path("t.csv.gz").write_bytes(TABLE)
    with pytest.raises(errors.DataError, match=r"t.csv.gz: not a gzip file.*if it is unpacked already, call it t.csv"):
        open_rows("t.csv.gz")


def test_zstd_seeks(here):
    Path("t.zst").write_bytes(zst(TABLE) + zst(b"more"))
    with opened(Path("t.zst")) as file:
        assert file.seek(0, io.SEEK_END) == len(TABLE) + 4
        assert file.seek(-4, io.SEEK_CUR) == len(TABLE)
        assert file.read() == b"more"
        assert file.seek(4) == 4
        assert file.read(5) == TABLE[4:9]


def test_without_zstandard_the_extra_is_named(here, monkeypatch):
    Path("t.csv.zst").write_bytes(b"\x28\xb5\x2f\xfd")
    monkeypatch.setattr("bprop.sources.packing.find_spec", lambda name: None)
    with pytest.raises(errors.MissingPackageError, match=r"t.csv.zst: .*pip install 'bprop\[tables\]'"):
        open_rows("t.csv.zst")


def test_names_and_beginnings():
    assert [bare(name) for name in ("t.csv.GZ", "t.csv.gz.zip", "t.csv", "gz")] == ["t.csv", "t.csv", "t.csv", "gz"]
    assert not is_packed(b"BZh,a,b\n")
    assert is_packed(bz2.compress(b""))
