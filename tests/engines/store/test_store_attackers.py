"""Other users who want their code to be run: each test is a way in which they could put it where the victim looks.

Real users act, so that the tests need root. An attacker fills a folder with the store's own code: his entries are as
good as they can be, sealed with a secret that he knows.
"""

import os
import shutil

import pytest

ATTACKER, VICTIM, BOTH = 61001, 61002, 61010
FILL = "kept = Store(default_folder()); kept.put('a', b'evil'); print(kept.get('a'))"
USE = """
for _ in range(2):
    kept = Store(default_folder())
    taken = kept.get('a')
    kept.put('b', b'own')
    print(taken, kept.get('b'))
"""
NOTHING, OWN = "None None\n" * 2, "None b'own'\n" * 2
"""What the victim has: nothing is kept for him, or his own entries alone."""


@pytest.fixture
def homes(place):
    """Each user's home, place/<uid>."""
    for user in (ATTACKER, VICTIM):
        home = place / str(user)
        home.mkdir(mode=0o755)
        os.chown(home, user, user)
    return place


def home(place, user):
    return place / str(user)


def make(path, user, mode, group=None):
    path.mkdir()
    os.chown(path, user, user if group is None else group)
    path.chmod(mode)
    return path


@pytest.fixture
def evil(homes, act):
    """A folder that the attacker has filled, and in which everybody may read everything."""
    folder = home(homes, ATTACKER) / "evil"
    assert act(ATTACKER, FILL, BPROP_CACHE=folder) == ("b'evil'\n", [])
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)
    return folder


def plant(evil, target, user=ATTACKER, group=ATTACKER):
    """Put a copy of the attacker's folder somewhere. The files stay his own."""
    shutil.copytree(evil, target)
    for path in (target, *target.iterdir()):
        os.chown(path, ATTACKER, ATTACKER)
    os.chown(target, user, group)


def refused(answer, *words):
    """Whether the victim took nothing and kept nothing, and was told so once, in these words."""
    printed, said = answer
    assert printed == NOTHING
    (line,) = said
    assert line.startswith("bprop: no compiled code is kept between runs, because ")
    for word in words:
        assert word in line
    return True


# --- the folder, and the way to it ---


def test_a_folder_made_first_by_another_where_all_may_make_folders(homes, evil, act):
    shared = make(homes / "shared", 0, 0o1777)
    plant(evil, shared / "bprop")
    assert refused(act(VICTIM, USE, XDG_CACHE_HOME=shared), f"bprop' belongs to user {ATTACKER}, not to user {VICTIM}")


def test_a_link_made_first_by_another_where_all_may_make_folders(homes, evil, act):
    shared = make(homes / "shared", 0, 0o1777)
    victims = home(homes, VICTIM) / "elsewhere"
    make(victims, VICTIM, 0o700)
    for target in (evil, victims):
        (shared / "bprop").symlink_to(target)
        os.lchown(shared / "bprop", ATTACKER, ATTACKER)
        assert refused(act(VICTIM, USE, XDG_CACHE_HOME=shared), "bprop' is a link")
        (shared / "bprop").unlink()
    assert list(victims.iterdir()) == []


def test_a_folder_in_which_a_group_may_write(homes, evil, act):
    caches = make(home(homes, VICTIM) / ".cache", VICTIM, 0o755)
    plant(evil, caches / "bprop", VICTIM, BOTH)
    (caches / "bprop").chmod(0o770)
    for path in (caches / "bprop").iterdir():
        os.chown(path, ATTACKER, BOTH)
    answer = act(VICTIM, USE, [BOTH], HOME=home(homes, VICTIM))
    assert refused(answer, "other users may write", "mode is 770")


def test_a_folder_that_a_group_can_rename_away(homes, evil, act):
    caches = make(home(homes, VICTIM) / ".cache", VICTIM, 0o755, BOTH)
    assert act(VICTIM, USE, [BOTH], HOME=home(homes, VICTIM)) == (OWN, [])
    caches.chmod(0o770)
    (caches / "bprop").rename(caches / "away")
    plant(evil, caches / "bprop")
    answer = act(VICTIM, USE, [BOTH], HOME=home(homes, VICTIM))
    assert refused(answer, ".cache', whose mode is 770")


@pytest.mark.parametrize("mode", [0o755, 0o777, 0o1777])
def test_a_folder_that_the_owner_of_its_parent_can_rename_away(homes, evil, act, mode):
    theirs = make(homes / "theirs", ATTACKER, 0o1777)
    make(theirs / "bprop", VICTIM, 0o700)
    theirs.chmod(mode)
    assert refused(act(VICTIM, USE, XDG_CACHE_HOME=theirs), f"theirs' belongs to user {ATTACKER}")
    (theirs / "bprop").rename(theirs / "away")
    plant(evil, theirs / "bprop")
    assert refused(act(VICTIM, USE, XDG_CACHE_HOME=theirs), f"theirs' belongs to user {ATTACKER}")


def test_root_in_the_home_of_a_user(homes, act):
    """As with `sudo -E`: the user could give root any code, and root would leave files that the user cannot remove."""
    assert act(ATTACKER, FILL, HOME=home(homes, ATTACKER)) == ("b'evil'\n", [])
    before = sorted((home(homes, ATTACKER) / ".cache" / "bprop").iterdir())
    assert refused(act(0, USE, HOME=home(homes, ATTACKER)), f"belongs to user {ATTACKER}, not to user 'root'")
    assert sorted((home(homes, ATTACKER) / ".cache" / "bprop").iterdir()) == before


def test_root_makes_nothing_in_the_home_of_a_user(homes, act):
    assert refused(act(0, USE, HOME=home(homes, VICTIM)))
    assert list(home(homes, VICTIM).iterdir()) == []


def test_the_folder_of_caches_is_a_link_to_a_disk_on_which_all_may_write(homes, evil, act):
    disk = make(homes / "disk", 0, 0o777)
    plant(evil, disk / "bprop")
    (home(homes, VICTIM) / ".cache").symlink_to(disk)
    os.lchown(home(homes, VICTIM) / ".cache", VICTIM, VICTIM)
    assert refused(act(VICTIM, USE, HOME=home(homes, VICTIM)), "disk', whose mode is 777")
    disk.chmod(0o1777)  # what the attacker has put there is still his
    assert refused(act(VICTIM, USE, HOME=home(homes, VICTIM)), f"bprop' belongs to user {ATTACKER}")
    shutil.rmtree(disk / "bprop")  # without it, this is a cache like others
    assert act(VICTIM, USE, HOME=home(homes, VICTIM)) == (OWN, [])


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "BPROP_CACHE"])
def test_a_relative_path_in_a_directory_of_another(homes, evil, act, variable):
    work = make(homes / "work", ATTACKER, 0o755)
    plant(evil, work / "bprop")
    path = {"XDG_CACHE_HOME": ".", "BPROP_CACHE": "bprop"}[variable]
    there = f"os.chdir({str(work)!r})\n"
    printed, said = act(VICTIM, there + USE, **{"HOME": home(homes, VICTIM), variable: path})
    assert printed == OWN
    (line,) = said
    assert line.startswith(f"bprop: {variable}={path!r} is ignored")


# --- entries in the victim's own folder ---


@pytest.fixture
def own(homes, act):
    """The victim's own folder, in use."""
    assert act(VICTIM, USE, HOME=home(homes, VICTIM)) == (OWN, [])
    return home(homes, VICTIM) / ".cache" / "bprop"


@pytest.mark.parametrize("way", ["file", "hard link", "link", "copy", "copy of entry and secret"])
def test_an_entry_of_the_attacker(homes, evil, act, own, way):
    entry = own / "a.program"
    if way == "hard link":
        os.link(evil / entry.name, entry)
    elif way == "link":
        entry.symlink_to(evil / entry.name)
    else:
        shutil.copy(evil / entry.name, entry)
    if way == "copy of entry and secret":
        shutil.copy(evil / "key", own / "key")
        os.chown(own / "key", VICTIM, VICTIM)
    owner = VICTIM if way.startswith("copy") else ATTACKER
    os.chown(entry, owner, owner, follow_symlinks=False)
    assert act(VICTIM, USE, HOME=home(homes, VICTIM)) == (OWN, [])
    assert not os.path.lexists(entry) or way == "copy of entry and secret"
    assert (evil / entry.name).exists()


def test_an_entry_that_never_answers(homes, act, own):
    os.mkfifo(own / "a.program")
    os.chown(own / "a.program", VICTIM, VICTIM)
    assert act(VICTIM, USE, HOME=home(homes, VICTIM)) == (OWN, [])  # `act` does not wait for ever
