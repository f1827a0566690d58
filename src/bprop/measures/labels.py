"""The names of measures for people."""

from __future__ import annotations

_NAMES = {
    "log_loss": "log loss (nats)", "roc_auc": "ROC AUC", "calibration_error": "calibration error", "rmse": "RMSE",
    "mae": "MAE", "r2": "R2", "balanced_accuracy": "balanced accuracy", "average_precision": "average precision",
    "f1": "F1",
}  # fmt: skip


def label(name: str) -> str:
    """The name of a measure, also of one of several columns.

    >>> label("roc_auc"), label("rmse[price]"), label("accuracy")
    ('ROC AUC', 'RMSE[price]', 'accuracy')
    """
    first, bracket, column = name.partition("[")
    return _NAMES.get(first, first) + bracket + column
