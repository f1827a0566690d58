"""Methods compared over tables: mean ranks, normalised errors, pairs.

Frames have a row for each table and a column for each method. An infinite error is a failure: last, and as bad as the
worst of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.tables.cache import Result
from benchmarks.tables.measures import MAIN, MEASURES
from benchmarks.tables.run import Plan


@dataclass(frozen=True)
class Board:
    """results : one for each table, split and method. tables, methods : those of which there are all results.

    unfinished : {table: the methods that lack results}.
    """

    results: tuple[Result, ...]
    tables: tuple[str, ...]
    methods: tuple[str, ...]
    unfinished: dict[str, list[str]]
    tasks: dict[str, str]

    @classmethod
    def of(cls, plan: Plan, results: dict) -> Board:
        """The results of a plan, of the tables that every method has finished."""
        methods = tuple(name for name in plan.methods if name not in plan.left_out)
        lacking = {
            table: [m for m in methods if any(plan.key(table, s, m) not in results for s in plan.splits)]
            for table in plan.tables
        }
        tables = tuple(table for table, names in lacking.items() if not names)
        chosen = tuple(results[plan.key(t, s, m)] for t in tables for s in plan.splits for m in methods)
        tasks = {name: table.task for name, table in plan.tables.items()}
        return cls(chosen, tables, methods, {t: names for t, names in lacking.items() if names}, tasks)

    def of_task(self, task: str) -> list[str]:
        return [table for table in self.tables if self.tasks[table] == task]

    def errors(self, measure: str | None = None) -> pd.DataFrame:
        """Mean errors over the splits, of the tables that have the measure; None for the main one of each task."""
        task_of = self.tasks
        return self._frame(
            (r, np.inf if r.failure else r.errors[measure or MAIN[task_of[r.key.table]]])
            for r in self.results
            if measure is None or measure in MEASURES[task_of[r.key.table]]
        )

    def seconds(self) -> pd.DataFrame:
        """Mean seconds of processor time to fit; of a failure none."""
        return self._frame((r, np.nan if r.failure else r.fit) for r in self.results)

    def failures(self) -> list[Result]:
        return [result for result in self.results if result.failure]

    def _frame(self, cells: Iterable[tuple[Result, float]]) -> pd.DataFrame:
        rows = [(r.key.table, r.key.method, value) for r, value in cells]
        long = pd.DataFrame(rows, columns=["table", "method", "value"])
        wide = long.groupby(["table", "method"], sort=False)["value"].mean().unstack()
        return wide.reindex(columns=[*self.methods])


def ranks(errors: pd.DataFrame) -> pd.DataFrame:
    """1 for the best method of each table; equal ones share the mean of their places."""
    return errors.rank(axis=1, method="average")


def normalised(errors: pd.DataFrame) -> pd.DataFrame:
    """(error - best) / (worst - best) of each table: 0 for its best method, 1 for its worst; 0 where all are equal."""
    finite = errors.replace(np.inf, np.nan)
    best, worst = finite.min(axis=1), finite.max(axis=1)
    width = (worst - best).where(worst > best, 1.0)
    return finite.sub(best, axis=0).div(width, axis=0).where(np.isfinite(errors), 1.0)


@dataclass(frozen=True)
class Pair:
    """One method beside another: on how many tables it is better, and the median of error / the other's error.

    difference : of mean normalised errors, minus is better; low, high : its 95 % interval over the choice of tables.
    """

    other: str
    better: int
    worse: int
    ratio: float
    difference: float
    low: float
    high: float


def pairs(errors: pd.DataFrame, ours: str, resamples: int = 2000) -> list[Pair]:
    """`ours` beside each other method."""
    shares = normalised(errors)
    return [_pair(errors, shares, ours, other, resamples) for other in errors if other != ours]


def _pair(errors: pd.DataFrame, shares: pd.DataFrame, ours: str, other: str, resamples: int) -> Pair:
    a, b = errors[ours].to_numpy(), errors[other].to_numpy()
    both = np.isfinite(a) & np.isfinite(b) & (b > 0)
    difference = (shares[ours] - shares[other]).to_numpy()
    low, high = interval(difference, resamples)
    return Pair(
        other, int((a < b).sum()), int((a > b).sum()), float(np.median(a[both] / b[both])) if both.any() else np.nan,
        float(difference.mean()), low, high,
    )  # fmt: skip


def interval(values: Sequence[float] | np.ndarray, resamples: int = 2000, seed: int = 0) -> tuple[float, float]:
    """The 95 % interval of the mean: of resamples with replacement, from the 2.5th to the 97.5th percentile."""
    values = np.asarray(values)
    which = np.random.default_rng(seed).integers(0, len(values), (resamples, len(values)))
    low, high = np.percentile(values[which].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def geometric_mean(seconds: pd.DataFrame) -> pd.Series:
    """Over the tables, without those that have no time."""
    return np.exp(np.log(seconds.clip(lower=1e-3)).mean())
