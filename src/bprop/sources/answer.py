"""The targets: one column or several, predicted as classes or as numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bprop.errors import DataError, SettingError, UnknownNameError
from bprop.scaling import LOST
from bprop.sources.cells import exact
from bprop.sources.codes import LONG
from bprop.sources.frame import Frame
from bprop.sources.limits import need_few_classes, some
from bprop.sources.written import written_in, written_so

TASKS = ("classification", "regression", "counts")
SEVERAL = ("regression", "multilabel")
MOST_CLASSES = 100  # whole-number targets with more values than this (or than rows / 2) are taken as numbers
ENOUGH, DIFFERENT = 20, 0.9  # of so many examples and more, a larger share of different targets makes no classes


@dataclass(frozen=True)
class Answer:
    """The columns to predict and their task.

    classes : the labels, label k being number k; None for numbers.
    written : how cells of text write the numbers of each column, "1.234,5"; "": as Python does. (): of all of them.
    """

    columns: tuple[str, ...]
    task: str
    classes: tuple[Any, ...] | None
    written: tuple[str, ...] = ()

    @classmethod
    def of(cls, frame: Frame, columns: tuple[str, ...], task: str | None = None) -> Answer:
        """The answer for `task`, or for the task that the columns suggest. Raises SettingError if they do not fit."""
        frame.need_targets(columns)
        return replace(cls._of(frame, columns, task), written=written_in(frame, columns))

    @classmethod
    def _of(cls, frame: Frame, columns: tuple[str, ...], task: str | None) -> Answer:
        if len(columns) == 1:
            return cls._of_one(frame, columns[0], task)
        if task not in (None, *SEVERAL):
            raise UnknownNameError(f"several columns are predicted as one of: {', '.join(SEVERAL)}; not {task!r}")
        values = _several(frame, columns)
        switches = bool(np.isin(values, (0, 1)).all())
        if task == "multilabel" and not switches:
            raise SettingError(
                f"multilabel needs targets of 0 and 1, or yes and no, in every one of {', '.join(columns)}"
            )
        return cls(columns, task or ("multilabel" if switches else "regression"), None)

    @classmethod
    def _of_one(cls, frame: Frame, name: str, wanted: str | None) -> Answer:
        y = _targets(frame, name, wanted)
        task = wanted or frame.task or guess_task(y)
        if task not in TASKS:
            raise UnknownNameError(f"no task is called {task!r} here; there are: {', '.join(TASKS)}")
        if task == "classification":
            return cls((name,), task, _classes(frame, name, y, sure=wanted is not None or frame.task is not None))
        if y.dtype.kind not in "fiu":
            raise SettingError(f"{task} needs targets that are numbers; those of {frame.label} are text")
        return cls((name,), task, None)

    @property
    def outputs(self) -> int:
        """Outputs of the network."""
        return len(self.classes) if self.classes is not None else len(self.columns)

    def y(self, frame: Frame) -> np.ndarray:
        """Labels 0..C-1 or numbers (N,); for several columns (N, outputs).

        Raises DataError, naming the place, for a target that is missing, or of a class that is not known.
        """
        frame.need_targets(self.columns)
        frame = written_so(frame, self.columns, self.written, self.classes)
        if len(self.columns) == 1:
            y = _targets(frame, self.columns[0], self.task)
            return self._numbers(frame, y) if self.classes is None else self._labels(frame, y, self.classes)
        values = _several(frame, self.columns)
        if self.task == "multilabel":
            if not np.isin(values, (0, 1)).all():
                raise DataError(
                    f"{frame.label}: the targets {', '.join(self.columns)} must all be 0 or 1 (or yes and no)"
                )
            return values.astype(np.int64)
        return values

    def _numbers(self, frame: Frame, y: np.ndarray) -> np.ndarray:
        if y.dtype.kind not in "fiu":
            raise DataError(f"{frame.label}: the targets are text, but the model predicts numbers")
        return y.astype(np.float64)

    def _labels(self, frame: Frame, y: np.ndarray, classes: tuple[Any, ...]) -> np.ndarray:
        number = {value: k for k, value in enumerate(classes)}
        values, inverse = np.unique(y, return_inverse=True)
        labels = np.array([number.get(_plain(value), -1) for value in values], np.int64)[inverse]
        strange = np.nonzero(labels < 0)[0]
        if len(strange):
            row = int(strange[0])
            raise DataError(
                f"{frame.where(row)}, column {self.columns[0]!r}: the class {_plain(y[row])} is not one of the "
                f"model's classes ({some(classes)})"
            )
        return labels


def guess_task(y: np.ndarray) -> str:
    """Classification for text and for whole numbers of few values, else regression."""
    if y.dtype.kind in "OUSb":
        return "classification"
    values = np.unique(y)
    whole = bool((values == np.round(values)).all())
    return "classification" if whole and len(values) <= min(MOST_CLASSES, max(2, len(y) // 2)) else "regression"


def find_targets(frame: Frame, wanted: str | None) -> tuple[str, ...]:
    """The columns that --target names: one, or several with commas between; default the last column."""
    if not frame.columns:
        raise DataError(f"{frame.label}: it has no columns")
    if wanted is None:
        return (list(frame.columns)[-1],)
    names = (wanted,) if wanted in frame.columns else tuple(name.strip() for name in wanted.split(","))
    for name in names:
        frame.column(name)
    if len(set(names)) < len(names):
        raise SettingError(f"--target {wanted}: a column is named twice")
    return names


def example_weights(frame: Frame, name: str) -> np.ndarray:
    """A column of example weights. Raises DataError, naming the place, where one is missing or below 0."""
    if frame.block is not None:
        raise SettingError(f"--weights {name}: {frame.name} has no columns with names")
    values = some_weights(frame, name)
    if not values.any():
        raise DataError(f"{frame.label}, column {name!r}: all weights are 0")
    return values


def some_weights(frame: Frame, name: str) -> np.ndarray:
    """Example weights of some of the rows. They may all be 0."""
    values = frame.finite(name, "weight")
    if (values < 0).any():
        row = int((values < 0).argmax())
        raise DataError(f"{frame.where(row)}, column {name!r}: a weight must be 0 or more, not {values[row]:g}")
    return values


def _targets(frame: Frame, name: str, task: str | None) -> np.ndarray:
    """A column of targets: numbers if most cells are (and then all must be), else text. Text and bools of arrays stay.

    For classification, also a few numbers among text are names of classes, and so are whole numbers too large for 64
    bits; smaller ones are exact.
    """
    column = frame.column(name)
    kind = column.cells.dtype.kind
    if kind in "Ub":
        return column.cells
    frame.need_all(name, "target")
    if kind == "M":
        raise DataError(
            f"{frame.label}, column {name!r}: dates cannot be predicted; give a number, such as days since ..."
        )
    bad = column.numbers[1]
    names = task in (None, "classification") and column.settled.codes not in ("", LONG)
    if names or 2 * bad.sum() >= len(bad) or (task == "classification" and bad.any()):
        return np.array(column.texts.tolist(), dtype=str)
    y = exact(column.cells, frame.finite(name, "target"))
    if task not in (None, "classification"):
        return _rounded(frame, name, y)
    return np.array(list(map(str, y))) if y.dtype.kind == "O" else y


def _rounded(frame: Frame, name: str, y: np.ndarray) -> np.ndarray:
    """Whole numbers as float64. Raises DataError where that rounds their differences away."""
    rounded = y.astype(np.float64)
    if y.dtype.kind != "f" and len(y):
        first = min(y.tolist())
        apart = np.array([value - first for value in y.tolist()], np.float64)
        lost = np.array([abs(int(close) - value) for close, value in zip(rounded, y.tolist(), strict=True)], np.float64)
        if lost.mean() > LOST * apart.std():
            raise DataError(
                f"{frame.label}, column {name!r}: whole numbers near {first} that differ by {apart.std():.3g}: a "
                "float64 rounds the differences away; subtract an offset from all of them"
            )
    return rounded


def _several(frame: Frame, names: tuple[str, ...]) -> np.ndarray:
    """(N, columns): numbers, or 0 and 1 for no and yes."""
    columns = []
    for name in names:
        switches, bad = frame.column(name).booleans
        frame.need_all(name, "target")
        columns.append(frame.finite(name, "target") if bad.any() else switches)
    return np.stack(columns, axis=1)


def _classes(frame: Frame, name: str, y: np.ndarray, sure: bool) -> tuple[Any, ...]:
    """The different targets, in order. Raises DataError if they are not classes.

    sure : the user or the source named the task; else it is a guess.
    """
    classes = tuple(_plain(value) for value in np.unique(y))
    if len(classes) < 2:
        raise DataError(
            f"{frame.label}: all targets are {', '.join(map(repr, classes))}: give targets of two classes or more"
        )
    if not sure and len(y) >= ENOUGH and len(classes) > DIFFERENT * len(y):
        raise DataError(
            f"{frame.label}, column {name!r}: {len(classes):,} of {len(y):,} targets differ, such as {classes[0]!r}: "
            "hardly a class has two examples to learn from; give another --target, write numbers as plain numbers "
            "(1234.5), or keep each as a class with --task classification"
        )
    need_few_classes(frame.label, name, len(classes))
    return classes


def _plain(value: Any) -> Any:
    """A label as JSON keeps it: 3.0 and np.int64(3) are 3."""
    value = value.item() if isinstance(value, np.generic) else value
    return int(value) if isinstance(value, float) and value.is_integer() else value
