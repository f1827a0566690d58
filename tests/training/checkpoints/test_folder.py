"""Which files of a folder are checkpoints, and which of them are kept."""

import os

import pytest

from bprop import errors
from bprop.disk import unfinished
from bprop.training.checkpoints.folder import Folder


@pytest.fixture
def folder(tmp_path):
    for name in ("step-000000000004.bprop", "step-000000000100.bprop", "step-1000000000000.bprop", "best.bprop"):
        (tmp_path / name).write_text(name)
    for name in ("step-4.bprop", "step-000000000005.bprop.old", "notes.txt", ".step-000000000007.bprop.12.tmp"):
        (tmp_path / name).write_text(name)
    return Folder(tmp_path)


def test_checkpoints_are_found_the_newest_first(folder):
    assert list(folder.steps()) == [1_000_000_000_000, 100, 4]
    assert all(folder.step(number) == path for number, path in folder.steps().items())


def test_the_last_few_are_kept_and_other_files_left_alone(folder):
    for number in (5, 6, 7):
        folder.step(number).write_text("")
    folder.prune(7)
    assert list(folder.steps()) == [7, 6, 5]
    assert {"best.bprop", "step-4.bprop", "notes.txt"} <= set(os.listdir(folder.path))


def test_what_cannot_be_removed_stays(folder, monkeypatch):
    def fail(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "unlink", fail)
    folder.prune(4)
    folder.clear_unfinished()
    assert len(folder.steps()) == 3


def test_files_that_killed_processes_had_begun_are_removed(folder):
    begun = unfinished.begin(str(folder.step(12)), 0o666)
    os.close(begun.descriptor)  # as when its process ends
    (folder.path / ".other.tmp").write_text("")
    folder.clear_unfinished()
    assert not os.path.exists(begun.path)
    assert (folder.path / ".other.tmp").exists()


def test_a_file_that_a_living_process_writes_is_left_alone(folder):
    begun = unfinished.begin(str(folder.step(12)), 0o666)
    os.utime(begun.path, (0, 0))
    folder.clear_unfinished()
    assert os.path.exists(begun.path)
    os.close(begun.descriptor)


def test_unfinished_files_of_bprop_0_1_are_removed_when_they_are_old(folder):
    """Their names say nothing but a process's number, which may be a living one's, of another container too."""
    for name in (".best.bprop.77.tmp", ".best.bprop.78.tmp", ".other.tmp"):
        (folder.path / name).write_text("")
    for name in (".best.bprop.77.tmp", ".step-000000000007.bprop.12.tmp", ".other.tmp"):
        os.utime(folder.path / name, (0, 0))
    folder.clear_unfinished()
    assert {name for name in os.listdir(folder.path) if name.startswith(".")} == {".best.bprop.78.tmp", ".other.tmp"}


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path):
    with pytest.raises(errors.ModelFileError, match="cannot read the folder"):
        Folder(tmp_path / "absent").steps()
