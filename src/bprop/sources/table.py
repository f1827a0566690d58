"""What every source of data gives: examples as numbers, targets as they stand in the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bprop.errors import DataError

MOST_CLASSES = 100  # whole-number targets with more values than this (or than rows / 2) are taken as numbers


@dataclass(frozen=True)
class Table:
    """Examples read from somewhere.

    x : (N, D) numbers. y : (N,) targets (numbers, or text for classes), or None. columns : D names.
    target : name of y; task : "classification" or "regression" where the source says so.
    """

    name: str
    x: np.ndarray
    y: np.ndarray | None
    columns: tuple[str, ...]
    target: str = "y"
    task: str | None = None

    def __len__(self) -> int:
        return len(self.x)

    def need_y(self) -> np.ndarray:
        """The targets; DataError where the source has none."""
        if self.y is None:
            raise DataError(f"{self.name}: there are no targets here, and they are needed")
        return self.y

    def guess_task(self) -> str:
        """Classification for text and for whole numbers of few values, else regression."""
        y = self.need_y()
        if self.task is not None:
            return self.task
        if y.dtype.kind in "OUSb":
            return "classification"
        values = np.unique(y)
        whole = bool((values == np.round(values)).all())
        return "classification" if whole and len(values) <= min(MOST_CLASSES, max(2, len(y) // 2)) else "regression"

    def rows(self, index: np.ndarray) -> Table:
        """Some of the rows."""
        y = None if self.y is None else self.y[index]
        return Table(self.name, self.x[index], y, self.columns, self.target, self.task)


def as_examples(path: Path, x: np.ndarray) -> np.ndarray:
    """x as (N, D). Raises DataError where there is nothing, or a number that is not finite."""
    if not x.size:
        raise DataError(f"{path}: there are no examples: the shape is {x.shape}")
    x = x.reshape(len(x), -1)
    check_finite(path, "x", x)
    return x


def check_finite(path: Path | None, name: str, array: np.ndarray) -> None:
    """Raises DataError, naming the row, for NaN and infinity."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        index = tuple(int(i[0]) for i in np.nonzero(~np.isfinite(array)))
        raise DataError(f"{path}: {name}, row {index[0]}: {array[index]} is not a finite number")


def numbered(count: int) -> tuple[str, ...]:
    """Names for columns that have none: x1, x2, ..."""
    return tuple(f"x{i}" for i in range(1, count + 1))
