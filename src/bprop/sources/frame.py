"""Columns as they stand in files, whatever the format, and the place where each row stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from bprop.errors import DataError
from bprop.sources.limits import some

Place = Callable[[int], str]
"""Where row 0, 1, ... stands, for people: "pets.csv, line 3"."""


@dataclass(frozen=True)
class Frame:
    """A table as it was read: nothing is encoded yet.

    columns : each (N,): text (object: str, or None where missing), numbers (floats may be NaN) or datetime64 (or NaT).
    place : where a row of the file stands. numbers : which of those rows these are; None: all.
    target : the columns to be predicted, where they are known. source : the file or files, as they were named.
    """

    name: str
    columns: dict[str, np.ndarray]
    place: Place
    numbers: np.ndarray | None = None
    target: tuple[str, ...] = ()
    source: str | None = None

    @property
    def label(self) -> str:
        """What errors call it."""
        return self.source or self.name

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    @property
    def span(self) -> int:
        """Rows of the file from the first of these to the last."""
        return len(self) if self.numbers is None or not len(self) else int(np.ptp(self.numbers)) + 1

    def where(self, row: int) -> str:
        """Where one of these rows stands."""
        return self.place(row if self.numbers is None else int(self.numbers[row]))

    def rows(self, index: np.ndarray) -> Frame:
        """Some of the rows."""
        columns = {name: column[index] for name, column in self.columns.items()}
        return replace(self, columns=columns, numbers=index if self.numbers is None else self.numbers[index])

    def column(self, name: str) -> np.ndarray:
        """A column by name. Raises DataError, which lists the columns."""
        if name not in self.columns:
            raise DataError(f"{self.label}: no column is called {name!r}; there are: {some(self.columns)}")
        return self.columns[name]

    def need(self, names: Sequence[str]) -> None:
        """Raise DataError, naming them, where columns are missing."""
        missing = [name for name in names if name not in self.columns]
        if missing:
            which = f"columns {some(missing)} are" if len(missing) > 1 else f"column {missing[0]} is"
            raise DataError(f"{self.label}: the {which} missing; there are: {some(self.columns)}")

    def need_y(self) -> np.ndarray:
        """The one column to be predicted, by which a split can keep the shares of the classes."""
        return self.column(self.target[0])


def joined(name: str, parts: Sequence[Frame], source: str | None = None) -> Frame:
    """The rows of several files, one after the other. Raises DataError where their columns differ."""
    first = parts[0]
    for part in parts[1:]:
        if set(part.columns) != set(first.columns):
            odd = some(sorted(set(part.columns) ^ set(first.columns)))
            raise DataError(
                f"{part.label} has other columns than {first.label}: {odd}; the files of a table need the same"
            )
    if len(parts) == 1:
        return replace(first, name=name, source=source or first.source)
    ends = list(accumulate(map(len, parts)))

    def place(row: int) -> str:
        part = int(np.searchsorted(ends, row, side="right"))
        return parts[part].place(row - (ends[part - 1] if part else 0))

    columns = {key: concatenated([part.columns[key] for part in parts]) for key in first.columns}
    return Frame(name, columns, place, source=source)


def concatenated(arrays: list[np.ndarray]) -> np.ndarray:
    """Parts of a column, one after the other: as text where one holds numbers and another text, or where a part holds
    whole numbers that would be rounded beside another's fractions."""
    groups = {"f": "n", "i": "n", "u": "n"}
    mixed = len({groups.get(array.dtype.kind, array.dtype.kind) for array in arrays}) > 1
    if mixed or (len({array.dtype.kind for array in arrays}) > 1 and any(map(_beyond_floats, arrays))):
        arrays = [texts(array) for array in arrays]
    return np.concatenate(arrays)


def _beyond_floats(array: np.ndarray) -> bool:
    """Whether whole numbers are larger than a float64 holds exactly."""
    return array.dtype.kind in "iu" and len(array) > 0 and max(-int(array.min()), int(array.max())) > 2**53


def texts(column: np.ndarray) -> np.ndarray:
    """Cells as text: whole numbers without a point; None where missing."""
    if column.dtype.kind == "O":
        return column
    if column.dtype.kind == "M":
        return np.array([None if np.isnat(v) else str(v) for v in column], dtype=object)
    return np.array([_number_text(v) for v in column.tolist()], dtype=object)


def _number_text(value: float) -> str | None:
    if value != value:
        return None
    return str(int(value)) if float(value).is_integer() else repr(value)
