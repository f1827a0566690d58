"""What fitted estimators do."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.exceptions import NotFittedError

import bprop as bp


def small(**settings):
    return bp.MLPClassifier(**{"hidden_layer_sizes": 8, "max_iter": 6, "random_state": 0, "batch_size": 40, **settings})


def assert_equal(one, other):
    for a, b in zip(one.coefs_ + one.intercepts_, other.coefs_ + other.intercepts_, strict=True):
        assert np.array_equal(a, b)
    assert one.loss_curve_ == other.loss_curve_


def test_before_fitting(flowers):
    for call in ("predict", "predict_proba", "transform"):
        with pytest.raises(NotFittedError):
            getattr(small(), call)(flowers[0])
    with pytest.raises(NotFittedError):
        small().check_gradients()


def test_hidden_activations(flowers):
    estimator = small(hidden_layer_sizes=(7, 5), activation="tanh", dropout=0.5).fit(*flowers)
    W1, W2, _ = estimator.coefs_
    b1, b2, _ = estimator.intercepts_
    expected = np.tanh(np.tanh(flowers[0] @ W1 + b1) @ W2 + b2)
    assert np.allclose(estimator.transform(flowers[0]), expected)
    assert estimator.get_feature_names_out().tolist() == [f"mlpclassifier{i}" for i in range(5)]
    assert np.array_equal(small(hidden_layer_sizes=()).fit(*flowers).transform(flowers[0]), flowers[0])


@pytest.mark.parametrize("frames", ["pandas", "polars"])
def test_frames_in_and_out(flowers, frames):
    module = pytest.importorskip(frames)
    X = module.DataFrame({name: flowers[0][:, i] for i, name in enumerate("abcd")})
    y = module.Series(np.array(["u", "v", "w"])[flowers[1]])
    estimator = small(early_stopping=True, scoring="accuracy").set_output(transform=frames).fit(X, y, X_val=X, y_val=y)
    assert estimator.feature_names_in_.tolist() == list("abcd")
    assert isinstance(estimator.transform(X), module.DataFrame)
    with pytest.raises(ValueError, match="feature names"):
        estimator.predict(X[["b", "a", "c", "d"]])
    own = small(early_stopping=True, scoring="accuracy").fit(X, y)  # no warning of names that are missing
    assert set(own.predict(X)) <= {"u", "v", "w"}


def test_sparse_matrices(flowers):
    sparse = pytest.importorskip("scipy.sparse")
    X = np.where(flowers[0] > 0, flowers[0], 0)
    dense = small().fit(X, flowers[1])
    for make in (sparse.csr_matrix, sparse.csc_array):
        found = small().fit(make(X), flowers[1])
        assert_equal(dense, found)
        assert np.array_equal(found.predict_proba(make(X)), dense.predict_proba(X))


def test_gradients_of_a_fitted_estimator_are_checked(flowers, waves):
    report = small(activation="tanh", dropout=0.2).fit(*flowers).check_gradients()
    assert report.ok
    assert {row.name for row in report.rows} >= {"W1", "b1", "W2", "b2"}
    both = bp.MLPRegressor(hidden_layer_sizes=8, solver="lbfgs", max_iter=3).fit(*waves)
    assert both.check_gradients(waves[0][:4], waves[1][:4], elements=None).ok


def test_a_file_without_pickle(flowers, tmp_path):
    y = np.array(["u", "v", "w"])[flowers[1]]
    estimator = small(dropout=0.2, alpha=0.1).fit(flowers[0], y)
    bp.save(tmp_path / "net.bprop", estimator.to_model())
    model = bp.load(tmp_path / "net.bprop")
    assert np.array_equal(model.predict(x=flowers[0]), estimator.predict_proba(flowers[0]))
    assert model.notes["classes"] == ["u", "v", "w"]


def test_predicting_changes_nothing(flowers):
    estimator = small().fit(*flowers)
    before = dict(vars(estimator))
    estimator.predict_proba(flowers[0]), estimator.transform(flowers[0]), estimator.check_gradients()
    assert vars(estimator).keys() == before.keys()
    assert all(vars(estimator)[key] is value for key, value in before.items())
