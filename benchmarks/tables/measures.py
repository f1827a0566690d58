"""How wrong predictions are. All measures are errors: smaller is better."""

from __future__ import annotations

import numpy as np

from benchmarks.tables.table import CLASSES, VALUES

SMALLEST = 1e-7
"""A probability of 0 counts as this, for every method: about the precision of float32."""

LOG_LOSS, AUC, WRONG, RMSE = "log loss", "1 - AUC", "wrong answers", "RMSE"
MEASURES = {CLASSES: (LOG_LOSS, AUC, WRONG), VALUES: (RMSE,)}
MAIN = {CLASSES: LOG_LOSS, VALUES: RMSE}
"""The error that ranks methods, of each task."""


def errors(task: str, target: np.ndarray, prediction: np.ndarray) -> dict[str, float]:
    """{measure: error} of probabilities (N, C), or of values (N,). Raises ValueError where they are not usable."""
    shape = (len(target), prediction.shape[-1]) if task == CLASSES else (len(target),)
    if prediction.shape != shape or not np.isfinite(prediction).all():
        raise ValueError(f"predictions of shape {prediction.shape}, expected {shape} finite numbers")
    prediction = np.asarray(prediction, float)
    if task != CLASSES:
        return {RMSE: float(np.sqrt(np.mean((prediction - target) ** 2)))}
    prediction = prediction / prediction.sum(axis=1, keepdims=True)
    return {
        LOG_LOSS: log_loss(target, prediction),
        AUC: 1 - auc(target, prediction),
        WRONG: float(np.mean(prediction.argmax(axis=1) != target)),
    }


def log_loss(target: np.ndarray, probability: np.ndarray) -> float:
    """-mean of log p of the true class."""
    right = probability[np.arange(len(target)), target]
    return float(-np.mean(np.log(np.clip(right, SMALLEST, 1))))


def auc(target: np.ndarray, probability: np.ndarray) -> float:
    """The area under the ROC curve: of class 1 against class 0; of more classes the mean of each against the others.

    A class of which all rows or none are tested says nothing, and is left out of the mean.
    """
    classes = range(probability.shape[1]) if probability.shape[1] > 2 else (1,)
    areas = [_area(target == c, probability[:, c]) for c in classes]
    return float(np.nanmean(areas)) if np.isfinite(areas).any() else 0.5


def _area(positive: np.ndarray, score: np.ndarray) -> float:
    """P(score of a positive row > that of another) + P(equal) / 2; nan where there is only one kind of rows."""
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    a, b = positive.sum(), (~positive).sum()
    return float((rank[positive].sum() - a * (a + 1) / 2) / (a * b)) if a and b else np.nan
