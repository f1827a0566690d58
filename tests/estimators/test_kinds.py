"""What classifiers do with classes, beyond scikit-learn's checks."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

import bprop as bp


def small(**settings):
    return bp.MLPClassifier(**{"hidden_layer_sizes": 8, "max_iter": 30, "random_state": 0, **settings})


def test_several_outputs_of_several_classes(flowers):
    X, y = flowers
    both = np.stack([np.array(["a", "b", "c"])[y], np.where(X[:, 0] > 0, "hi", "lo")], axis=1)
    estimator = small(learning_rate_init=0.02, batch_size=32, early_stopping=True).fit(X, both)
    assert [c.tolist() for c in estimator.classes_] == [["a", "b", "c"], ["hi", "lo"]]
    assert [p.shape for p in estimator.predict_proba(X)] == [(150, 3), (150, 2)]
    assert np.allclose(np.exp(estimator.predict_log_proba(X)[1]), estimator.predict_proba(X)[1])
    assert estimator.score(X, both) == (estimator.predict(X) == both).all(axis=1).mean() > 0.85
    assert estimator.check_gradients().ok


def test_class_weights_are_example_weights(flowers):
    X, y = flowers
    weights = np.array([1.0, 5.0, 0.5])
    one = small(class_weight={0: 1.0, 1: 5.0, 2: 0.5}).fit(X, y)
    other = small().fit(X, y, sample_weight=weights[y])
    assert np.array_equal(one.coefs_[0], other.coefs_[0])
    both = small(class_weight={0: 1.0, 1: 5.0, 2: 0.5}).fit(X, y, sample_weight=np.full(150, 2.0))
    doubled = small().fit(X, y, sample_weight=2 * weights[y])
    assert np.array_equal(both.coefs_[0], doubled.coefs_[0])


def test_class_weights_of_names(flowers):
    X, y = flowers[0][:100], np.array(["rare", "common"])[flowers[1][:100]]
    recalls = [
        (small(class_weight=given).fit(X[:, :2], y).predict(X[:, :2]) == "rare").sum()
        for given in (None, {"rare": 10.0, "common": 1.0})
    ]
    assert recalls[1] > recalls[0]
    small(class_weight="balanced").fit(X, y)


def test_balanced_weights_need_all_examples(flowers):
    with pytest.raises(ValueError, match="use a dict of weights"):
        small(class_weight="balanced").partial_fit(*flowers, classes=[0, 1, 2])
    small(class_weight={0: 1, 1: 2, 2: 3}).partial_fit(*flowers, classes=[0, 1, 2])


def test_partial_fit_needs_the_classes_once(flowers):
    X, y = flowers
    with pytest.raises(ValueError, match="first call to partial_fit"):
        small().partial_fit(X, y)
    estimator = small().partial_fit(X[y < 2], y[y < 2], classes=[2, 0, 1])
    assert estimator.predict_proba(X).shape == (150, 3)
    estimator.partial_fit(X[y == 2], y[y == 2]).partial_fit(X, y, classes=np.array([0, 1, 2]))
    with pytest.raises(ValueError, match="not the same as on the last call"):
        estimator.partial_fit(X, y, classes=[0, 1])
    with pytest.raises(ValueError, match="classes not in"):
        estimator.partial_fit(X, y + 1)


def test_partial_fit_of_columns(flowers):
    X, y = flowers
    both = np.stack([y, (X[:, 0] > 0).astype(int)], axis=1)
    estimator = small().partial_fit(X[:60], both[:60], classes=[[0, 1, 2], [0, 1]])
    assert estimator.partial_fit(X, both).predict(X).shape == (150, 2)


def test_lbfgs_has_no_partial_fit():
    assert hasattr(small(), "partial_fit")
    assert not hasattr(small(solver="lbfgs"), "partial_fit")
    assert not hasattr(bp.MLPRegressor(solver="lbfgs"), "partial_fit")


def test_a_regressor_of_another_width(waves):
    estimator = bp.MLPRegressor(hidden_layer_sizes=4, max_iter=2).fit(*waves)
    with pytest.raises(ValueError, match="2 columns"):
        estimator.partial_fit(waves[0], waves[1][:, 0])


def test_a_warm_start_with_other_classes(flowers):
    estimator = small(warm_start=True).fit(*flowers)
    with pytest.raises(ValueError, match="warm_start can only be used where"):
        estimator.fit(flowers[0], flowers[1] % 2)
