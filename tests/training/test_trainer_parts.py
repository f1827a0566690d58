"""The training loop, part by part: how long a stretch is, what a record holds, and how a run is told of."""

from types import SimpleNamespace

import numpy as np
import pytest

import bprop as bp
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
