"""Arrays, sparse matrices and weights on their way in."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse

import bprop as bp
from bprop.errors import DataError
from bprop.estimators import inputs


def test_parts_of_a_sparse_matrix(monkeypatch, rng):
    monkeypatch.setattr(inputs, "DENSE_ROWS", 4)
    X = rng.integers(2, size=(10, 3)).astype(float)
    found = inputs.parts(sparse.csc_matrix(X))
    assert [len(part) for part in found] == [4, 4, 2]
    assert np.array_equal(np.concatenate(found), X)
    assert inputs.parts(X)[0] is X


def test_precision():
    assert inputs.precision("auto", np.zeros(1, np.float32)) == np.float32
    assert inputs.precision("float32", np.zeros(1)) == np.float32


def test_weights_that_leave_nothing_to_learn():
    inputs.need_weight(None)
    inputs.need_weight(np.array([0.0, 1.0]))
    for wrong in ([0.0, 0.0], [1.0, -1.0]):
        with pytest.raises(DataError, match="sample_weight must not be negative"):
            inputs.need_weight(np.array(wrong))


def test_sparse_indicators(flowers):
    y = sparse.csr_matrix((flowers[0][:, :2] > 0).astype(int))
    estimator = bp.MLPClassifier(5, max_iter=2).fit(flowers[0], y)
    assert estimator.predict(flowers[0]).shape == (150, 2)


def test_metadata():
    assert inputs.Given(1, 2).metadata is None
    assert inputs.Given(1, 2, sample_weight=3).metadata == {"sample_weight": 3}
