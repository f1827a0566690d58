"""A callback that logs a training to MLflow: its settings, the numbers of each epoch, and the model."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from bprop.errors import MissingPackageError
from bprop.model import Model
from bprop.notebook import Described
from bprop.record import Record

STATUS = {"diverged": "FAILED", "failed": "FAILED", "interrupted": "KILLED"}


class MLflow(Described):
    """A training as a run of MLflow: bp.train(..., callbacks=bp.MLflow()).

    It logs the settings as parameters, the numbers of each epoch as metrics (validation_loss, ...; accuracy[nll_1] is
    called accuracy/nll_1), how training ended as tags, and the model as an artifact. It logs to the run that is active;
    without one it begins a run of its own, and ends it. Where to: mlflow.set_tracking_uri and mlflow.set_experiment.

    model : the name of the artifact, a file for `bprop.load`; None: it is not logged.

    Raises MissingPackageError without MLflow.

    >>> callback = bp.MLflow(model=None)  # doctest: +SKIP
    """

    needs_fit = False

    model: str | None
    mlflow: ModuleType

    run: Any

    def __init__(self, model: str | None = "model.bprop"):
        try:
            import mlflow
        except ImportError as error:
            raise MissingPackageError("bp.MLflow needs the package mlflow: pip install mlflow") from error
        self.model, self.mlflow, self.run = model, mlflow, None

    def begin(self, fit: Any) -> None:
        """Begin a run, unless one is active, and log the settings."""
        self.run = self.mlflow.start_run() if self.mlflow.active_run() is None else None
        try:
            self.mlflow.log_params({k: v for k, v in fit.settings.items() if v is not None and k != "engine_reason"})
        except BaseException:
            self._close("FAILED")
            raise

    def epoch(self, record: Record) -> None:
        """Log the numbers of an epoch."""
        numbers = {name.replace("[", "/").replace("]", ""): value for name, value in record.numbers.items()}
        self.mlflow.log_metrics({k: float(v) for k, v in numbers.items() if v is not None}, step=record.epoch)

    def end(self, fit: Model) -> None:
        """Log how training ended, and the model; end the run, if this has begun it."""
        try:
            tags = {"stopped": fit.stopped, "kept_epoch": fit.kept_epoch, "failure": fit.failure}
            self.mlflow.set_tags({name: value for name, value in tags.items() if value is not None})
            if self.model is not None:
                with TemporaryDirectory() as folder:
                    fit.save(Path(folder) / self.model)
                    self.mlflow.log_artifact(str(Path(folder) / self.model))
        finally:
            self._close(STATUS.get(fit.stopped, "FINISHED"))

    def _close(self, status: str) -> None:
        if self.run is not None:
            self.mlflow.end_run(status)
