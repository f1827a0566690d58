"""Calibration by a temperature T: f = softmax(a / T), so that a probability of 0.8 is right in 80 % of the cases.

T > 1 makes probabilities less certain, T < 1 more; the most probable class stays the same. T is chosen on rows that the
network was not trained on.

Source: Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks (2017).
"""

from __future__ import annotations

import numpy as np

from bprop.errors import SettingError

LEAST, MOST = 0.05, 20.0
"""The range of T."""
DOUBT = 0.5
"""The deviation of log T before any row is seen, around T = 1: few rows, or rows without a mistake, move T little."""
STEPS, CLOSE = 60, 1e-10


def temperature_of(scores: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None) -> float:
    """T > 0 that minimises sum_t w_t (-log softmax(a_t / T)_y) / sum_t w_t + (log T)^2 / (2 n DOUBT^2).

    n = (sum w)^2 / sum w^2 is the number of rows that the weights are worth.

    scores : a (N, C), pre-activations, or logarithms of probabilities; -inf stands for a probability of 0.
    labels : (N,) in 0..C-1. weights : (N,), 0 or more; default 1.

    Raises SettingError for arrays that do not fit, for NaN, and where no row has a weight.

    >>> scores = np.log([[0.99, 0.01]] * 4)  # says 99 %, and is right in 3 of 4 cases
    >>> temperature = temperature_of(scores, np.array([0, 0, 0, 1]))
    >>> temperature > 1.5
    True
    """
    a, labels, w = _checked(scores, labels, weights)
    a = np.maximum(a - a.max(axis=1, keepdims=True), np.log(np.finfo(np.float64).tiny))
    share = w / w.sum()
    doubt = float((share @ share) / DOUBT**2)
    at_label = float(share @ a[np.arange(len(a)), labels])
    low, high, u = np.log(1 / MOST), np.log(1 / LEAST), 0.0  # u = -log T
    for _ in range(STEPS):
        slope, curvature = _slope(a, share, at_label, u)
        slope, curvature = slope + doubt * u, curvature + doubt
        low, high = (u, high) if slope < 0 else (low, u)
        step = u - slope / curvature if curvature > 0 else np.nan
        before, u = u, step if low < step < high else (low + high) / 2
        if abs(u - before) < CLOSE:
            break
    return float(np.exp(-u))


def _slope(a: np.ndarray, share: np.ndarray, at_label: float, u: float) -> tuple[float, float]:
    """The first two derivatives by u of the mean of log sum_c exp(b a_c) - b a_y, for b = exp(u)."""
    b = np.exp(u)
    p = tempered(a, 1 / b)
    mean = (p * a).sum(axis=1)
    spread = (p * a * a).sum(axis=1) - mean * mean
    first = b * float(share @ mean - at_label)
    return first, first + b * b * float(share @ spread)


def tempered(scores: np.ndarray, temperature: float) -> np.ndarray:
    """softmax(a / T). Shapes: a (N, C) -> (N, C).

    >>> tempered(np.log([[0.8, 0.2]]), 0.5).round(3)
    array([[0.941, 0.059]])
    """
    e = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    return e / e.sum(axis=1, keepdims=True)


def switches_temperature_of(scores: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> float:
    """T for sigmoid(a / T), outputs of yes and no: one for all of them. Shapes: a (N, ...), y (N, ...) of 0 and 1."""
    a, y = np.asarray(scores, np.float64), np.asarray(y)
    if a.shape != y.shape or a.ndim < 1 or not np.isin(y, (0, 1)).all():
        raise SettingError(f"scores and targets of 0 and 1 need the same shape, not {a.shape} and {y.shape}")
    each = a.size // max(1, len(a))
    w = None if weights is None else np.repeat(np.asarray(weights), each)
    return temperature_of(np.stack([np.zeros(a.size), a.ravel()], axis=1), y.ravel().astype(np.int64), w)


def log_of(probabilities: np.ndarray) -> np.ndarray:
    """log p in float64, as `temperature_of` takes it; -inf where p is 0."""
    with np.errstate(divide="ignore"):
        return np.log(np.asarray(probabilities, np.float64))


def _checked(
    scores: np.ndarray, labels: np.ndarray, weights: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    a, labels = np.asarray(scores, np.float64), np.asarray(labels)
    w = np.ones(len(labels)) if weights is None else np.asarray(weights, np.float64)
    if a.ndim != 2 or a.shape[1] < 2 or labels.shape != (len(a),) or w.shape != (len(a),):
        raise SettingError(
            f"scores (N, C), labels (N,) and weights (N,) do not fit: {a.shape}, {labels.shape}, {w.shape}"
        )
    if labels.dtype.kind not in "iu" or (len(a) and not 0 <= labels.min() <= labels.max() < a.shape[1]):
        raise SettingError(f"labels must be whole numbers in 0..{a.shape[1] - 1}")
    if not np.isfinite(a.max(axis=1, initial=-np.inf)).all() or np.isnan(a).any():
        row = int((~np.isfinite(a.max(axis=1)) | np.isnan(a).any(axis=1)).argmax())
        raise SettingError(f"row {row}: the scores {a[row]} are not finite, so there is no temperature for them")
    if not (np.isfinite(w).all() and (w >= 0).all() and w.any()):
        raise SettingError("the weights of rows must be finite, 0 or more, and not all 0")
    return a, labels, w
