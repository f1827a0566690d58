"""How much of a file is read."""

import io

import pytest

from bprop import errors, memory
from bprop.sources import limits


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
    with pytest.raises(errors.DataError, match=r"t.csv: holds more than 1.0 MB, which take more memory \(12 bytes a"):
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
