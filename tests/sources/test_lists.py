"""Columns whose cells are lists of numbers."""

import json

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.sources import lists
from bprop.sources.column import Column
from bprop.sources.frames import frame_of
from bprop.sources.known_lists import Known

E = np.array([[1.5, 2.0], [3.0, 4.0], [5.0, 6.25]])


def cells(data):
    return {name: column.cells.tolist() for name, column in frame_of(data).frame.columns.items()}


@pytest.mark.parametrize("values", [E, E.tolist(), [tuple(row) for row in E], list(E), E.astype(np.float32)])
def test_each_place_of_lists_is_a_column(values):
    columns = cells({"a": [7, 8, 9], "e": values, "b": ["u", "v", "w"]})
    assert list(columns) == ["a", "e.1", "e.2", "b"]
    assert columns["e.1"] == [1.5, 3.0, 5.0] and columns["e.2"] == [2.0, 4.0, 6.25]


def test_records_may_hold_lists_and_what_is_missing_is_nan():
    frame, _, remarks = frame_of([{"a": 1, "e": [1, 2]}, {"a": 2, "e": None}, {"a": 3, "e": [5, None]}])
    np.testing.assert_array_equal(frame.columns["e.1"].cells, [1, np.nan, 5])
    np.testing.assert_array_equal(frame.columns["e.2"].cells, [2, np.nan, np.nan])
    assert remarks == ("table: each place of the lists of e is a column of its own: e.1 and so on",)


@pytest.mark.parametrize(
    "values",
    [
        [[1, 2], [3], [4, 5]],  # several lengths
        [[1, 2], ["x", 2], [4, 5]],
        [[True, False], [True, True], [False, True]],
        [[1, 2], 3, [4, 5]],
        [[[1], [2]], [[3], [4]], [[5], [6]]],
        [[], [], []],
        [[None], [None], [None]],
        [[1, 2], [10**400, 2], [4, 5]],
        [[1] * (lists.LONGEST + 1)] * 3,
    ],
)
def test_other_lists_stay_one_column(values):
    columns = {"e": values, "a": [1, 2, 3]}
    spread, names = lists.apart(columns)
    assert spread == columns and names == ()
    assert frame_of(columns).frame.columns["e"].unread


def test_lists_stay_where_a_place_has_the_name_of_another_column():
    assert list(lists.apart({"e": [[1, 2]], "e.2": [3]})[0]) == ["e", "e.2"]


def test_columns_of_other_things_are_not_looked_through():
    columns = {"a": np.arange(3), "b": ["[1, 2"] * 3, "c": [None, None, None], "d": "text", "f": np.ones((3, 1))}
    spread, names = lists.apart(columns)
    assert names == () and all(spread[name] is columns[name] for name in columns)


@pytest.mark.parametrize(
    "cells",
    [
        ["[1.5, 2]", "", "[3,4]"],
        ["[1.5 2. ]", None, "[3.\n 4.]"],
        ["[1.5, 2.0]", np.nan, "[3e0, 4]"],
        ["[1.5, 2]", "NA", "[3, 4]"],
    ],
)
def test_lists_may_be_text(cells):
    spread, names = lists.apart({"e": cells, "f": np.array(cells, object)})
    assert names == ("e", "f")
    np.testing.assert_array_equal(spread["e.1"], [1.5, np.nan, 3])
    np.testing.assert_array_equal(spread["f.2"], [2, np.nan, 4])


@pytest.mark.parametrize(
    "cells",
    [
        ["[1, 2]", "[1]"], ["[1]", "[2]"], ["[a, b]", "[c, d]"], ["[0.1 ... 0.2]"] * 2,
        ["[1, 2)", "[3, 4)"], ["[1, inf]"] * 2, ["[[1, 2]]", "[[3, 4]]"], ['{"a": 1}'] * 2, ["[]", "[]"],
        ["[1, 2]", "word"], ["[1, 2]", 3], ["1, 2", "3, 4"],
    ],
)  # fmt: skip
def test_other_text_stays_one_column(cells):
    assert lists.apart({"e": cells})[1] == ()


def test_a_series_of_pandas_of_any_type_may_hold_lists():
    pandas = pytest.importorskip("pandas")
    pyarrow = pytest.importorskip("pyarrow")
    typed = pandas.array(E.tolist(), dtype=pandas.ArrowDtype(pyarrow.list_(pyarrow.float64())))
    for values in (E.tolist(), list(E), typed, [str(row) for row in E.tolist()]):
        columns = cells(pandas.DataFrame({"e": values}))
        assert columns == {"e.1": [1.5, 3.0, 5.0], "e.2": [2.0, 4.0, 6.25]}


def test_a_model_of_lists_predicts_from_lists(rng):
    e = rng.normal(size=(60, 3))
    rows = [{"a": row[0], "e": row[1:].tolist(), "y": float(row.sum())} for row in e]
    fit = bp.table(rows, "y").fit(epochs=2, hidden=4, engine="numpy")
    assert [kind.name for kind in fit.preparation.kinds] == ["a", "e.1", "e.2"]
    arrays = {"a": e[:, 0], "e.1": e[:, 1], "e.2": e[:, 2]}
    np.testing.assert_array_equal(fit.predict(rows), fit.predict(arrays))
    with pytest.raises(
        errors.DataError,
        match=r"row 1, column \'e\': a list of 1, and the columns e\.1 to e\.2 need 2 numbers: \[2\.0\]",
    ):
        fit.predict([{"a": 1.0, "e": [2.0]}])


def test_the_kind_of_lists_is_that_of_their_columns():
    data = {"e": np.arange(90.0).reshape(30, 3) % 7, "y": [0.5, 1.5, 2.5] * 10}
    kinds = bp.table(data, "y", kinds={"e": "ignored", "e.2": "numeric"}).preparation.kinds
    assert [(kind.name, type(kind).__name__) for kind in kinds] == [
        ("e.1", "Ignored"),
        ("e.2", "Numeric"),
        ("e.3", "Ignored"),
    ]
    with pytest.raises(errors.SettingError, match="no input column has this name"):
        bp.table(data, "y", kinds={"f": "ignored"})


@pytest.mark.parametrize(
    "read", [[[1, 2], None], ["[1, 2]", ""], np.array([[1, 2], [np.nan, np.nan]]), ["[1 2]", "NA"]]
)
def test_lists_of_a_known_length_may_be_written_in_any_way(read):
    spread, names = lists.apart({"e": read}, known=Known(["e.1", "e.2"]))
    assert names == ("e",)
    np.testing.assert_array_equal(spread["e.2"], [2, np.nan])


@pytest.mark.parametrize("read", [[None, None], np.array([np.nan, np.nan]), Column(np.array(["", "NA"], object))])
def test_rows_without_any_list_have_no_numbers(read):
    spread, names = lists.apart({"e": read, "f": read}, known=Known(["e.1", "e.2", "f"]))
    assert names == ("e",) and list(spread) == ["e.1", "e.2", "f"] and np.isnan(spread["e.1"]).all()


@pytest.mark.parametrize("read", [["word", "[1, 2]"], [3.5, 2], np.array([3.5, np.nan])])
def test_what_begins_with_another_cell_stays_one_column(read):
    assert lists.apart({"e": read}, known=Known(["e.1", "e.2"]))[1] == ()


@pytest.mark.parametrize(
    "read",
    [[[1, 2], [1, 2, 3]], ["[1, 2]", "[1]"], ["[1, 2]", "x"], [[1, 2], [True, False]], [[1, 2], ["a", 2]], [[1, 2], 3]],
)  # fmt: skip
def test_another_list_than_the_known_ones_is_refused(read):
    with pytest.raises(errors.DataError, match="row 2, column 'e'"):
        lists.apart({"e": read}, known=Known(["e.1", "e.2"]))


@pytest.mark.parametrize("write", ["parquet", "csv", "jsonl", "json", "records"])
def test_a_row_has_one_prediction_wherever_it_stands(tmp_path, rng, write):
    polars = pytest.importorskip("polars")
    e = rng.normal(size=(40, 2)).round(3)
    rows = [{"a": float(row.sum()), "e": row.tolist(), "y": "uv"[int(row[0] > 0)]} for row in e]
    fit = bp.table(rows, "y").fit(epochs=1, hidden=3, engine="numpy")
    expected = fit.predict_proba(rows)
    frame, path = polars.DataFrame(rows), tmp_path / f"t.{write}"
    if write == "csv":
        frame.with_columns(e=polars.Series([str(row["e"]) for row in rows])).write_csv(path)
    elif write == "json":
        path.write_text(json.dumps(rows))
    elif write != "records":
        getattr(frame, {"parquet": "write_parquet", "jsonl": "write_ndjson"}[write])(path)
    np.testing.assert_array_equal(fit.predict_proba(rows if write == "records" else str(path)), expected)
    one = [{"a": 0.5, "e": None}]
    assert np.isfinite(fit.predict_proba(one)).all()


def test_a_column_that_a_model_knows_whole_stays_whole():
    rows = [{"a": k, "e": f"[{k % 3}, 1]", "y": "uv"[k % 2]} for k in range(40)]
    table = bp.table([{**row, "e": f"x{row['e']}"} for row in rows], "y")
    fit = table.fit(epochs=1, hidden=3, engine="numpy")
    with pytest.warns(UserWarning, match="e"):
        assert len(fit.predict(rows)) == 40


def test_a_frame_of_narwhals_is_read_as_its_own_frame(rng):
    narwhals, pandas = pytest.importorskip("narwhals"), pytest.importorskip("pandas")
    e = rng.normal(size=(40, 2))
    frame = pandas.DataFrame({"e": e.tolist(), "y": e.sum(axis=1)})
    fit = bp.table(narwhals.from_native(frame), "y").fit(epochs=1, hidden=4, engine="numpy")
    rows = pandas.DataFrame({"e": [None, [0.5, 1.5]]})
    np.testing.assert_array_equal(fit.predict(narwhals.from_native(rows)), fit.predict(rows))
