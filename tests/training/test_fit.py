"""The result of training: what it says of its run, and what of it pickles."""

import pickle

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.training.fit import Fit

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2))
DATA = {"x": X, "y": (X[:, 0] > X[:, 1]).astype(int)}


def mean_output(output, target):
    return float(np.mean(output))


def trained(**settings):
    return bp.train(bp.mlp([2, 3, 2]), DATA, progress=False, engine="numpy", seed=0, **{"epochs": 2, **settings})


def test_a_fit_that_nobody_trained_says_so():
    fit = Fit(bp.mlp([2, 3, 2]), bp.mlp([2, 3, 2]).init(seed=0))
    assert (fit.stopped, fit.updates, fit.engine, fit.engine_reason) == ("running", 0, "", "")
    assert fit.settings == {}
    assert (fit.members, fit.held, fit.kinds) == ((), (), None)
    with pytest.raises(TypeError):
        fit.settings["rule"] = "mine"  # it is shared by all fits


def test_pickle_keeps_what_it_says_of_its_run():
    fit = trained(validation=0.25, patience=1)
    fit.members = (trained(),)
    copy = pickle.loads(pickle.dumps(fit))
    assert isinstance(copy, Fit)
    for name in ("stopped", "updates", "engine", "engine_reason", "settings", "best_epoch", "failure", "trained_on"):
        assert getattr(copy, name) == getattr(fit, name)
    assert copy.history == fit.history
    assert len(copy.members) == 1
    for name, array in fit.params.items():
        np.testing.assert_array_equal(copy.params[name], array)


def test_pickle_leaves_out_validation_rows_and_measures_that_are_functions():
    fit = trained(metrics={"mean_output": mean_output, "f1": "f1"})
    fit.held = (DataSet(DATA),)
    state = fit.__getstate__()
    assert "held" not in state
    assert fit.held
    copy = pickle.loads(pickle.dumps(fit))
    assert copy.held == ()
    assert copy.metrics == {"f1": "f1"}
    assert "mean_output" in fit.metrics


def test_a_fit_without_measures_of_its_own_pickles():
    fit = Fit(bp.mlp([2, 3, 2]), bp.mlp([2, 3, 2]).init(seed=0))
    fit.metrics = None
    assert pickle.loads(pickle.dumps(fit)).metrics == {}


def test_a_report_is_a_page_of_this_training(tmp_path):
    path = tmp_path / "run.html"
    fit = trained(epochs=1)
    assert fit.report(path, DATA, name="of the lecture") is None
    page = path.read_text(encoding="utf-8")
    assert "of the lecture" in page
    fit.report(path)
    assert len(path.read_text(encoding="utf-8")) < len(page)  # without data, there is nothing that tells how it does
