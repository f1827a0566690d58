"""The training loop: records, validation, early stopping, callbacks, Ctrl-C."""

import os
import signal
import threading
from itertools import pairwise

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.training import trainer
from bprop.training.progress import Silent


@pytest.fixture(params=["numpy", "xla"])
def engine(request):
    if request.param == "xla":
        pytest.importorskip("jax")
    return request.param


def network(l2=1e-3):
    x, y = bp.Input("x", (4,)), bp.Input("y", (), dtype="int")
    W1, b1 = bp.Parameter("W1", (4, 8)), bp.Parameter("b1", (8,))
    W2, b2 = bp.Parameter("W2", (8, 3)), bp.Parameter("b2", (3,))
    f = bp.softmax(bp.linear(bp.tanh(bp.linear(x, W1, b1)), W2, b2))
    return bp.Graph(loss=bp.nll(f, y), penalty=l2 * bp.l2(W1, W2), outputs={"f": f})


def data(count=40, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(count, 4))
    return {"x": X, "y": X[:, :3].argmax(axis=1)}


def train(engine="numpy", **settings):
    settings = {"rule": bp.SGD(0.2), "batch_size": 4, "epochs": 4, "seed": 1, "progress": False} | settings
    return bp.train(network(), data(), engine=engine, **settings)


# --- records ---


def test_there_is_a_record_for_every_epoch(engine):
    fit = train(engine)
    assert [record.epoch for record in fit.history] == [1, 2, 3, 4]
    assert [record.updates for record in fit.history] == [10, 20, 30, 40]
    assert (fit.stopped, fit.updates, fit.best_epoch) == ("epochs", 40, None)
    for record in fit.history:
        assert type(record) is bp.Record
        assert record.objective == record.loss + record.penalty
        assert record.seconds > 0
        assert record.examples_per_second == pytest.approx(40 / record.seconds)
        assert record.learning_rate == 0.2
        assert record.validation is None
        assert 0 <= record.accuracy <= 1


def test_training_learns(engine):
    fit = train(engine, epochs=60)
    assert fit.history[-1].loss < 0.5 * fit.history[0].loss
    assert fit.history[-1].accuracy > 0.9


def test_the_loss_of_an_epoch_is_each_examples_before_its_update(engine):
    fit = train(engine, epochs=1, shuffle=False, dtype="float64")
    graph, theta, losses, right = network(), network().init(1), [], 0
    for start in range(0, 40, 4):
        X, Y = (array[start : start + 4] for array in data().values())
        values = graph.fprop(theta, x=X, y=Y)
        losses += list(values[graph.loss])
        right += (values["f"].argmax(axis=1) == Y).sum()
        grads = graph.bprop(values)
        theta = {name: array - 0.2 * grads[name] for name, array in theta.items()}
    (record,) = fit.history
    assert record.loss == pytest.approx(np.mean(losses), rel=1e-12)
    assert record.accuracy == pytest.approx(right / 40, rel=1e-12)
    assert record.penalty == pytest.approx(graph.fprop(theta, data()).penalty, rel=1e-12)


def test_the_loss_of_an_epoch_weighs_examples(engine):
    w = np.arange(40.0)
    fit = train(engine, epochs=1, weights=w, batch_size=40, dtype="float64")
    graph = network()
    values = graph.fprop(graph.init(1), data(), weights=w)
    assert fit.history[0].loss == pytest.approx(values.loss, rel=1e-12)


def test_the_learning_rate_recorded_is_the_last_updates(engine):
    fit = train(engine, rule=bp.SGD(0.2, decrease_constant=0.1))
    assert [r.learning_rate for r in fit.history] == pytest.approx([0.2 / (1 + 0.1 * t) for t in (9, 19, 29, 39)])


# --- validation ---


def test_the_validation_set_is_measured_at_the_end_of_every_epoch(engine):
    held = data(30, seed=5)
    fit = train(engine, validation=held, dtype="float64")
    found = fit.evaluate(held)
    last = fit.history[-1]
    assert set(last.validation) == {"loss", "accuracy"}
    assert last.validation_loss == pytest.approx(found["loss"], rel=1e-12)
    assert last.validation_accuracy == pytest.approx(found["accuracy"], rel=1e-12)
    assert len({record.validation_loss for record in fit.history}) == 4


def test_a_share_is_held_out_and_not_learned_from(engine):
    from bprop.data import split

    fit = train(engine, validation=0.25, dtype="float64")
    kept, held = split(40, 0.25, seed=1)
    X, Y = data().values()
    same = bp.train(
        network(), {"x": X[kept], "y": Y[kept]}, validation={"x": X[held], "y": Y[held]}, rule=bp.SGD(0.2),
        batch_size=4, epochs=4, seed=1, dtype="float64", engine=engine, progress=False,
    )  # fmt: skip
    assert fit.updates == 4 * 8
    for name, array in same.params.items():
        np.testing.assert_array_equal(fit.params[name], array)
    assert [r.validation for r in fit.history] == [r.validation for r in same.history]


def test_validation_does_not_change_training(engine):
    one, two = train(engine), train(engine, validation=data(20, seed=3))
    for name, array in one.params.items():
        np.testing.assert_array_equal(two.params[name], array)


# --- early stopping ---


def test_early_stopping_restores_the_best_parameters(engine):
    held = {"x": data()["x"], "y": (data()["y"] + 1) % 3}  # wrong labels: the better trained, the worse
    fit = train(engine, validation=held, patience=3, epochs=50)
    assert fit.stopped == "patience"
    losses = [record.validation_loss for record in fit.history]
    best = int(np.argmin(losses)) + 1
    assert fit.best_epoch == best
    assert len(losses) == best + 3
    shorter = train(engine, validation=held, epochs=best)
    for name, array in shorter.params.items():
        np.testing.assert_array_equal(fit.params[name], array)
    assert fit.evaluate(held)["loss"] == pytest.approx(min(losses), rel=1e-5)


def test_the_best_parameters_are_also_those_of_a_run_that_was_not_stopped(engine):
    held = {"x": data()["x"], "y": (data()["y"] + 1) % 3}
    fit = train(engine, validation=held, patience=100, epochs=8)
    losses = [record.validation_loss for record in fit.history]
    assert fit.stopped == "epochs"
    assert fit.best_epoch == int(np.argmin(losses)) + 1 < 8
    assert fit.evaluate(held)["loss"] == pytest.approx(min(losses), rel=1e-5)


def test_the_best_parameters_are_also_those_of_a_run_that_a_callback_stopped(engine):
    held = {"x": data()["x"], "y": (data()["y"] + 1) % 3}
    fit = train(engine, validation=held, patience=100, epochs=50, callbacks=lambda record, fit: record.epoch == 8)
    losses = [record.validation_loss for record in fit.history]
    assert (fit.stopped, len(losses)) == ("callback", 8)
    assert fit.best_epoch == int(np.argmin(losses)) + 1 < 8
    shorter = train(engine, validation=held, epochs=fit.best_epoch)
    for name, array in shorter.params.items():
        np.testing.assert_array_equal(fit.params[name], array)


def test_a_callback_sees_the_last_parameters_and_not_the_best():
    held = {"x": data()["x"], "y": (data()["y"] + 1) % 3}
    seen = []
    train(
        validation=held, patience=100, epochs=8, callbacks=lambda record, fit: seen.append(fit.evaluate(held)["loss"])
    )
    plain = train(validation=held, epochs=8)
    assert seen == pytest.approx([record.validation_loss for record in plain.history], rel=1e-5)


def test_a_metric_can_be_monitored():
    held = data(30, seed=5)
    fit = train(validation=held, patience=3, monitor="accuracy", epochs=60)
    shares = [record.validation_accuracy for record in fit.history]
    assert fit.best_epoch == int(np.argmax(shares)) + 1
    assert fit.evaluate(held)["accuracy"] == pytest.approx(max(shares))


def test_what_is_not_measured_is_refused_before_training():
    with pytest.raises(errors.UnknownNameError, match="cannot monitor 'rmse': there is loss, accuracy"):
        train(validation=0.2, patience=2, monitor="rmse", callbacks=[lambda *args: pytest.fail("trained")])


# --- callbacks ---


def test_callbacks_are_called_in_order_after_every_epoch(engine):
    seen = []
    train(engine, callbacks=[lambda r, f: seen.append(("one", r.epoch)), lambda r, f: seen.append(("two", f.updates))])
    assert seen == [("one", 1), ("two", 10), ("one", 2), ("two", 20), ("one", 3), ("two", 30), ("one", 4), ("two", 40)]


def test_a_callback_sees_the_fit_so_far(engine):
    fits = []
    final = train(engine, callbacks=[lambda record, fit: fits.append(fit)])
    assert [len(fit.history) for fit in fits] == [1, 2, 3, 4]
    assert all(fit.stopped == "running" for fit in fits)
    for one, two in pairwise(fits):
        assert not np.array_equal(one.params["W1"], two.params["W1"])
    np.testing.assert_array_equal(fits[-1].params["W1"], final.params["W1"])
    assert fits[0].predict(x=data()["x"]).shape == (40, 3)


def test_a_callback_that_returns_true_stops_training(engine):
    called = []
    fit = train(
        engine, epochs=50, callbacks=[lambda record, fit: record.epoch == 3, lambda r, f: called.append(r.epoch)]
    )
    assert (fit.stopped, len(fit.history), fit.updates) == ("callback", 3, 30)
    assert called == [1, 2, 3]


@pytest.mark.parametrize("answer", [None, False, 1, "yes", np.False_])
def test_only_true_itself_stops_training(answer):
    assert train(callbacks=[lambda record, fit: answer]).stopped == "epochs"


def test_the_true_of_a_comparison_of_numpys_numbers_stops_training():
    assert train(callbacks=[lambda record, fit: np.float64(record.loss) < np.inf]).stopped == "callback"


def test_a_callback_cannot_change_the_run():
    def meddle(record, fit):
        for array in fit.params.values():
            array[:] = 0
        fit.history.clear()

    one, two = train(), train(callbacks=[meddle])
    assert len(two.history) == 4
    np.testing.assert_array_equal(one.params["W1"], two.params["W1"])


def test_a_callback_that_needs_no_fit_is_given_none():
    seen = []

    def mine(record, fit):
        seen.append(fit)

    mine.needs_fit = False
    train(callbacks=[mine], epochs=2)
    assert seen == [None, None]
    train(callbacks=[mine, lambda record, fit: None], epochs=1)
    assert seen[2].updates


def test_an_error_in_a_callback_is_the_users_own():
    def fail(record, fit):
        raise KeyError("mine")

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyError, match="mine"):
        train(callbacks=[fail])
    assert signal.getsignal(signal.SIGINT) is before


# --- Ctrl-C ---


class Interrupts(Silent):
    """Presses Ctrl-C when the run has come to some update; notes what it was told."""

    def __init__(self, at):
        self.at, self.told, self.closed = at, [], False

    def steps(self, epoch, done, loss):
        self.told.append((epoch, done))
        if done >= self.at:
            signal.raise_signal(signal.SIGINT)

    def close(self):
        self.closed = True


def test_ctrl_c_returns_the_fit_so_far(engine, monkeypatch, capsys):
    hook = Interrupts(at=25)
    monkeypatch.setattr(trainer, "progress_of", lambda *args: hook)
    fit = train(engine, epochs=50)
    assert fit.stopped == "interrupted"
    assert 25 <= fit.updates < 200
    assert hook.closed
    assert "the fit so far is kept" in capsys.readouterr().err
    shorter = train(engine, epochs=len(fit.history))
    assert [r.loss for r in fit.history] == [r.loss for r in shorter.history]
    assert fit.predict(x=data()["x"]).shape == (40, 3)


def test_ctrl_c_in_early_stopping_keeps_the_last_parameters(monkeypatch, capsys):
    held = {"x": data()["x"], "y": (data()["y"] + 1) % 3}
    monkeypatch.setattr(trainer, "progress_of", lambda *args: Interrupts(at=100))
    fit = train(validation=held, patience=100, epochs=50)
    assert fit.stopped == "interrupted"
    assert fit.best_epoch < len(fit.history)
    assert fit.evaluate(held)["loss"] == pytest.approx(fit.history[-1].validation_loss, rel=1e-5)


def test_a_ctrl_c_from_outside_is_obeyed(engine, monkeypatch, capsys):
    class FromThread(Interrupts):
        def steps(self, epoch, done, loss):
            if done >= self.at and not self.told:
                self.told.append(done)
                thread = threading.Thread(target=lambda: os.kill(os.getpid(), signal.SIGINT))
                thread.start()
                thread.join()

    monkeypatch.setattr(trainer, "progress_of", lambda *args: FromThread(at=30))
    fit = train(engine, epochs=100_000)
    assert fit.stopped == "interrupted"
    assert fit.updates >= 30


def test_training_works_in_a_thread_of_its_own(engine):
    fits = []
    thread = threading.Thread(target=lambda: fits.append(train(engine)))
    thread.start()
    thread.join()
    np.testing.assert_array_equal(fits[0].params["W1"], train(engine).params["W1"])


# --- progress ---


def test_progress_is_told_of_stretches_and_epochs(monkeypatch):
    told = []

    class Notes(Silent):
        def steps(self, epoch, done, loss):
            told.append(("steps", epoch, done))

        def epoch(self, record):
            told.append(("epoch", record.epoch))

    asked = []
    monkeypatch.setattr(trainer, "progress_of", lambda *args: asked.append(args) or Notes())
    train(epochs=2)
    assert asked == [(False, 2, 20, 0)]
    assert [t for t in told if t[0] == "epoch"] == [("epoch", 1), ("epoch", 2)]
    assert told.index(("epoch", 1)) == told.index(("steps", 1, 10)) + 1
    assert told[-2:] == [("steps", 2, 20), ("epoch", 2)]


def test_training_is_silent_where_there_is_no_terminal(capfd):
    train(progress="auto")
    assert capfd.readouterr() == ("", "")


def test_progress_on_demand_is_written_to_stderr(capfd):
    train(progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("engine: numpy\nepoch 1/4")
    assert "epoch 4/4" in err.splitlines()[-1]


# --- what records and fits say ---


def test_seconds_of_compiling_are_no_seconds_of_updates(monkeypatch):
    """A run that says that all of the time went into compiling: nothing is left for updates."""
    from bprop.engines.numpy import NumpyRun

    data = {"x": np.eye(6, 4), "y": np.arange(6) % 3}
    settings = {"epochs": 2, "engine": "numpy", "progress": False}
    assert all(record.seconds > 0 for record in bp.train(network(), data, **settings).history)
    monkeypatch.setattr(NumpyRun, "compile_seconds", lambda self: 1e9)
    assert [record.seconds for record in bp.train(network(), data, **settings).history] == [0.0, 0.0]


def test_a_fit_says_which_epoch_its_weights_are_of(engine):
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(60, 4)), "y": rng.integers(3, size=60)}
    settings = {"epochs": 60, "validation": 0.5, "engine": engine, "progress": False, "rule": bp.SGD(0.5)}
    fit = bp.train(network(), data, patience=3, **settings)
    assert fit.stopped == "patience"
    assert fit.kept_epoch == fit.best_epoch == len(fit.history) - 3
    best = bp.train(network(), data, **settings)
    assert (best.stopped, best.kept_epoch) == ("epochs", int(best.history["validation_loss"].argmin()) + 1)
    assert [r.epoch for r in best.history if r.best][-1] == best.kept_epoch < len(best.history)
    for more in ({}, {"patience": 3}):
        last = bp.train(network(), data, keep_best=False, **more, **settings)
        assert last.kept_epoch is None
        again = bp.train(network(), data, **{**settings, "epochs": len(last.history)}, keep_best=False)
        np.testing.assert_array_equal(last.params["W1"], again.params["W1"])


def test_the_failure_of_a_run_stands_in_its_fit(tmp_path):
    data = {"x": 1e3 * np.eye(6, 4), "y": np.arange(6.0)}
    graph = bp.mlp([4, 5, 1], activation="relu", task="regression")
    with pytest.raises(errors.NonFiniteError) as caught:
        bp.train(graph, data, rule=bp.SGD(1e3), engine="numpy", progress=False, epochs=50)
    fit = caught.value.fit
    assert (fit.stopped, fit.failure) == ("diverged", str(caught.value))
    assert "counted from 0" in fit.failure
    fit.save(tmp_path / "net.bprop")
    again = bp.load(tmp_path / "net.bprop")
    assert (again.stopped, again.failure, again.kept_epoch) == ("diverged", fit.failure, None)
