"""A folder or a pattern gives all its files; what may not be looked into is an error, never left out."""

import os
from pathlib import Path

import pytest

from bprop import errors
from bprop.sources.folders import files_below, files_like
from bprop.sources.tables import open_table, paths_of

TABLE = "a,b\n1,x\n2,y\n"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for name in ("a.csv", "one/b.csv", "one/two/c.csv", "three/d.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(TABLE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def locked(tree, monkeypatch):
    """The folder `one` may not be looked into. As root every folder may be: so the system's answer is stood in for."""
    real = {name: getattr(os, name) for name in ("scandir", "stat")}

    def refuse(path):
        if "one" in Path(os.fspath(path)).parts:
            raise PermissionError(13, "Permission denied", os.fspath(path))

    def scandir(path="."):
        refuse(path)
        return real["scandir"](path)

    def stat(path, *rest, **more):
        if not isinstance(path, int) and Path(os.fspath(path)).name != "one":
            refuse(path)
        return real["stat"](path, *rest, **more)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os, "stat", stat)


def test_files_are_found_at_any_depth(tree):
    assert {path.name for path in files_below(tree)} == {"a.csv", "b.csv", "c.csv", "d.csv"}


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.csv", "a"),
        ("*/*.csv", "bd"),
        ("**/*.csv", "abcd"),
        ("one/**", "bc"),
        ("o*/t*/c.csv", "c"),
        ("none/*.csv", ""),
    ],
)
def test_patterns_match(tree, pattern, names):
    assert {path.stem for path in files_like(pattern) if path.is_file()} == set(names)


@pytest.mark.parametrize("source", [".", "**/*.csv", "*/*.csv", "one/*.csv", "o*/b.csv", "*/two/*.csv", "**", "one"])
def test_a_folder_that_may_not_be_looked_into_is_an_error(locked, source):
    with pytest.raises(errors.DataError, match=r"cannot read .*one.*: Permission denied"):
        open_table(source)


@pytest.mark.parametrize("source", ["*.csv", "three", "t*/d.csv", "a.csv"])
def test_a_folder_in_which_nothing_is_asked_for_is_not_looked_into(locked, source):
    assert len(paths_of(source)) == 1


def test_a_file_in_such_a_folder_is_not_called_missing(locked):
    with pytest.raises(errors.DataError, match=r"cannot read one.b\.csv: Permission denied"):
        open_table("one/b.csv")
