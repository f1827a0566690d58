"""The records of a run: metrics of one's own, and several losses."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import split
from bprop.engines.program import Program
from bprop.scaling import Units
from bprop.training.recorder import Recorder
from bprop.training.settings import TrainSettings


def train(**settings):
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(10, 4)), "y": rng.integers(3, size=10)}
    settings = {"batch_size": 4, "epochs": 2, "engine": "numpy", "progress": False} | settings
    return bp.train(bp.mlp([4, 3], l2=1e-2), data, **settings)


# --- metrics of one's own ---


def hits(outputs, targets):
    return (outputs.argmax(axis=1) == targets).mean()


def test_metrics_of_ones_own_are_recorded_of_both_sets_at_the_end_of_the_epoch():
    fit = train(metrics=[hits, "f1"], validation=0.4, keep_best=False)
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(10, 4)), "y": rng.integers(3, size=10)}
    kept, held = split(10, 0.4, 0)
    for name, rows in (("metrics", kept), ("validation", held)):
        part = {key: array[rows] for key, array in data.items()}
        record = getattr(fit.history[-1], name)
        assert record["hits"] == pytest.approx(fit.evaluate(part)["accuracy"])
        assert record["f1"] == fit.evaluate(part)["f1"] == fit.scores(part)["f1"]  # a fit remembers its metrics
    assert fit.history["hits"].shape == fit.history["validation_f1"].shape == (2,)
    assert "hits" in str(fit.history[-1])
    assert set(fit.evaluate(data, metrics=())) == {"loss", "accuracy"}


def test_a_measure_that_is_recorded_anyway_is_not_recorded_twice():
    settings = TrainSettings(metrics=["accuracy", "f1"])
    job = settings.make_job(bp.mlp([4, 3]), {"x": np.ones((2, 4)), "y": [0, 1]})
    assert Recorder(job, Program(job.graph, job.dtype), Units.of({}), settings).own.names == ["f1"]


def test_metrics_change_no_bit_of_training():
    one, two = train(metrics=[hits]), train()
    np.testing.assert_array_equal(one.params["W1"], two.params["W1"])


@pytest.mark.parametrize("monitor", ["f1", "val_f1", "validation_f1"])
def test_a_measure_to_monitor_is_recorded_by_its_name_alone(monitor):
    fit = train(monitor=monitor, validation=0.4, epochs=5)
    assert fit.kept_epoch == fit.history["validation_f1"].argmax() + 1


@pytest.mark.parametrize("mode", ["min", "max"])
def test_a_function_is_monitored_in_the_direction_that_is_said(mode):
    values = iter([2.0, 3.0, 1.0])
    watched = {"mine": lambda f, y: next(values) if len(y) == 4 else 0.0}
    fit = train(metrics=watched, monitor="mine", mode=mode, validation=0.4, epochs=3)
    assert fit.kept_epoch == {"min": 3, "max": 2}[mode]
    assert fit.history["validation_mine"].tolist() == [2.0, 3.0, 1.0]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"metrics": {"mine": hits}, "monitor": "mine"}, "is a larger 'mine' better. Say mode='max'"),
        ({"monitor": "accuracy", "mode": "min"}, "a larger 'accuracy' is better; leave mode out"),
        ({"mode": "down"}, "mode='down': 'max' if a larger value"),
        ({"monitor": hits}, "monitor is the name of a measure"),
    ],
)
def test_a_direction_that_is_not_clear_is_refused(settings, said):
    with pytest.raises(errors.SettingError, match=said):
        train(validation=0.4, **settings)


def test_an_unknown_measure_to_monitor_is_refused_with_all_that_there_are():
    with pytest.raises(errors.UnknownNameError, match=r"cannot monitor 'f2': there is loss, accuracy, .*roc_auc"):
        train(validation=0.4, monitor="f2")


def test_a_function_does_not_travel_in_a_pickle_and_a_name_does():
    fit = pickle.loads(pickle.dumps(train(metrics={"f1": "f1", "hits": lambda f, y: hits(f, y)})))
    assert list(fit.metrics) == ["f1"] and "hits" in fit.history[-1].metrics


def test_a_run_resumes_exactly_with_metrics_and_the_best_epoch(tmp_path):
    settings = {"metrics": [hits], "monitor": "hits", "mode": "max", "validation": 0.4, "epochs": 6}
    whole = train(**settings)
    train(**{**settings, "epochs": 3}, checkpoint=tmp_path / "run")
    rest = train(**settings, resume=tmp_path / "run")
    np.testing.assert_array_equal(whole.params["W1"], rest.params["W1"])
    assert whole.kept_epoch == rest.kept_epoch
    assert [r.metrics for r in whole.history] == [r.metrics for r in rest.history]
    assert [r.best for r in whole.history] == [r.best for r in rest.history]


def test_a_checkpoint_of_a_run_that_kept_its_last_epoch_goes_on_as_it_was(tmp_path):
    settings = {"validation": 0.4, "epochs": 3, "keep_best": False}
    train(**settings, checkpoint=tmp_path / "run")  # as every run was before the best epoch was kept
    last = train(**{**settings, "epochs": 6})
    rest = train(validation=0.4, epochs=6, resume=tmp_path / "run")
    np.testing.assert_array_equal(last.params["W1"], rest.params["W1"])
    assert rest.best_epoch is None


# --- several losses ---


def two_losses():
    x, y, z = bp.Input("x", (4,)), bp.Input("y", (), dtype="int"), bp.Input("z", ())
    f, g = bp.softmax(x @ bp.Parameter("V", (4, 3))), x @ bp.Parameter("w", (4,))
    loss = bp.nll(f, y, name="kind") + 0.5 * bp.squared_error(g, z, name="size")
    return bp.Graph(loss=loss, outputs={"f": f, "g": g})


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_each_of_several_losses_is_recorded(engine):
    pytest.importorskip({"numpy": "numpy", "native": "llvmlite", "xla": "jax"}[engine])
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(10, 4)), "y": rng.integers(3, size=10), "z": rng.normal(size=10)}
    fit = bp.train(two_losses(), data, epochs=2, batch_size=4, validation=0.4, engine=engine, progress=False)
    for record in fit.history:
        assert record.loss == pytest.approx(record["loss[kind]"] + 0.5 * record["loss[size]"])
        held = record.validation
        assert held["loss"] == pytest.approx(held["loss[kind]"] + 0.5 * held["loss[size]"])


def test_a_checkpoint_within_an_epoch_from_before_each_loss_was_recorded_goes_on(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(10, 4)), "y": rng.integers(3, size=10), "z": rng.normal(size=10)}
    settings = {"epochs": 2, "batch_size": 4, "engine": "numpy", "progress": False}
    whole = bp.train(two_losses(), data, **settings)
    with monkeypatch.context() as before:
        every = Program.metrics.func
        older = property(lambda self: {name: one for name, one in every(self).items() if one[0] != "loss"})
        before.setattr(Program, "metrics", older)
        stop = SimpleNamespace(every=1, step=lambda record: record.updates == 1)
        bp.train(two_losses(), data, **settings, callbacks=stop, checkpoint=tmp_path / "run")
    rest = bp.train(two_losses(), data, **settings, resume=tmp_path / "run")
    np.testing.assert_array_equal(whole.params["V"], rest.params["V"])
    assert rest.history[0].loss == whole.history[0].loss and np.isnan(rest.history[0]["loss[kind]"])
    assert rest.history[1].metrics == whole.history[1].metrics
