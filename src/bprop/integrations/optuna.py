"""A callback that reports to a trial of Optuna, and ends the trial where Optuna's pruner gives it up."""

from __future__ import annotations

from typing import Any

from bprop.errors import MissingPackageError
from bprop.notebook import Described
from bprop.record import Record


class OptunaPruning(Described):
    """For an objective of your own in Optuna: bp.train(..., validation=0.2, callbacks=bp.OptunaPruning(trial)).

    After each epoch it reports the number of a column of the history. Where the pruner gives the trial up, training
    ends with optuna.TrialPruned, which the study notes. (`bp.tune` searches without code of yours.)

    trial : the trial that the objective is called with. monitor : the column: "validation_loss", "validation_accuracy",
    "loss", ... The direction is that of the study.

    Raises MissingPackageError without Optuna. After the first epoch, UnknownNameError for a column that is not there.

    >>> import optuna
    >>> optuna.logging.set_verbosity(optuna.logging.ERROR)
    >>> data = {"x": np.eye(8), "y": [0, 1, 0, 1, 0, 1, 0, 1]}
    >>> def objective(trial):
    ...     rule = bp.SGD(trial.suggest_float("lr", 0.01, 1.0, log=True))
    ...     fit = bp.train(bp.mlp([8, 2]), data, rule=rule, validation=0.5, engine="numpy", progress=False,
    ...                    callbacks=bp.OptunaPruning(trial))
    ...     return fit.history["validation_loss"].min()
    >>> study = optuna.create_study(pruner=optuna.pruners.MedianPruner())
    >>> study.optimize(objective, n_trials=3)
    >>> len(study.trials[0].intermediate_values)
    10
    """

    needs_fit = False

    trial: Any
    monitor: str

    def __init__(self, trial: Any, monitor: str = "validation_loss"):
        try:
            from optuna import TrialPruned
        except ImportError as error:
            raise MissingPackageError("OptunaPruning needs the package optuna: pip install 'bprop[tune]'") from error
        self.trial, self.monitor, self._pruned = trial, monitor, TrialPruned

    def epoch(self, record: Record) -> None:
        """Report an epoch. Raises optuna.TrialPruned."""
        value = record[self.monitor]
        self.trial.report(value, record.epoch)
        if self.trial.should_prune():
            raise self._pruned(f"{self.monitor} {value:.4g} after epoch {record.epoch}")
