"""Checksums by which data is known again."""

import gzip
import io

import numpy as np
import pytest

from bprop import errors
from bprop.sources.checksums import cells_checksum, checksum_of, rows_checksum
from bprop.sources.frame import Frame
from bprop.sources.opening import open_rows

TEXT = "a,b\n1,x\n2,y\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(TEXT)
    (tmp_path / "copy.csv").write_text(TEXT)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(TEXT.encode()))
    (tmp_path / "other.csv").write_text(TEXT.replace("2", "3"))
    return tmp_path


def test_a_file_is_known_under_any_name_and_packing(files, monkeypatch):
    first = checksum_of("t.csv")
    assert first == checksum_of("copy.csv") == checksum_of("t.csv.gz")
    assert first != checksum_of("other.csv")
    monkeypatch.setattr("bprop.sources.opening.standard_input", lambda: io.BytesIO(TEXT.encode()))
    assert checksum_of("-", open_rows("-")) == first
    assert checksum_of("-") is None


def test_several_files_have_one_in_their_order(files):
    (files / "one").mkdir()
    (files / "one" / "a.csv").write_text(TEXT)
    assert checksum_of("one") == checksum_of("t.csv")
    (files / "one" / "b.csv").write_text(TEXT.replace("2", "3"))
    both = checksum_of("one")
    assert both not in (checksum_of("t.csv"), checksum_of("other.csv"))
    (files / "one" / "a.csv").rename(files / "one" / "c.csv")
    assert checksum_of("one") != both


def test_a_file_that_is_not_there_is_named(files):
    with pytest.raises(errors.DataError, match=r"absent.csv"):
        checksum_of("absent.csv")


def test_built_in_data_has_one():
    pytest.importorskip("sklearn", reason="the built-in data comes with scikit-learn")
    assert checksum_of("iris") == cells_checksum(open_rows("iris")) != checksum_of("wine")


@pytest.mark.parametrize(
    ("column", "other"),
    [
        (["a", "bc"], ["ab", "c"]),
        (["a", None], ["a", ""]),
        (["1", "2"], ["2", "1"]),
        ([1, 2], [1, 3]),
        ([1.0, 2.0], [1.0, np.nan]),
        ([1, 2], [1.0, 2.0]),
        (np.array(["2024-01-31"], "datetime64[D]"), np.array(["2024-02-01"], "datetime64[D]")),
    ],
)
def test_cells_that_differ_have_another(column, other):
    def checksum(cells, name="a"):
        cells = np.array(cells, object) if isinstance(cells[0], str) else np.asarray(cells)
        return cells_checksum(Frame("t", {name: cells}, str))

    assert checksum(column) == checksum(column) != checksum(other)
    assert checksum(column) != checksum(column, "b")


def test_row_numbers_have_one():
    assert (
        rows_checksum(np.array([1, 2], np.int32)) == rows_checksum(np.array([1, 2])) != rows_checksum(np.array([2, 1]))
    )
