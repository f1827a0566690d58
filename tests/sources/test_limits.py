"""How much of a file is read."""

import gzip
import io
import tracemalloc

import pytest

from bprop import errors, memory
from bprop.sources import limits
from bprop.sources.limits import CHUNK, content_of, opened, size_of


@pytest.fixture
def free(monkeypatch):
    """free(bytes): so much memory is free."""
    monkeypatch.delenv("BPROP_DATA_MEMORY", raising=False)
    return lambda count: monkeypatch.setattr(memory, "free", lambda: count)


class Endless(io.RawIOBase):
    """A file without an end; `taken` bytes were read of it."""

    taken = 0

    def read(self, count=-1):
        assert count > 0, "all of it cannot be read"
        self.taken += count
        return b"1,2\n" * (count // 4)


def test_a_file_is_read_up_to_what_there_is_room_for(free):
    free(12 * limits.CHUNK)
    assert limits.read_all(io.BytesIO(b"x" * limits.CHUNK), "t.csv") == b"x" * limits.CHUNK
    assert limits.read_all(io.BytesIO(b"bc"), "t.csv", first=b"a") == b"abc"
    assert limits.read_all(io.BytesIO(b""), "t.csv") == b""
    with pytest.raises(errors.DataError, match=r"t.csv: holds more than 1.0 MB; each byte takes 12 bytes of memory"):
        limits.read_all(io.BytesIO(b"x" * (limits.CHUNK + 1)), "t.csv")


def test_an_endless_stream_is_refused_soon(free):
    free(120 * limits.CHUNK)
    file = Endless()
    with pytest.raises(
        errors.DataError, match=r"stdin: holds more than 10.0 MB.*save it to a file and train with --st"
    ):
        limits.read_all(file, "stdin")
    assert file.taken <= 12 * limits.CHUNK


def test_the_variable_can_say_that_there_is_more(free, monkeypatch):
    free(1000)
    assert limits.room() == 1000
    monkeypatch.setenv("BPROP_DATA_MEMORY", "1K")
    assert limits.room() == 1024
    monkeypatch.setenv("BPROP_DATA_MEMORY", "10")
    assert limits.room() == 1000


def test_what_would_take_too_much_is_refused(free):
    free(10 * 2**30)
    limits.need_room("t.npz", 10 * 2**30)
    with pytest.raises(errors.DataError, match=r"t.npz: it takes about 11.0 GB of memory, and 10.0 GB are free: .*16G"):
        limits.need_room("t.npz", 11 * 2**30)


def test_columns_and_classes_are_counted():
    limits.need_few_columns("t.csv", limits.MOST_COLUMNS)
    with pytest.raises(errors.DataError, match=r"t.csv: 100,001 columns, and a table has at most 100,000: keep fewer"):
        limits.need_few_columns("t.csv", limits.MOST_COLUMNS + 1)
    limits.need_few_classes("t.csv", "y", limits.MOST_CLASSES)
    with pytest.raises(errors.DataError, match=r"t.csv, column 'y': more than 10,000 different targets"):
        limits.need_few_classes("t.csv", "y", limits.MOST_CLASSES + 1)


def test_names_and_sizes_in_messages():
    assert limits.some(["a", 2]) == "a, 2"
    assert limits.some(map(str, range(1200)), 2) == "0, 1 and 1,198 more"
    assert [limits.size(n) for n in (512, 3 * 2**20, 2**40)] == ["0.5 kB", "3.0 MB", "1,024.0 GB"]


# --- files that may be gzipped ---


def test_content(tmp_path):
    (tmp_path / "plain").write_bytes(b"a\nb\n")
    (tmp_path / "packed.GZ").write_bytes(gzip.compress(b"a\n") + gzip.compress(b"b\n"))
    assert content_of(tmp_path / "plain") == content_of(tmp_path / "packed.GZ") == b"a\nb\n"
    with opened(tmp_path / "packed.GZ") as file:
        assert file.readline() == b"a\n"


@pytest.mark.parametrize(
    "content",
    [b"a,b\n", gzip.compress(b"abc" * 99)[:-9], b"\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff"],
    ids=["text", "truncated", "no blocks"],
)
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
        with pytest.raises(errors.DataError, match=r"t.csv.gz: holds more than 10.0 MB; each byte takes"):
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
