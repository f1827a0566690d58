"""The problem of a search: the data of the trials, and the training of one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.errors import DataError, UnknownNameError
from bprop.files import checksum
from bprop.graph import Graph
from bprop.names import known
from bprop.training import Fit, train
from bprop.tuning import settings as of
from bprop.tuning.trial import finite

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Stage:
    """Rows to train on, rows that are watched, and of a fold those to measure on.

    make : from the settings of a trial to its graph. notes : of its model.
    """

    data: DataSet
    watched: DataSet
    make: Callable[[Settings], Graph]
    measured: DataSet | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)

    def train(self, settings: Settings, common: Mapping[str, Any], callbacks: Sequence[Any] = ()) -> Fit:
        """A network of these settings, trained. common : further settings of `bprop.train`."""
        size = min(settings.get("batch_size") or 32, len(self.data))
        updates = settings["epochs"] * -(-len(self.data) // size)
        return train(
            self.make(settings), self.data, validation=self.watched, rule=of.rule(settings, updates), batch_size=size,
            epochs=settings["epochs"], patience=settings["patience"], shuffle=settings.get("shuffle", True),
            callbacks=callbacks, notes=dict(self.notes), progress=False, **common,
        )  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """The data of a search.

    final : the rows of the model that is saved. folds : those of the trials, where each is trained on several folds.
    monitor : the measure; maximise : whether more of it is better. common : settings of `bprop.train` that all trials
    have. name : of the data.
    """

    name: str
    final: Stage
    folds: tuple[Stage, ...]
    monitor: str
    maximise: bool
    common: Mapping[str, Any]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The rows of a trial, once for each network that it trains."""
        return self.folds or (self.final,)

    def train(self, stage: Stage, settings: Settings, callbacks: Sequence[Any] = ()) -> Fit:
        """The network of a trial, trained on one of the stages."""
        return stage.train(settings, {**self.common, "monitor": self.monitor}, callbacks)

    def measures(self, stage: Stage, fit: Fit) -> dict[str, float]:
        """The measures of a network by which settings are chosen: on the rows of a fold, else on those watched in the
        best epoch. Empty where none was finite."""
        if fit.best_epoch is None:
            return {}
        if stage.measured is not None:
            measured = fit.evaluate(stage.measured)
        else:
            measured = dict(fit.history[fit.best_epoch - 1].validation or {})
        if self.monitor not in measured:
            raise UnknownNameError(f"cannot search by {self.monitor!r}: there is {known(self.monitor, measured)}")
        return {name: float(value) for name, value in measured.items()}

    def checksum(self) -> str:
        """Of all arrays and weights of the trials."""
        arrays = {}
        for number, stage in enumerate((self.final, *self.folds)):
            for name, rows in (("data", stage.data), ("watched", stage.watched), ("measured", stage.measured)):
                if rows is not None:
                    weights = {} if rows.weights is None else {"weights": rows.weights}
                    named = {**dict(rows.arrays), **{f"/{n}": w for n, w in weights.items()}}
                    arrays |= {f"{number}/{name}/{n}": np.asarray(a) for n, a in named.items()}
        return checksum({}, arrays)


class Reached:
    """A callback of `bprop.train` that notes the measure after each epoch, and ends a trial that is worse than others
    (live.should_prune) or that has no time left (clock)."""

    needs_fit = False

    problem: Problem
    live: Any
    epochs: int
    pruned: bool
    out_of_time: bool

    over: Callable[[], bool]

    def __init__(self, problem: Problem, live: Any, over: Callable[[], bool], epochs: int):
        self.problem, self.live, self.over, self.epochs = problem, live, over, epochs
        self.curve: list[float | None] = []
        self.best: float | None = None
        self.done: int = 0
        self.fold = 0
        self.pruned = self.out_of_time = False

    def __call__(self, record: Any, fit: Any) -> bool:
        self.done += 1
        watched = record.validation or {}
        if self.problem.monitor not in watched:
            there = known(self.problem.monitor, watched)
            raise UnknownNameError(f"cannot search by {self.problem.monitor!r}: there is {there}")
        if self.fold == 0:
            self._note(finite(float(watched[self.problem.monitor])), record.epoch)
        self.out_of_time = self.out_of_time or self.over()
        return self.pruned or self.out_of_time

    def _note(self, value: float | None, epoch: int) -> None:
        self.curve.append(value)
        if value is not None:
            better = max if self.problem.maximise else min
            self.best = value if self.best is None else better(self.best, value)
        if self.best is not None and epoch < self.epochs:
            self.report(self.best, epoch)

    def report(self, value: float, step: int) -> None:
        """Report what has been reached after so many epochs, and ask whether others did better by then."""
        self.live.report(value, step)
        self.pruned = self.pruned or bool(self.live.should_prune())


def rows_of(data: Mapping[str, Any], weights: Any) -> DataSet:
    """Arrays of the caller as a data set, which the graph of each trial checks.

    Raises DataError where they are not of one length.
    """
    arrays = {str(name): np.asarray(array) for name, array in data.items()}
    w = None if weights is None else np.asarray(weights)
    counts = {name: len(array) if array.ndim else 0 for name, array in arrays.items()}
    counts |= {} if w is None else {"weights": len(w) if w.ndim else 0}
    if len(set(counts.values())) != 1 or 0 in counts.values():
        shown = ", ".join(f"{name} {count}" for name, count in counts.items()) or "there are no arrays"
        raise DataError(f"the arrays to search with must have rows, and equally many: {shown}")
    return DataSet(arrays, w)
