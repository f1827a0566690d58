"""Real tables by name."""

import gzip
import io
import sys

import pytest

from bprop import errors
from bprop.sources.tables import is_table, open_table


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
    "source", ["-", "a.csv", "A.CSV", "a.csv.gz", "a.tsv", "a.parquet", "a.feather", "a.jsonl", "*.x", "."]
)
def test_what_is_a_table(source):
    assert is_table(source)


@pytest.mark.parametrize("source", ["digits", "a.npz", "train-images-idx3-ubyte.gz", "a" * 5000, ""])
def test_what_is_none(source):
    assert not is_table(source)


def test_one_file(folder):
    frame = open_table("2024/a.csv")
    assert (frame.name, frame.label, len(frame)) == ("a", "2024/a.csv", 1)


@pytest.mark.parametrize("source", ["2024", "2024/", "2024/*", "20*/*.?sv"])
def test_a_folder_and_a_pattern_are_their_files_in_order(folder, source):
    frame = open_table(source)
    assert frame.columns["n"].tolist() == ["1", "2"]
    assert frame.columns["s"].tolist() == ["x", "y"]
    assert frame.where(1) == "2024/b.tsv, line 2"
    assert frame.name == ("table" if "*" in source else "2024")


def test_text_may_be_gzipped(folder):
    (folder / "c.csv.gz").write_bytes(gzip.compress(b"n,s\n1,x\n2,y\n"))
    frame = open_table("c.csv.gz")
    assert (frame.name, len(frame), frame.where(1)) == ("c", 2, "c.csv.gz, line 3")
    (folder / "c.csv.gz").write_bytes(gzip.compress(b"n,s\n1,x\n")[:-4])
    with pytest.raises(errors.DataError, match=r"c.csv.gz: not a gzip file"):
        open_table("c.csv.gz")


def test_standard_input_is_text(piped):
    piped(b"n,s\n1,x\n\n2,y\n")
    frame = open_table("-")
    assert (frame.name, frame.columns["n"].tolist()) == ("stdin", ["1", "2"])
    assert frame.where(1) == "stdin, line 4"
    piped(b"n\ts\n1\tx\n")
    assert open_table("-").columns["s"].tolist() == ["x"]
    piped(b"")
    with pytest.raises(errors.DataError, match="stdin: needs a header line"):
        open_table("-")


@pytest.mark.parametrize("write", ["write_parquet", "write_ipc", "write_ndjson"])
def test_standard_input_may_be_any_format(piped, write):
    pl = pytest.importorskip("polars", reason="these formats are read by polars")
    file = io.BytesIO()
    getattr(pl.DataFrame({"n": [1, 2], "s": ["x", "y"]}), write)(file)
    piped(file.getvalue())
    assert open_table("-").columns["n"].tolist() == [1, 2]


def test_what_is_not_there(folder):
    with pytest.raises(errors.DataError, match=r"absent.csv: there is no such file.*digits"):
        open_table("absent.csv")
    with pytest.raises(errors.DataError, match=r"\*.parquet: there are no tables here"):
        open_table("*.parquet")
    (folder / "empty").mkdir()
    with pytest.raises(errors.DataError, match="empty: there are no tables here"):
        open_table("empty")


def test_a_file_that_cannot_be_read(folder, monkeypatch):
    def refuse(path, cost):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("bprop.sources.tables.content_of", refuse)
    with pytest.raises(errors.DataError, match=r"cannot read 2024/a.csv: Permission denied"):
        open_table("2024/a.csv")
