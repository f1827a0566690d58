"""Tables that are objects of Python, as frames."""

import datetime as dt
import subprocess
import sys

import numpy as np
import pytest

from bprop import errors
from bprop.sources.frames import frame_of

ROWS = {"n": [1, 2, 4], "f": [0.5, None, 2.0], "t": ["x", None, "z"], "b": [True, False, True]}
CELLS = {"n": [1, 2, 4], "f": [0.5, np.nan, 2.0], "t": ["x", None, "z"], "b": ["true", "false", "true"]}


def cells(frame):
    return {name: list(map(repr, column.tolist())) for name, column in frame.columns.items()}


def values(column):
    """Cells that compare: numbers as floats, "nan" where one is missing."""
    return [cell if isinstance(cell, str | None) else "nan" if cell != cell else float(cell) for cell in column]


def with_pandas():
    return pytest.importorskip("pandas").DataFrame(ROWS)


def with_polars():
    return pytest.importorskip("polars").DataFrame(ROWS)


def with_arrow():
    return pytest.importorskip("pyarrow").table(ROWS)


def with_duckdb():
    pytest.importorskip("pyarrow")
    duckdb = pytest.importorskip("duckdb")
    return duckdb.sql("select * from (values (1, 0.5::double, 'x', true), (2, null, null, false), (4, 2, 'z', true)) "
                      "as r(n, f, t, b)")  # fmt: skip


class Stream:
    """An object of another library that offers its columns as Arrow, and nothing else."""

    def __init__(self, frame):
        self.frame = frame

    def __arrow_c_stream__(self, requested_schema=None):
        return self.frame.__arrow_c_stream__(requested_schema)


OBJECTS = {
    "a DataFrame of pandas": with_pandas,
    "a DataFrame of polars": with_polars,
    "a LazyFrame of polars": lambda: with_polars().lazy(),
    "an Arrow table": with_arrow,
    "a reader of Arrow": lambda: with_arrow().to_reader(),
    "a relation of DuckDB": with_duckdb,
    "an Arrow stream": lambda: Stream(with_polars()),
    "a frame of narwhals": lambda: pytest.importorskip("narwhals").from_native(with_polars()),
    "a data set of Hugging Face": lambda: pytest.importorskip("datasets").Dataset.from_dict(ROWS),
    "a dict of lists": lambda: ROWS,
    "a dict of series": lambda: dict(with_pandas()),
    "a dict of polars' series": lambda: with_polars().to_dict(),
    "a list of dicts": lambda: [dict(zip(ROWS, row, strict=True)) for row in zip(*ROWS.values(), strict=True)],
    "an array of objects": lambda: np.array(
        list(zip(*ROWS.values(), strict=True)), [("n", int), ("f", float), ("t", object), ("b", bool)]
    ),
}


@pytest.mark.parametrize("what", OBJECTS)
def test_the_same_rows_in_every_wrapping(what):
    frame = frame_of(OBJECTS[what]()).frame
    assert {name: values(column.tolist()) for name, column in frame.columns.items()} == {
        name: values(column) for name, column in CELLS.items()
    }
    assert frame.where(1) == "table, row 2"


def test_the_frames_of_pandas_and_polars_and_a_file_of_text_have_the_same_kinds(tmp_path):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    from bprop.sources.columns.infer import fit_columns
    from bprop.sources.opening import open_rows

    lines = ["size,town,day,member,y"]
    lines += [f"{k % 7 / 4},{'abc'[k % 3]},2024-0{1 + k % 9}-11,{['true', 'false'][k % 2]},{k % 2}" for k in range(40)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines) + "\n")
    frames = [
        open_rows(str(path)),
        frame_of(pandas.read_csv(path)).frame,
        frame_of(pandas.read_csv(path, parse_dates=["day"])).frame,
        frame_of(pandas.read_csv(path, dtype=str)).frame,
        frame_of(polars.read_csv(path, try_parse_dates=True)).frame,
        frame_of(polars.read_csv(path, infer_schema=False)).frame,
    ]
    names = ["size", "town", "day", "member"]
    kinds = [fit_columns(names, frame, {}) for frame in frames]
    assert all(each == kinds[0] for each in kinds)
    arrays = [np.concatenate([kind.encode(frame) for kind in kinds[0]], axis=1) for frame in frames]
    assert all((array == arrays[0]).all() for array in arrays)


def test_one_value_stands_for_every_row_and_values_alone_are_one_row():
    assert cells(frame_of({"a": [1, 2], "b": "x"}).frame) == {"a": ["1", "2"], "b": ["'x'", "'x'"]}
    assert cells(frame_of({"a": 1, "b": dt.date(2024, 1, 2)}).frame)["a"] == ["1"]


def test_records_may_lack_a_key():
    assert cells(frame_of([{"a": 1}, {"b": "x"}]).frame) == {"a": ["1.0", "nan"], "b": ["None", "'x'"]}


def test_an_array_has_numbered_columns():
    assert list(frame_of(np.eye(3)).frame.columns) == ["x1", "x2", "x3"]


def test_names_that_are_numbers_become_text():
    assert list(frame_of(pytest.importorskip("pandas").DataFrame(np.eye(2))).frame.columns) == ["0", "1"]


def test_a_categorical_dtype_says_its_kind():
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    frame = pandas.DataFrame({"zip": pandas.Categorical([8001, 3004]), "size": [1, 2]})
    assert frame_of(frame).declared == {"zip": "categorical"}
    assert frame_of(dict(frame)).declared == {"zip": "categorical"}
    assert frame_of(polars.DataFrame({"a": polars.Series(["1", "2"], dtype=polars.Categorical)})).declared == {
        "a": "categorical"
    }


def test_things_that_are_no_cells_are_columns_that_are_left_out_by_name():
    from bprop.sources.columns.infer import fit_columns

    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    rows = {"lists": [[1], [2, 3]], "a": ["x", "y"]}
    for each in (pandas.DataFrame(rows), polars.DataFrame(rows), rows):
        frame = frame_of(each).frame
        assert frame.column("lists").unread
        assert str(fit_columns(["lists", "a"], frame, {})[0]).startswith("lists (")


def test_only_nulls_are_missing_among_names_and_words_for_it_among_numbers():
    pandas = pytest.importorskip("pandas")
    frame = frame_of(pandas.DataFrame({"alley": ["NA", None, "Grvl"], "size": ["1", "NA", "2"]})).frame
    assert frame.column("alley").missing.tolist() == [False, True, False]
    assert np.isnan(frame.column("size").numbers[0]).tolist() == [False, True, False]
    assert not frame.column("size").numbers[1].any()


def test_words_for_missing_values_are_those_of_a_file():
    from bprop.sources.read_options import ReadOptions

    frame = frame_of({"a": ["-", "1", "2"]}, read=ReadOptions(missing=("-",))).frame
    assert frame.column("a").missing.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda pd: pd.DataFrame({("a", "b"): [1]}), r"2 levels \(a MultiIndex\)"),
        (lambda pd: pd.DataFrame(np.eye(2), columns=["a", "a"]), "several are called 'a': rename them"),
        (lambda pd: pd.DataFrame({"a": [1], " ": [2]}), "one has none"),
        (lambda pd: pd.DataFrame(), "the table has no columns"),
        (lambda pd: pd.DataFrame({"a": []}), "the table has no rows"),
        (lambda pd: pd.Series([1, 2], name="size"), r"a Series is one column, or one row: .* df\[\['size'\]\]"),
        (lambda pd: {"a": [1, 2], "b": [1]}, "column 'b': 1 cells"),
        (lambda pd: [[1, 2]], "list is no table; a table is a DataFrame of pandas"),
        (lambda pd: 5, "int is no table"),
        (lambda pd: np.zeros(3), r"an array of shape \(3,\)"),
    ],
)
def test_objects_that_are_no_tables_are_refused_with_the_way_on(make, says):
    with pytest.raises((errors.DataError, errors.DTypeError), match=says):
        frame_of(make(pytest.importorskip("pandas")), "t")


def test_a_frame_of_pandas_needs_no_polars():
    pytest.importorskip("pandas")
    code = """
import sys
sys.modules["polars"] = None
import pandas
from bprop.sources.frames import frame_of
frame = frame_of(pandas.DataFrame({"a": [1, 2], "b": ["x", None]})).frame
assert frame.column("b").tolist() == ["x", None]
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=120)


def test_a_dict_needs_neither_pandas_nor_polars():
    code = """
import sys
from bprop.sources.frames import frame_of
frame_of({"a": [1, 2]})
print([name for name in ("pandas", "polars", "pyarrow", "narwhals") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]"


def test_numbered_classes_of_hugging_face_are_their_names():
    datasets = pytest.importorskip("datasets")
    features = datasets.Features({"x": datasets.Value("int64"), "y": datasets.ClassLabel(names=["cat", "dog"])})
    rows = datasets.Dataset.from_dict({"x": [5, 6, 7], "y": [1, 0, -1]}, features=features)
    assert frame_of(rows.select([2, 0, 1])).frame.columns["y"].tolist() == [None, "dog", "cat"]


def test_several_data_sets_and_endless_ones_are_refused():
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_dict(ROWS)
    with pytest.raises(errors.DataError, match=r"'train', 'test': give one of them, data\['train'\]"):
        frame_of(rows.train_test_split(0.5, seed=0))
    with pytest.raises(errors.DTypeError, match="has no last row"):
        frame_of(rows.to_iterable_dataset())
    with pytest.raises(errors.DataError, match="no rows"):
        frame_of(rows.select([]))
