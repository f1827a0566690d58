"""Split-conformal prediction: sets and intervals that hold the true answer with a chosen probability.

A score says how far the true answer of a row lies from the prediction. From the scores of n rows that the network was
not trained on, q(level) is the ceil((n + 1) level)-th smallest. The score of a further row of the same kind is at most
q with a probability of at least `level`, whatever the network and the distribution are.

Sources: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005); Lei, G'Sell, Rinaldo, Tibshirani
and Wasserman, Distribution-free predictive inference for regression (2018); Sadinle, Lei and Wasserman, Least ambiguous
set-valued classifiers (2019); Romano, Patterson and Candes, Conformalized quantile regression (2019).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.errors import DataError, SettingError

MOST = 1000
"""Scores that are kept."""


@dataclass(frozen=True)
class Scores:
    """The scores of rows that the network was not trained on.

    values : in increasing order. shares : P(score of a further row <= value), at least; of equal weights k / (n + 1).
    rows : n.

    >>> scores = Scores.of(np.arange(1.0, 20.0))
    >>> scores.rows, scores.quantile(0.9)
    (19, 18.0)
    """

    values: np.ndarray
    shares: np.ndarray
    rows: int

    @classmethod
    def of(cls, scores: np.ndarray, weights: np.ndarray | None = None, most: int = MOST) -> Scores:
        """From scores (N,) and weights of examples (N,), of which a further row has the mean.

        Of more than `most` scores, so many are kept, evenly spaced; the quantiles then are at most one step too large.
        Raises SettingError for scores or weights that are not finite.
        """
        scores = np.asarray(scores, np.float64)
        w = np.ones(len(scores)) if weights is None else np.asarray(weights, np.float64)
        if scores.ndim != 1 or w.shape != scores.shape:
            raise SettingError(f"scores (N,) and their weights (N,) do not fit: {scores.shape}, {w.shape}")
        if not (np.isfinite(scores).all() and np.isfinite(w).all() and (w >= 0).all()):
            raise SettingError("conformal scores must be finite, and their weights finite and 0 or more")
        scores, w = scores[w > 0], w[w > 0]
        order = np.argsort(scores, kind="stable")
        total = w.sum() + (w.mean() if len(w) else 0.0)
        values, shares = scores[order], np.cumsum(w[order]) / total if len(w) else w
        if len(values) > most:
            places = np.unique(np.linspace(0, len(values) - 1, most).round().astype(int))
            values, shares = values[places], shares[places]
        return cls(values, shares, len(scores))

    def quantile(self, level: float) -> float:
        """q(level). Raises SettingError where there are too few rows for this level."""
        place = int(np.searchsorted(self.shares, need_level(level) - 1e-12))
        if place == len(self.shares):
            highest = float(self.shares[-1]) if self.rows else 0.0
            raise SettingError(
                f"--interval {level:g}: {self.rows:,} rows that were not trained on are too few for this level: they "
                f"allow up to {highest:.4g}; hold out more rows with --validation, or train with --folds"
            )
        return float(self.values[place])

    def to_notes(self) -> dict[str, Any]:
        """As plain data."""
        return {"values": self.values.tolist(), "shares": self.shares.tolist(), "rows": self.rows}

    @classmethod
    def from_notes(cls, notes: Any) -> Scores:
        """From plain data. Raises DataError where it is damaged."""
        try:
            if not isinstance(notes, Mapping):
                raise TypeError
            values, shares = (np.array(notes[name], np.float64) for name in ("values", "shares"))
            rows = notes["rows"]
            sound = values.ndim == 1 and values.shape == shares.shape and len(values) <= MOST
            sound = sound and bool(np.isfinite(values).all() and ((shares > 0) & (shares < 1)).all())
            sound = sound and bool((np.diff(values) >= 0).all() and (np.diff(shares) >= 0).all())
            if not sound or isinstance(rows, bool) or not isinstance(rows, int) or rows < len(values):
                raise ValueError
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise DataError("the notes of this model have damaged conformal scores") from error
        return cls(values, shares, rows)


def need_level(level: float) -> float:
    """A probability between 0 and 1. Raises SettingError."""
    if isinstance(level, bool) or not isinstance(level, int | float | np.number) or not 0 < level < 1:
        raise SettingError(f"--interval {level}: give a probability between 0 and 1, such as 0.9")
    return float(level)


# --- values -------------------------------------------------------------------------------------------------------


def distances(f: np.ndarray, y: np.ndarray, scale: np.ndarray | float = 1.0) -> np.ndarray:
    """|y - f| / scale, the scores of values. Shapes: f (N,), y (N,), scale (N,) above 0 -> (N,)."""
    return np.abs(np.asarray(y, np.float64) - np.asarray(f, np.float64)) / scale


def around(f: np.ndarray, quantile: float, scale: np.ndarray | float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """(low, high) = f -+ q scale."""
    f = np.asarray(f, np.float64)
    return f - quantile * scale, f + quantile * scale


def beyond(low: np.ndarray, high: np.ndarray, y: np.ndarray) -> np.ndarray:
    """max(low - y, y - high), the scores of values with predicted quantiles; below 0 within them."""
    low, high, y = (np.asarray(array, np.float64) for array in (low, high, y))
    return np.maximum(low - y, y - high)


def widened(low: np.ndarray, high: np.ndarray, quantile: float) -> tuple[np.ndarray, np.ndarray]:
    """(low - q, high + q); both are their middle where q < 0 would turn them around."""
    low, high = np.asarray(low, np.float64) - quantile, np.asarray(high, np.float64) + quantile
    middle = (low + high) / 2
    return np.minimum(low, middle), np.maximum(high, middle)


# --- classes ------------------------------------------------------------------------------------------------------


def surprises(p: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """1 - p_y, the scores of classes. Shapes: p (N, C), labels (N,) -> (N,)."""
    return 1 - np.asarray(p, np.float64)[np.arange(len(p)), labels]


def sets(p: np.ndarray, quantile: float) -> np.ndarray:
    """(N, C) of bool: the classes c with 1 - p_c <= q.

    No class is in the set of a row that looks like none of them. There are such rows where the network is right more
    often than the level asks for.
    """
    return 1 - np.asarray(p, np.float64) <= quantile


# --- measured -----------------------------------------------------------------------------------------------------


def coverage(inside: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The weighted share of rows (N,) whose true answer is inside."""
    return float(np.average(inside, weights=weights))
