"""What is said of a training at its end: that the network has overfitted."""

import numpy as np
import pytest

import bprop as bp
from bprop.training.remarks import remarks

rng = np.random.default_rng(0)
DATA = {"x": rng.normal(size=(40, 6)), "y": rng.integers(2, size=40)}  # there is nothing to learn


def train(**settings):
    settings = {"epochs": 60, "rule": bp.Adam(0.05), "engine": "numpy", "validation": 0.5} | settings
    return bp.train(bp.mlp([6, 16, 2]), DATA, **settings)


def test_training_says_that_the_validation_loss_has_risen_and_which_epoch_is_kept(capsys):
    fit = train()
    said = capsys.readouterr().err
    assert said.startswith("bprop: overfitting: the validation loss was least after epoch ")
    assert f"the fit has the parameters of epoch {fit.kept_epoch} (keep_best=False" in said and said.count("\n") == 1
    assert fit.kept_epoch == fit.history["validation_loss"].argmin() + 1 < 60


def test_it_says_so_too_where_the_last_epoch_is_asked_for(capsys):
    fit = train(keep_best=False)
    assert fit.kept_epoch is None
    assert "the parameters of the last epoch (keep_best=True: those of the best)" in capsys.readouterr().err


@pytest.mark.parametrize("settings", [{"progress": False}, {"epochs": 2}, {"validation": None}])
def test_nothing_is_said_without_progress_or_a_rise(settings, capsys):
    train(**settings)
    assert capsys.readouterr().err == ""


def test_a_fit_without_a_rise_has_no_remarks():
    assert remarks(train(epochs=2, progress=False)) == []
