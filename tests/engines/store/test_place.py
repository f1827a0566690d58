"""Where programs are kept."""

import sys
from pathlib import Path

import pytest

from bprop.engines.store.place import default_folder


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


def test_without_a_home_nothing_is_kept(monkeypatch, lines_said):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.setattr(sys, "platform", "linux")
    assert default_folder({}) is None
    assert lines_said() == []


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "BPROP_CACHE"])
@pytest.mark.parametrize("path", ["cache", "./cache", "../cache", ".", "~nobody-is-called-so/cache"])
def test_a_relative_path_is_ignored_and_that_is_said_once(variable, path, monkeypatch, lines_said):
    monkeypatch.setattr(sys, "platform", "linux")
    for _ in range(2):
        assert default_folder({variable: path}) == Path.home() / ".cache" / "bprop"
    (line,) = lines_said()
    assert line.startswith(f"bprop: {variable}={path!r} is ignored, because it is not an absolute path: set it to")


def test_where_one_path_is_relative_the_next_one_counts(monkeypatch, lines_said):
    monkeypatch.setattr(sys, "platform", "linux")
    assert default_folder({"BPROP_CACHE": "here", "XDG_CACHE_HOME": "/a"}) == Path("/a/bprop")
    monkeypatch.setattr(sys, "platform", "win32")
    assert default_folder({"LOCALAPPDATA": "local"}) == Path.home() / "AppData" / "Local" / "bprop"
    assert len(lines_said()) == 2


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_a_relative_home_is_no_home(system, monkeypatch, lines_said):
    monkeypatch.setattr(Path, "home", lambda: Path("somewhere"))
    monkeypatch.setattr(sys, "platform", system)
    assert default_folder({}) is None
    assert lines_said() == [
        "bprop: HOME='somewhere' is ignored, because it is not an absolute path: no compiled code is kept between runs"
    ]
