"""What is to be predicted: one column or several, as classes or as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.errors import DataError, SettingError, UnknownNameError
from bprop.scaling import LOST
from bprop.sources import cells
from bprop.sources.encoding import Encoding
from bprop.sources.frame import Frame, texts
from bprop.sources.limits import some
from bprop.sources.table import Table

SEVERAL = ("regression", "multilabel")


@dataclass(frozen=True)
class Answer:
    """The columns to predict and their task.

    classes : the labels, label k being number k; None for numbers.
    """

    columns: tuple[str, ...]
    task: str
    classes: tuple[Any, ...] | None

    @classmethod
    def of(cls, frame: Frame, columns: tuple[str, ...], task: str | None = None) -> Answer:
        """As the columns look, or for the task that is said. Raises SettingError where they cannot serve it."""
        if len(columns) == 1:
            found = Encoding.of(_as_table(frame, columns[0], task), task)
            return cls(columns, found.task, found.classes)
        if task not in (None, *SEVERAL):
            raise UnknownNameError(f"several columns are predicted as one of: {', '.join(SEVERAL)}; not {task!r}")
        values = _several(frame, columns)
        switches = bool(np.isin(values, (0, 1)).all())
        if task == "multilabel" and not switches:
            raise SettingError(
                f"multilabel needs targets of 0 and 1, or yes and no, in every one of {', '.join(columns)}"
            )
        return cls(columns, task or ("multilabel" if switches else "regression"), None)

    @property
    def outputs(self) -> int:
        """Outputs of the network."""
        return len(self.classes) if self.classes is not None else len(self.columns)

    def y(self, frame: Frame) -> np.ndarray:
        """Labels 0..C-1 or numbers (N,); for several columns (N, outputs)."""
        if len(self.columns) == 1:
            table = _as_table(frame, self.columns[0], self.task)
            self._need_known(frame, table.need_y())
            return Encoding(frame.label, self.task, (), self.columns[0], self.classes).y(table)
        values = _several(frame, self.columns)
        if self.task == "multilabel":
            if not np.isin(values, (0, 1)).all():
                raise DataError(
                    f"{frame.label}: the targets {', '.join(self.columns)} must all be 0 or 1 (or yes and no)"
                )
            return values.astype(np.int64)
        return values

    def _need_known(self, frame: Frame, y: np.ndarray) -> None:
        """Raise DataError, naming the place, for a class that the model does not know."""
        known = y.tolist() if self.classes is None else self.classes
        strange = set(y.tolist()) - set(known)
        if strange:
            row = next(row for row, value in enumerate(y.tolist()) if value in strange)
            raise DataError(
                f"{frame.where(row)}, column {self.columns[0]!r}: the class {y[row]} is not one that the model knows "
                f"({some(known)})"
            )


def find_targets(frame: Frame, given: str | None) -> tuple[str, ...]:
    """The columns that --target names: one, or several with commas between; default the last column."""
    if not frame.columns:
        raise DataError(f"{frame.label}: there are no columns in it")
    if given is None:
        return (list(frame.columns)[-1],)
    names = (given,) if given in frame.columns else tuple(name.strip() for name in given.split(","))
    for name in names:
        frame.column(name)
    if len(set(names)) < len(names):
        raise SettingError(f"--target {given}: a column is named twice")
    return names


def example_weights(frame: Frame | Table, name: str) -> np.ndarray:
    """A column of example weights. Raises DataError, naming the place, where one is missing or below 0."""
    if isinstance(frame, Table):
        raise SettingError(f"--weights {name}: {frame.name} has no columns with names")
    values = some_weights(frame, name)
    if not values.any():
        raise DataError(f"{frame.label}, column {name!r}: all weights are 0")
    return values


def some_weights(frame: Frame, name: str) -> np.ndarray:
    """The same of some of the rows, which may all be 0."""
    values = _numbers(frame, name, "weight")
    if (values < 0).any():
        row = int((values < 0).argmax())
        raise DataError(f"{frame.where(row)}, column {name!r}: a weight must be 0 or more, not {values[row]:g}")
    return values


def _numbers(frame: Frame, name: str, what: str) -> np.ndarray:
    """A column of numbers, none of them missing."""
    column = frame.column(name)
    _all_there(frame, name, what)
    values, bad = cells.numbers(column)
    if bad.any():
        row = int(bad.argmax())
        raise DataError(f"{frame.where(row)}, column {name!r}: {str(column[row])!r} is not a finite number")
    return values


def _all_there(frame: Frame, name: str, what: str) -> None:
    gone = cells.missing(frame.column(name))
    if gone.any():
        row, count = int(gone.argmax()), int(gone.sum())
        raise DataError(
            f"{frame.where(row)}, column {name!r}: the {what} is missing; leave out the rows without one ({count:,})"
        )


def _as_table(frame: Frame, name: str, task: str | None) -> Table:
    """A column as the targets of a table: numbers if most cells are (and then all must be), else text.

    For classification, also a few numbers among text are names of classes, and so are whole numbers too large for 64
    bits; smaller ones are exact.
    """
    column = frame.column(name)
    _all_there(frame, name, "target")
    if column.dtype.kind == "M":
        raise DataError(
            f"{frame.label}, column {name!r}: dates cannot be predicted; give a number, such as days since ..."
        )
    bad = cells.numbers(column)[1]
    if 2 * bad.sum() < len(bad) and not (task == "classification" and bad.any()):
        y = cells.exact(column, _numbers(frame, name, "target"))
        if task not in (None, "classification"):
            y = _rounded(frame, name, y)
        elif y.dtype.kind == "O":
            y = np.array(list(map(str, y)))
    else:
        y = np.array(texts(column).tolist(), dtype=str)
    return Table(frame.label, np.empty((len(y), 0)), y, (), name)


def _rounded(frame: Frame, name: str, y: np.ndarray) -> np.ndarray:
    """Whole numbers as float64. Raises DataError where that rounds their differences away."""
    found = y.astype(np.float64)
    if y.dtype.kind != "f" and len(y):
        first = min(y.tolist())
        apart = np.array([value - first for value in y.tolist()], np.float64)
        lost = np.array([abs(int(close) - value) for close, value in zip(found, y.tolist(), strict=True)], np.float64)
        if lost.mean() > LOST * apart.std():
            raise DataError(
                f"{frame.label}, column {name!r}: whole numbers near {first} that differ by {apart.std():.3g}: a "
                "float64 rounds the differences away; subtract an offset from all of them"
            )
    return found


def _several(frame: Frame, names: tuple[str, ...]) -> np.ndarray:
    """(N, columns): numbers, or 0 and 1 for no and yes."""
    found = []
    for name in names:
        words, bad = cells.booleans(frame.column(name))
        _all_there(frame, name, "target")
        found.append(_numbers(frame, name, "target") if bad.any() else words)
    return np.stack(found, axis=1)
