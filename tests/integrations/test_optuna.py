"""Pruning of trials by Optuna, with Optuna itself."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import UnknownNameError

optuna = pytest.importorskip("optuna")
rng = np.random.default_rng(0)
DATA = {"x": rng.normal(size=(30, 4)), "y": rng.integers(2, size=30)}


@pytest.fixture(autouse=True)
def quiet():
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    yield
    optuna.logging.set_verbosity(before)


def study_of(pruner, **more):
    """(study, its trainings' fits) of one trial of 4 epochs."""
    fits = []

    def objective(trial):
        callback = bp.OptunaPruning(trial, **more)
        fit = bp.train(
            bp.mlp([4, 2]), DATA, epochs=4, validation=0.2, engine="numpy", progress=False, callbacks=callback
        )
        fits.append(fit)
        return fit.history["validation_loss"].min()

    study = optuna.create_study(pruner=pruner)
    study.optimize(objective, n_trials=1)
    return study, fits


def test_each_epoch_is_reported_to_the_trial():
    study, (fit,) = study_of(optuna.pruners.NopPruner())
    assert study.trials[0].state.name == "COMPLETE" and len(fit.history) == 4
    assert study.trials[0].intermediate_values == {r.epoch: r.validation_loss for r in fit.history}
    study, (fit,) = study_of(optuna.pruners.NopPruner(), monitor="accuracy")
    assert list(study.trials[0].intermediate_values.values()) == fit.history["accuracy"].tolist()


def test_a_trial_that_the_pruner_gives_up_is_pruned_after_that_epoch():
    study, fits = study_of(optuna.pruners.ThresholdPruner(upper=0.0, n_warmup_steps=2))
    assert fits == [] and study.trials[0].state.name == "PRUNED"
    assert list(study.trials[0].intermediate_values) == [1, 2]


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(UnknownNameError, match="no 'validation_f1'; it has epoch"):
        study_of(optuna.pruners.NopPruner(), monitor="validation_f1")
