"""The data of trials, and what they reach."""

from types import SimpleNamespace

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.tuning.problem import Problem, Reached, Stage, rows_of


def problem(y=0.0, weights=None):
    x = np.arange(8.0).reshape(4, 2)
    rows = DataSet({"x": x, "y": np.array([y, 1.0, 2.0, 3.0])}, weights)
    stage = Stage(rows, rows, lambda settings: bp.mlp([2, 1], task="regression"))
    return Problem("p", stage, (), "loss", False, {"seed": 0, "engine": "numpy"})


def test_the_checksum_follows_from_all_arrays_and_weights():
    assert problem().checksum() == problem().checksum() != problem(y=0.5).checksum()
    assert problem(weights=np.ones(4)).checksum() not in (
        problem().checksum(),
        problem(weights=np.full(4, 2.0)).checksum(),
    )


class Live:
    def __init__(self, prunes_at=99):
        self.prunes_at, self.reported = prunes_at, {}

    def report(self, value, step):
        self.reported[step] = value

    def should_prune(self):
        return max(self.reported) >= self.prunes_at


def follow(reached, values):
    return [
        reached(SimpleNamespace(validation={"loss": value}, epoch=epoch), None) for epoch, value in enumerate(values, 1)
    ]


def test_the_best_value_so_far_is_reported_after_each_epoch_but_the_last():
    reached = Reached(problem(), live := Live(), lambda: False, 4)
    assert follow(reached, [3.0, 5.0, float("nan"), 1.0]) == [False] * 4
    assert live.reported == {1: 3.0, 2: 3.0, 3: 3.0} and reached.curve == [3.0, 5.0, None, 1.0]


def test_a_trial_ends_where_it_is_pruned_or_has_no_time():
    assert follow(Reached(problem(), Live(prunes_at=2), lambda: False, 9), [1.0, 1.0]) == [False, True]
    assert follow(Reached(problem(), Live(), lambda: True, 9), [1.0]) == [True]


def test_the_network_of_some_settings_is_that_of_training():
    settings = {"rule": "adam", "lr": 0.1, "epochs": 3, "patience": 9, "batch_size": 2}
    one, job = problem(), problem().final
    fit = one.train(job, settings)
    plain = bp.train(
        job.make({}), job.data, validation=job.watched, rule=bp.Adam(0.1), epochs=3, patience=9, batch_size=2, seed=0,
        engine="numpy", progress=False,
    )  # fmt: skip
    for name, array in plain.params.items():
        np.testing.assert_array_equal(array, fit.params[name])
    assert one.measures(job, fit)["loss"] == min(record.validation_loss for record in fit.history)


def test_arrays_of_the_caller_are_rows():
    rows = rows_of({"x": [[1.0], [2.0]], "y": [0, 1]}, [1.0, 2.0])
    assert len(rows) == 2 and rows.weights.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="equally many: x 0"):
        rows_of({"x": 3.0}, None)
