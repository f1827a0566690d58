"""Rows of a set in memory, taken in the order of an epoch."""

import numpy as np

from bprop.batches.source import InMemory
from bprop.data import DataSet, batch_order


def test_rows_are_those_of_the_order_and_may_be_changed(table):
    data = DataSet(table, np.arange(53.0))
    source = InMemory(data)
    rows, order = source.open(5, 2, True), batch_order(53, 5, 2)
    arrays, weights = rows.take(10, 20)
    np.testing.assert_array_equal(arrays["x"], table["x"][order[10:20]])
    np.testing.assert_array_equal(weights, order[10:20])
    arrays["x"][:] = 0
    assert table["x"].all()
    assert (len(source), source.weighted, source.mean_weight, source.whole) == (53, True, 26.0, data)
    assert source.checksum() is None
    np.testing.assert_array_equal(source.some(np.array([1, 3])).arrays["y"], table["y"][[1, 3]])


def test_unshuffled_rows_come_as_they_stand(table):
    arrays, weights = InMemory(DataSet(table)).open(0, 0, False).take(0, 4)
    np.testing.assert_array_equal(arrays["x"], table["x"][:4])
    assert weights is None
