"""How good predictions are: each measure as a function of example weights, so that resampling is reweighting."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

Measure = Callable[[np.ndarray], float]
"""From the weights of the examples (N,) to a number; NaN where it is not defined."""

BINS = 15
LEAST = 1e-15  # a probability below this counts as this in the log loss


def of_classes(f: np.ndarray, labels: np.ndarray, probabilities: bool) -> dict[str, Measure]:
    """Accuracy and ROC AUC of scores (N, C) for labels (N,); of probabilities also log loss and calibration error."""
    right = (f.argmax(axis=1) == labels) * 1.0
    found: dict[str, Measure] = {"accuracy": mean(right)}
    if probabilities:
        found["log_loss"] = mean(-np.log(np.maximum(f[np.arange(len(f)), labels].astype(np.float64), LEAST)))
    if f.shape[1] == 2:
        found["roc_auc"] = roc_auc(f[:, 1] if probabilities else f[:, 1] - f[:, 0], labels == 1)
    else:
        found["roc_auc"] = _average([roc_auc(f[:, c], labels == c) for c in range(f.shape[1])])
    if probabilities:
        found["calibration_error"] = calibration_error(f.max(axis=1), right)
    return found


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
    f, y = f.astype(np.float64), y.astype(np.float64)
    squared = (f - y) ** 2

    def r2(w: np.ndarray) -> float:
        spread = w @ (y - np.average(y, weights=w)) ** 2
        return float(1 - (w @ squared) / spread) if spread > 0 else float("nan")

    mean_square = mean(squared)
    return {"rmse": lambda w: float(np.sqrt(mean_square(w))), "mae": mean(abs(f - y)), "r2": r2}


def mean(values: np.ndarray) -> Measure:
    """The weighted mean of a number for each example."""
    return lambda w: float(w @ values / w.sum())


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


def confusion(f: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(C, C): how many examples of class i (row) are taken for class j (column)."""
    classes = f.shape[1]
    return np.bincount(labels * classes + f.argmax(axis=1), minlength=classes**2).reshape(classes, classes)


def intervals(
    measures: Mapping[str, Measure], weights: np.ndarray, resamples: int, seed: int = 0, level: float = 0.95
) -> dict[str, tuple[float, float]]:
    """Percentile bootstrap: between which numbers each measure lies in `level` of the resamples of the examples.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, 3]))
    count = len(weights)
    drawn: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(resamples):
        w = weights * np.bincount(rng.integers(count, size=count), minlength=count)
        if w.any():
            for name, measure in measures.items():
                drawn[name].append(measure(w))
    ends = (50 * (1 - level), 50 * (1 + level))
    known = {name: np.array(values)[~np.isnan(values)] for name, values in drawn.items()}
    return {
        name: (float(low), float(high)) for name, v in known.items() if len(v) for low, high in [np.percentile(v, ends)]
    }


def _average(measures: list[Measure]) -> Measure:
    def measure(w: np.ndarray) -> float:
        found = [value for m in measures if (value := m(w)) == value]
        return float(np.mean(found)) if found else float("nan")

    return measure
