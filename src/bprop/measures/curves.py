"""Curves of scores: what each threshold between two classes would give, and how sure predictions are and are right."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.measures.scores import BINS


def roc_curve(scores: np.ndarray, positive: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(F (T + 1,), R (T + 1,)): the share of the negatives, and of the positives, whose score is s or more, for each of
    T different scores s from the largest, after (0, 0). The area under it is `roc_auc`; NaN without one of the kinds.

    Source: Fawcett, An introduction to ROC analysis (2006).

    >>> [share.tolist() for share in roc_curve(np.array([0.9, 0.6, 0.3]), np.array([True, False, True]), np.ones(3))]
    [[0.0, 0.0, 1.0, 1.0], [0.0, 0.5, 0.5, 1.0]]
    """
    up, down = _called(scores, positive, w)
    with np.errstate(all="ignore"):
        return np.append(0.0, down) / down[-1], np.append(0.0, up) / up[-1]


def precision_recall(scores: np.ndarray, positive: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(R (T,), P (T,)): recall and precision of "positive where the score is s or more", for each of T different scores
    s from the largest. The area below its steps is `average_precision`.

    >>> [part.tolist() for part in precision_recall(np.array([0.9, 0.6]), np.array([True, False]), np.ones(2))]
    [[1.0, 1.0], [1.0, 0.5]]
    """
    up, down = _called(scores, positive, w)
    every = up + down
    with np.errstate(all="ignore"):
        return up / up[-1], up / np.where(every > 0, every, 1.0)


def _called(scores: np.ndarray, positive: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T,) the weight of the positives, and of the others, with a score of s or more, for each s from the largest."""
    _, place = np.unique(-scores, return_inverse=True)
    place = place.ravel()
    return np.cumsum(np.bincount(place, w * positive)), np.cumsum(np.bincount(place, w * ~positive))


def at_thresholds(
    scores: np.ndarray, positive: np.ndarray, w: np.ndarray, thresholds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(T,) true positives and (T,) false positives, by weight, of "positive where the score is t or more".

    >>> at_thresholds(np.array([0.2, 0.8]), np.array([False, True]), np.ones(2), np.array([0.0, 0.5, 0.9]))
    (array([1., 1., 0.]), array([1., 0., 0.]))
    """
    order = np.argsort(scores, kind="stable")
    first = np.searchsorted(scores[order], thresholds.astype(scores.dtype))
    above = [np.append(np.cumsum((w * kind)[order][::-1])[::-1], 0.0) for kind in (positive, ~positive)]
    return above[0][first], above[1][first]


def reliability(confidence: np.ndarray, right: np.ndarray, w: np.ndarray) -> list[dict[str, Any]]:
    """For each of 15 equal bins of the confidence that has examples {"low", "high", "rows", "share" of the weight,
    "confidence", "right"}: the mean confidence, and the share that is right.

    The sum of share |right - confidence| is `calibration_error`.

    >>> bins = reliability(np.array([0.9, 0.92]), np.array([1.0, 0.0]), np.ones(2))
    >>> [(one["rows"], round(one["confidence"], 2), one["right"]) for one in bins]
    [(2, 0.91, 0.5)]
    """
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    rows, weight = np.bincount(place, minlength=BINS), np.bincount(place, w, BINS)
    sure, hits = np.bincount(place, w * confidence, BINS), np.bincount(place, w * right, BINS)
    return [
        {
            "low": k / BINS, "high": (k + 1) / BINS, "rows": int(rows[k]), "share": float(weight[k] / w.sum()),
            "confidence": float(sure[k] / weight[k]), "right": float(hits[k] / weight[k]),
        }
        for k in range(BINS)
        if weight[k] > 0
    ]  # fmt: skip


def thinned(x: np.ndarray, y: np.ndarray, most: int) -> np.ndarray:
    """The numbers of at most `most` points of a line, spread evenly along it, with both ends.

    >>> thinned(np.arange(5.0), np.zeros(5), 3).tolist()
    [0, 2, 4]
    """
    if len(x) <= most:
        return np.arange(len(x))
    way = np.append(0.0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y))))
    places = np.searchsorted(way, np.linspace(0, way[-1], most)).clip(0, len(x) - 1)
    places[-1] = len(x) - 1
    return np.unique(places)
