"""The entries of a folder: only files of the user's own are read, and each is written whole or not at all."""

import os
import shutil
import socket

import pytest

from bprop.engines.store import folder as module
from bprop.engines.store.folder import Folder
from bprop.engines.store.trusted import UntrustedError

OTHER = 61001
on_posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no owners, modes and links as POSIX has them")


@pytest.fixture(params=["by descriptor", "by path"])
def folder(request, tmp_path, monkeypatch):
    """A folder as POSIX reaches it, and as Windows does."""
    if request.param == "by path":
        monkeypatch.setattr(module, "POSIX", False)
    elif os.name != "posix":
        pytest.skip("no descriptors of folders")
    with Folder(tmp_path / "folder", make=True) as opened:
        yield opened


@pytest.fixture
def own(tmp_path):
    """A folder as POSIX reaches it."""
    with Folder(tmp_path / "folder", make=True) as opened:
        yield opened


def names(folder):
    return sorted(path.name for path in folder.path.iterdir())


# --- reading and writing ---


def test_what_is_written_is_read(folder):
    content = bytes(range(256)) * 3 + b"\r\n\x1a"
    folder.write("entry", content)
    assert folder.read("entry", 1000) == content
    folder.write("entry", b"anew")
    assert folder.read("entry", 1000) == b"anew"
    assert names(folder) == ["entry"]


def test_an_entry_that_is_there_stays_if_asked(folder):
    folder.write("entry", b"one", first=True)
    folder.write("entry", b"two", first=True)
    assert folder.read("entry", 10) == b"one"
    assert names(folder) == ["entry"]


def test_where_files_cannot_have_two_names_the_last_one_written_counts(folder, monkeypatch):
    def no_links(*args, **kwargs):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    folder.write("entry", b"one", first=True)
    folder.write("entry", b"two", first=True)
    assert folder.read("entry", 10) == b"two"
    assert names(folder) == ["entry"]


def test_what_is_missing_is_an_oserror(folder, tmp_path):
    with pytest.raises(FileNotFoundError):
        folder.read("entry", 10)
    folder.remove("entry")
    folder.touch("entry")
    with pytest.raises(FileNotFoundError):
        Folder(tmp_path / "missing").read("entry", 10)


def test_a_write_that_fails_leaves_nothing(folder, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError):
        folder.write("entry", b"content")
    assert names(folder) == []


def test_entries_come_in_the_order_of_their_use(folder):
    for number, name in enumerate(("c.x", "a.x", "b.x", "other")):
        folder.write(name, bytes(number))
        os.utime(folder.path / name, (number, number))
    assert folder.entries(".x") == [(0, 0, "c.x"), (1, 1, "a.x"), (2, 2, "b.x")]
    folder.touch("c.x")
    assert [name for *_, name in folder.entries(".x")] == ["a.x", "b.x", "c.x"]
    folder.remove("a.x")
    assert names(folder) == ["b.x", "c.x", "other"]


def test_an_entry_of_more_bytes_than_asked_for_is_refused_unread(folder):
    folder.write("entry", bytes(10))
    assert folder.read("entry", 10) == bytes(10)
    os.truncate(folder.path / "entry", 2**40)  # it takes no room on the disk
    with pytest.raises(UntrustedError):
        folder.read("entry", 10)


def test_a_file_with_two_names_is_refused(folder):
    folder.write("entry", b"content")
    os.link(folder.path / "entry", folder.path / "other")
    with pytest.raises(UntrustedError):
        folder.read("entry", 10)
    assert folder.read("entry", 10, links=2) == b"content"


# --- what is no file of the user's own ---


@on_posix
def test_a_file_is_made_for_the_user_alone(own):
    before = os.umask(0)
    try:
        own.write("entry", b"content")
        own.write("first", b"content", first=True)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in own.path.iterdir()} == {0o600}


@on_posix
def test_a_link_is_not_followed(own, tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"content")
    (own.path / "entry").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UntrustedError, match="'entry' is a link"):
        own.read("entry", 10)
    own.write("entry", b"anew")
    assert (tmp_path / "elsewhere").read_bytes() == b"content"
    assert own.read("entry", 10) == b"anew"


@on_posix
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_what_is_no_file_is_refused_at_once(own, make):
    make(own.path / "entry")
    with pytest.raises(UntrustedError):
        own.read("entry", 10)


@on_posix
def test_a_socket_is_not_read(own, monkeypatch):
    monkeypatch.chdir(own.path)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("entry")
        with pytest.raises(OSError):
            own.read("entry", 10)


def test_a_device_is_not_read(place):
    with Folder(place / "folder", make=True) as folder:
        try:
            os.mknod(folder.path / "entry", 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero, which never ends
        except PermissionError:
            pytest.skip("no devices can be made here")
        with pytest.raises((UntrustedError, PermissionError)):
            folder.read("entry", 10)


@on_posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_refused(own, mode):
    own.write("entry", b"content")
    (own.path / "entry").chmod(0o644)
    assert own.read("entry", 10) == b"content"
    (own.path / "entry").chmod(mode)
    with pytest.raises(UntrustedError):
        own.read("entry", 10)


def test_a_file_of_another_user_is_refused(place):
    with Folder(place / "folder", make=True) as folder:
        folder.write("entry", b"content")
        os.chown(folder.path / "entry", OTHER, OTHER)
        with pytest.raises(UntrustedError):
            folder.read("entry", 10)


# --- the folder ---


@on_posix
def test_a_folder_that_is_renamed_once_it_is_open_stays_the_same(own, tmp_path):
    own.write("entry", b"own")
    own.path.rename(tmp_path / "away")
    own.path.mkdir(mode=0o777)
    (own.path / "entry").write_bytes(b"of another")
    assert own.read("entry", 20) == b"own"
    own.write("more", b"own")
    assert names(own) == ["entry"]
    assert [name for *_, name in own.entries("")] == sorted(os.listdir(tmp_path / "away")) == ["entry", "more"]


@on_posix
def test_an_entry_that_is_planted_under_a_temporary_name_stops_the_write(own, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "urandom", bytes)  # a name that can be guessed
    (tmp_path / "target").write_bytes(b"as before")
    (own.path / (bytes(16).hex() + ".part")).symlink_to(tmp_path / "target")
    with pytest.raises(FileExistsError):
        own.write("entry", b"content")
    assert (tmp_path / "target").read_bytes() == b"as before"


@on_posix
def test_a_folder_that_others_can_change_is_not_opened(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder").chmod(0o777)
    for make in (False, True):
        with pytest.raises(UntrustedError):
            Folder(tmp_path / "folder", make)


def test_a_folder_is_made_again_if_it_was_removed(folder):
    shutil.rmtree(folder.path)
    with Folder(folder.path, make=True) as again:
        again.write("entry", b"content")
    assert names(folder) == ["entry"]
