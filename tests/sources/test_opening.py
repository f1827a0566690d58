"""Rows by name: files, folders, patterns, standard input and built-in data."""

import gzip
import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources import builtin
from bprop.sources.limits import CELL, CHUNK, TEXT
from bprop.sources.opening import bytes_in_memory, can_stream, files_below, files_like, is_table, open_rows, paths_of

TABLE = "a,b\n1,x\n2,y\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "2024").mkdir()
    (tmp_path / "2024" / "a.csv").write_text("n,s\n1,x\n")
    (tmp_path / "2024" / "b.tsv").write_text("s\tn\ny\t2\n")
    (tmp_path / "2024" / "notes.txt").write_text("no table")
    (tmp_path / "2024" / ".hidden.csv").write_text("other\n1\n")
    return tmp_path


@pytest.fixture
def piped(monkeypatch):
    def piped(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return piped


@pytest.mark.parametrize(
    "source", ["a.csv", "A.CSV", "a.csv.gz", "a.tsv", "a.parquet", "a.feather", "a.jsonl", "*.x", "."]
)
def test_what_is_a_table(source):
    assert is_table(source)


@pytest.mark.parametrize("source", ["-", "digits", "a.npz", "train-images-idx3-ubyte.gz", "a" * 5000, ""])
def test_what_is_none(source):
    assert not is_table(source)


def test_one_file(folder):
    frame = open_rows("2024/a.csv")
    assert (frame.name, frame.label, len(frame)) == ("a", "2024/a.csv", 1)


@pytest.mark.parametrize("source", ["2024", "2024/", "2024/*", "20*/*.?sv"])
def test_a_folder_and_a_pattern_are_their_files_in_order(folder, source):
    frame = open_rows(source)
    assert frame.columns["n"].tolist() == ["1", "2"]
    assert frame.columns["s"].tolist() == ["x", "y"]
    assert frame.where(1) == "2024/b.tsv, line 2"
    assert frame.name == ("table" if "*" in source else "2024")


def test_text_may_be_gzipped(folder):
    (folder / "c.csv.gz").write_bytes(gzip.compress(b"n,s\n1,x\n2,y\n"))
    frame = open_rows("c.csv.gz")
    assert (frame.name, len(frame), frame.where(1)) == ("c", 2, "c.csv.gz, line 3")
    (folder / "c.csv.gz").write_bytes(gzip.compress(b"n,s\n1,x\n")[:-4])
    with pytest.raises(errors.DataError, match=r"c.csv.gz: not a gzip file"):
        open_rows("c.csv.gz")


def test_standard_input_is_text(piped):
    piped(b"n,s\n1,x\n\n2,y\n")
    frame = open_rows("-")
    assert (frame.name, frame.columns["n"].tolist()) == ("stdin", ["1", "2"])
    assert frame.where(1) == "stdin, line 4"
    piped(b"n\ts\n1\tx\n")
    assert open_rows("-").columns["s"].tolist() == ["x"]
    piped(b"")
    with pytest.raises(errors.DataError, match="stdin: needs a header line"):
        open_rows("-")


@pytest.mark.parametrize("write", ["write_parquet", "write_ipc", "write_ndjson"])
def test_standard_input_may_be_any_format(piped, write):
    pl = pytest.importorskip("polars", reason="these formats are read by polars")
    file = io.BytesIO()
    getattr(pl.DataFrame({"n": [1, 2], "s": ["x", "y"]}), write)(file)
    piped(file.getvalue())
    assert open_rows("-").columns["n"].tolist() == [1, 2]


def test_what_is_not_there(folder):
    with pytest.raises(errors.DataError, match=r"absent.csv: there is no such file.*digits"):
        open_rows("absent.csv")
    with pytest.raises(errors.DataError, match=r"\*.parquet: there are no tables here"):
        open_rows("*.parquet")
    (folder / "empty").mkdir()
    with pytest.raises(errors.DataError, match="empty: there are no tables here"):
        open_rows("empty")


def test_a_file_that_cannot_be_read(folder, monkeypatch):
    def refuse(path, cost):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("bprop.sources.opening.content_of", refuse)
    with pytest.raises(errors.DataError, match=r"cannot read 2024/a.csv: Permission denied"):
        open_rows("2024/a.csv")


# --- folders and patterns: what may not be looked into is an error, never left out ---


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
        open_rows(source)


@pytest.mark.parametrize("source", ["*.csv", "three", "t*/d.csv", "a.csv"])
def test_a_folder_in_which_nothing_is_asked_for_is_not_looked_into(locked, source):
    assert len(paths_of(source)) == 1


def test_a_file_in_such_a_folder_is_not_called_missing(locked):
    with pytest.raises(errors.DataError, match=r"cannot read one.b\.csv: Permission denied"):
        open_rows("one/b.csv")


# --- how much memory a table would take ---


def test_text_is_judged_by_its_bytes(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n" * 100)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"a,b\n" * 1000))
    assert bytes_in_memory(str(tmp_path / "a.csv")) == 400 * TEXT
    assert bytes_in_memory(str(tmp_path)) == 4400 * TEXT


def test_what_unpacks_to_more_than_there_is_room_for_is_not_unpacked_to_its_end(tmp_path):
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n" * CHUNK) * 4)
    found = bytes_in_memory(str(tmp_path / "b.csv.gz"), 2 * CHUNK * TEXT)
    assert 2 * CHUNK * TEXT < found <= 4 * CHUNK * TEXT
    assert bytes_in_memory(str(tmp_path / "b.csv.gz")) == (16 * CHUNK + 4) * TEXT


def test_columns_are_judged_by_their_cells(tmp_path):
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"a": range(50), "b": range(50), "c": ["x"] * 50})
    frame.write_parquet(tmp_path / "t.parquet")
    frame.write_ipc(tmp_path / "t.arrow")
    assert bytes_in_memory(str(tmp_path / "*.parquet")) == bytes_in_memory(str(tmp_path / "t.arrow")) == 150 * CELL


def test_what_cannot_be_read_is_left_to_the_reading(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"no")
    (tmp_path / "t.csv.gz").write_bytes(b"no")
    assert bytes_in_memory(str(tmp_path / "t.parquet")) == 0
    assert bytes_in_memory(str(tmp_path / "t.csv.gz")) == 0
    assert bytes_in_memory(str(tmp_path / "none.csv")) == 0


# --- arrays, images and built-in data ---


def idx_bytes(array):
    return bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def test_arrays_and_images_are_frames_with_a_block(tmp_path):
    np.savez(tmp_path / "b.npz", x=np.ones((2, 3)), y=[0, 1])
    frame = open_rows(str(tmp_path / "b.npz"))
    assert (frame.block.names, frame.target, frame.label) == (("x1", "x2", "x3"), ("y",), "b")
    assert frame.where(1) == "b, row 2"
    (tmp_path / "c-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(np.ones((2, 2, 2), np.uint8))))
    assert open_rows(str(tmp_path / "c-idx3-ubyte.gz")).block.cells.shape == (2, 4)
    (tmp_path / "a.csv").write_text("a,y\n1,2\n")
    assert open_rows(str(tmp_path / "a.csv")).block is None


def test_settings_reach_the_format(tmp_path):
    np.savez(tmp_path / "b.npz", x=np.ones((2, 3)), price=[5.5, 6.5])
    assert open_rows(str(tmp_path / "b.npz"), target="price").column("price").tolist() == [5.5, 6.5]
    (tmp_path / "c-idx3").write_bytes(idx_bytes(np.ones((2, 2, 2), np.uint8)))
    (tmp_path / "names").write_bytes(idx_bytes(np.array([4, 2], np.uint8)))
    frame = open_rows(str(tmp_path / "c-idx3"), labels=str(tmp_path / "names"))
    assert frame.column("class").tolist() == [4, 2]


def test_arrays_may_be_piped_in(piped):
    file = io.BytesIO()
    np.savez(file, x=np.ones((2, 3)), y=[0, 1])
    piped(file.getvalue())
    assert open_rows("-").block.cells.shape == (2, 3)
    piped(idx_bytes(np.ones((2, 2, 2), np.uint8)))
    assert open_rows("-").block.cells.shape == (2, 4)


def test_a_source_that_is_not_there_lists_the_built_in_ones():
    with pytest.raises(errors.DataError, match="iriss: there is no such file") as caught:
        open_rows("iriss")
    assert all(name in str(caught.value) for name in builtin.NAMES)


def test_an_unknown_kind_of_file_lists_the_suffixes_that_are_known(tmp_path):
    (tmp_path / "data.xyz").write_bytes(b"\0\1\2")
    with pytest.raises(
        errors.DataError, match=r"data.xyz: an unknown kind of file; the known ones are .csv, .*.npz, and idx"
    ):
        open_rows(str(tmp_path / "data.xyz"))


def test_labels_that_are_not_there(tmp_path):
    (tmp_path / "c-idx3").write_bytes(idx_bytes(np.ones((2, 2, 2), np.uint8)))
    with pytest.raises(errors.DataError, match=r"cannot read .*absent"):
        open_rows(str(tmp_path / "c-idx3"), labels=str(tmp_path / "absent"))


def test_a_name_too_long_for_a_file():
    with pytest.raises(errors.DataError):
        open_rows("a" * 5000)


def test_what_can_be_streamed(folder):
    assert can_stream("2024")
    assert can_stream("absent.csv")  # reading says why not
    (folder / "c.csv").write_text(TABLE)
    assert can_stream("c.csv")


def test_a_toy_of_play_is_answered_with_where_it_is():
    with pytest.raises(errors.DataError, match=r"bprop play moons, and in Python bp.toys.moons\(\)"):
        paths_of("moons")
