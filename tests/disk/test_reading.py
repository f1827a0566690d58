"""A missing file, a file that may not be read, and a folder or device get different errors."""

import errno
import os

import pytest

from bprop.disk import reading

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX has such files")


@pytest.mark.parametrize("name", ["absent", "absent/f", "f/x", "a" * 300, "a\0b", ""])
def test_a_missing_file_has_no_status(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f").write_bytes(b"")
    assert reading.status_of(name) is None
    assert reading.not_a_file(name) == "there is no such file"


def test_a_file_is_a_file(tmp_path):
    (tmp_path / "f").write_bytes(b"")
    assert reading.not_a_file(tmp_path / "f") is None
    reading.need_access(tmp_path / "f")


def test_a_folder_is_none(tmp_path):
    assert reading.not_a_file(tmp_path) == "there is no such file: it is a folder"


@posix
def test_a_pipe_is_none_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert reading.not_a_file(tmp_path / "pipe") == "it is no regular file"
    with pytest.raises(OSError, match="no regular file"):
        reading.read_small(tmp_path / "pipe", 10)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EMFILE, errno.EIO])
def test_a_file_whose_status_is_not_known_is_an_error(monkeypatch, number):
    def failing(path):
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr(os, "stat", failing)
    with pytest.raises(OSError, match=os.strerror(number)) as caught:
        reading.status_of("f")
    assert reading.why(caught.value) == os.strerror(number)[:1].lower() + os.strerror(number)[1:]


def test_errors_without_words_have_some():
    assert reading.why(MemoryError()) == "not enough memory"


def test_a_small_file_is_read_and_a_large_one_is_not(tmp_path):
    (tmp_path / "f").write_bytes(b"x" * 10)
    assert reading.read_small(tmp_path / "f", 10) == b"x" * 10
    with pytest.raises(OSError, match="larger than 9 bytes"):
        reading.read_small(tmp_path / "f", 9)
    with pytest.raises(IsADirectoryError):
        reading.read_small(tmp_path, 9)
