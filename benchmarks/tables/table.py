"""A table: columns, a target, and its task. Every method gets the same one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

CLASSES, VALUES = "classification", "regression"
TASKS = (CLASSES, VALUES)
CHOSE, REPORT = "chose", "report"
MOST_CLASSES = 20
"""Whole numbers with more values than this are values, unless the table says otherwise."""


class TableError(Exception):
    """A table that cannot be used, with the reason."""


@dataclass(frozen=True, eq=False)
class Table:
    """features : (N, D), numbers and words; target : (N,) the class of each row, 0, 1, ..., or its value.

    task : CLASSES or VALUES. source : the package, or the file. answer : the name of the target.
    role : CHOSE where a method's defaults were chosen with it, REPORT where they were not.
    """

    name: str
    features: pd.DataFrame
    target: np.ndarray
    task: str
    source: str = ""
    answer: str = "target"
    role: str = "report"

    def __len__(self) -> int:
        return len(self.target)

    @property
    def classes(self) -> int:
        """C; 0 for values."""
        return int(self.target.max()) + 1 if self.task == CLASSES else 0

    def rows(self, which: np.ndarray) -> Table:
        """The table of these rows."""
        return replace(self, features=self.features.iloc[which].reset_index(drop=True), target=self.target[which])

    @property
    def fingerprint(self) -> str:
        """Eight digits that change where a cell, a name or the task changes."""
        digest = hashlib.sha256(f"{self.task} {[*map(str, self.features.columns)]}".encode())
        for column in self.features:
            cells = self.features[column]
            values = cells.to_numpy(float) if is_number(cells) else cells.to_numpy(object)
            digest.update(pd.util.hash_array(values).tobytes())
        digest.update(np.ascontiguousarray(self.target).tobytes())
        return digest.hexdigest()[:8]


def is_number(cells: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(cells)


def words_of(features: pd.DataFrame) -> list[str]:
    """The names of the columns that hold words."""
    return [name for name in features if not is_number(features[name])]


def table_of(
    name: str, frame: pd.DataFrame, answer: str, task: str | None = None, source: str = "", role: str = REPORT
) -> Table:
    """The table of a frame, of which the column `answer` is the target.

    Rows without a target are left out, and columns that have one value or none. Yes and no become 1 and 0.
    Raises TableError where there is no such column, or nothing to learn.
    """
    if answer not in frame:
        raise TableError(f"{name}: there is no column {answer!r} for the target; there are {', '.join(frame)}")
    if task not in (None, *TASKS):
        raise TableError(f"{name}: the task {task!r} is neither {CLASSES!r} nor {VALUES!r}")
    if role not in (CHOSE, REPORT):
        raise TableError(f"{name}: the role {role!r} is neither {CHOSE!r} nor {REPORT!r}")
    frame = frame[frame[answer].notna()].reset_index(drop=True)
    columns = [column for column in frame if column != answer and frame[column].nunique() > 1]
    if not columns or frame[answer].nunique() < 2:
        raise TableError(f"{name}: there is nothing to learn: the columns, or the target, have a single value")
    features = pd.DataFrame({str(column): _plain(frame[column]) for column in columns})
    chosen = task or _task(frame[answer])
    if chosen == VALUES and not is_number(frame[answer]):
        raise TableError(f"{name}: the target {answer!r} is words, and its task is {VALUES!r}")
    target = _codes(frame[answer]) if chosen == CLASSES else frame[answer].to_numpy(float)
    return Table(name, features, target, chosen, source, str(answer), role)


def _task(cells: pd.Series) -> str:
    if not is_number(cells) or pd.api.types.is_bool_dtype(cells):
        return CLASSES
    whole = bool((cells == cells.round()).all())
    return CLASSES if whole and cells.nunique() <= MOST_CLASSES else VALUES


def _plain(cells: pd.Series) -> pd.Series:
    """Numbers as they are, yes and no as 1 and 0, all else as words or None."""
    if pd.api.types.is_bool_dtype(cells):
        return cells.astype(np.int64)
    if is_number(cells):
        return cells
    words = [str(cell) if there else None for cell, there in zip(cells, cells.notna(), strict=True)]
    return pd.Series(words, index=cells.index, dtype=object)


def _codes(cells: pd.Series) -> np.ndarray:
    """(N,) the class of each row, numbered in the order of the sorted labels."""
    labels = sorted(cells.unique(), key=lambda label: (isinstance(label, str), label))
    return cells.map({label: i for i, label in enumerate(labels)}).to_numpy(np.int64)
