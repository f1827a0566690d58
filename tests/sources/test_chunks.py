"""Tables of several files, some rows at a time."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.chunks import Chunks
from bprop.sources.formats import blocks
from bprop.sources.opening import open_rows

pytest.importorskip("polars", reason="tables are read piece by piece with polars")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 30)
    for number, rows in enumerate((11, 1, 20)):
        lines = [f"{number * 100 + row},{'ab'[row % 2]}" for row in range(rows)]
        (tmp_path / f"{number}.csv").write_text("\n".join(["n,kind", *lines]) + "\n")
    return tmp_path


def test_every_pass_gives_all_rows_in_order(folder):
    chunks, expected = Chunks(str(folder)), open_rows(str(folder))
    for _ in range(2):
        frames = [chunk.frame() for chunk in chunks]
        assert len(frames) > 5
        assert [v for f in frames for v in f.columns["n"].tolist()] == expected.columns["n"].tolist()
        np.testing.assert_array_equal(np.concatenate([f.numbers for f in frames]), np.arange(32))
    assert frames[0].target == ("kind",)
    for row in (0, 10, 11, 12, 31):
        assert chunks.place(row) == expected.where(row)


def test_a_row_of_a_frame_knows_its_place(folder):
    chunks = Chunks(str(folder), "n")
    frame = [chunk.frame(np.array([1]), ["n"]) for chunk in chunks if len(chunk) > 1][-1]
    assert frame.columns.keys() == {"n"}
    assert frame.where(0) == f"{folder / '2.csv'}, line {int(frame.columns['n'].cells[0]) - 200 + 2}"


def test_files_need_the_same_columns(folder):
    (folder / "3.csv").write_text("n,sort\n1,2\n")
    with pytest.raises(errors.DataError, match=r"3\.csv has other columns than .*0\.csv: kind, sort"):
        list(Chunks(str(folder)))


def test_standard_input_cannot_be_read_twice():
    with pytest.raises(errors.SettingError, match="only once"):
        Chunks("-")


def test_an_unknown_target_is_refused(folder):
    with pytest.raises(errors.DataError, match="no column is called 'price'"):
        list(Chunks(str(folder), "price"))
