"""Paths that are addresses."""

import os
import pickle
from pathlib import Path

import pytest

from bprop.errors import DataError, UnreadableError
from bprop.remote.path import ModelPath, RemotePath, address_of, model_place_of, name_of, place_of


def test_its_names_are_those_of_the_address():
    path = RemotePath("s3://bucket/year=2024/rows.csv.gz")
    assert str(path) == f"{path}" == name_of(path) == "s3://bucket/year=2024/rows.csv.gz"
    assert (path.name, path.stem, path.suffix) == ("rows.csv.gz", "rows.csv", ".gz")
    assert path.parts == ("s3", "bucket", "year=2024", "rows.csv.gz")
    assert [str(one) for one in path.parents] == ["s3://bucket/year=2024", "s3://bucket"]
    assert str(path.parent / "other.csv") == str(path.with_name("other.csv")) == "s3://bucket/year=2024/other.csv"
    assert str(RemotePath("s3://b/m.bprop").with_suffix(".toml")) == "s3://b/m.toml"
    assert path.relative_to(path.parents[1]).as_posix() == "year=2024/rows.csv.gz"
    assert path.absolute() is path is path.resolve()


def test_what_follows_a_question_mark_is_no_name():
    path = RemotePath("https://host/rows.csv?token=0123")
    assert (path.name, path.suffix, str(path)) == ("rows.csv", ".csv", "https://host/rows.csv?...")


def test_a_database_is_called_after_itself():
    path = RemotePath("sqlite:///data/shop.db select * from homes")
    assert (path.name, str(path)) == ("shop.arrow", "sqlite:///data/shop.db")


def test_paths_of_one_address_are_equal():
    one, other = RemotePath("s3://b/k"), RemotePath("s3://b/k")
    assert one == other
    assert len({one, other, RemotePath("s3://b/l")}) == 2
    assert pickle.loads(pickle.dumps(ModelPath("s3://b/k"))) == one
    assert one != Path("s3:/b/k")


def test_a_word_is_a_path_here_or_an_address():
    assert isinstance(place_of("s3://b/k"), RemotePath)
    assert place_of("rows.csv") == Path("rows.csv")
    assert place_of(Path("rows.csv")) == Path("rows.csv")
    assert isinstance(model_place_of(RemotePath("s3://b/k")), ModelPath)
    assert address_of("rows.csv") is address_of(Path("s3:/b")) is address_of(3) is None
    assert address_of(RemotePath("s3://b/k")) == address_of("s3://b/k") == "s3://b/k"


def test_it_is_opened_as_a_file_is(memory):
    memory.pipe_file("/d/rows.csv", b"a,b\n1,2\n")
    path = RemotePath("memory://d/rows.csv")
    assert path.read_text() == "a,b\n1,2\n"
    assert path.stat().st_size == 8
    assert os.path.basename(os.fspath(path)) == "rows.csv"
    assert path.exists()
    assert path.is_file()
    assert path.parent.is_dir()
    assert path.parent.names() == ["rows.csv"]
    assert list(path.parent.glob("*.csv")) == [path]


def test_what_is_not_there(memory):
    path = RemotePath("memory://d/rows.csv")
    assert not path.exists()
    assert path.identity() is None
    assert path.parent.names() == []
    with pytest.raises(DataError, match=r"cannot read memory://d/rows.csv: there is no such file"):
        path.read_text()
    with pytest.raises(UnreadableError):
        ModelPath(path).read_text()


def test_its_identity_changes_with_the_file(memory):
    memory.pipe_file("/rows.csv", b"a\n1\n")
    path = RemotePath("memory://rows.csv")
    before = path.identity()
    assert before == path.identity()
    memory.pipe_file("/rows.csv", b"a\n2\n")
    assert path.identity() != before
    path.unlink()
    assert path.identity() is None
    path.unlink(missing_ok=True)
    with pytest.raises(DataError, match=r"cannot remove memory://rows.csv: there is no such file"):
        path.unlink()


@pytest.mark.parametrize(
    ("name", "says"),
    [("/denied.csv", r"access is denied \(403\)"), ("/secret.csv", "wants a password"), ("/broken.csv", "answers 500")],
)
def test_a_file_that_cannot_be_reached_is_not_said_to_be_missing(web, name, says):
    with pytest.raises(DataError, match=says):
        RemotePath(web + name).exists()
    assert not RemotePath(f"{web}/none.csv").exists()
