"""Columns of Python's objects and NumPy's arrays as a frame keeps them."""

import datetime as dt
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from uuid import UUID

import numpy as np
import pytest

from bprop import errors
from bprop.sources.objects import cells_of

NAT = np.datetime64("NaT", "us")
DAY = np.datetime64("2024-02-29", "us")
ZONE = dt.timezone(dt.timedelta(hours=2))


class Size(Enum):
    SMALL = "small"


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        (["a ", None, " b"], ["a", None, "b"]),
        ([True, False, None], ["true", "false", None]),
        ([np.True_, False], ["true", "false"]),
        ([1, 2, 3], [1, 2, 3]),
        ([1, None, 3], [1.0, np.nan, 3.0]),
        ([1, 2**60 + 1, None], ["1", str(2**60 + 1), None]),
        ([1, 2**70], ["1", str(2**70)]),
        ([2**64 - 1, 0], [2**64 - 1, 0]),
        ([1, 2.5, float("nan")], [1.0, 2.5, np.nan]),
        ([Decimal("1.25"), Decimal("NaN"), Fraction(1, 2)], [1.25, np.nan, 0.5]),
        ([1, "a", 2.5, True], ["1", "a", "2.5", "true"]),
        ([dt.date(2024, 2, 29), None], [DAY, NAT]),
        ([dt.datetime(2024, 2, 29, 2, tzinfo=ZONE)], [DAY]),
        ([np.datetime64("2024-02-29"), np.datetime64("NaT", "D")], [DAY, NAT]),
        ([dt.timedelta(hours=1), None], [3600.0, np.nan]),
        ([dt.time(1, 2, 3, 500_000)], [3723.5]),
        ([dt.date(2024, 2, 29), "later"], ["2024-02-29T00:00:00.000000", "later"]),
        ([UUID(int=1), None], [str(UUID(int=1)), None]),
        ([Size.SMALL], ["small"]),
        ([None, None], [None, None]),
    ],
)
def test_objects_become_cells(values, cells):
    column = cells_of(values, "t")
    assert column.dtype.kind in "OfiuM"
    assert list(map(repr, column.tolist())) == list(map(repr, np.array(cells, column.dtype).tolist()))


@pytest.mark.parametrize(
    ("array", "cells"),
    [
        (np.array([True, False]), ["true", "false"]),
        (np.array([1, 2], np.uint8), [1, 2]),
        (np.array([1, np.nan], np.float16), [1.0, np.nan]),
        (np.array(["a ", "b"]), ["a", "b"]),
        (np.array(["2024-02-29", "NaT"], "datetime64[D]"), [DAY, NAT]),
        (np.array([90, "NaT"], "timedelta64[m]"), [5400.0, np.nan]),
        (np.ma.array([1, 2], mask=[False, True]), [1.0, np.nan]),
        (np.ma.array(["a", "b"], mask=[True, False]), [None, "b"]),
        (np.array([[1.5], [2.5]]), [1.5, 2.5]),
    ],
)
def test_arrays_become_cells(array, cells):
    column = cells_of(array, "t")
    assert list(map(repr, column.tolist())) == list(map(repr, np.array(cells, column.dtype).tolist()))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([[1], [2]], r"t: holds objects of type list, such as \[1\]"),
        ([b"x", b"y"], "objects of type bytes, such as b'x'"),
        ([1, {"a": 1}], "objects of type dict"),
        (np.array([1 + 2j]), "complex128"),
        (np.zeros((2, 3)), r"an array of shape \(2, 3\), and a column has one cell a row"),
    ],
)
def test_things_that_are_no_cells_are_refused_with_an_example(values, says):
    with pytest.raises(errors.DataError, match=says):
        cells_of(values, "t")
