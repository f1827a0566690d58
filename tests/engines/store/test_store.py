"""Programs kept between processes: whole or not at all, within a limit, and never in the way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bprop.engines import store
from bprop.engines.store import Store, default_folder


@pytest.fixture
def kept(tmp_path):
    return Store(tmp_path / "cache", limit=1000)


def age(kept, key, seconds):
    path = kept.folder / f"{key}.program"
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


# --- where ---


def test_the_folder_is_in_the_users_folder_for_caches(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    assert default_folder({"XDG_CACHE_HOME": "/a"}) == Path("/a/bprop")
    assert default_folder({}) == Path.home() / ".cache" / "bprop"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_folder({}) == Path.home() / "Library" / "Caches" / "bprop"
    monkeypatch.setattr(sys, "platform", "win32")
    assert default_folder({"LOCALAPPDATA": "/local"}) == Path("/local/bprop")
    assert default_folder({}) == Path.home() / "AppData" / "Local" / "bprop"


def test_a_variable_names_another_folder_or_turns_it_off(monkeypatch):
    assert default_folder({"BPROP_CACHE": "/elsewhere"}) == Path("/elsewhere")
    assert default_folder({"BPROP_CACHE": "~/here"}) == Path.home() / "here"
    for word in ("off", "OFF", "0", "no", "false"):
        assert default_folder({"BPROP_CACHE": word}) is None
    monkeypatch.setenv("BPROP_CACHE", "/of the process")
    assert default_folder() == Path("/of the process")


def test_without_a_home_nothing_is_kept(monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.setattr(sys, "platform", "linux")
    assert default_folder({}) is None


# --- entries ---


def test_what_is_put_is_got(kept):
    assert kept.get("a") is None
    kept.put("a", b"program")
    assert kept.get("a") == b"program"
    assert Store(kept.folder).get("a") == b"program"


def test_a_store_that_is_off_keeps_nothing():
    off = Store(None)
    off.put("a", b"program")
    assert off.get("a") is None
    assert off.size() == 0


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:20], lambda b: b"", lambda b: b[:-1] + b"x"])
def test_a_damaged_entry_is_removed(kept, damage):
    kept.put("a", b"program")
    path = kept.folder / "a.program"
    path.write_bytes(damage(path.read_bytes()))
    assert kept.get("a") is None
    assert not path.exists()


def test_those_used_longest_ago_go_first(kept):
    for number, key in enumerate("abc"):
        kept.put(key, bytes(300))
        age(kept, key, 100 - number)
    assert kept.get("a") is not None  # used now
    kept.put("d", bytes(300))
    assert [kept.get(key) is not None for key in "abcd"] == [True, False, True, True]
    assert kept.size() <= kept.limit


def test_an_entry_larger_than_the_limit_is_not_kept(kept):
    kept.put("a", b"program")
    kept.put("b", bytes(1001))
    assert kept.get("b") is None
    assert kept.get("a") == b"program"


def test_what_a_process_left_half_written_is_removed_in_time(kept):
    kept.put("a", b"program")
    old, new = kept.folder / "old.part", kept.folder / "new.part"
    for path in (old, new):
        path.write_bytes(b"pro")
    os.utime(old, (0, 0))
    kept.put("b", b"program")
    assert not old.exists()
    assert new.exists()


# --- never in the way ---


def test_a_folder_that_cannot_be_made_keeps_nothing(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    kept = Store(tmp_path / "file" / "cache")
    kept.put("a", b"program")
    assert kept.get("a") is None


def test_a_folder_that_cannot_be_written_is_still_read(kept, monkeypatch):
    kept.put("a", b"program")

    def read_only(*args, **kwargs):
        raise PermissionError("read-only")

    monkeypatch.setattr(store.tempfile, "mkstemp", read_only)
    monkeypatch.setattr(os, "utime", read_only)
    kept.put("b", b"program")
    assert kept.get("a") == b"program"
    assert kept.get("b") is None


def test_a_full_disk_leaves_nothing_half_written(kept, monkeypatch):
    kept.put("a", b"program")

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    kept.put("b", b"program")
    assert [path.name for path in kept.folder.iterdir()] == ["a.program"]


@pytest.mark.skipif(os.name != "posix", reason="the mode of a folder says who may write on POSIX only")
def test_a_folder_in_which_everybody_may_write_is_not_trusted(kept):
    kept.put("a", b"program")
    kept.folder.chmod(0o777)
    assert kept.get("a") is None
    kept.folder.chmod(0o700)
    assert kept.get("a") == b"program"


@pytest.mark.skipif(os.name != "posix", reason="as above")
def test_the_folder_is_made_for_the_user_alone(kept):
    kept.put("a", b"program")
    assert kept.folder.stat().st_mode & 0o077 == 0


def test_several_processes_may_write_at_once(kept):
    code = """
import sys
from pathlib import Path
from bprop.engines.store import Store
kept = Store(Path(sys.argv[1]), 5000)
for i in range(100):
    kept.put(f"k{i % 7}", bytes([i % 7]) * 900)
    found = kept.get(f"k{(3 * i) % 7}")
    assert found is None or found == bytes([(3 * i) % 7]) * 900
"""
    command = [sys.executable, "-W", "error", "-c", code, str(kept.folder)]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert Store(kept.folder, 5000).size() <= 5000
