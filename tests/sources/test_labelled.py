"""Rows without a target."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.frame import Frame
from bprop.sources.labelled import labelled, some_labelled
from bprop.sources.read_options import ReadOptions


def frame(read=None, **columns):
    ready = {}
    for name, values in columns.items():
        ready[name] = values if isinstance(values, np.ndarray) else np.array(values, object)
    more = {} if read is None else {"read": read}
    return Frame("t", ready, lambda row: f"t.csv, line {row + 2}", source="t.csv", **more)


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        (["a", "", "b", "?", "NA", "a"], [0, 2, 5]),
        (np.array([1.0, np.nan, 2.0]), [0, 2]),
        ([None, "1", "2"], [1, 2]),
        (np.array(["2024-01-01", "NaT"], "datetime64[us]"), [0]),
    ],
)
def test_rows_without_a_target_are_left_out_and_counted(cells, rows):
    found = labelled(frame(x=np.arange(len(cells)), y=cells), ("y",))
    assert found.columns["x"].tolist() == rows
    assert found.left_out == len(cells) - len(rows)
    assert found.where(len(rows) - 1) == f"t.csv, line {rows[-1] + 2}"
    assert found.rows(np.array([0])).left_out == found.left_out


def test_of_several_targets_none_may_be_missing():
    found = labelled(frame(a=["1", "", "3"], b=["1", "2", "?"]), ("a", "b"))
    assert (len(found), found.left_out) == (1, 2)


def test_marks_of_missing_cells_count_for_targets_too():
    found = labelled(frame(ReadOptions(missing=("unknown",)), y=["a", "unknown", "b"]), ("y",))
    assert (len(found), found.left_out) == (2, 1)


def test_all_rows_stay_where_no_target_is_missing_and_where_the_column_is_not_there():
    table = frame(y=["a", "b"])
    assert labelled(table, ("y",)) is table
    assert labelled(table, ("other",)) is table


def test_a_table_without_any_target_is_refused_and_some_of_its_rows_are_not():
    table = frame(y=["", "?"])
    with pytest.raises(errors.DataError, match=r"t.csv, column 'y': all targets are missing \(2 rows\): .*--target"):
        labelled(table, ("y",))
    with pytest.raises(errors.DataError, match="in every row a target is missing"):
        labelled(frame(a=["1", ""], b=["", "2"]), ("a", "b"))
    assert len(some_labelled(table, ("y",))) == 0


@pytest.mark.parametrize(
    ("cells", "numbers", "rows"),
    [
        (["1.5", "2", "x", "3", ""], None, 3),
        (["1.5", "2", "x", "3", ""], True, 3),
        (["1.5", "2", "x", "3", ""], False, 4),
        (["a", "b", "1", ""], None, 3),
        (["1", "0", "1", "yes"], None, 4),
    ],
)
def test_bad_cells_of_numbers_are_missing_targets_where_that_is_asked_for(cells, numbers, rows):
    missing = ReadOptions(bad_cells="missing")
    assert len(labelled(frame(missing, y=cells), ("y",), numbers)) == rows
    assert len(labelled(frame(y=cells), ("y",), numbers)) == len(cells) - cells.count("")
    assert len(labelled(frame(missing, a=["yes", "no", "1"], y=["1", "2.5", "x"]), ("a", "y"))) == 2
