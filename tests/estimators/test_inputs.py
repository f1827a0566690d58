"""Arrays, sparse matrices and weights on their way in."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse

import bprop as bp
from bprop.estimators import inputs
from bprop.estimators.targets import Numbers


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


def test_weights_are_multiplied():
    X, y, target = np.zeros((3, 2)), np.zeros(3), Numbers(1)
    assert inputs.read_examples(X, y, target).weights is None
    assert inputs.read_examples(X, y, target, [1, 2, 3], None, [2, 2, 0]).weights.tolist() == [2, 4, 0]


@pytest.mark.parametrize("wrong", [[0, 0, 0], [1, -1, 1], [1, 2], [1, np.nan, 1], [[1, 1, 1]]], ids=str)
def test_weights_that_cannot_be(wrong):
    with pytest.raises(ValueError, match="weights"):
        inputs.read_examples(np.zeros((3, 2)), np.zeros(3), Numbers(1), wrong)


def test_sparse_indicators(flowers):
    y = sparse.csr_matrix((flowers[0][:, :2] > 0).astype(int))
    estimator = bp.MLPClassifier(5, max_iter=2).fit(flowers[0], y)
    assert estimator.predict(flowers[0]).shape == (150, 2)


def test_metadata():
    assert inputs.Given(1, 2).metadata is None
    assert inputs.Given(1, 2, sample_weight=3).metadata == {"sample_weight": 3}
