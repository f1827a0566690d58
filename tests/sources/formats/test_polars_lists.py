"""Columns of lists in files of typed columns."""

import json

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.sources.chunks import Chunks
from bprop.sources.formats import columnar, polars_lists
from bprop.sources.frames import frame_of
from bprop.sources.known_lists import Known
from bprop.sources.opening import need_format, open_rows

pl = pytest.importorskip("polars")
E = [[1.5, 2.0], None, [5.0, None]]
COLUMNS = {"e.1": [1.5, np.nan, 5.0], "e.2": [2.0, np.nan, np.nan]}


def same(frame, columns=COLUMNS):
    assert list(frame.columns) == list(columns)
    for name, values in columns.items():
        np.testing.assert_array_equal(frame.columns[name].cells, values)


@pytest.mark.parametrize("kind", [pl.List(pl.Float32), pl.Array(pl.Float64, 2)])
def test_each_place_is_a_column(kind):
    same(frame_of(pl.DataFrame({"e": pl.Series(E, dtype=kind)})).frame)


def test_lists_may_be_text():
    same(frame_of(pl.DataFrame({"e": ["[1.5, 2]", None, "[5, null]"]})).frame)
    with pytest.raises(
        errors.DataError, match=r"t, row 1, column 'e': a list of 3, and the columns e\.1 to e\.2 need 2 numbers"
    ):
        polars_lists.need_lengths("t", 0, pl.DataFrame({"e": ["[1, 2, 3]"]}), {"e": 2})
    polars_lists.need_lengths("t", 0, pl.DataFrame({"e": ["", "[1, 2]"]}), {"e": 2})


def test_whole_numbers_stay_whole():
    frame = frame_of(pl.DataFrame({"e": [[1, 2], [3, 4]]})).frame
    assert frame.columns["e.1"].cells.dtype == np.int64


@pytest.mark.parametrize(
    "values", [[[1, 2], [3]], [["u"], ["v"]], [[[1.0]], [[2.0]]], [[True], [False]], [[1.0] * 5000] * 2, [[], []]]
)
def test_other_lists_stay_one_column(values):
    assert polars_lists.lengths_of(pl.DataFrame({"e": values})) == {}


def test_lists_stay_where_a_place_has_the_name_of_another_column():
    assert polars_lists.lengths_of(pl.DataFrame({"e": [[1, 2]], "e.2": [3]})) == {}


@pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".arrows", ".jsonl", ".json"])
def test_files_hold_lists(tmp_path, suffix):
    path, frame = tmp_path / f"t{suffix}", pl.DataFrame({"e": E})
    if suffix == ".json":
        path.write_text(json.dumps([{"e": cell} for cell in E]))
    else:
        how = {".parquet": "parquet", ".arrow": "ipc", ".arrows": "ipc_stream", ".jsonl": "ndjson"}[suffix]
        getattr(frame, f"write_{how}")(path)
    frame = open_rows(str(path))
    same(frame)
    assert frame.remarks == (f"{path}: each place of the lists of e is a column of its own: e.1 and so on",)


@pytest.fixture
def streamed(tmp_path, monkeypatch):
    """streamed(lists): the frames of a Parquet file of these lists, a row each."""
    monkeypatch.setattr(columnar, "ROWS", (1, 1))

    def frames(cells):
        pl.DataFrame({"e": pl.Series(cells, dtype=pl.List(pl.Float64)), "n": range(len(cells))}).write_parquet(
            tmp_path / "t.parquet"
        )
        return [chunk.frame() for chunk in Chunks(str(tmp_path / "t.parquet"))]

    return frames


def test_a_streamed_file_may_hold_lists(streamed):
    frames = streamed(E)
    assert [len(frame) for frame in frames] == [1, 1, 1]
    for k, frame in enumerate(frames):
        same(frame, {**{name: values[k : k + 1] for name, values in COLUMNS.items()}, "n": [k]})


def test_a_later_part_with_a_list_of_another_length_is_refused(streamed):
    with pytest.raises(errors.DataError, match=r"t\.parquet, row 2, column 'e': a list of 3, and "):
        streamed([[1.0, 2.0], [1.0, 2.0, 3.0]])


def test_a_later_part_with_other_cells_is_refused(tmp_path):
    lengths = {"e": 2}
    with pytest.raises(errors.DataError, match=r"t, row 1, column 'e': 'u' is no list of 2 numbers"):
        polars_lists.need_lengths(tmp_path / "t", 0, pl.DataFrame({"e": ["u"]}), lengths)
    polars_lists.need_lengths(tmp_path / "t", 0, pl.DataFrame({"e": [None]}), lengths)
    polars_lists.need_lengths(tmp_path / "t", 0, pl.DataFrame({"f": [1]}), lengths)


def test_a_part_without_any_list_has_columns_of_nulls():
    frame = polars_lists.apart(pl.DataFrame({"e": [None, None]}), {"e": 2})
    assert frame.columns == ["e.1", "e.2"] and frame["e.2"].null_count() == 2


def test_a_column_may_begin_without_a_list(streamed):
    frames = streamed([None, [1.0, 2.0], None])
    assert [list(frame.columns) for frame in frames] == [["e.1", "e.2", "n"]] * 3
    np.testing.assert_array_equal([frame.columns["e.2"].cells[0] for frame in frames], [np.nan, 2, np.nan])


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
@pytest.mark.parametrize("without", [0, 1])
def test_a_file_of_a_folder_may_have_no_list(tmp_path, suffix, without):
    for k in range(2):
        lists = [None, None] if k == without else [[1.0, 2.0], [3.0, 4.0]]
        frame = pl.DataFrame({"e": pl.Series(lists, dtype=pl.List(pl.Float64)), "n": [k, k]})
        if suffix == ".csv":
            frame = frame.with_columns(e=pl.Series(["" if one is None else str(one) for one in lists]))
        how = {".parquet": "parquet", ".csv": "csv", ".jsonl": "ndjson"}[suffix]
        getattr(frame, f"write_{how}")(tmp_path / f"{k}{suffix}")
    whole = open_rows(str(tmp_path))
    parts = [chunk.frame() for chunk in Chunks(str(tmp_path))]
    assert all(list(frame.columns) == ["e.1", "e.2", "n"] for frame in (whole, *parts))
    numbers = np.concatenate([part.columns["e.1"].numbers[0] for part in parts])
    np.testing.assert_array_equal(numbers, whole.columns["e.1"].numbers[0])
    np.testing.assert_array_equal(np.isnan(numbers).reshape(2, 2).all(1), [without == 0, without == 1])


def test_files_of_a_folder_with_other_lists_are_refused(tmp_path):
    pl.DataFrame({"e": [[1, 2]], "n": [1]}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"e": [[1, 2, 3]], "n": [1]}).write_parquet(tmp_path / "b.parquet")
    with pytest.raises(errors.DataError, match=r"parquet, row 1, column 'e': a list of ., and the columns e\.1"):
        open_rows(str(tmp_path))
    with pytest.raises(errors.DataError, match=r"b\.parquet, row 1, column 'e': a list of 3, and the columns e\.1"):
        list(Chunks(str(tmp_path)))


def test_a_model_says_which_columns_are_lists():
    frame = pl.DataFrame({"e": [[1, 2], [3, 4]], "f": [None, None], "g": [[1.0], [2.0]], "a": ["u", "v"]})
    known = Known(["e", "f.1", "f.2", "a.1", "a.2"])
    assert polars_lists.lengths_of(frame, known) == {"f": 2, "g": 1}
    assert polars_lists.lengths_of(frame) == {"e": 2, "g": 1}


def test_lists_count_as_many_columns_in_what_a_file_takes(tmp_path):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"e": [[0.5] * 100] * 10, "y": range(10)}).write_parquet(path)
    assert need_format(path).shape(path) == (10, 102)


def test_a_model_learns_from_the_lists_of_a_file(tmp_path, rng):
    e = rng.normal(size=(200, 3))
    path = tmp_path / "t.parquet"
    pl.DataFrame({"e": e.tolist(), "y": e.sum(axis=1)}).write_parquet(path)
    fit = bp.table(str(path), "y").fit(epochs=1, hidden=4, engine="numpy")
    assert len(fit.predict(str(path))) == 200
