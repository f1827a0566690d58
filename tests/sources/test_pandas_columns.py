"""The columns of a pandas DataFrame, of every dtype."""

import datetime as dt

import numpy as np
import pytest

from bprop import errors
from bprop.sources.pandas_columns import cells_of_series, place_of, remarks

pd = pytest.importorskip("pandas")
DAY, NAT = np.datetime64("2024-02-29", "us"), np.datetime64("NaT", "us")
BIG = 2**60 + 1


def column(values, dtype=None):
    return pd.Series(values, dtype=dtype)


CASES = {
    "int64": (lambda: column([1, 2]), [1, 2]),
    "uint8": (lambda: column([1, 2], "uint8"), [1, 2]),
    "float32": (lambda: column([1.5, None], "float32"), [1.5, np.nan]),
    "float16": (lambda: column([1.5, 2], "float16"), [1.5, 2.0]),
    "bool": (lambda: column([True, False]), ["true", "false"]),
    "object": (lambda: column(["a ", None, 3], object), ["a", None, "3"]),
    "str": (lambda: column(["a", None], "str"), ["a", None]),
    "string": (lambda: column(["a", pd.NA], "string"), ["a", None]),
    "Int64": (lambda: column([1, 2], "Int64"), [1, 2]),
    "Int64 with a missing cell": (lambda: column([1, None], "Int64"), [1.0, np.nan]),
    "Int64 beyond floats": (lambda: column([BIG, None], "Int64"), [str(BIG), None]),
    "UInt64 beyond floats": (lambda: column([2**64 - 1, None], "UInt64"), [str(2**64 - 1), None]),
    "Float64": (lambda: column([1.5, None], "Float64"), [1.5, np.nan]),
    "boolean": (lambda: column([True, None], "boolean"), ["true", None]),
    "category": (lambda: column(["b", None, "a"], "category"), ["b", None, "a"]),
    "category of numbers": (lambda: column([20, 10], "category"), ["20", "10"]),
    "category of yes and no": (lambda: column([True, False], "category"), ["true", "false"]),
    "category of intervals": (lambda: pd.Series(pd.cut([1, 9], [0, 5, 10])), ["(0, 5]", "(5, 10]"]),
    "datetime64": (lambda: pd.Series(pd.to_datetime(["2024-02-29", None])), [DAY, NAT]),
    "datetime64 of seconds": (lambda: column(["2024-02-29"], "datetime64[s]"), [DAY]),
    "datetime64 of a zone": (lambda: pd.Series(pd.to_datetime(["2024-02-29 02:00+02:00", None])), [DAY, NAT]),
    "timedelta64": (lambda: pd.Series(pd.to_timedelta([1, None], unit="h")), [3600.0, np.nan]),
    "period": (lambda: pd.Series(pd.PeriodIndex(["2024-02-29"], freq="D")), [DAY]),
    "interval": (lambda: pd.Series(pd.interval_range(0, 2)), ["(0, 1]", "(1, 2]"]),
    "sparse": (lambda: pd.Series(pd.arrays.SparseArray([0.0, 1.5])), [0.0, 1.5]),
    "dates as objects": (lambda: column([dt.date(2024, 2, 29), None], object), [DAY, NAT]),
}
ARROW = {
    "int64[pyarrow]": ([1, None], [1.0, np.nan]),
    "double[pyarrow]": ([1.5, None], [1.5, np.nan]),
    "bool[pyarrow]": ([True, None], ["true", None]),
    "string[pyarrow]": (["a", None], ["a", None]),
    "timestamp[us][pyarrow]": ([dt.datetime(2024, 2, 29), None], [DAY, NAT]),
    "timestamp[us, UTC][pyarrow]": ([dt.datetime(2024, 2, 29, tzinfo=dt.UTC), None], [DAY, NAT]),
    "date32[pyarrow]": ([dt.date(2024, 2, 29), None], [DAY, NAT]),
    "duration[s][pyarrow]": ([dt.timedelta(hours=1), None], [3600.0, np.nan]),
}


def same(cells, wanted):
    return list(map(repr, cells.tolist())) == list(map(repr, np.array(wanted, cells.dtype).tolist()))


@pytest.mark.parametrize("case", CASES)
def test_a_column_of_every_dtype(case):
    make, cells = CASES[case]
    assert same(cells_of_series(make(), "t"), cells)


@pytest.mark.parametrize("dtype", ARROW)
def test_a_column_that_arrow_holds(dtype):
    pytest.importorskip("pyarrow")
    values, cells = ARROW[dtype]
    assert same(cells_of_series(column(values, dtype), "t"), cells)


def test_a_dtype_without_cells_is_refused():
    with pytest.raises(errors.DataError, match="t: holds complex128"):
        cells_of_series(column([1 + 2j]), "t")
    with pytest.raises(errors.DataError, match="objects of type list"):
        cells_of_series(column([[1], [2]]), "t")


def test_an_index_that_holds_something_is_told_of():
    frame = pd.DataFrame({"a": [1, 2]})
    assert remarks(frame) == remarks(frame[1:]) == ()
    assert "the index (person) is no column of the table" in remarks(frame.rename_axis("person"))[0]
    assert "reset_index" in remarks(frame.set_axis(["x", "y"]))[0]


def test_a_row_is_named_by_its_number_and_by_a_label_that_is_another():
    frame = pd.DataFrame({"a": [1, 2, 3]})
    assert place_of("t", frame)(1) == "t, row 2"
    assert place_of("t", frame[1:])(1) == "t, row 2 (index 2)"
    assert place_of("t", frame.set_axis(list("xyz")))(0) == "t, row 1 (index x)"
