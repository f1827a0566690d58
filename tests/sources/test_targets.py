"""The columns of the targets."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.column import Column
from bprop.sources.frame import Frame
from bprop.sources.targets import different, find_targets, several, targets_of
from bprop.sources.text_column import TextColumn


def frame(**columns):
    ready = {}
    for name, values in columns.items():
        ready[name] = np.empty(len(values), object)
        ready[name][:] = values
    return Frame("t", ready, lambda row: f"t.csv, line {row + 2}", source="t.csv")


def test_targets_by_name():
    table = frame(a=["1"], b=["2"], **{"c,d": ["3"]})
    assert find_targets(table, None) == ("c,d",)
    assert find_targets(table, "a") == ("a",)
    assert find_targets(table, "a, b") == ("a", "b")
    assert find_targets(table, "c,d") == ("c,d",)
    with pytest.raises(errors.DataError, match="no column is called 'x'; there are: a, b"):
        find_targets(table, "a,x")
    with pytest.raises(errors.SettingError, match="named twice"):
        find_targets(table, "a,a")


def test_a_table_without_columns_has_no_target():
    with pytest.raises(errors.DataError, match="it has no columns"):
        find_targets(Frame("t", {}, str, source="t"), None)


def test_several_columns_are_read_each_by_itself():
    table = frame(a=["yes", "0", "N"], b=["1", "0", "t"], c=["1", "2.5", "0"])
    np.testing.assert_array_equal(several(table, ("a", "b", "c")), [[1, 1, 1], [0, 0, 2.5], [0, 1, 0]])
    with pytest.raises(errors.DataError, match="line 3, column 'a': 'maybe' is not a finite number, and 1 of 2"):
        several(frame(a=["1", "maybe"]), ("a",))


@pytest.mark.parametrize("y", [np.array(["b", "a", " b"], object), np.array([2, 1, 2]), np.array([2.5, 1.5, 2.5])])
def test_different_targets_are_in_order(y):
    values, codes = different(y, Column(y))
    assert sorted(values.tolist()) == values.tolist()
    assert values[codes].tolist() == [name.strip() if isinstance(name, str) else name for name in y.tolist()]
    assert len(values) == 2


def test_texts_that_a_column_has_read_are_not_read_again():
    column = TextColumn(pytest.importorskip("polars").Series(["b", "a", "b"]))
    values, codes = different(column.texts, column)
    assert (values.tolist(), codes.tolist()) == (["a", "b"], [1, 0, 1])


@pytest.mark.parametrize("cells", [["??", "??"], ["-", "unknown", "-"]])
def test_words_that_are_missing_among_numbers_are_names_where_there_is_no_number(cells):
    assert targets_of(frame(y=cells), "y", None).tolist() == cells
    with pytest.raises(errors.DataError, match="is not a finite number"):
        several(frame(y=cells), ("y",))
