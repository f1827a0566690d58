"""A file is written whole or not at all, by any number of writers; links, permissions, devices stay as they are."""

import errno
import os
import stat
import struct
import subprocess
import sys
import threading
from contextlib import nullcontext

import pytest

from bprop import errors
from bprop.disk import atomic
from bprop.disk.atomic import write_atomically

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX has such files and permissions")
root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_threads_that_write_one_file_never_tear_it(tmp_path):
    """They share the process's number, as the first processes of two containers do."""
    path, contents, problems = tmp_path / "f", [bytes([n]) * (300_000 + n) for n in range(4)], []
    path.write_bytes(contents[0])
    done = threading.Event()

    def save(content):
        for _ in range(30):
            try:
                write_atomically(path, content)
            except Exception as error:
                problems.append(error)

    def read():
        while not done.is_set():
            if path.read_bytes() not in contents:
                problems.append("torn")

    writers = [threading.Thread(target=save, args=(content,)) for content in contents]
    reader = threading.Thread(target=read)
    reader.start()
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert not problems
    assert path.read_bytes() in contents
    assert os.listdir(tmp_path) == ["f"]


def test_parts_are_written_one_after_the_other(tmp_path):
    write_atomically(tmp_path / "f", [b"one", memoryview(b""), memoryview(b"two")])
    assert (tmp_path / "f").read_bytes() == b"onetwo"


@posix
def test_a_new_file_has_the_permissions_that_the_umask_leaves(tmp_path):
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "f", b"new")
    finally:
        os.umask(before)
    assert mode(tmp_path / "f") == 0o640


@posix
@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664, 0o444])
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path, kept):
    (tmp_path / "f").write_bytes(b"old")
    os.chmod(tmp_path / "f", kept)
    write_atomically(tmp_path / "f", b"new")
    assert mode(tmp_path / "f") == kept
    assert (tmp_path / "f").read_bytes() == b"new"


@posix
def test_while_it_is_written_nobody_else_may_read_it(tmp_path, monkeypatch):
    (tmp_path / "f").write_bytes(b"old")
    os.chmod(tmp_path / "f", 0o600)
    seen, write = [], atomic.write_all

    def looking(descriptor, parts):
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        write(descriptor, parts)

    monkeypatch.setattr(atomic, "write_all", looking)
    write_atomically(tmp_path / "f", b"new")
    assert seen == [0o600]


@root
def test_owner_and_group_are_kept(tmp_path):
    (tmp_path / "f").write_bytes(b"old")
    os.chown(tmp_path / "f", 1234, 2345)
    os.chmod(tmp_path / "f", 0o640)
    write_atomically(tmp_path / "f", b"new")
    status = os.stat(tmp_path / "f")
    assert (status.st_uid, status.st_gid, mode(tmp_path / "f")) == (1234, 2345, 0o640)


@root
def test_where_the_group_cannot_be_kept_another_has_no_more_rights_than_everybody(tmp_path, monkeypatch):
    (tmp_path / "f").write_bytes(b"old")
    os.chown(tmp_path / "f", -1, 2345)
    os.chmod(tmp_path / "f", 0o664)

    def refused(*args):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fchown", refused)
    write_atomically(tmp_path / "f", b"new")
    assert mode(tmp_path / "f") == 0o644


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="Linux keeps lists of access as attributes")
def test_the_list_of_access_is_kept(tmp_path):
    """Owner rw, user 1234 r, group r, mask r, others nothing; each entry is a tag, rights and a number."""
    (tmp_path / "f").write_bytes(b"old")
    entries = [(0x01, 6, 2**32 - 1), (0x02, 4, 1234), (0x04, 4, 2**32 - 1), (0x10, 4, 2**32 - 1), (0x20, 0, 2**32 - 1)]
    listed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(tmp_path / "f", atomic.ACCESS_LIST, listed)
    except OSError:
        pytest.skip("the file system keeps no lists of access")
    before = mode(tmp_path / "f")
    write_atomically(tmp_path / "f", b"new")
    assert os.getxattr(tmp_path / "f", atomic.ACCESS_LIST) == listed
    assert mode(tmp_path / "f") == before


@posix
@pytest.mark.parametrize("there", [True, False], ids=["to_a_file", "to_nothing"])
def test_a_link_stays_a_link_and_its_target_is_written(tmp_path, there):
    (tmp_path / "deep").mkdir()
    if there:
        (tmp_path / "deep" / "f").write_bytes(b"old")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("deep/f")
    write_atomically(tmp_path / "one", b"new")
    assert (tmp_path / "one").is_symlink()
    assert (tmp_path / "two").is_symlink()
    assert (tmp_path / "deep" / "f").read_bytes() == b"new"
    assert os.listdir(tmp_path / "deep") == ["f"]


@posix
def test_links_in_a_circle_are_an_error(tmp_path):
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(errors.ModelFileError, match=r"cannot write .*one: .*; nothing was changed"):
        write_atomically(tmp_path / "one", b"new")


@pytest.mark.parametrize("name", ["a" * 250, "é" * 125, "日" * 80, "a" * 255])
def test_a_long_name_is_one_like_another(tmp_path, name):
    write_atomically(tmp_path / name, b"new")
    assert (tmp_path / name).read_bytes() == b"new"
    assert os.listdir(tmp_path) == [name]


@posix
def test_a_pipe_is_written_into(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_atomically(tmp_path / "pipe", [b"x" * 100_000, b"y"])
    reader.join()
    assert read == [b"x" * 100_000 + b"y"]
    assert stat.S_ISFIFO(os.stat(tmp_path / "pipe").st_mode)


@posix
def test_a_device_is_written_into():
    """A terminal, which is like /dev/null a character device, but one that no other program needs."""
    master, slave = os.openpty()
    name = os.ttyname(slave)
    before = os.stat(name)
    write_atomically(name, b"content")
    assert os.read(master, 100) == b"content"
    after = os.stat(name)
    os.close(master)
    os.close(slave)
    assert stat.S_ISCHR(after.st_mode)
    assert (after.st_ino, after.st_rdev) == (before.st_ino, before.st_rdev)


@pytest.mark.parametrize("name", ["", "folder", "folder/", "new/"])
def test_a_folder_is_refused(tmp_path, monkeypatch, name):
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(errors.ModelFileError, match=r"cannot write .*folder; nothing was changed"):
        write_atomically(name, b"new")
    assert os.listdir(tmp_path) == ["folder"]


def test_a_name_that_no_file_can_have_is_refused():
    with pytest.raises(errors.ModelFileError, match="null"):
        write_atomically("a\0b", b"new")


@posix
def test_an_absolute_name_is_written_where_the_working_folder_is_gone(tmp_path):
    code = f"""
import os, sys
os.mkdir({str(tmp_path / "gone")!r}); os.chdir({str(tmp_path / "gone")!r}); os.rmdir(os.getcwd())
from bprop.disk.atomic import write_atomically
write_atomically({str(tmp_path / "f")!r}, b"new")
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert (tmp_path / "f").read_bytes() == b"new"


@posix
@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EINVAL, False),
        (errno.ENOTSUP, False),
        (errno.EBADF, False),
        (errno.EACCES, False),
        (errno.EPERM, False),
        (errno.EIO, True),
        (errno.ENOSPC, True),
    ],
)
def test_a_folder_that_cannot_be_flushed_is_no_failure_but_one_that_fails_is(tmp_path, monkeypatch, number, said):
    flush = os.fsync

    def failing(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(errors.ModelFileError, match="f may not outlive a crash") if said else nullcontext():
        write_atomically(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"new"


def test_the_unfinished_file_of_a_killed_process_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic, "_tidied", set())
    left = tmp_path / ".f.0123456789abcdef.bprop-tmp"
    left.write_bytes(b"half")
    write_atomically(tmp_path / "f", b"new")
    assert os.listdir(tmp_path) == ["f"]


def test_the_folder_is_closed_whether_it_could_be_flushed_or_not(tmp_path, monkeypatch):
    opened, opens = [], os.open

    def recording(path, flags, *more, **named):
        descriptor = opens(path, flags, *more, **named)
        opened.append((descriptor, flags))
        return descriptor

    def failing(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "open", recording)
    for flush in (lambda descriptor: None, failing):
        opened.clear()
        monkeypatch.setattr(os, "fsync", flush)
        write_atomically(tmp_path / "f", b"new")
        folders = [descriptor for descriptor, flags in opened if flags & os.O_DIRECTORY]
        assert folders
        for descriptor in folders:
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.fstat(descriptor)
