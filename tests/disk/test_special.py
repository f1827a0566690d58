"""Devices and pipes are recognised, and written into."""

import os
import stat
import subprocess
import sys

import pytest

from bprop import errors
from bprop.disk import special
from bprop.disk.atomic import write_atomically

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the system does not list open files")

WRITE = """
import sys
from bprop.disk.atomic import write_atomically
print("before")
write_atomically(sys.argv[1], b"content\\n")
print("after")
"""


@pytest.mark.parametrize("name", ["/dev/fd/1", "/proc/self/fd/1", "link"])
def test_standard_output_is_written_into_between_prints(tmp_path, name):
    """Not by the name /dev/stdout: where this fails, root would lose it. It is a link like this one."""
    (tmp_path / "link").symlink_to("/proc/self/fd/1")
    said = subprocess.run([sys.executable, "-c", WRITE, name], capture_output=True, check=True, cwd=tmp_path)
    assert said.stdout.split() == [b"before", b"content", b"after"]


def test_standard_output_that_is_a_file_is_neither_replaced_nor_begun_anew(tmp_path):
    with open(tmp_path / "out", "wb") as out:
        subprocess.run([sys.executable, "-c", WRITE, "/proc/self/fd/1"], stdout=out, check=True)
    assert (tmp_path / "out").read_bytes().split() == [b"before", b"content", b"after"]


def test_an_open_file_is_known_by_any_of_its_names(tmp_path):
    with open(tmp_path / "f", "wb") as file:
        number = file.fileno()
        (tmp_path / "link").symlink_to(f"/dev/fd/{number}")
        for name in (
            f"/dev/fd/{number}",
            f"/proc/self/fd/{number}",
            f"/proc/thread-self/fd/{number}",
            tmp_path / "link",
        ):
            assert special.own_descriptor(str(name)) == number
    assert special.own_descriptor("/dev/stdout") == 1
    for name in (tmp_path / "f", tmp_path, "/dev/null", "/dev/fd", "/proc/1/fd/1", "1", ""):
        assert special.own_descriptor(str(name)) is None


def test_a_reader_who_has_gone_is_an_error():
    read, write = os.pipe()
    os.close(read)
    try:
        with pytest.raises(errors.ModelFileError, match="Broken pipe; a part may have been written"):
            write_atomically(f"/dev/fd/{write}", b"content")
    finally:
        os.close(write)


def test_a_pipe_that_is_full_is_waited_for():
    code = "import sys, time; time.sleep(0.2); print(len(sys.stdin.buffer.read()))"
    read, write = os.pipe()
    os.set_blocking(write, False)
    with subprocess.Popen([sys.executable, "-c", code], stdin=read, stdout=subprocess.PIPE, close_fds=True) as reader:
        os.close(read)
        write_atomically(f"/dev/fd/{write}", b"x" * 1_000_000)
        os.close(write)
        assert reader.communicate()[0] == b"1000000\n"


def test_a_disk_is_not_overwritten(tmp_path, monkeypatch):
    monkeypatch.setattr(special, "file_type", lambda path: stat.S_IFBLK)
    with pytest.raises(errors.ModelFileError, match="it is a disk, not a file on one; nothing was changed"):
        write_atomically(tmp_path / "f", b"new")
