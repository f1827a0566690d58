"""The training loop, part by part: how long a stretch is, what a record holds, and how a run is told of."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import split
from bprop.engines.program import Program
from bprop.training.epoch import Position
from bprop.training.hooks import Hooks
from bprop.training.trainer import Trainer


@pytest.mark.parametrize(
    ("due", "rows", "most"), [(None, None, None), (6, None, 6), (None, 20, 5), (6, 20, 5), (3, 20, 3), (None, 3, 1)]
)
def test_a_stretch_goes_no_further_than_to_a_checkpoint_and_what_can_be_read(due, rows, most):
    trainer = object.__new__(Trainer)
    trainer.writer = None if due is None else SimpleNamespace(steps_until_due=lambda position: due)
    trainer.reader = SimpleNamespace(most=rows)
    trainer.job, trainer.hooks = SimpleNamespace(batch_size=4), Hooks([])
    assert trainer.most(Position()) == most
    trainer.hooks = Hooks([SimpleNamespace(every=2, step=print)])
    assert trainer.most(Position(updates=3)) == 1


def train(**settings):
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(10, 4)), "y": rng.integers(3, size=10)}
    settings = {"batch_size": 4, "epochs": 2, "engine": "numpy", "progress": False} | settings
    return bp.train(bp.mlp([4, 3], l2=1e-2), data, **settings)


def test_a_record_holds_the_epoch_its_updates_and_its_speed():
    first, second = train().history
    assert [(r.epoch, r.updates) for r in (first, second)] == [(1, 3), (2, 6)]
    for record in (first, second):
        assert record.objective == pytest.approx(record.loss + record.penalty)
        assert record.penalty > 0
        assert record.examples_per_second == pytest.approx(10 / record.seconds)
        assert record.validation is None
        assert "loss" not in record.metrics


def test_the_learning_rate_is_that_of_the_last_update():
    records = train(rule=bp.SGD(bp.schedules.exponential(1.0, 0.5, every=1))).history
    assert [record.learning_rate for record in records] == [0.25, 2.0**-5]


def test_a_fit_tells_its_settings_for_people():
    fit = train(
        validation=0.2, patience=3, monitor="accuracy", seed=5, dtype="float64", shuffle=False, rule=bp.Adam(0.01)
    )
    assert {**fit.settings, "engine_reason": ""} == {
        "rule": repr(bp.Adam(0.01)), "batch_size": 4, "seed": 5, "dtype": "float64", "examples": 8,
        "validation_examples": 2, "patience": 3, "monitor": "accuracy", "engine": "numpy", "epochs": 2,
        "shuffle": False, "engine_reason": "",
    }  # fmt: skip
    plain = train()
    assert plain.settings["validation_examples"] is None
    assert "patience" not in plain.settings
    assert (plain.stopped, plain.updates, plain.failure, plain.best_epoch) == ("epochs", 6, None, None)


def test_every_callback_is_called_though_one_ends_training():
    seen = []

    def one(record, fit):
        seen.append("one")
        return True

    def two(record, fit):
        seen.append("two")

    assert train(callbacks=[one, two]).stopped == "callback"
    assert seen == ["one", "two"]


def test_callbacks_that_need_no_fit_are_given_none_only_where_all_of_them_need_none():
    given = []

    def plain(record, fit):
        given.append(fit)

    def light(record, fit):
        given.append(fit)

    light.needs_fit = False
    train(callbacks=[light], epochs=1)
    assert given == [None]
    train(callbacks=[light, plain], epochs=1)
    assert all(fit is not None for fit in given[1:])
    assert given[1].stopped == "running"


def test_monitoring_and_every_are_refused_where_they_say_nothing():
    with pytest.raises(bp.errors.UnknownNameError, match="cannot monitor 'f2': there is loss, accuracy"):
        train(validation=0.2, patience=1, monitor="f2")
    with pytest.raises(bp.errors.SettingError, match=r"every='5epochs' says how often .* with checkpoint="):
        train(every="5epochs")
    with pytest.raises(bp.errors.SettingError, match="patience needs a validation set"):
        train(patience=1)


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
