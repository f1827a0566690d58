"""A folder is opened only if nobody but its user and root can change it, or the way to it."""

import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from bprop.engines.store import trusted
from bprop.engines.store.trusted import UntrustedError, open_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="folders are opened by descriptor on POSIX only")
OTHER = 61001


def opens(path, make=False):
    """Open a folder and close it."""
    os.close(open_folder(path, make))


@pytest.fixture
def way(tmp_path):
    """tmp_path/above/folder, both of mode 700."""
    folder = tmp_path / "above" / "folder"
    folder.parent.mkdir(mode=0o700)
    folder.mkdir(mode=0o700)
    return folder


# --- what is opened ---


def test_a_folder_of_the_user_is_opened(way):
    (way / "file").touch()
    number = open_folder(way)
    assert os.listdir(number) == ["file"]
    assert os.get_inheritable(number) is False
    os.close(number)


def test_others_may_read_it(way):
    way.chmod(0o755)
    way.parent.chmod(0o755)
    opens(way)


def test_one_that_is_missing_is_made_for_the_user_alone_if_asked(tmp_path):
    folder = tmp_path / "a" / "b" / "c"
    with pytest.raises(FileNotFoundError):
        opens(folder)
    assert not folder.parent.parent.exists()
    before = os.umask(0o002)
    try:
        opens(folder, make=True)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in (folder, *list(folder.parents)[:2])} == {0o700}


@pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="a folder can only be opened to read it here")
def test_a_parent_that_may_be_searched_but_not_read_will_do(way):
    way.parent.chmod(0o300)
    opens(way)
    way.parent.chmod(0o700)


def test_the_root_itself_and_two_points_are_folders_too(way):
    opens(way.parent / ".." / "above" / "folder")
    status = os.stat("/")
    if status.st_uid == os.geteuid() and not status.st_mode & 0o022:
        opens(type(way)("/"))


def test_what_is_no_folder_is_an_oserror(way):
    (way / "file").touch()
    os.mkfifo(way / "pipe")
    for path in (way / "file", way / "file" / "more", way / "pipe", way / "pipe" / "more", way / ("n" * 300)):
        with pytest.raises(OSError):
            opens(path, make=True)


# --- modes ---


@pytest.mark.parametrize("mode", [0o770, 0o720, 0o707, 0o702, 0o777, 0o1777])
def test_a_folder_in_which_others_may_write_is_refused(way, mode):
    way.chmod(mode)
    with pytest.raises(UntrustedError, match=f"'{way}', whose mode is {mode:o}"):
        opens(way)


@pytest.mark.parametrize("mode", [0o707, 0o777, 0o703])
def test_a_parent_in_which_others_may_write_is_refused(way, mode):
    way.parent.chmod(mode)
    with pytest.raises(UntrustedError, match=f"'{way.parent}', whose mode"):
        opens(way)


def test_nothing_is_made_in_a_parent_that_is_refused(way):
    way.parent.chmod(0o777)
    with pytest.raises(UntrustedError):
        opens(way.parent / "new", make=True)
    assert [path.name for path in way.parent.iterdir()] == ["folder"]


def test_a_sticky_parent_of_the_users_own_is_trusted(way):
    way.parent.chmod(0o1777)
    opens(way)


# --- a group without other members ---


@pytest.fixture
def group(monkeypatch, way):
    """group(users, more): who is in the group of the parent, in which that group may write."""
    way.parent.chmod(0o770)
    own = way.parent.stat().st_gid
    me = os.geteuid()

    def set_members(users, more=()):
        entries = [SimpleNamespace(pw_name=n, pw_uid=me if u == "me" else u, pw_gid=own) for n, u in users.items()]
        monkeypatch.setattr(trusted.pwd, "getpwall", lambda: entries)
        monkeypatch.setattr(trusted.grp, "getgrgid", lambda number: SimpleNamespace(gr_mem=list(more)))
        trusted._only_ours.cache_clear()
        return way

    yield set_members
    trusted._only_ours.cache_clear()


def test_a_parent_in_which_the_users_private_group_may_write_is_trusted(group):
    opens(group({"vera": "me"}))
    opens(group({"vera": "me", "root": 0}, more=["vera", "root"]))


@pytest.mark.parametrize(
    ("users", "more"),
    [({"vera": "me", "adam": OTHER}, []), ({"vera": "me"}, ["eve"]), ({}, []), ({"adam": OTHER}, ["adam"])],
    ids=["another has it", "a member whom nobody knows", "no member is known", "only another"],
)
def test_a_parent_in_which_a_group_with_other_members_may_write_is_refused(group, users, more):
    with pytest.raises(UntrustedError, match="mode is 770"):
        opens(group(users, more))


def test_a_group_that_nobody_knows_is_refused(group, monkeypatch):
    folder = group({"vera": "me"})

    def unknown(number):
        raise KeyError(number)

    monkeypatch.setattr(trusted.grp, "getgrgid", unknown)
    with pytest.raises(UntrustedError):
        opens(folder)


def test_the_private_group_may_not_write_in_the_folder_itself(group):
    folder = group({"vera": "me"})
    folder.chmod(0o770)
    with pytest.raises(UntrustedError, match=f"'{folder}'"):
        opens(folder)


def access_list(*entries):
    """A POSIX access control list as Linux keeps it: (tag, permissions, who)."""
    content = (2).to_bytes(4, "little")
    for tag, permissions, who in entries:
        content += tag.to_bytes(2, "little") + permissions.to_bytes(2, "little") + who.to_bytes(4, "little")
    return content


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no access control lists that Python can set")
def test_a_list_that_gives_others_access_is_no_private_group(group):
    folder, nobody = group({"vera": "me"}), 2**32 - 1
    user, named, owners, mask, rest = 1, 2, 4, 16, 32
    entries = [(user, 7, nobody), (named, 7, OTHER), (owners, 5, nobody), (mask, 7, nobody), (rest, 0, nobody)]
    try:
        os.setxattr(folder.parent, "system.posix_acl_access", access_list(*entries))
    except OSError:
        pytest.skip("this file system keeps no access control lists")
    assert folder.parent.stat().st_mode & 0o777 == 0o770
    with pytest.raises(UntrustedError):
        opens(folder)


# --- links ---


def test_a_link_on_the_way_is_followed_to_what_is_trusted(way, tmp_path):
    (tmp_path / "absolute").symlink_to(way.parent)
    (tmp_path / "relative").symlink_to("absolute/../above")
    for name in ("absolute", "relative"):
        number = open_folder(tmp_path / name / "folder")
        assert os.path.samestat(os.fstat(number), way.stat())
        os.close(number)


def test_what_a_link_leads_to_is_checked_all_the_way(way, tmp_path):
    disk = tmp_path / "disk"
    (disk / "caches" / "folder").mkdir(mode=0o700, parents=True)
    (tmp_path / "link").symlink_to(disk / "caches")
    opens(tmp_path / "link" / "folder")
    disk.chmod(0o777)
    with pytest.raises(UntrustedError, match=f"'{disk}'"):
        opens(tmp_path / "link" / "folder")


def test_missing_folders_behind_a_link_are_made(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to("disk")
    opens(tmp_path / "link" / "a" / "b", make=True)
    assert (tmp_path / "disk" / "a" / "b").is_dir()


def test_the_folder_itself_is_no_link(way, tmp_path):
    (tmp_path / "link").symlink_to(way)
    for make in (False, True):
        with pytest.raises(UntrustedError, match="link' is a link"):
            opens(tmp_path / "link", make)


def test_a_circle_of_links_ends(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        opens(tmp_path / "a" / "folder", make=True)


# --- what has been checked is what is used ---


def test_a_parent_that_is_renamed_once_it_is_checked_changes_nothing(way, monkeypatch):
    check, above = trusted._check, way.parent
    own = way.stat()

    def check_and_rename(number, path, last):
        check(number, path, last)
        if path == above:
            above.rename(above.with_name("away"))
            way.mkdir(parents=True)

    monkeypatch.setattr(trusted, "_check", check_and_rename)
    number = open_folder(way)
    assert os.path.samestat(os.fstat(number), own)
    os.close(number)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no list of the descriptors of this process")
def test_no_descriptor_is_left_open(way, tmp_path):
    def count():
        return len(os.listdir("/proc/self/fd"))

    (tmp_path / "link").symlink_to(way.parent)
    before = count()
    opens(tmp_path / "link" / "folder")
    for path in (tmp_path / "missing", tmp_path / "link"):
        with pytest.raises((OSError, UntrustedError)):
            opens(path)
    way.parent.chmod(0o777)
    with pytest.raises(UntrustedError):
        opens(tmp_path / "link" / "folder")
    assert count() == before


# --- owners ---


def test_a_folder_of_another_user_is_refused(place):
    folder = place / "folder"
    folder.mkdir(mode=0o700)
    opens(folder)
    os.chown(folder, OTHER, OTHER)
    with pytest.raises(UntrustedError, match=f"folder' belongs to user {OTHER}, not to user 'root'"):
        opens(folder)


@pytest.mark.parametrize("mode", [0o755, 0o1777])
def test_a_parent_of_another_user_is_refused(place, mode):
    folder = place / "above" / "folder"
    folder.mkdir(parents=True)
    os.chown(folder.parent, OTHER, OTHER)
    folder.parent.chmod(mode)
    with pytest.raises(UntrustedError, match="above' belongs to user"):
        opens(folder)


def test_a_link_of_another_user_is_refused(place):
    (place / "folder").mkdir()
    (place / "link").symlink_to(place)
    opens(place / "link" / "folder")
    os.lchown(place / "link", OTHER, OTHER)
    with pytest.raises(UntrustedError, match=r"the link '.*link' belongs to user"):
        opens(place / "link" / "folder")


def test_below_parents_of_root_a_user_has_folders(place, act):
    (place / "sticky").mkdir()
    (place / "sticky").chmod(0o1777)
    code = "kept = Store(Path(sys.argv[3]) / 'own'); kept.put('a', b'b'); print(kept.get('a'))"
    code = code.replace("sys.argv[3]", repr(str(place / "sticky")))
    assert act(OTHER, code) == ("b'b'\n", [])
    os.chown(place / "sticky" / "own", 0, 0)  # root's, which the user could read
    (place / "sticky" / "own").chmod(0o755)
    said = act(OTHER, code)
    assert said[0] == "None\n"
    assert f"own' belongs to user 'root', not to user {OTHER}" in said[1][0]


def test_a_program_with_the_rights_of_another_user_trusts_nothing(place):
    folder = place / "folder"
    folder.mkdir(mode=0o700)
    os.chown(folder, OTHER, OTHER)
    code = f"""
import os
from pathlib import Path
from bprop.engines.store.trusted import UntrustedError, open_folder
os.setgroups([])
{{}}
try:
    open_folder(Path({str(folder)!r}))
except UntrustedError as error:
    print(error)
"""
    for become in (f"os.setresuid(61002, {OTHER}, {OTHER})", "os.setresgid(61002, 0, 0)"):
        command = [sys.executable, "-W", "error", "-c", code.format(become)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert said.stdout == "this program runs with the rights of another user or group (setuid)\n", said.stderr
    shutil.rmtree(folder)
