"""Measures of predictions. Each is a function of example weights, so that a resample is a set of weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

from bprop.measures.class_scores import average_precision, balanced_accuracy

Measure = Callable[[np.ndarray], float]
"""From the weights of the examples (N,) to a number; NaN if undefined."""

BINS = 15
LEAST = 1e-15  # the log loss raises smaller probabilities to this


def of_classes(
    f: np.ndarray, labels: np.ndarray, probabilities: bool, decision: Any = None, positive: int = 1
) -> dict[str, Measure]:  # fmt: skip
    """Accuracy, balanced accuracy, ROC AUC and average precision of scores (N, C) for labels (N,); of probabilities
    also log loss and calibration error.

    decision : between two classes (a `sources.decision.Decision`); default the one with the larger score. Its positive
    class, else `positive`, is that of the average precision; of more classes, the average precision is the mean of
    those of each class against the others.
    """
    predicted = predictions(f, decision)
    right = (f.argmax(axis=1) == labels) * 1.0
    measures: dict[str, Measure] = {
        "accuracy": Share((predicted == labels) * 1.0),
        "balanced_accuracy": balanced_accuracy(predicted, labels, f.shape[1]),
    }
    if probabilities:
        measures["log_loss"] = mean(-np.log(np.maximum(f[np.arange(len(f)), labels].astype(np.float64), LEAST)))
    if f.shape[1] == 2:
        scores = f[:, 1] if probabilities else f[:, 1] - f[:, 0]
        positive = positive if decision is None else decision.positive
        measures["roc_auc"] = roc_auc(scores, labels == 1)
        rarer = f[:, positive] if probabilities else (1 if positive else -1) * scores
        measures["average_precision"] = average_precision(rarer, labels == positive)
    else:
        measures["roc_auc"] = _average([roc_auc(f[:, c], labels == c) for c in range(f.shape[1])])
        each = [average_precision(f[:, c], labels == c) for c in range(f.shape[1])]
        measures["average_precision"] = _average(each)
    if probabilities:
        measures["calibration_error"] = calibration_error(f.max(axis=1), right)
    return measures


def predictions(f: np.ndarray, decision: Any = None) -> np.ndarray:
    """(N,) the classes that scores (N, C) lead to."""
    return f.argmax(axis=1) if decision is None else decision.labels(f)


def of_switches(f: np.ndarray, y: np.ndarray) -> dict[str, Measure]:
    """For several outputs of 0 or 1, probabilities f (N, K): averages over the outputs."""
    p = np.clip(f.astype(np.float64), LEAST, 1 - LEAST)
    right = ((f > 0.5) == y) * 1.0
    errors = [calibration_error(np.maximum(p[:, k], 1 - p[:, k]), right[:, k]) for k in range(f.shape[1])]
    return {
        "accuracy": mean(right.mean(axis=1)),
        "log_loss": mean(-np.where(y == 1, np.log(p), np.log1p(-p)).mean(axis=1)),
        "roc_auc": _average([roc_auc(f[:, k], y[:, k] == 1) for k in range(f.shape[1])]),
        "calibration_error": _average(errors),
    }


def of_numbers(f: np.ndarray, y: np.ndarray) -> dict[str, Measure]:
    """Root mean squared error, mean absolute error and R2 of predictions (N,)."""
    y = y.astype(np.float64)
    with np.errstate(over="ignore"):
        error = f.astype(np.float64) - y
        unit, spread_unit = _power_of_two(error), _power_of_two(y)  # so that no square overflows
        ratio = np.float64(unit) / spread_unit
    mean_square, scaled = mean((error / unit) ** 2), y / spread_unit
    mean_size = mean(abs(error) / unit)

    def r2(w: np.ndarray) -> float:
        spread = np.average((scaled - np.average(scaled, weights=w)) ** 2, weights=w)
        with np.errstate(over="ignore"):
            return float(1 - mean_square(w) / spread * ratio * ratio) if spread > 0 else float("nan")

    return {"rmse": lambda w: unit * float(np.sqrt(mean_square(w))), "mae": lambda w: unit * mean_size(w), "r2": r2}


def _power_of_two(values: np.ndarray) -> float:
    """The power of two at or just below the largest size."""
    return float(np.ldexp(1.0, int(np.frexp(abs(values).max(initial=0.0))[1]) - 1))


def of_columns(f: np.ndarray, y: np.ndarray, columns: Sequence[str]) -> dict[str, Measure]:
    """The measures of numbers (N,) or (N, K); those of several columns have names such as rmse[column]."""
    if y.ndim == 1:
        return of_numbers(f.reshape(len(f)), y)
    return {
        f"{name}[{column}]": measure
        for k, column in enumerate(columns)
        for name, measure in of_numbers(f[:, k], y[:, k]).items()
    }


def mean(values: np.ndarray) -> Measure:
    """The weighted mean of a number for each example."""
    return lambda w: float(w @ values / w.sum())


class Share:
    """The weighted mean of right (N,), 1 or 0 for each example."""

    def __init__(self, right: np.ndarray):
        self.mean: Measure = mean(right)

    def __call__(self, w: np.ndarray) -> float:
        return self.mean(w)

    def interval(self, w: np.ndarray, level: float) -> tuple[float, float]:
        """Wilson's, of as many examples as the weights are worth: (sum w)^2 / sum w^2."""
        share, count = self(w), float(w.sum() ** 2 / (w @ w))
        z = NormalDist().inv_cdf((1 + level) / 2)
        middle = (share + z * z / (2 * count)) / (1 + z * z / count)
        half = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
        return min(share, max(0.0, float(middle - half))), max(share, min(1.0, float(middle + half)))


def roc_auc(scores: np.ndarray, positive: np.ndarray) -> Measure:
    """The share of pairs (a positive, another) in which the positive has the larger score; ties count half.

    Source: Fawcett, An introduction to ROC analysis (2006).
    """
    _, place = np.unique(scores, return_inverse=True)
    place = place.ravel()

    def measure(w: np.ndarray) -> float:
        up, down = np.bincount(place, w * positive), np.bincount(place, w * ~positive)
        pairs = up.sum() * down.sum()
        return float(up @ (np.cumsum(down) - down / 2) / pairs) if pairs > 0 else float("nan")

    return measure


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> Measure:
    """Mean |accuracy - confidence| over 15 equal bins of the confidence, weighted by their examples.

    Source: Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks (2017).
    """
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gap = right - confidence
    return lambda w: float(abs(np.bincount(place, w * gap, BINS)).sum() / w.sum())


def confusion(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """(C, C): the number of examples of class i (row) predicted as class j (column)."""
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


def intervals(
    measures: Mapping[str, Measure],
    weights: np.ndarray,
    resamples: int,
    seed: int = 0,
    level: float = 0.95,
    groups: np.ndarray | None = None,
) -> dict[str, tuple[float, float]]:
    """{measure: (low, high)}, its confidence interval at `level`, which includes the measure itself.

    Shares have Wilson's interval. The others have the bias-corrected percentiles of `resamples` resamples of the
    examples, extended to the measure itself if all resamples lie on one side of it.

    groups : (N,) numbers of the groups of examples that are like each other, such as the visits of a patient. Groups
    are then drawn in the place of examples, for shares too.

    Sources: Wilson, Probable inference (1927); Efron and Tibshirani, An Introduction to the Bootstrap (1993), 14.3.
    """
    alone = {n: m for n, m in measures.items() if groups is not None or not isinstance(m, Share)}
    drawn = _resampled(alone, weights, resamples, seed, groups)
    spans = {}
    for name, measure in measures.items():
        if isinstance(measure, Share) and resamples and groups is None:
            spans[name] = measure.interval(weights, level)
        elif (value := measure(weights)) == value and len(drawn.get(name, ())):
            spans[name] = bias_corrected(drawn[name], value, level)
    return spans


def _resampled(
    measures: Mapping[str, Measure], weights: np.ndarray, resamples: int, seed: int, groups: np.ndarray | None
) -> dict[str, np.ndarray]:  # fmt: skip
    """The measures of examples drawn with replacement, where they are defined."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 3]))
    codes = np.arange(len(weights)) if groups is None else np.unique(groups, return_inverse=True)[1]
    of = int(codes.max(initial=-1)) + 1
    drawn: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(resamples if measures else 0):
        w = weights * np.bincount(rng.integers(of, size=of), minlength=of)[codes]
        if w.any():
            for name, measure in measures.items():
                drawn[name].append(measure(w))
    return {name: np.array(values)[~np.isnan(values)] for name, values in drawn.items()}


def bias_corrected(drawn: np.ndarray, value: float, level: float) -> tuple[float, float]:
    """The percentiles Phi(2 z0 -+ z) of resamples, Phi(z0) the share of them below `value` (ties count half)."""
    normal = NormalDist()
    z = normal.inv_cdf((1 + level) / 2)
    below = ((drawn < value).mean() + (drawn <= value).mean()) / 2
    z0 = normal.inv_cdf(float(np.clip(below, normal.cdf(-z), normal.cdf(z))))
    low, high = np.percentile(drawn, [100 * normal.cdf(2 * z0 + end) for end in (-z, z)]).tolist()
    return min(low, value), max(high, value)


def _average(measures: list[Measure]) -> Measure:
    def measure(w: np.ndarray) -> float:
        values = [value for m in measures if (value := m(w)) == value]
        return float(np.mean(values)) if values else float("nan")

    return measure
