"""Files that may be gzipped."""

import gzip
import tracemalloc

import pytest

from bprop import errors, memory
from bprop.sources.limits import CHUNK
from bprop.sources.packed import content_of, opened, size_of


def test_content(tmp_path):
    (tmp_path / "plain").write_bytes(b"a\nb\n")
    (tmp_path / "packed.GZ").write_bytes(gzip.compress(b"a\n") + gzip.compress(b"b\n"))
    assert content_of(tmp_path / "plain") == content_of(tmp_path / "packed.GZ") == b"a\nb\n"
    with opened(tmp_path / "packed.GZ") as file:
        assert file.readline() == b"a\n"


@pytest.mark.parametrize("content", [b"a,b\n", gzip.compress(b"abc" * 99)[:-9], b"\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff"])
def test_what_is_damaged_is_said(tmp_path, content):
    (tmp_path / "t.csv.gz").write_bytes(content)
    with pytest.raises(errors.DataError, match=r"t.csv.gz: not a gzip file, or a truncated one"):
        content_of(tmp_path / "t.csv.gz")
    with pytest.raises(FileNotFoundError):
        content_of(tmp_path / "absent.gz")


def bomb(path, members=50):
    """A file of many members, of which each unpacks to 4 MB."""
    path.write_bytes(gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n" * CHUNK) * members)
    return path


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    path = bomb(tmp_path / "t.csv.gz")
    monkeypatch.setattr(memory, "free", lambda: 120 * CHUNK)
    tracemalloc.start()
    try:
        with pytest.raises(errors.DataError, match=r"t.csv.gz: holds more than 10.0 MB, which take more memory"):
            content_of(path)
        assert tracemalloc.get_traced_memory()[1] < 40 * CHUNK  # all of it would be 200
    finally:
        tracemalloc.stop()
    assert len(content_of(bomb(path, 2))) == 8 * CHUNK + 4


def test_the_size_is_counted_up_to_a_limit(tmp_path):
    path = bomb(tmp_path / "t.csv.gz", 3)
    assert size_of(path, 10**9) == 12 * CHUNK + 4
    assert size_of(path, 2 * CHUNK) <= 3 * CHUNK
    path.write_bytes(path.read_bytes()[:-9])
    assert 8 * CHUNK < size_of(path, 10**9) <= 12 * CHUNK + 4
