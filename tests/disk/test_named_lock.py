"""On a file system without locks, a file names the process that holds the place."""

import os
import subprocess
import sys

import pytest

from bprop.disk import named_lock

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="the system does not say which processes live")

TAKE = """
import sys
from bprop.disk import named_lock
assert named_lock.take(sys.argv[1]) is None
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".locked"


def taken_and_left(path):
    """The number of a process that took the lock and died."""
    with subprocess.Popen([sys.executable, "-c", TAKE, str(path)]) as process:
        pass
    assert process.returncode == 0
    assert path.exists()
    return process.pid


def test_the_lock_of_a_dead_process_is_taken_over(path):
    taken_and_left(path)
    assert named_lock.take(str(path)) is None
    assert f'"pid": {os.getpid()}' in path.read_text()
    assert os.listdir(path.parent) == [".locked"]


def test_a_living_process_is_named_and_keeps_it(path):
    assert named_lock.take(str(path)) is None
    holder = named_lock.take(str(path))
    assert holder is not None
    assert (holder.pid, holder.file) == (os.getpid(), str(path))
    named_lock.let_go(str(path))
    assert os.listdir(path.parent) == []


def test_the_lock_of_another_machine_is_never_taken_over(path):
    pid = taken_and_left(path)
    path.write_text(path.read_text().replace('"machine": "', '"machine": "other '))
    holder = named_lock.take(str(path))
    assert holder is not None
    assert (holder.pid, holder.file) == (pid, str(path))
    named_lock.let_go(str(path))
    assert path.exists()


def test_a_number_that_another_process_has_now_does_not_hold_the_place(path):
    pid = taken_and_left(path)
    path.write_text(path.read_text().replace(f'"pid": {pid}', f'"pid": {os.getppid()}'))
    assert named_lock.take(str(path)) is None
    assert f'"pid": {os.getpid()}' in path.read_text()


def test_a_file_that_says_nothing_is_somebodys(path):
    path.write_text("")
    assert str(named_lock.take(str(path))) == "another process writes there"
    named_lock.let_go(str(path))
    assert path.exists()


def test_a_lock_that_a_living_process_takes_meanwhile_is_put_back(path, monkeypatch):
    taken_and_left(path)
    real = os.rename

    def late(source, target):
        path.unlink()  # another has just seen that the process is dead
        assert named_lock.take(str(path)) is None
        monkeypatch.setattr(os, "rename", real)
        real(source, target)

    monkeypatch.setattr(os, "rename", late)
    holder = named_lock.take(str(path))
    assert holder is not None
    assert holder.pid == os.getpid()
    assert os.listdir(path.parent) == [".locked"]


def test_a_file_that_comes_and_goes_belongs_to_an_unknown_holder(tmp_path, monkeypatch):
    path = str(tmp_path / "run.locked")
    (tmp_path / "run.locked").write_bytes(b"")
    monkeypatch.setattr(named_lock, "_holder", lambda path: None)
    assert named_lock.take(path).file == path


def test_a_link_in_the_place_of_the_file_is_not_followed(path, tmp_path):
    (tmp_path / "other").write_text("not ours")
    path.symlink_to("other")
    with pytest.raises(OSError):
        named_lock.take(str(path))
    assert (tmp_path / "other").read_text() == "not ours" and path.is_symlink()


def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(path):
    os.mkfifo(path)
    done = subprocess.run([sys.executable, "-c", TAKE, str(path)], capture_output=True, text=True, timeout=60)
    assert "OSError" in done.stderr
