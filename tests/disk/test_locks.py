"""One run holds a place; a second run gets an error that names the first; no ended process blocks a place."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from bprop import errors
from bprop.disk import locks
from bprop.disk.locks import Lock

HOLD = """
import signal, sys, time
from bprop.disk.locks import Lock
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background inherit that it is ignored
lock = Lock(sys.argv[1], "the place")
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".lock"


@pytest.fixture(params=[True, False], ids=["locks", "no_locks"])
def any_disk(request, monkeypatch):
    """A file system with locks, and one without."""
    if not request.param:
        if not os.path.isdir("/proc/self"):
            pytest.skip("the system does not say which processes live")
        monkeypatch.setattr(locks, "try_lock", lambda descriptor: None)
    return request.param


def holding(path, with_locks=True):
    code = HOLD if with_locks else f"from bprop.disk import locks; locks.try_lock = lambda number: None\n{HOLD}"
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_run_gets_an_error_that_names_the_first(path, any_disk):
    process = holding(path, any_disk)
    today = time.strftime("%Y-%m-%d")
    with pytest.raises(errors.ModelFileError) as caught:
        Lock(path, "the place")
    process.kill()
    process.communicate()
    said = str(caught.value)
    assert said.startswith(f"the place is in use: process {process.pid} on ")
    assert f" writes there since {today}" in said or time.strftime("%Y-%m-%d") != today
    assert ("remove " in said) is not any_disk


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_process_that_was_stopped_blocks_nobody(path, any_disk, number):
    process = holding(path, any_disk)
    process.send_signal(number)
    process.communicate()
    Lock(path, "the place").release()
    assert os.listdir(path.parent) == []


def test_one_after_the_other_in_one_process_leaves_nothing(path, any_disk):
    for _ in range(3):
        lock = Lock(path, "the place")
        assert len(os.listdir(path.parent)) == 1
        lock.release()
        lock.release()
        assert os.listdir(path.parent) == []


def test_two_in_one_process_are_refused(path, any_disk):
    lock = Lock(path, "the place")
    with pytest.raises(errors.ModelFileError, match=f"process {os.getpid()} on"):
        Lock(path, "the place")
    lock.release()


def test_a_lock_that_nobody_refers_to_any_more_is_let_go(path):
    Lock(path, "the place")
    Lock(path, "the place").release()


FORK = """
import os, sys, time
from bprop.disk.locks import Lock
from bprop.errors import ModelFileError
lock = Lock(sys.argv[1], "the place")
read, write = os.pipe()
child = os.fork()
if child == 0:
    lock.release()
    os.write(write, b"x")
    time.sleep(60)
os.read(read, 1)
try:
    Lock(sys.argv[1], "the place")
except ModelFileError as error:
    print("held" if "in use" in str(error) else error)
lock.release()
Lock(sys.argv[1], "the place").release()  # though the child lives
os.kill(child, 9)
print("free")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_forked_child_neither_keeps_the_lock_nor_lets_it_go(path, any_disk):
    code = FORK if any_disk else f"from bprop.disk import locks; locks.try_lock = lambda number: None\n{FORK}"
    said = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    assert said.stdout.split() == ["held", "free"], said.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_child_that_outlives_its_killed_parent_does_not_keep_the_lock(path):
    fork = "import os\nif not os.fork(): print(os.getpid(), flush=True)\ntime.sleep(60)"
    code = HOLD.replace("time.sleep(60)", fork)
    command = [sys.executable, "-W", "ignore", "-c", code, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    child = int(process.stdout.readline())
    process.kill()
    process.wait()
    try:
        Lock(path, "the place").release()
    finally:
        os.kill(child, signal.SIGKILL)
        process.stdout.close()


def test_of_many_that_begin_at_once_one_holds_the_place(path, any_disk):
    held, refused = [], []
    barrier = threading.Barrier(8)

    def take():
        barrier.wait()
        try:
            held.append(Lock(path, "the place"))
        except errors.ModelFileError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(held), len(refused)) == (1, 7)
    assert any_disk is False or all(f"process {os.getpid()} on" in said for said in refused)


def test_a_lock_taken_while_the_one_before_removes_its_file_is_taken_again(path, monkeypatch):
    real, calls = locks.try_lock, []

    def late(descriptor):
        calls.append(descriptor)
        if len(calls) == 1:
            path.unlink()  # the run before ends between our opening and our locking
        return real(descriptor)

    monkeypatch.setattr(locks, "try_lock", late)
    lock = Lock(path, "the place")
    assert path.exists()
    with pytest.raises(errors.ModelFileError):
        Lock(path, "the place")
    lock.release()


@pytest.mark.skipif(os.name != "posix", reason="POSIX has such files")
def test_a_planted_link_and_a_pipe_are_refused(path):
    victim = path.parent / "victim"
    victim.write_bytes(b"precious")
    path.symlink_to("victim")
    with pytest.raises(errors.ModelFileError, match=f"cannot lock the place with .*: {os.strerror(errno.ELOOP)}"):
        Lock(path, "the place")
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(errors.ModelFileError, match="no regular file"):
        Lock(path, "the place")
    assert victim.read_bytes() == b"precious"


def test_a_folder_without_permission_is_reported(path, monkeypatch):
    def refused(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(errors.ModelFileError, match=r"cannot lock the place .*Permission denied"):
        Lock(path, "the place")


def test_a_folder_that_cannot_be_written_is_reported(tmp_path):
    with pytest.raises(errors.ModelFileError, match=r"cannot lock the place .*No such file"):
        Lock(tmp_path / "absent" / ".lock", "the place")


def test_the_file_of_another_user_whose_process_has_ended_is_made_anew(path, monkeypatch):
    path.write_text("theirs")
    real = os.open

    def not_ours(name, flags, mode=0o777):
        if flags & os.O_RDWR and os.path.exists(name) and path.read_text() == "theirs":
            raise PermissionError(13, "Permission denied")
        return real(name, flags, mode)

    monkeypatch.setattr(os, "open", not_ours)
    lock = Lock(path, "the place")
    assert f'"pid": {os.getpid()}' in path.read_text()
    lock.release()


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the system does not say which files are open")
def test_a_lock_that_is_let_go_leaves_no_file_open(path, any_disk):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        Lock(path, "the place").release()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the system does not say which files are open")
def test_a_lock_that_is_refused_leaves_no_file_open(path):
    os.mkfifo(path)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with pytest.raises(errors.ModelFileError, match="no regular file"):
            Lock(path, "the place")
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no open file: the name goes last there")
def test_the_file_of_a_run_that_begins_while_a_lock_is_let_go_stays(path, monkeypatch):
    lock, close = Lock(path, "the place"), os.close

    def another_run_begins(descriptor):
        close(descriptor)
        path.write_text("another run")

    monkeypatch.setattr(os, "close", another_run_begins)
    lock.release()
    monkeypatch.undo()
    assert path.read_text() == "another run"


def test_a_lock_that_others_keep_taking_is_not_taken_to_be_held(path, monkeypatch):
    monkeypatch.setattr(Lock, "_is_ours", lambda lock, descriptor: False)  # as if its file were removed each time
    with pytest.raises(errors.ModelFileError, match="other processes keep taking and releasing it"):
        Lock(path, "the place")
