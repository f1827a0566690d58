"""The targets of a table, counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bprop.sources.answer import Answer


@dataclass(frozen=True)
class Tally:
    """The targets of the rows of a table.

    rows : with a target. left_out : without one. counts, trained : (C,) rows of each class, and those to train on; None
    for values. low, mean, high : (K,) of the K columns of values; of yes and no, the mean is the share of yes.
    sample : the number of rows that these are of, where it is not all.
    """

    rows: int
    left_out: int = 0
    counts: np.ndarray | None = None
    trained: np.ndarray | None = None
    low: np.ndarray | None = None
    mean: np.ndarray | None = None
    high: np.ndarray | None = None
    sample: int | None = None

    @classmethod
    def of(
        cls, answer: Answer, y: np.ndarray, trained: np.ndarray | None = None, rows: int | None = None,
        left_out: int = 0,
    ) -> Tally:  # fmt: skip
        """Of targets y. trained : the numbers of those to train on; default all. rows : of the table, of which y may be
        a sample."""
        if answer.classes is not None:
            part = np.zeros(len(y), np.int64) if trained is not None else np.ones(len(y), np.int64)
            part[trained] = 1
            return cls.of_classes(answer, y, np.ones(len(y), np.int64), part, left_out)
        columns = y.reshape(len(y), -1).astype(np.float64)
        with np.errstate(over="ignore"):
            mean = columns.mean(axis=0)
        sample = None if rows in (None, len(y)) else len(y)
        return cls(
            len(y) if rows is None else rows,
            left_out,
            None,
            None,
            columns.min(axis=0),
            mean,
            columns.max(axis=0),
            sample,
        )

    @classmethod
    def of_classes(
        cls, answer: Answer, labels: np.ndarray, rows: np.ndarray, trained: np.ndarray, left_out: int = 0
    ) -> Tally:  # fmt: skip
        """Of labels (N,), each of which stands in so many rows (N,), of which so many (N,) are to train on."""
        counts, part = (
            np.bincount(labels, many, answer.outputs).round().astype(np.int64) for many in (rows, trained)
        )  # fmt: skip
        return cls(int(counts.sum()), left_out, counts, part)
