"""The best constant answer: the most frequent class, the mean, the median. A model must do better."""

from __future__ import annotations

from math import sqrt

import numpy as np


def usual(column: np.ndarray, w: np.ndarray) -> tuple[float, float]:
    """(the most frequent of targets (N,), its share), by weight."""
    values, place = np.unique(column, return_inverse=True)
    rows = np.bincount(place.ravel(), weights=w)
    return values[rows.argmax()], float(rows.max() / w.sum())


def constant_errors(y: np.ndarray, w: np.ndarray) -> dict[str, float]:
    """{"rmse": of always the mean, "mae": of always the median} for targets (N,) or (N, K), over which it averages."""
    unit = float(np.ldexp(1.0, int(np.frexp(np.abs(y).max())[1]) - 1))  # squares of large numbers must not overflow
    y = y.reshape(len(y), -1).astype(np.float64) / unit
    mean = np.average(y, axis=0, weights=w)
    return {
        "rmse": unit * sqrt(np.average(np.square(y - mean), axis=0, weights=w).mean()),
        "mae": unit * float(np.mean([_least_distance(column, w) for column in y.T])),
    }


def _least_distance(column: np.ndarray, w: np.ndarray) -> float:
    """The mean distance from the weighted median. No constant has a smaller one."""
    order = np.argsort(column, kind="stable")
    middle = column[order][np.searchsorted(np.cumsum(w[order]), w.sum() / 2)]
    return float(np.average(np.abs(column - middle), weights=w))
