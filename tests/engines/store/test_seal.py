"""The proof that an entry was written by this user, under this name."""

import hmac
import os

import pytest

from bprop.engines.store import folder as module
from bprop.engines.store.folder import Folder
from bprop.engines.store.seal import opened, sealed, secret

SECRET = bytes(range(32))
on_posix = pytest.mark.skipif(os.name != "posix", reason="the mode of a file says who may read it on POSIX only")


@pytest.fixture
def folder(tmp_path):
    with Folder(tmp_path / "folder", make=True) as made:
        yield made


# --- sealed entries ---


def test_it_is_hmac_sha256_of_name_and_payload():
    assert sealed(SECRET, "a", b"program") == hmac.digest(SECRET, b"a\0program", "sha256") + b"program"
    assert opened(SECRET, "a", sealed(SECRET, "a", b"program")) == b"program"
    assert opened(SECRET, "a", sealed(SECRET, "a", b"")) == b""


def test_every_byte_counts():
    content = sealed(SECRET, "a", b"program")
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        assert opened(SECRET, "a", bytes(changed)) is None
        assert opened(SECRET, "a", content[:place]) is None
    assert opened(SECRET, "a", content + b"\0") is None


def test_another_name_or_secret_does_not_open_it():
    content = sealed(SECRET, "a", b"program")
    assert opened(SECRET, "b", content) is None
    assert opened(bytes(32), "a", content) is None
    # what belongs to the name is never taken for a part of the payload
    assert opened(SECRET, "ab", sealed(SECRET, "a", b"b\0c")[:32] + b"c") is None


# --- the secret ---


def test_it_is_made_once_and_differs_from_folder_to_folder(folder, tmp_path):
    assert secret(folder) is None
    first = secret(folder, make=True)
    assert first is not None
    assert len(first) == 32
    assert secret(folder) == secret(folder, make=True) == first
    with Folder(tmp_path / "other", make=True) as other:
        assert secret(other, make=True) != first


@on_posix
def test_only_the_user_may_read_it(folder):
    secret(folder, make=True)
    assert (folder.path / "key").stat().st_mode & 0o777 == 0o600


@on_posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_one_that_others_could_read_is_made_anew(folder, mode):
    known = secret(folder, make=True)
    (folder.path / "key").chmod(mode)
    assert secret(folder) is None
    anew = secret(folder, make=True)
    assert anew is not None
    assert anew != known
    assert (folder.path / "key").stat().st_mode & 0o777 == 0o600
    assert secret(folder) == anew


@pytest.mark.parametrize("content", [b"", bytes(31), bytes(33)])
def test_one_that_is_damaged_is_made_anew(folder, content):
    folder.write("key", content)
    assert secret(folder) is None
    anew = secret(folder, make=True)
    assert anew is not None
    assert secret(folder) == anew


@on_posix
def test_a_link_is_replaced_and_what_it_points_to_is_left_alone(folder, tmp_path):
    (tmp_path / "known").write_bytes(bytes(32))
    (tmp_path / "known").chmod(0o600)
    (folder.path / "key").symlink_to(tmp_path / "known")
    assert secret(folder) is None
    assert secret(folder, make=True) not in (None, bytes(32))
    assert (tmp_path / "known").read_bytes() == bytes(32)


def test_one_of_another_user_is_made_anew(place):
    with Folder(place / "folder", make=True) as folder:
        known = secret(folder, make=True)
        os.chown(folder.path / "key", 61001, 61001)
        assert secret(folder) is None
        assert secret(folder, make=True) not in (None, known)


def test_where_none_can_be_written_there_is_none(folder):
    (folder.path / "key").mkdir()
    with pytest.raises(OSError):
        secret(folder, make=True)


@pytest.mark.parametrize("posix", [True, False])
def test_of_several_processes_that_make_it_at_once_all_take_that_of_the_first(tmp_path, monkeypatch, posix):
    if posix and os.name != "posix":
        pytest.skip("no descriptors of folders")
    monkeypatch.setattr(module, "POSIX", posix)
    write, taken = Folder.write, []

    def overtaken(folder, name, content, first=False):
        """Before one process writes, another has come, looked, and written."""
        monkeypatch.setattr(Folder, "write", write)
        taken.append(secret(folder, make=True))
        write(folder, name, content, first)

    monkeypatch.setattr(Folder, "write", overtaken)
    with Folder(tmp_path / "folder", make=True) as folder:
        taken += [secret(folder, make=True), secret(folder)]
    assert taken[0] is not None
    assert taken == taken[:1] * 3


def test_it_is_read_while_another_process_makes_it(folder, monkeypatch):
    """That process has given the file its name, and has not yet removed the name before."""
    monkeypatch.setattr(Folder, "remove", lambda folder, name: None)
    made = secret(folder, make=True)
    assert made is not None
    assert (folder.path / "key").stat().st_nlink == 2
    assert secret(folder) == made
