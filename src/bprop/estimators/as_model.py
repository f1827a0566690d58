"""A fitted estimator as a Model: its graph and theta, notes on its data and its classes, and its epochs."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.model import Model
from bprop.notes import ESTIMATOR
from bprop.record import Record

TASKS = {"binary": "classification", "multiclass": "classification", "columns": "classification"}
"""{kind of target: the task in the notes}; "multilabel" is called so in both, and numbers are a regression."""


def model_of(estimator: Any) -> Model:
    """The model of an estimator that is fitted."""
    model = Model(estimator._network_.graph, estimator._theta(), history_of(estimator), notes_of(estimator))
    model.trained_on = getattr(estimator, "_trained_on", {})
    return model


def notes_of(estimator: Any) -> dict[str, Any]:
    """The name of the estimator, the task, the classes, the features and the target, as plain data."""
    kind = estimator._target.task
    task = TASKS.get(kind, "multilabel" if kind == "multilabel" else "regression")
    notes: dict[str, Any] = {ESTIMATOR: type(estimator).__name__, "task": task, "target": "y"}
    classes = getattr(estimator, "classes_", None)
    if classes is not None:
        notes["classes"] = classes.tolist() if isinstance(classes, np.ndarray) else [c.tolist() for c in classes]
    if hasattr(estimator, "feature_names_in_"):
        notes["columns"] = [str(name) for name in estimator.feature_names_in_]
    return notes


def history_of(estimator: Any) -> list[Record]:
    """A record an epoch of its loss, and of that on a validation set."""
    losses, watched = list(estimator.loss_curve_), getattr(estimator, "validation_loss_curve_", None) or []
    whole = len(watched) == len(losses)
    updates = max(estimator._optimizer.updates, len(losses)) if losses else 0
    return [
        Record(
            k, updates * k // len(losses), float(loss), 0.0, float(loss),
            validation={"loss": float(watched[k - 1])} if whole else None,
        )
        for k, loss in enumerate(losses, 1)
    ]  # fmt: skip
