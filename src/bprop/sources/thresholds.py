"""Thresholds of a number: where the targets change most, as a decision tree of that one number would cut it."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np

MOST_ROWS = 20_000
"""Thresholds are learned from so many rows at most, evenly spread over the table."""


def thresholds(values: np.ndarray, y: np.ndarray, most: int = 16, fewest: int = 16) -> np.ndarray:
    """The cuts of a number, in order: those of a tree that is grown leaf by leaf, the largest gain first.

    values : (N,) the number. y : (N, K) targets, or (N, C) classes as 0 and 1; a cut's gain is the decrease of the sum
    of squares of y around its means, which for classes is Gini's. most : leaves at most. fewest : rows of a leaf.

    Breiman, Friedman, Olshen and Stone, Classification and Regression Trees (1984); as the bins of a number, Gorishniy,
    Rubachev and Babenko (2022), sec. 3.2.

    >>> x = np.arange(40.0)
    >>> thresholds(x, (x > 24.5)[:, None] * 1.0, fewest=5)
    array([24.5])
    """
    order = np.argsort(values, kind="stable")[:: max(1, -(-len(values) // MOST_ROWS))]
    values, y = values[order].astype(np.float64), y[order] - y[order].mean(axis=0)
    sums = np.concatenate([np.zeros((1, y.shape[1])), np.cumsum(y, axis=0)])
    noise = 1e-12 * float((y * y).sum())
    leaves: list[tuple[float, int, int, int]] = []
    _push(leaves, values, sums, 0, len(values), fewest)
    cuts = []
    while leaves and len(cuts) < most - 1 and -leaves[0][0] > noise:
        _, begin, cut, end = heappop(leaves)
        cuts.append(values[cut - 1] + (values[cut] - values[cut - 1]) / 2)
        _push(leaves, values, sums, begin, cut, fewest)
        _push(leaves, values, sums, cut, end, fewest)
    return np.unique(cuts)


def _push(
    leaves: list[tuple[float, int, int, int]], values: np.ndarray, sums: np.ndarray, begin: int, end: int, fewest: int
) -> None:  # fmt: skip
    """Note the best cut of the rows begin .. end, if they can be cut."""
    cuts = np.arange(begin + fewest, end - fewest + 1)
    cuts = cuts[values[cuts] > values[cuts - 1]] if len(cuts) else cuts
    if not len(cuts):
        return
    left, whole = sums[cuts] - sums[begin], sums[end] - sums[begin]
    gain = (left**2).sum(axis=1) / (cuts - begin) + ((whole - left) ** 2).sum(axis=1) / (end - cuts)
    best = int(gain.argmax())
    heappush(leaves, (float((whole**2).sum() / (end - begin) - gain[best]), begin, int(cuts[best]), end))
