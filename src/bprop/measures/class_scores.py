"""Measures of each class, for classes of which one is much rarer than another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def average_precision(scores: np.ndarray, positive: np.ndarray) -> Callable[[np.ndarray], float]:
    """Sum over the scores s, from the largest, of (R_s - R_before) P_s: the area under precision P over recall R of
    "positive where the score is s or more". The share of positives is the value by chance.

    Source: Davis and Goadrich, The relationship between precision-recall and ROC curves (2006).
    """
    _, place = np.unique(-scores, return_inverse=True)
    place = place.ravel()

    def measure(w: np.ndarray) -> float:
        up, every = np.bincount(place, w * positive), np.cumsum(np.bincount(place, w))
        right = np.cumsum(up)
        if not right[-1] > 0:
            return float("nan")
        return float(up @ (right / np.where(every > 0, every, 1.0)) / right[-1])

    return measure


def balanced_accuracy(predicted: np.ndarray, labels: np.ndarray, classes: int) -> Callable[[np.ndarray], float]:
    """The mean of the recalls of the classes that there are; 1 / C by chance."""
    right = predicted == labels

    def measure(w: np.ndarray) -> float:
        hits, rows = np.bincount(labels, w * right, classes), np.bincount(labels, w, classes)
        there = rows > 0
        return float(np.mean(hits[there] / rows[there])) if there.any() else float("nan")

    return measure


def f_scores(
    predicted: np.ndarray, labels: np.ndarray, classes: int, positive: int
) -> dict[str, Callable[[np.ndarray], float]]:
    """Precision P = TP / (TP + FP), recall R = TP / (TP + FN) and F1 = 2 TP / (2 TP + FP + FN).

    Of two classes those of the positive one; of more, the means over the classes that there are among labels or
    predictions (macro averages). A share of nothing is 0.
    """
    hit = predicted == labels

    def counts(w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        places = (w * hit, labels), (w, predicted), (w, labels)
        hits, called, true = (np.bincount(where, weights, classes) for weights, where in places)
        there = np.arange(classes) == positive if classes == 2 else called + true > 0
        return hits[there], called[there], true[there]

    def mean(parts: np.ndarray, wholes: np.ndarray) -> float:
        return float(np.mean(parts / np.where(wholes > 0, wholes, 1.0))) if len(parts) else float("nan")

    def precision(w: np.ndarray) -> float:
        hits, called, _ = counts(w)
        return mean(hits, called)

    def recall(w: np.ndarray) -> float:
        hits, _, true = counts(w)
        return mean(hits, true)

    def f1(w: np.ndarray) -> float:
        hits, called, true = counts(w)
        return mean(2 * hits, called + true)

    return {"f1": f1, "precision": precision, "recall": recall}


def per_class(predicted: np.ndarray, labels: np.ndarray, w: np.ndarray, classes: int) -> list[dict[str, float | None]]:
    """For each class {"rows": its examples, "recall": TP / (TP + FN), "precision": TP / (TP + FP),
    "f1": 2 TP / (2 TP + FP + FN)}; None: undefined.

    w : (N,) weights of the examples, which do not count in "rows".
    """
    hits = np.bincount(labels, w * (predicted == labels), classes)
    true, called = np.bincount(labels, w, classes), np.bincount(predicted, w, classes)
    rows = np.bincount(labels, minlength=classes)
    return [
        {
            "rows": int(rows[c]), "recall": _ratio(hits[c], true[c]), "precision": _ratio(hits[c], called[c]),
            "f1": _ratio(2 * hits[c], true[c] + called[c]),
        }
        for c in range(classes)
    ]  # fmt: skip


def _ratio(part: float, whole: float) -> float | None:
    return float(part / whole) if whole > 0 else None
