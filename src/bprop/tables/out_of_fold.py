"""Predictions out of fold: each row is predicted by a network that was not trained on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.graph import Graph
from bprop.measures import scores
from bprop.sources.preparation import Preparation
from bprop.tables.certainty import Watched
from bprop.tables.judge import question_of


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """The predictions of all folds, in the order of the rows.

    rows : (N,) numbers of rows in the table, from 0 on. fold : (N,) the fold that tested each row, from 1 on.
    watched : predictions, targets and weights. groups : (N,) numbers of the rows' groups, where they have some.
    """

    rows: np.ndarray
    fold: np.ndarray
    watched: Watched
    groups: np.ndarray | None = None

    @classmethod
    def of(cls, rows: list[np.ndarray], parts: list[Watched], groups: np.ndarray | None = None) -> OutOfFold:
        """From the rows that each fold tested, and its predictions for them. groups : of all rows of the table."""
        numbers, watched = np.concatenate(rows), Watched.joined(parts)
        fold = np.repeat(np.arange(1, len(rows) + 1), [len(part) for part in rows])
        order = np.argsort(numbers, kind="stable")
        q = None if watched.quantiles is None else watched.quantiles[order]
        sorted_ = Watched(watched.f[order], watched.y[order], watched.weights[order], q)
        return cls(numbers[order], fold[order], sorted_, None if groups is None else groups[numbers[order]])

    def judged(self, graph: Graph, preparation: Preparation, resamples: int = 500, seed: int = 0) -> dict[str, Any]:
        """{"scores": {measure: number}, "intervals": {measure: (low, high)}} of all rows together.

        The intervals are at 95 %; rows of a group are drawn together.
        """
        w = self.watched
        of = question_of(preparation, graph).measures(w.f, w.y)
        spans = scores.intervals(of, w.weights, resamples, seed, groups=self.groups)
        return {"scores": {name: measure(w.weights) for name, measure in of.items()}, "intervals": spans}
