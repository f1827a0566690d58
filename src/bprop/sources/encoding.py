"""From a table to what a graph takes and back: class names as numbers, scaling, what a model must remember."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.errors import DataError, SettingError, UnknownNameError
from bprop.graph import Graph
from bprop.scaling import Scaling, moments
from bprop.sources import noted
from bprop.sources.limits import need_few_classes, some
from bprop.sources.table import Table

ENOUGH, DIFFERENT = 20, 0.9  # of so many examples and more, a larger share of different targets makes no classes
SCALINGS = ("auto", "standard", "unit", "none")


@dataclass(frozen=True)
class Encoding:
    """What turns rows of a table into arrays: kept in a saved model's notes.

    classes : the labels, label k being number k; None for regression.
    """

    source: str
    task: str
    columns: tuple[str, ...]
    target: str
    classes: tuple[Any, ...] | None

    @classmethod
    def of(cls, table: Table, task: str | None = None) -> Encoding:
        """The encoding of a table. Raises SettingError for a task that its targets cannot serve."""
        asked, task = task is not None, task or table.guess_task()
        y = table.need_y()
        if task not in ("classification", "regression", "counts"):
            raise UnknownNameError(f"no task is called {task!r} here; there are: classification, regression, counts")
        if task != "classification" and y.dtype.kind not in "fiu":
            raise SettingError(f"{task} needs targets that are numbers; those of {table.name} are text")
        if task != "classification":
            return cls(table.name, task, table.columns, table.target, None)
        classes = tuple(_plain(value) for value in np.unique(y))
        if len(classes) < 2:
            raise DataError(f"{table.name}: all targets are {', '.join(map(repr, classes))}: nothing to tell apart")
        if not asked and table.task is None and len(y) >= ENOUGH and len(classes) > DIFFERENT * len(y):
            raise DataError(
                f"{table.name}, column {table.target!r}: {len(classes):,} of {len(y):,} targets differ, such as "
                f"{classes[0]!r}: hardly a class has two examples to learn from; give another --target, write numbers "
                "as plain numbers (1234.5), or take each for a class all the same with --task classification"
            )
        need_few_classes(table.name, table.target, len(classes))
        return cls(table.name, task, table.columns, table.target, classes)

    def x(self, table: Table) -> np.ndarray:
        """The inputs. Raises DataError where the table has another number of columns."""
        if table.x.shape[1] != len(self.columns):
            raise DataError(f"{table.name}: {table.x.shape[1]} input columns, but the model takes {len(self.columns)}")
        return table.x

    def y(self, table: Table) -> np.ndarray:
        """The targets: labels 0..C-1, or numbers. Raises DataError for a class the model does not know."""
        y = table.need_y()
        if self.classes is None:
            if y.dtype.kind not in "fiu":
                raise DataError(f"{table.name}: the targets are text, but the model predicts numbers")
            return y.astype(np.float64)
        number = {value: k for k, value in enumerate(self.classes)}
        found, inverse = np.unique(y, return_inverse=True)
        labels = np.array([number.get(_plain(value), -1) for value in found], np.int64)[inverse]
        strange = np.nonzero(labels < 0)[0]
        if len(strange):
            row, known = int(strange[0]), some(self.classes)
            raise DataError(f"{table.name}: row {row} is of class {y[row]}, which the model does not know ({known})")
        return labels

    @property
    def outputs(self) -> int:
        """Outputs of the network."""
        return 1 if self.classes is None else len(self.classes)

    def inputs(self, table: Table) -> dict[str, np.ndarray]:
        """{"x": ...}"""
        return {"x": self.x(table)}

    def arrays(self, table: Table) -> dict[str, np.ndarray]:
        """{"x": ..., "y": ...}"""
        return {"x": self.x(table), "y": self.y(table)}

    def to_notes(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "source": self.source,
            "task": self.task,
            "columns": list(self.columns),
            "target": self.target,
            "classes": None if self.classes is None else list(self.classes),
        }

    @classmethod
    def from_notes(cls, notes: Mapping[str, Any]) -> Encoding:
        """From the notes of a model. Raises DataError where it was not trained from a table, or they are damaged."""
        if not is_noted(notes):
            raise DataError("this model does not say how to read tables: it was not made by `bprop train`")
        task, classes = noted.answer(notes)
        return cls(
            noted.text(notes, "source"), task, noted.texts(notes, "columns"), noted.text(notes, "target"), classes
        )

    def need_fit(self, graph: Graph) -> None:
        """Raise DataError where a graph does not take what rows are encoded as, or answers something else."""
        noted.need_fit(graph, {"x": (len(self.columns),)}, self.outputs)


def is_noted(notes: Mapping[str, Any]) -> bool:
    """Whether notes are those of a model that `bprop train` made."""
    return {"source", "task", "columns", "target", "classes"} <= notes.keys()


def scaling_of(x: np.ndarray, how: str = "auto") -> Scaling | None:
    """How inputs are scaled outside the graph, in float64; None: not at all.

    "standard": to mean 0 and deviation 1 of every column of x; a constant column becomes 0. "auto": the same, but
    uint8 is "unit", which, as "none", leaves them as they are: see `unit_scale`.
    """
    return Scaling.of(x) if _how(x, how) == "standard" else None


def unit_scale(x: np.ndarray, how: str = "auto") -> tuple[np.ndarray, np.ndarray] | None:
    """(0, 255) where inputs are grey levels ("unit"), of which the network sees x / 255; else None."""
    return (np.zeros(()), np.full((), 255.0)) if _how(x, how) == "unit" else None


def target_scaling_of(y: np.ndarray) -> Scaling:
    """Mean and deviation of targets (N,) or (N, K); of a constant the deviation is 1."""
    mean, deviation = moments(y)
    return Scaling(mean, np.where(deviation > 0, deviation, 1.0))


def _how(x: np.ndarray, how: str) -> str:
    if how not in SCALINGS:
        raise UnknownNameError(f"no scaling is called {how!r}; there are: {', '.join(SCALINGS)}")
    if how == "auto":
        return "unit" if x.dtype == np.uint8 else "standard"
    return how


def _plain(value: Any) -> Any:
    """A label as JSON keeps it: 3.0 and np.int64(3) are 3."""
    value = value.item() if isinstance(value, np.generic) else value
    return int(value) if isinstance(value, float) and value.is_integer() else value
