"""Epochs: what is said, when they end, what goes wrong."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.exceptions import ConvergenceWarning

import bprop as bp
from bprop.engines import numpy as engine
from bprop.estimators.loop import batch_size


def small(**settings):
    return bp.MLPClassifier(**{"hidden_layer_sizes": 8, "max_iter": 5, "random_state": 0, **settings})


def test_the_size_of_batches():
    assert batch_size("auto", 1000) == batch_size("auto", 10) == 200
    assert batch_size(32, 1000) == 32
    with pytest.warns(UserWarning, match="batch_size=32 is larger than the 20 examples"):
        assert batch_size(32, 20) == 32


@pytest.mark.parametrize("name", ["numpy", "native", "xla"])
def test_less_examples_than_a_batch_has(flowers, name):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(name, "numpy"))
    X, y = flowers[0][::10], flowers[1][::10]
    expected = small(batch_size=len(X), engine="numpy").fit(X, y)
    found = small(engine=name).fit(X, y)
    assert np.allclose(found.coefs_[0], expected.coefs_[0], rtol=1e-10)
    assert np.allclose(found.loss_curve_, expected.loss_curve_)


def test_the_end_without_convergence_is_told(flowers):
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(5\)"):
        small().fit(*flowers)


def test_it_ends_when_the_loss_no_longer_improves(flowers, capsys):
    estimator = small(tol=10.0, n_iter_no_change=2, max_iter=50, verbose=True).fit(*flowers)
    assert estimator.n_iter_ == 4  # the first improves on nothing, three do not
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"Iteration 1, loss = {estimator.loss_curve_[0]:.8f}"
    assert said[-1].startswith("Training loss did not improve more than tol=10.000000 for 2 consecutive epochs.")
    assert said[-1].endswith("Stopping.")


def test_an_adaptive_rate_is_divided_by_five(flowers, capsys):
    settings = {"solver": "sgd", "learning_rate": "adaptive", "learning_rate_init": 0.1}
    estimator = small(tol=10.0, n_iter_no_change=1, max_iter=100, verbose=True, **settings).fit(*flowers)
    assert estimator._optimizer.learning_rate < 1e-6
    said = capsys.readouterr().out
    assert "Setting learning rate to 0.020000" in said
    assert "Learning rate too small. Stopping." in said


def test_divergence_is_an_error(flowers):
    for solver in ("sgd", "adam"):
        with pytest.raises(ValueError, match=r"non-finite parameter weights.*epoch"):
            bp.MLPRegressor(learning_rate_init=1e300, solver=solver).fit(flowers[0], flowers[1])


def test_an_interrupt_keeps_what_was_learned(flowers, monkeypatch):
    steps, calls = engine.NumpyRun.steps, []

    def interrupted(self, start, count, t):
        calls.append(t)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return steps(self, start, count, t)

    monkeypatch.setattr(engine.NumpyRun, "steps", interrupted)
    with pytest.warns(UserWarning, match="interrupted by user"):
        estimator = small(engine="numpy", max_iter=50).fit(*flowers)
    assert estimator.n_iter_ == 3
    assert np.array_equal(estimator.coefs_[0], small(engine="numpy", max_iter=3).fit(*flowers).coefs_[0])


def test_progress_is_shown(flowers, capsys):
    small(progress=True).fit(*flowers)
    assert "epoch 5/5" in capsys.readouterr().err


def test_without_shuffling_the_order_is_that_of_the_data(flowers):
    one, other = small(shuffle=False, batch_size=50), small(shuffle=False, batch_size=50)
    one.fit(*flowers), other.fit(flowers[0][::-1], flowers[1][::-1])
    assert not np.allclose(one.coefs_[0], other.coefs_[0])


def test_numbers_compile_nothing_and_folds_neither(flowers):
    pytest.importorskip("llvmlite")
    from sklearn.model_selection import GridSearchCV

    from bprop.engines.native import routines

    X, y = flowers[0][:148], flowers[1][:148]  # folds of 29 and 30
    grid = {
        "random_state": [0, 1],
        "learning_rate_init": [0.01, 0.001],
        "l1": [0, 1e-4],
        "l2": [0.0, 1e-3],
        "alpha": [0, 1e-3],
    }
    routines._routines.clear()
    search = GridSearchCV(small(hidden_layer_sizes=7, engine="native", max_iter=2, l1=0.0, l2=0.0), grid, cv=5).fit(
        X, y
    )
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert len(routines._routines) == 1


@pytest.mark.parametrize("engine", ["numpy", "native"])
@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_fits_beside_each_other(flowers, backend, engine):
    pytest.importorskip({"native": "llvmlite"}.get(engine, "numpy"))
    joblib = pytest.importorskip("joblib")
    from sklearn.model_selection import cross_val_score

    estimator = small(engine=engine, max_iter=30)
    alone = cross_val_score(estimator, *flowers, cv=3)
    with joblib.parallel_backend(backend, n_jobs=2):
        assert np.array_equal(cross_val_score(estimator, *flowers, cv=3), alone)
