"""Calls of bp.train as users of other libraries type them: they work, or the error says what to type."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.elsewhere.training import TRAINING
from bprop.training.settings import TrainSettings

X, Y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
graph, data = bp.mlp([3, 2]), {"x": X, "y": Y}
QUICK = {"epochs": 1, "engine": "numpy", "progress": False}


@pytest.mark.parametrize("pair", [(X, Y), [X, Y], ({"x": X}, Y), (X.tolist(), Y.astype(float))])
def test_data_as_a_pair_trains_as_a_dict_does(pair):
    wanted = bp.train(graph, data, validation=data, **QUICK)
    fit = bp.train(graph, pair, validation=pair, **QUICK)
    assert fit.history[-1].loss == wanted.history[-1].loss
    assert fit.history[-1].validation == wanted.history[-1].validation


@pytest.mark.parametrize("rule", ["adam", bp.Adam()])
def test_a_rule_is_a_name_or_an_object(rule):
    assert bp.train(graph, data, rule=rule, **QUICK).settings["rule"] == repr(bp.Adam())


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_a_learning_rate_may_be_a_function_of_t(engine):
    settings = {"epochs": 2, "batch_size": 5, "progress": False, "engine": engine}
    fit = bp.train(graph, data, rule=bp.SGD(lambda t: 0.1 / (1 + 0.5 * t)), **settings)
    same = bp.train(graph, data, rule=bp.SGD(bp.schedules.decreasing(0.1, 0.5)), **settings)
    assert [r.loss for r in fit.history] == [r.loss for r in same.history]
    assert fit.history[-1].learning_rate == pytest.approx(0.1 / 4.5)


@pytest.mark.parametrize(
    ("call", "cure"),
    [
        (lambda: bp.train(graph, X, Y, **QUICK), r"bp.train\(graph, \(X, y\)\)"),
        (lambda: bp.train(graph, data, 5), "settings are keywords, as epochs=10"),
        (lambda: bp.train(graph, x=X, y=Y), r"the data is the second argument"),
        (lambda: bp.train((X, Y), graph), "the first argument is the graph"),
        (lambda: bp.train([3, 2], data), "the first argument is the graph"),
        (lambda: bp.train(graph, data, optimizer="adam"), 'rule="adam"'),
        (lambda: bp.train(graph, data, lr=0.1), r"rule=bp.SGD\(0.1\)"),
        (lambda: bp.train(graph, data, max_iter=3), "epochs=10"),
        (lambda: bp.train(graph, data, random_state=0), "seed=0"),
        (lambda: bp.train(graph, data, validation_split=0.2), "validation=0.2"),
        (lambda: bp.train(graph, data, validation_data=(X, Y)), r"validation=\(X, y\)"),
        (lambda: bp.train(graph, data, loss="mse"), r"bp.Graph\(loss="),
        (lambda: bp.train(graph, data, verbose=0), "progress=False"),
        (lambda: bp.train(graph, data, early_stopping=True), "patience=10, with validation=0.2"),
        (lambda: bp.train(graph, data, init={}), "params=theta"),
        (lambda: bp.train(graph, data, device="gpu"), "engine="),
        (lambda: bp.train(graph, data, epoch=3), "epochs"),
        (lambda: bp.train(graph, data, patiense=3), "did you mean 'patience'"),
        (lambda: bp.train(graph, data, validation="0.2"), "a share in"),
        (lambda: bp.train_many(graph, X, Y), r"bp.train_many\(graph, \(X, y\)\)"),
        (lambda: bp.train_many(graph, data, seeds=[0], lr=0.1), r"rule=bp.SGD\(0.1\)"),
        (lambda: bp.train_many(graph, data, seeds=[0], epochz=1), "did you mean 'epochs'"),
    ],
)
def test_calls_of_other_libraries_say_what_to_type(call, cure):
    with pytest.raises(errors.SettingError, match=cure):
        call()


def test_a_name_that_training_takes_is_answered_by_no_table():
    assert not {*TrainSettings.__dataclass_fields__} & {*TRAINING}
