"""Predictions out of fold, put together."""

import numpy as np

from bprop.tables.certainty import Watched
from bprop.tables.out_of_fold import OutOfFold


def test_rows_are_put_into_the_order_of_the_table():
    parts = [
        Watched(np.array([5.0, 1.0]), np.array([50, 10]), np.ones(2)),
        Watched(np.array([3.0]), np.array([30]), np.full(1, 2.0)),
    ]
    joined = OutOfFold.of([np.array([5, 1]), np.array([3])], parts, np.array([7, 7, 7, 8, 8, 9]))
    assert joined.rows.tolist() == [1, 3, 5] and joined.fold.tolist() == [1, 2, 1]
    assert joined.watched.f.tolist() == [1, 3, 5] and joined.watched.y.tolist() == [10, 30, 50]
    assert joined.watched.weights.tolist() == [1, 2, 1] and joined.groups.tolist() == [7, 8, 9]


def test_quantiles_keep_to_their_rows():
    q = np.arange(6.0).reshape(2, 3)
    parts = [Watched(q[[k], 1], q[[k], 1], np.ones(1), q[[k]]) for k in (0, 1)]
    joined = OutOfFold.of([np.array([1]), np.array([0])], parts)
    np.testing.assert_array_equal(joined.watched.quantiles, q[::-1])
