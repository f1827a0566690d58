"""Fitting, going on, predicting, transforming; and what a fitted estimator survives."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone

import bprop as bp


def small(**settings):
    return bp.MLPClassifier(**{"hidden_layer_sizes": 8, "max_iter": 6, "random_state": 0, "batch_size": 40, **settings})


def assert_equal(one, other):
    for a, b in zip(one.coefs_ + one.intercepts_, other.coefs_ + other.intercepts_, strict=True):
        assert np.array_equal(a, b)
    assert one.loss_curve_ == other.loss_curve_


@pytest.mark.parametrize(
    "settings",
    [
        {"solver": "adam", "dropout": 0.2},
        {"solver": "sgd", "learning_rate": "invscaling"},
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.02, "n_iter_no_change": 1},
        {"solver": bp.AdamW(0.01), "normalise": "batch"},
        {"learning_rate": bp.schedules.cosine(0.1, 50)},
    ],
    ids=str,
)
def test_calls_of_one_epoch_do_what_one_call_of_many_does(flowers, settings):
    whole = small(max_iter=20, **settings).fit(*flowers)
    parts, warm = small(**settings), small(max_iter=1, warm_start=True, **settings)
    for _ in range(20):
        parts.partial_fit(*flowers, classes=[0, 1, 2])
        warm.fit(*flowers)
    assert_equal(whole, parts)
    assert_equal(whole, warm)
    assert whole.t_ == parts.t_ == 20 * 150


def test_partial_fit_goes_on_after_fit_and_after_pickling(flowers):
    whole = small(max_iter=12, warm_start=True).fit(*flowers)
    part = small(warm_start=True).fit(*flowers)
    part = pickle.loads(pickle.dumps(part))
    for _ in range(6):
        part.partial_fit(*flowers)
    assert_equal(whole, part)


def test_the_same_seed_gives_the_same_result(flowers):
    assert_equal(small(dropout=0.3).fit(*flowers), small(dropout=0.3).fit(*flowers))
    one, other = small(), small(random_state=np.random.RandomState(0))
    assert_equal(one.fit(*flowers), other.fit(*flowers))


def test_fit_forgets_what_was_before(flowers):
    estimator = small().fit(*flowers)
    before = copy.deepcopy(estimator)
    assert_equal(estimator.fit(*flowers), before)


def test_a_warm_start_with_another_architecture_or_solver(flowers):
    estimator = small(warm_start=True).fit(*flowers)
    estimator.set_params(solver="sgd").fit(*flowers)
    assert estimator.t_ == 12 * 150
    with pytest.raises(ValueError, match=r"do not fit the network .*W1.*warm_start=False"):
        estimator.set_params(hidden_layer_sizes=9).fit(*flowers)


def test_a_rate_set_between_calls_is_taken_up(flowers):
    estimator = small(solver="sgd", learning_rate_init=0.1).partial_fit(*flowers, classes=[0, 1, 2])
    before = estimator.coefs_[0].copy()
    estimator.set_params(learning_rate_init=1e-12, momentum=0.0).partial_fit(*flowers)
    assert np.allclose(estimator.coefs_[0], before, atol=1e-9)


def test_initialise_trains_nothing(flowers):
    ready = small().initialise(*flowers)
    assert (ready.n_iter_, ready.t_, ready.loss_curve_) == (0, 0, [])
    assert ready.predict(flowers[0]).shape == (150,)
    ready.set_params(warm_start=True)
    assert_equal(ready.fit(*flowers), small(warm_start=True).fit(*flowers))


def test_a_validation_set_of_ones_own(flowers):
    X, y = flowers
    estimator = small(max_iter=9).fit(X[::2], y[::2], X_val=X[1::2], y_val=y[1::2])
    assert len(estimator.validation_loss_curve_) == 9
    assert estimator.validation_scores_ is None
    p = estimator.predict_proba(X[1::2])
    expected = -np.log(p[np.arange(75), y[1::2]]).mean()
    assert np.isclose(estimator.validation_loss_curve_[-1], expected)
    with pytest.raises(ValueError, match="belong together: give both, or neither"):
        small().fit(X, y, X_val=X)


def test_weights_that_cannot_be(flowers):
    for weights in (np.zeros(150), -np.ones(150)):
        with pytest.raises(ValueError, match="weights"):
            small().fit(*flowers, sample_weight=weights)


def test_routed_metadata(flowers):
    import sklearn
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    with sklearn.config_context(enable_metadata_routing=True):
        last = small().set_fit_request(X_val=True, y_val=True, sample_weight=True)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), last)
        pipeline.fit(*flowers, X_val=flowers[0], y_val=flowers[1], sample_weight=np.ones(150))
    assert len(pipeline[-1].validation_loss_curve_) == 6


FRESH = """
import pickle, sys
import numpy as np
with open(sys.argv[1], "rb") as file:
    estimator, X, expected = pickle.load(file)
assert "sklearn" in sys.modules and "jax" not in sys.modules
assert np.array_equal(estimator.predict_proba(X), expected)
estimator.partial_fit(X, estimator.predict(X))
print(estimator.t_)
"""


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_a_fresh_process_reads_a_pickle(flowers, tmp_path, engine):
    if engine == "native":
        pytest.importorskip("llvmlite")
    estimator = small(engine=engine, dropout=0.1).fit(*flowers)
    path = tmp_path / "estimator.pickle"
    path.write_bytes(pickle.dumps((estimator, flowers[0], estimator.predict_proba(flowers[0]))))
    done = subprocess.run([sys.executable, "-c", FRESH, str(path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(7 * 150)]


def test_copies_are_independent(flowers):
    estimator = small().fit(*flowers)
    twin = copy.deepcopy(estimator)
    twin.partial_fit(*flowers)
    assert not np.array_equal(twin.coefs_[0], estimator.coefs_[0])
    assert not hasattr(clone(estimator), "coefs_")
