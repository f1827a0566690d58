"""Files that are being written have a random name and a lock; only left-over ones are removed."""

import os
import subprocess
import sys
import time

import pytest

from bprop.disk import unfinished


def begun_elsewhere(tmp_path, then):
    """A process that has begun to write a file f, and does `then`."""
    code = f"""
import os, sys, time
from bprop.disk import unfinished
file = unfinished.begin({str(tmp_path / "f")!r}, 0o666)
os.write(file.descriptor, b"half")
print(file.path, flush=True)
{then}
"""
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_two_files_of_one_target_have_names_of_their_own(tmp_path):
    one, two = (unfinished.begin(str(tmp_path / "f"), 0o666) for _ in range(2))
    assert one.path != two.path
    assert os.path.dirname(one.path) == str(tmp_path)
    for file in (one, two):
        os.close(file.descriptor)


def test_a_planted_link_is_not_followed(tmp_path, monkeypatch):
    (tmp_path / "victim").write_bytes(b"precious")
    chances = iter([b"\0" * 8, b"\1" * 8])
    monkeypatch.setattr(os, "urandom", lambda count: next(chances))
    (tmp_path / f".f.{'00' * 8}{unfinished.UNFINISHED}").symlink_to("victim")
    file = unfinished.begin(str(tmp_path / "f"), 0o666)
    os.write(file.descriptor, b"new")
    os.close(file.descriptor)
    assert (tmp_path / "victim").read_bytes() == b"precious"


def test_the_file_of_a_living_process_stays_and_that_of_a_killed_one_goes(tmp_path):
    process = begun_elsewhere(tmp_path, "time.sleep(60)")
    path = process.stdout.readline().strip()
    unfinished.tidy(tmp_path)
    assert os.path.exists(path)
    process.kill()
    process.communicate()
    unfinished.tidy(tmp_path)
    assert os.listdir(tmp_path) == []


def test_files_of_others_are_left_alone(tmp_path):
    names = [".f.tmp", "f.0123456789abcdef.bprop-tmp", ".f.0123.bprop-tmp", ".f.0123456789abcdef.bprop-tmp.old"]
    for name in names:
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / ".d.0123456789abcdef.bprop-tmp").mkdir()
    unfinished.tidy(tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted([*names, ".d.0123456789abcdef.bprop-tmp"])


@pytest.mark.parametrize(("age", "stays"), [(0.0, True), (unfinished.ABANDONED + 60, False)])
def test_without_locks_a_file_is_left_over_when_nothing_has_changed_in_it_for_long(tmp_path, monkeypatch, age, stays):
    monkeypatch.setattr(unfinished, "try_lock", lambda descriptor: None)
    file = unfinished.begin(str(tmp_path / "f"), 0o666)
    os.close(file.descriptor)
    os.utime(file.path, (time.time() - age,) * 2)
    unfinished.tidy(tmp_path)
    assert os.path.exists(file.path) is stays


def test_a_file_that_was_tidied_away_as_it_began_is_begun_again(tmp_path, monkeypatch):
    real, calls = unfinished.try_lock, []

    def late(descriptor):
        calls.append(descriptor)
        if len(calls) == 1:
            (path,) = tmp_path.iterdir()
            path.unlink()
        return real(descriptor)

    monkeypatch.setattr(unfinished, "try_lock", late)
    file = unfinished.begin(str(tmp_path / "f"), 0o666)
    os.close(file.descriptor)
    assert os.path.exists(file.path)
    assert len(calls) == 2


def test_an_error_of_the_lock_leaves_nothing(tmp_path, monkeypatch):
    def broken(descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(unfinished, "try_lock", broken)
    with pytest.raises(OSError, match="Input/output"):
        unfinished.begin(str(tmp_path / "f"), 0o666)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there_is_tidy(tmp_path):
    unfinished.tidy(tmp_path / "absent")


@pytest.mark.parametrize(("age", "stays"), [(3600.0, True), (3600.5, False)])
def test_without_locks_an_hour_is_long(tmp_path, monkeypatch, age, stays):
    monkeypatch.setattr(unfinished, "try_lock", lambda descriptor: None)
    file = unfinished.begin(str(tmp_path / "f"), 0o666)
    os.close(file.descriptor)
    os.utime(file.path, (10**9, 10**9))
    monkeypatch.setattr(unfinished.time, "time", lambda: 10**9 + age)
    unfinished.tidy(tmp_path)
    assert os.path.exists(file.path) is stays
