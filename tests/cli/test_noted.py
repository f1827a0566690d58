"""run.json says which run, and which files are its own; a stranger's has no rights."""

import json
import os
import shutil

import pytest

from bprop import errors
from bprop.cli.noted import MOST, Noted

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX has owners and permissions")


@pytest.fixture
def noted(tmp_path):
    (tmp_path / "run").mkdir()
    return Noted.begin(tmp_path / "run", ["pets.csv", "--out", "x"], None)


def test_what_is_noted_is_read(noted):
    assert Noted.read(noted.place) == noted
    assert noted.home == os.getcwd()


def test_a_file_is_the_runs_until_somebody_changes_it(noted, tmp_path):
    path = tmp_path / "made"
    path.write_text("one")
    assert not noted.has_made(path)
    noted.add(path)
    again = Noted.read(noted.place)
    assert again.has_made(path)
    path.write_text("two")
    os.utime(path, ns=(1, 1))
    assert not again.has_made(path)
    noted.add(path)
    path.rename(tmp_path / "other")
    assert not noted.has_made(tmp_path / "other")
    shutil.copy2(tmp_path / "other", path)  # the same size, content and times: but another's
    assert not noted.has_made(path)


def test_what_was_made_is_remembered_when_the_run_goes_on(noted, tmp_path):
    (tmp_path / "made").write_text("one")
    noted.add(tmp_path / "made")
    assert Noted.begin(noted.place, ["more"], noted).has_made(tmp_path / "made")
    assert Noted.begin(noted.place, ["more"], None).written == {}


def test_a_device_is_made_by_nobody(noted):
    noted.add(os.devnull)
    assert noted.written == {}


def test_a_full_disk_loses_no_run(noted, tmp_path, monkeypatch, capsys):
    def full(self):
        raise errors.ModelFileError("cannot write: No space left on device")

    monkeypatch.setattr(Noted, "write", full)
    (tmp_path / "made").write_text("one")
    noted.add(tmp_path / "made")
    assert "No space left on device: `bprop resume` will ask for --overwrite" in capsys.readouterr().err


def test_it_is_own_where_it_was_written_and_still_where_the_folder_is_moved(noted, tmp_path):
    assert noted.is_own()
    noted.place.rename(tmp_path / "moved")
    assert Noted.read(tmp_path / "moved").is_own()


def test_a_copy_is_not_own(noted, tmp_path):
    shutil.copytree(noted.place, tmp_path / "copy")
    assert not Noted.read(tmp_path / "copy").is_own()


def test_one_of_an_older_bprop_is_not_own(noted):
    said = json.loads(noted.path.read_text())
    del said["inode"], said["made"]
    noted.path.write_text(json.dumps(said))
    again = Noted.read(noted.place)
    assert (again.words, again.written) == (noted.words, {})
    assert not again.is_own()


@posix
def test_nobody_else_can_change_it_and_one_that_others_can_change_is_not_own(tmp_path):
    before = os.umask(0)
    try:
        (tmp_path / "run").mkdir()
        noted = Noted.begin(tmp_path / "run", [], None)
    finally:
        os.umask(before)
    assert noted.path.stat().st_mode & 0o777 == 0o644
    assert noted.is_own()
    noted.path.chmod(0o664)
    assert not noted.is_own()


@posix
def test_another_users_is_not_own(noted, monkeypatch):
    real = os.stat

    def others(path, *rest, **more):
        status = real(path, *rest, **more)
        return os.stat_result([*status[:4], status.st_uid + 1, *status[5:]]) if path == noted.path else status

    monkeypatch.setattr(os, "stat", others)
    assert not noted.is_own()


def test_another_name_for_the_result_is_noted(noted, tmp_path):
    noted.call_result(tmp_path / "y")
    assert noted.words == ["pets.csv", "--out", str(tmp_path / "y")]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[" * 100_000, b'{"words": 3, "folder": "."}', b'{"words": [], "folder": ".", "made": [1]}',
        b'{"words": [], "folder": ".", "made": {"a": ["x"]}}', b'{"words": [], "folder": ".", "made": {"a": [1e999]}}',
    ],
)  # fmt: skip
def test_a_damaged_one_is_said_to_be(tmp_path, content):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(errors.ModelFileError, match="damaged: run `bprop train` with the same options"):
        Noted.read(tmp_path)


def test_one_that_is_not_there_one_that_may_not_be_read_and_a_huge_one(tmp_path, monkeypatch):
    with pytest.raises(errors.ModelFileError, match=r"no run of .* is noted here"):
        Noted.read(tmp_path)
    (tmp_path / "run.json").write_bytes(b" " * (MOST + 1))
    with pytest.raises(errors.ModelFileError, match="cannot be read: it is larger than"):
        Noted.read(tmp_path)

    def refused(path, *rest):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(errors.ModelFileError, match=r"run\.json: cannot be read: permission denied"):
        Noted.read(tmp_path)
