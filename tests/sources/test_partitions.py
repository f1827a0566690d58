"""Columns in the names of folders."""

from pathlib import Path

import pytest

from bprop.sources.chunks import Chunks
from bprop.sources.opening import open_rows
from bprop.sources.partitions import partitions_of


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for year in ("2023", "2024"):
        folder = Path("t", f"year={year}", "land=a%20b" if year == "2023" else "land=__HIVE_DEFAULT_PARTITION__")
        folder.mkdir(parents=True)
        (folder / "part.csv").write_text("n,y\n1,x\n2,z\n")


def test_they_stand_before_the_columns_of_the_files(table):
    frame = open_rows("t")
    assert list(frame.columns) == ["year", "land", "n", "y"]
    assert frame.columns["year"].tolist() == ["2023", "2023", "2024", "2024"]
    assert frame.columns["land"].tolist() == ["a b", "a b", None, None]


@pytest.mark.parametrize("source", ["t", "t/*/*/*.csv", "t/**/*.csv"])
def test_they_are_streamed(table, source):
    chunks = [chunk.frame() for chunk in Chunks(source)]
    assert [list(chunk.columns) for chunk in chunks] == [["year", "land", "n", "y"]] * 2
    assert [chunk.columns["year"].tolist() for chunk in chunks] == [["2023"] * 2, ["2024"] * 2]
    assert chunks[1].columns["land"].tolist() == [None, None]


def test_some_rows_and_some_columns_of_a_piece(table):
    import numpy as np

    chunk = next(iter(Chunks("t")))
    frame = chunk.frame(np.array([1]), ["n", "year"])
    assert {name: column.tolist() for name, column in frame.columns.items()} == {"year": ["2023"], "n": ["2"]}


def test_a_column_of_the_file_stays(table):
    for path in Path("t").rglob("*.csv"):
        path.write_text("year,y\n1,x\n2,z\n")
    assert open_rows("t").columns["year"].tolist() == ["1", "2", "1", "2"]
    assert next(iter(Chunks("t"))).frame().columns["year"].tolist() == ["1", "2"]


def test_a_file_by_itself_has_none(table):
    assert list(open_rows("t/year=2023/land=a%20b/part.csv").columns) == ["n", "y"]
    assert partitions_of("a=1/t.csv", Path("a=1/t.csv")) == {}


def test_numbers_are_read_by_the_delimiter_of_the_file(table):
    for path in Path("t").rglob("*.csv"):
        path.write_text("n;y\n1,234;x\n5,678;z\n")
    assert open_rows("t").columns["n"].numbers[0].tolist() == [1.234, 5.678] * 2
    assert [chunk.frame().columns["n"].numbers[0].tolist() for chunk in Chunks("t")] == [[1.234, 5.678]] * 2


def test_a_column_of_the_file_keeps_its_place_so_that_the_last_is_the_target_in_memory_too(table):
    for path in Path("t").rglob("*.csv"):
        path.write_text("n,year\n1,5\n2,6\n")
    assert list(open_rows("t").columns) == next(iter(Chunks("t"))).names == ["land", "n", "year"]
