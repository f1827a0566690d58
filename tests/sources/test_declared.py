"""The kinds of columns that the type of an object says."""

import numpy as np
import pytest

from bprop.sources import declared


def test_true_and_false_are_a_type():
    for values in ([True, None, False], np.array([True, False]), np.array([True, None], object), [np.True_]):
        assert declared.kind_of(values) == "boolean"
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    assert declared.kind_of(pandas.Series([True, None], dtype="boolean")) == "boolean"
    assert declared.kind_of(pandas.Series([True, pandas.NA], dtype=object)) == "boolean"
    assert declared.kind_of(polars.Series([True, None])) == "boolean"


def test_a_type_says_nothing_where_cells_differ_or_are_text():
    for values in ([True, 1], [None], ["true"], [], np.array([1, 0]), np.array(["a"], object), range(3)):
        assert declared.kind_of(values) is None


def test_the_columns_of_a_type_are_named():
    pandas = pytest.importorskip("pandas")
    frame = {"zip": pandas.Series([8001, 3011], dtype="category"), "on": [True, False], "size": [1.5, 2.5]}
    assert declared.of(frame) == {"zip": "categorical", "on": "boolean"}
