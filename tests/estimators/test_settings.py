"""Parameters are checked by fit, each with a message that names it."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

import bprop as bp
from bprop.errors import SettingError
from bprop.estimators import settings

WRONG = {
    "solver": ["newton", 3, bp.SGD],
    "alpha": [-1e-9, np.nan, np.inf, "0", True],
    "batch_size": [0, "all", 2.5],
    "learning_rate": ["fast", 0.1],
    "learning_rate_init": [0, -1, "0.1"],
    "power_t": [-1],
    "max_iter": [0, 1.5],
    "shuffle": [1, "yes"],
    "tol": [-1],
    "verbose": [-1, "loud"],
    "warm_start": [None],
    "momentum": [1.1, -0.1],
    "nesterovs_momentum": [0],
    "early_stopping": ["no"],
    "validation_fraction": [1.0, -0.1],
    "beta_1": [1.0],
    "beta_2": [1.0],
    "epsilon": [0],
    "n_iter_no_change": [0, 2.5],
    "max_fun": [0],
    "l1": [-1],
    "l2": ["much"],
    "scale": ["huge"],
    "normalise": ["group"],
    "clip_norm": [0],
    "dtype": ["float16"],
    "engine": ["fast"],
    "device": ["tpu"],
    "progress": ["loud"],
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_out_of_range_is_named(name):
    for value in WRONG[name]:
        with pytest.raises(SettingError, match=f"MLPClassifier: {name} must be "):
            settings.check("MLPClassifier", {name: value})


def test_every_parameter_of_the_defaults_is_well():
    for estimator in (bp.MLPClassifier(), bp.MLPRegressor(), bp.GraphClassifier(), bp.GraphRegressor()):
        settings.check("it", vars(estimator))


def test_every_check_is_of_a_parameter_that_there_is():
    assert set(settings.CHECKS) <= {*bp.MLPClassifier().get_params(), *bp.TableClassifier().get_params()}
    assert set(WRONG) == set(settings.CHECKS)


@pytest.mark.parametrize("value", [1, 100, np.int64(5), np.inf])
def test_n_iter_no_change_may_be_infinite(value):
    settings.check("it", {"n_iter_no_change": value})


@pytest.mark.parametrize("value", [bp.schedules.cosine(0.1, 10), bp.schedules.warm_up(10, 0.1)])
def test_a_rate_may_be_a_schedule(value):
    settings.check("it", {"learning_rate": value})


def test_a_solver_may_be_a_rule():
    settings.check("it", {"solver": bp.AdamW(0.1)})


@pytest.mark.parametrize(("device", "engine"), [("gpu", "numpy"), ("gpu", "native"), ("cpu", "xla")])
def test_a_device_that_an_engine_does_not_have(device, engine):
    with pytest.raises(SettingError, match=f"device='{device}' does not go with engine='{engine}'"):
        settings.check("it", {"device": device, "engine": engine})


def test_sizes_of_layers():
    assert settings.layer_sizes(7) == (7,)
    assert settings.layer_sizes(np.array([3, 4])) == (3, 4)
    assert settings.layer_sizes(()) == ()
    for wrong in (0, [3, -1], "ab", [2.5], None):
        with pytest.raises(SettingError, match="hidden_layer_sizes must be whole numbers"):
            settings.layer_sizes(wrong)
