"""A file that cannot be written is known before any work is done, without writing anything."""

import os
import stat

import pytest

from bprop.disk import foreseen
from bprop.disk.foreseen import cannot_write


def test_a_new_file_and_an_old_one_can_be_written(tmp_path):
    (tmp_path / "old").write_bytes(b"old")
    assert cannot_write(tmp_path / "new") is None
    assert cannot_write(tmp_path / "old") is None
    assert os.listdir(tmp_path) == ["old"]


def test_a_folder_and_a_file_in_a_missing_folder_cannot_be_written(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert cannot_write(tmp_path) == "it is a folder"
    assert "there is no folder" in cannot_write(tmp_path / "absent" / "f")
    assert cannot_write(tmp_path / "file" / "f") == "not a directory"


def test_permission_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, what: False)
    assert cannot_write(tmp_path / "f") == f"nothing may be written to the folder {tmp_path.resolve()}"


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the system does not list open files")
def test_devices_and_standard_output_can_be_written_and_disks_cannot(tmp_path, monkeypatch):
    assert cannot_write("/dev/null") is None
    assert cannot_write("/dev/stdout") is None
    monkeypatch.setattr(foreseen, "file_type", lambda path: stat.S_IFBLK)
    assert cannot_write(tmp_path / "f") == "it is a disk, not a file on one"


@pytest.mark.skipif(os.name != "posix", reason="POSIX has such links")
def test_a_link_to_nothing_is_judged_by_where_it_leads(tmp_path):
    (tmp_path / "well").symlink_to(tmp_path / "new")
    (tmp_path / "ill").symlink_to(tmp_path / "absent" / "new")
    assert cannot_write(tmp_path / "well") is None
    assert "there is no folder" in cannot_write(tmp_path / "ill")
