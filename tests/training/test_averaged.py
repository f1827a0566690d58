"""The mean of several trainings."""

import pickle

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.training.averaged import held_out_answers, mean_record
from bprop.training.members import Member, train_members

X = np.random.default_rng(0).normal(size=(40, 2))
Y = 3 * X[:, 0] + 5
NOTES = {"scaling": {"y": {"mean": [5.0], "deviation": [3.0]}}}


def record(epoch, loss, **more):
    return bp.Record(epoch, epoch * 4, loss, 0.0, loss, seconds=2.0, examples_per_second=10.0, **more)


def test_the_record_is_the_mean_of_those_that_did_the_epoch():
    histories = [[record(1, 1.0), record(2, 0.5)], [record(1, 3.0)]]
    first, second = mean_record(1, histories), mean_record(2, histories)
    assert (first.loss, first.updates, first.seconds, first.examples_per_second) == (2.0, 8, 4.0, 10.0)
    assert (second.loss, second.updates, second.seconds) == (0.5, 12, 2.0)


def test_measures_are_averaged_by_name():
    histories = [
        [record(1, 1.0, metrics={"accuracy": a}, validation={"loss": v, "accuracy": a})]
        for a, v in ((0.5, 1), (1.0, 3))
    ]
    mean = mean_record(1, histories)
    assert mean.metrics == {"accuracy": 0.75}
    assert mean.validation == {"loss": 2.0, "accuracy": 0.75}


def scaled(rows, weights=None):
    return DataSet({"x": X[rows], "y": (Y[rows] - 5) / 3}, weights, rows)


@pytest.fixture
def fit():
    members = [Member(k, scaled(np.arange(10, 40)), scaled(np.arange(k, k + 5))) for k in (0, 5)]
    settings = {"epochs": 2, "dtype": "float64", "engine": "numpy", "progress": False, "notes": NOTES}
    return train_members(bp.mlp([2, 4, 1], task="regression"), members, lambda rows: bp.SGD(0.1), settings)


def test_held_out_answers_are_those_of_the_member_that_did_not_see_the_row(fit):
    f, y, w = held_out_answers(fit, None)
    np.testing.assert_allclose(y, Y[:10])
    np.testing.assert_array_equal(w, np.ones(10))
    first, second = fit.members
    wanted = [first.predict(scaled(np.arange(5))), second.predict(scaled(np.arange(5, 10)))]
    np.testing.assert_array_equal(f, np.concatenate(wanted))


def test_of_a_single_network_they_are_of_its_validation_rows(fit):
    single = fit.members[0]
    answers = held_out_answers(single, scaled(np.arange(4), np.arange(4.0)))
    np.testing.assert_array_equal(answers.weights, np.arange(4.0))
    assert held_out_answers(single, None) is None


def test_a_fit_is_pickled_without_its_validation_rows(fit):
    again = pickle.loads(pickle.dumps(fit))
    np.testing.assert_array_equal(again.predict(x=X), fit.predict(x=X))
    assert not again.held
