"""Epochs: what is said, when they end, what goes wrong."""

import signal
import threading
from importlib.util import find_spec

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.exceptions import ConvergenceWarning

import bprop as bp
from bprop.engines import choose
from bprop.engines import numpy as engine
from bprop.estimators import loop
from bprop.estimators.loop import batch_size
from bprop.training.epoch import Pace


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


@pytest.fixture
def ctrl_c():
    """ctrl_c(): as the user's. Python's usual handler is there, also where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def interrupting(monkeypatch, ctrl_c, at, name="numpy", times=1):
    """Ctrl-C comes while step number `at` is done; each stretch is one step long."""
    monkeypatch.setattr(loop, "Pace", lambda: Pace(seconds=0.0, first=1))
    made = type(choose(name)).start

    def start(self, job, theta):
        run, done = made(self, job, theta), []
        steps = run.steps

        def counted(start, count, t):
            done.append(count)
            if sum(done) == at:
                for _ in range(times):
                    ctrl_c()
            return steps(start, count, t)

        run.steps = counted
        return run

    monkeypatch.setattr(type(choose(name)), "start", start)


ENGINES = [pytest.param(name, marks=pytest.mark.skipif(find_spec(needs) is None, reason=f"no {needs}"))
           for name, needs in (("numpy", "numpy"), ("native", "llvmlite"), ("xla", "jax"))]  # fmt: skip


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("early", [False, True])
def test_ctrl_c_in_the_first_epoch_keeps_what_was_learned(flowers, monkeypatch, ctrl_c, name, early):
    interrupting(monkeypatch, ctrl_c, 2, name)
    with pytest.warns(UserWarning, match="interrupted by user"):
        estimator = small(engine=name, batch_size=30, early_stopping=early).fit(*flowers)
    assert (estimator.n_iter_, estimator.t_, estimator.loss_curve_) == (0, 0, [])
    assert estimator._optimizer.updates == 2
    assert np.isfinite(estimator.loss_)
    assert estimator.best_loss_ == (None if early else np.inf)
    assert estimator.score(*flowers) >= 0
    begun = small(engine=name).initialise(*flowers).coefs_[0]
    assert np.array_equal(estimator.coefs_[0], begun) == early  # the best so far, where that is kept
    monkeypatch.undo()
    again = estimator.fit(*flowers) if early else estimator.partial_fit(*flowers)
    assert again.n_iter_ >= 1


def test_ctrl_c_before_the_first_step(flowers, monkeypatch, ctrl_c):
    start = loop.Fitting.next
    monkeypatch.setattr(loop.Fitting, "next", lambda self, *args: ctrl_c() or start(self, *args))
    with pytest.warns(UserWarning, match="interrupted by user"):
        estimator = small(engine="numpy").fit(*flowers)
    assert (estimator.n_iter_, estimator._optimizer.updates) == (0, 0)
    assert np.isnan(estimator.loss_)
    assert np.array_equal(estimator.coefs_[0], small(engine="numpy").initialise(*flowers).coefs_[0])


def test_ctrl_c_in_a_later_epoch_and_in_partial_fit(flowers, monkeypatch, ctrl_c):
    interrupting(monkeypatch, ctrl_c, 12)  # of five an epoch
    with pytest.warns(UserWarning, match="interrupted by user"):
        estimator = small(batch_size=30, engine="numpy").fit(*flowers)
    assert (estimator.n_iter_, len(estimator.loss_curve_), estimator._optimizer.updates) == (2, 2, 12)
    assert estimator.loss_ == estimator.loss_curve_[-1]
    monkeypatch.undo()
    interrupting(monkeypatch, ctrl_c, 3)
    with pytest.warns(UserWarning, match="interrupted by user"):
        estimator.partial_fit(*flowers)
    assert estimator._optimizer.updates == 15


def test_ctrl_c_in_the_last_step_is_told(flowers, monkeypatch, ctrl_c):
    interrupting(monkeypatch, ctrl_c, 5)
    with pytest.warns(UserWarning, match="interrupted by user"):
        estimator = small(batch_size=30, engine="numpy").partial_fit(*flowers, classes=[0, 1, 2])
    assert (estimator.n_iter_, estimator._optimizer.updates) == (1, 5)


def test_a_second_ctrl_c_ends_at_once_and_changes_nothing(flowers, monkeypatch, ctrl_c):
    estimator = small(batch_size=30, engine="numpy").partial_fit(*flowers, classes=[0, 1, 2])
    before = estimator.coefs_[0].copy()
    interrupting(monkeypatch, ctrl_c, 2, times=2)
    with pytest.raises(KeyboardInterrupt):
        estimator.partial_fit(*flowers)
    assert np.array_equal(estimator.coefs_[0], before)
    assert estimator._optimizer.updates == 5
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_handler_of_ctrl_c_is_left_alone(flowers, monkeypatch, ctrl_c):
    came = []
    signal.signal(signal.SIGINT, lambda *args: came.append(args))
    interrupting(monkeypatch, ctrl_c, 2)
    assert small(batch_size=30, engine="numpy", max_iter=1).partial_fit(*flowers, classes=[0, 1, 2]).n_iter_ == 1
    assert len(came) == 1


@pytest.mark.parametrize("name", ENGINES[:2])
def test_a_keyboard_interrupt_that_is_raised_in_a_thread_undoes_the_steps_in_which_it_comes(flowers, monkeypatch, name):
    """Where no signal is seen, the exception may come in the middle of steps, after some of them."""
    monkeypatch.setattr(loop, "Pace", lambda: Pace(seconds=0.0, first=2))
    made = type(choose(name)).start

    def start(self, job, theta):
        run = made(self, job, theta)
        steps = run.steps

        def broken(start, count, t):
            steps(start, 1, t)
            if t == 2:
                raise KeyboardInterrupt
            return steps(start + 1, count - 1, t + 1) if count > 1 else steps(start, count, t)

        run.steps = broken
        return run

    monkeypatch.setattr(type(choose(name)), "start", start)
    found = []

    def work():
        with pytest.warns(UserWarning, match="interrupted by user"):
            found.append(small(batch_size=30, engine=name).fit(*flowers))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    monkeypatch.undo()
    monkeypatch.setattr(loop, "Pace", lambda: Pace(seconds=0.0, first=2))
    assert found[0]._optimizer.updates == 2
    expected = []
    done = loop.Epochs.done

    def noting(self, *args):
        expected.append(self.run.params()["W1"])
        done(self, *args)

    monkeypatch.setattr(loop.Epochs, "done", noting)
    with pytest.warns(ConvergenceWarning):
        small(batch_size=30, engine=name).fit(*flowers)
    assert np.array_equal(found[0].coefs_[0], expected[0])


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

    from bprop.engines.native.run import routines

    X, y = flowers[0][:148], flowers[1][:148]  # folds of 29 and 30
    grid = [
        {"random_state": [0, 1]},
        {"learning_rate_init": [0.01, 0.001], "l1": [0, 1e-4]},
        {"l2": [0.0, 1e-3], "alpha": [0, 1e-3]},
    ]
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
