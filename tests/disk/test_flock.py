"""A lock belongs to an open file, and goes when its process does."""

import errno
import os
import subprocess
import sys
import types

import pytest

from bprop.disk import flock


def opened(path):
    return os.open(path, os.O_RDWR | os.O_CREAT)


def test_the_second_opening_of_a_file_is_refused_until_the_first_is_closed(tmp_path):
    one, two = opened(tmp_path / "f"), opened(tmp_path / "f")
    assert flock.try_lock(one) is True
    assert flock.try_lock(two) is False
    os.close(one)
    assert flock.try_lock(two) is True
    os.close(two)


def test_a_process_that_is_killed_lets_go(tmp_path):
    code = f"""
import os, time
from bprop.disk.flock import try_lock
print(try_lock(os.open({str(tmp_path / "f")!r}, os.O_RDWR | os.O_CREAT)), flush=True)
time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "True\n"
    own = opened(tmp_path / "f")
    assert flock.try_lock(own) is False
    process.kill()
    process.communicate()
    assert flock.try_lock(own) is True
    os.close(own)


@pytest.mark.parametrize(("number", "answer"), [(errno.ENOLCK, None), (errno.ENOTSUP, None), (errno.EAGAIN, False)])
def test_the_answers_of_a_file_system(monkeypatch, number, answer):
    def failing(descriptor, operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(flock, "fcntl", types.SimpleNamespace(flock=failing, LOCK_EX=2, LOCK_NB=4))
    assert flock.try_lock(0) is answer


def test_a_disk_that_fails_is_an_error(monkeypatch):
    def failing(descriptor, operation):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(flock, "fcntl", types.SimpleNamespace(flock=failing, LOCK_EX=2, LOCK_NB=4))
    with pytest.raises(OSError, match="Input/output"):
        flock.try_lock(0)


@pytest.mark.parametrize("held", [False, True])
def test_windows_locks_a_byte_beyond_the_content(tmp_path, monkeypatch, held):
    places = []

    def locking(descriptor, mode, count):
        places.append((os.lseek(descriptor, 0, os.SEEK_CUR), mode, count))
        if held:
            raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(flock, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", types.SimpleNamespace(locking=locking, LK_NBLCK=2))
    descriptor = opened(tmp_path / "f")
    os.write(descriptor, b"abc")
    assert flock.try_lock(descriptor) is not held
    assert places == [(2**30, 2, 1)]  # what a C long holds, where a long has 32 bits
    assert os.lseek(descriptor, 0, os.SEEK_CUR) == 3
    os.close(descriptor)
