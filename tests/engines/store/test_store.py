"""Programs kept between processes: whole or not at all, within a limit, and never in the way."""

import os
import subprocess
import sys
from hashlib import sha256

import pytest

from bprop.engines.store import Store
from bprop.engines.store import folder as folder_module

on_posix = pytest.mark.skipif(os.name != "posix", reason="the mode of a folder says who may write on POSIX only")


@pytest.fixture(params=["by descriptor", "by path"])
def kept(request, tmp_path, monkeypatch):
    """A store as POSIX reaches it, and as Windows does."""
    if request.param == "by path":
        monkeypatch.setattr(folder_module, "POSIX", False)
    return Store(tmp_path / "cache", limit=1000)


@pytest.fixture
def own(tmp_path):
    """A store as POSIX reaches it, with an entry."""
    made = Store(tmp_path / "cache", limit=1000)
    made.put("a", b"program")
    return made


def age(kept, key, seconds):
    path = kept.folder / f"{key}.program"
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


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

    monkeypatch.setattr(folder_module.Folder, "write", read_only)
    monkeypatch.setattr(os, "utime", read_only)
    kept.put("b", b"program")
    assert kept.get("a") == b"program"
    assert kept.get("b") is None


def test_a_full_disk_leaves_nothing_half_written(kept, monkeypatch):
    kept.put("a", b"program")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    kept.put("b", b"program")
    assert sorted(path.name for path in kept.folder.iterdir()) == ["a.program", "key"]


@on_posix
def test_a_folder_in_which_others_may_write_is_not_used_and_that_is_said_once(own, lines_said):
    before = sorted(own.folder.iterdir())
    for mode in (0o777, 0o770):
        own.folder.chmod(mode)
        for key in "abc":
            assert own.get(key) is None
            own.put(key, b"another")
        (line,) = lines_said()
        why = f"other users may write in {str(own.folder)!r}, whose mode is {mode:o}: take that from them (chmod go-w)"
        advice = 'Set BPROP_CACHE to another folder, or to "off"'
        assert line == f"bprop: no compiled code is kept between runs, because {why}. {advice}"
    own.folder.chmod(0o700)
    assert sorted(own.folder.iterdir()) == before
    assert own.get("a") == b"program"


@on_posix
def test_the_folder_is_made_for_the_user_alone(own):
    assert own.folder.stat().st_mode & 0o077 == 0
    assert {path.stat().st_mode & 0o777 for path in own.folder.iterdir()} == {0o600}


def test_nothing_is_said_where_nothing_is_wrong(kept, tmp_path, lines_said):
    (tmp_path / "file").touch()
    for one in (Store(None), Store(tmp_path / "missing"), Store(tmp_path / "file" / "cache"), kept):
        assert one.get("a") is None
        assert one.size() == 0
        one.put("a", b"program")
        one.get("a")
    assert lines_said() == []


@on_posix
def test_nothing_is_said_of_a_folder_that_can_only_be_read(own, lines_said):
    own.folder.chmod(0o500)
    own.put("b", b"program")
    assert own.get("a") == b"program"
    assert lines_said() == []
    own.folder.chmod(0o700)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no list of the descriptors of this process")
def test_no_descriptor_is_left_open(own):
    def count():
        return len(os.listdir("/proc/self/fd"))

    before = count()
    (own.folder / "b.program").mkdir()
    for key in "abc":
        own.get(key)
        own.put(key, b"program")
    own.size()
    (own.folder / "a.program").chmod(0o666)
    assert own.get("a") is None
    assert count() == before


# --- entries that are not this user's ---


def test_an_entry_of_another_folder_is_not_taken(kept, tmp_path):
    other = Store(tmp_path / "other")
    for one in (kept, other):
        one.put("a", b"program")
    entry = (tmp_path / "other" / "a.program").read_bytes()
    (kept.folder / "a.program").write_bytes(entry)
    assert kept.get("a") is None
    assert not (kept.folder / "a.program").exists()


def test_entries_cannot_be_exchanged(kept):
    for key in "ab":
        kept.put(key, b"program " + key.encode())
    for path, other in (("a", "b"), ("b", "a")):
        (kept.folder / f"{path}.program").rename(kept.folder / f"{other}.moved")
    for key in "ab":
        (kept.folder / f"{key}.moved").rename(kept.folder / f"{key}.program")
        assert kept.get(key) is None


def test_an_entry_as_they_were_before_is_not_taken(kept):
    kept.put("a", b"program")
    (kept.folder / "a.program").write_bytes(sha256(b"evil").digest() + b"evil")
    assert kept.get("a") is None


def test_without_its_secret_nothing_is_taken(kept):
    kept.put("a", b"program")
    (kept.folder / "key").unlink()
    assert kept.get("a") is None
    kept.put("b", b"program")
    assert kept.get("a") is None
    assert kept.get("b") == b"program"


@on_posix
@pytest.mark.parametrize("kind", ["link", "hard link", "pipe", "writable", "huge"])
def test_what_is_no_file_of_the_users_own_is_removed_and_made_anew(own, kind, tmp_path, lines_said):
    entry, other = own.folder / "a.program", tmp_path / "other"
    entry.rename(other)
    if kind == "link":
        entry.symlink_to(other)
    elif kind == "hard link":
        os.link(other, entry)
    elif kind == "pipe":
        os.mkfifo(entry)
    else:
        entry.write_bytes(other.read_bytes())
        entry.chmod(0o622 if kind == "writable" else 0o600)
    if kind == "huge":
        os.truncate(entry, 2**40)
    content = other.read_bytes()
    assert own.get("a") is None
    assert not os.path.lexists(entry)
    assert other.read_bytes() == content
    own.put("a", b"program")
    assert own.get("a") == b"program"
    assert lines_said() == []


def test_a_folder_as_an_entry_is_passed_over(kept):
    kept.put("b", b"program")
    (kept.folder / "a.program").mkdir()
    assert kept.get("a") is None
    kept.put("a", b"program")
    assert kept.get("a") is None
    assert kept.get("b") == b"program"
    assert not list(kept.folder.glob("*.part"))


# --- several processes ---


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
