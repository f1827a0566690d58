"""Rows as they stand in files, whatever the format, and the place where each row stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any
from unicodedata import normalize

import numpy as np

from bprop.errors import DataError
from bprop.names import known
from bprop.sources.cells import EXACT, texts
from bprop.sources.column import Column
from bprop.sources.limits import some
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.sources.settled import Peers
from bprop.sources.text_column import TextColumn

Place = Callable[[int], str]
"""Where row 0, 1, ... stands, for people: "pets.csv, line 3"."""


@dataclass(frozen=True)
class Frame:
    """Rows as they were read: nothing is encoded yet. A table has a column of cells for each of its columns; of arrays
    and images the inputs are one column, a block.

    columns : by name. A plain array (N,) is taken for a column of cells.
    place : where a row of the file stands. numbers : which of those rows these are; None: all.
    target : the columns to be predicted, where they are known; task : the task that the source names.
    source : the file or files, as they were named. read : how its cells are read, where it is not inferred.
    remarks : sentences on how its files were read, for people. delimiter : between the cells of its text file.
    checksum : of the content that the rows of the file were read from, where it is known.
    left_out : rows of the table that are not among these because they have no target.
    """

    name: str
    columns: Mapping[str, Any]
    place: Place
    numbers: np.ndarray | None = None
    target: tuple[str, ...] = ()
    source: str | None = None
    task: str | None = None
    read: ReadOptions = INFERRED
    remarks: tuple[str, ...] = ()
    delimiter: str = ""
    checksum: str | None = None
    left_out: int = 0

    def __post_init__(self) -> None:
        columns = {name: Column.of(cells, self.read.missing) for name, cells in self.columns.items()}
        object.__setattr__(self, "columns", columns)
        peers = Peers(columns.values(), self.delimiter)
        for column in columns.values():
            column.join(peers)

    @property
    def label(self) -> str:
        """Its name in errors."""
        return self.source or self.name

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    @property
    def span(self) -> int:
        """Rows of the file from the first of these to the last."""
        return len(self) if self.numbers is None or not len(self) else int(np.ptp(self.numbers)) + 1

    @property
    def block(self) -> Column | None:
        """The inputs of arrays and images; None for a table."""
        return next((column for column in self.columns.values() if column.names), None)

    def where(self, row: int) -> str:
        """Where one of these rows stands."""
        return self.place(row if self.numbers is None else int(self.numbers[row]))

    def named_as(self, names: Sequence[str]) -> Frame:
        """With these names for columns of which they differ in Unicode's form or by blanks around them alone."""
        there = {normalize("NFC", name).strip(): name for name in names if name not in self.columns}
        if there.keys().isdisjoint(self.columns):
            return self
        return replace(self, columns={there.get(name, name): column for name, column in self.columns.items()})

    def rows(self, index: np.ndarray, settle: bool = True) -> Frame:
        """Some of the rows. settle : whether all rows together decide how the cells of these are read."""
        columns = {name: column.rows(index, settle) for name, column in self.columns.items()}
        return replace(self, columns=columns, numbers=index if self.numbers is None else self.numbers[index])

    def column(self, name: str) -> Column:
        """A column by name, also one of a block. Raises DataError, which lists the columns."""
        if name in self.columns:
            return self.columns[name]
        if self.block is not None and name in self.block.names:
            return Column(self.block.cells[:, self.block.names.index(name)], marks=self.block.marks)
        names = self.columns if self.block is None else [*self.block.names, *self.target]
        parts = [column for column in names if column.startswith(f"{name}.")]
        apart = f", but its parts are: {some(parts)}" if parts else ""
        raise DataError(f"{self.label}: no column is called {name!r}{apart}; there are: {known(name, names)}")

    def need(self, names: Sequence[str]) -> None:
        """Raise DataError, naming them, where columns are missing."""
        missing = [name for name in names if name not in self.columns]
        if missing:
            which = f"columns {some(missing)} are" if len(missing) > 1 else f"column {missing[0]} is"
            raise DataError(f"{self.label}: the {which} missing; there are: {known(missing[0], self.columns)}")

    def need_targets(self, names: Sequence[str]) -> None:
        """Raise DataError where columns to be predicted are not there."""
        missing = [name for name in names if name not in self.columns]
        if missing or not names:
            which = f" ({', '.join(missing)})" if missing else ""
            raise DataError(f"{self.label}: it has no targets{which}, and they are needed")

    def need_readable(self, name: str, what: str) -> None:
        """Raise DataError for a column whose cells are neither numbers, text nor dates."""
        unread = self.column(name).unread
        if unread:
            raise DataError(
                f"{self.label}, column {name!r}: the {what} cannot be read: the cells are {unread}, and a cell of a "
                "table is a number, text or date"
            )

    def need_all(self, name: str, what: str, advice: str = "leave out the rows without one") -> None:
        """Raise DataError, naming the first place, where cells of a column are missing. advice : what to do then."""
        self.need_readable(name, what)
        gone = self.column(name).missing
        if gone.any():
            raise DataError(
                f"{self.where(int(gone.argmax()))}, column {name!r}: the {what} is missing, and so in "
                f"{int(gone.sum()):,} of {len(self):,} rows: {advice}"
            )

    def finite(self, name: str, what: str) -> np.ndarray:
        """A column of numbers. Raises DataError, naming the first place, where one is missing, or is none."""
        self.need_all(name, what)
        column = self.column(name)
        values, bad = column.numbers
        if bad.any():
            row = int(bad.argmax())
            raise DataError(f"{self.where(row)}, column {name!r}: {str(column.cells[row])!r} is not a finite number")
        return values


def joined(name: str, parts: Sequence[Frame], source: str | None = None) -> Frame:
    """The rows of several files, one after the other. Raises DataError where their columns differ."""
    first = parts[0]
    for part in parts[1:]:
        need_same(first.label, part.label, first.columns, part.columns)
    if len(parts) == 1:
        return replace(first, name=name, source=source or first.source)
    ends = list(accumulate(map(len, parts)))

    def place(row: int) -> str:
        part = int(np.searchsorted(ends, row, side="right"))
        return parts[part].place(row - (ends[part - 1] if part else 0))

    columns = {key: concatenated([part.columns[key] for part in parts]) for key in first.columns}
    remarks = tuple(dict.fromkeys(sentence for part in parts for sentence in part.remarks))
    return Frame(name, columns, place, source=source, read=first.read, remarks=remarks, delimiter=first.delimiter)


def need_same(
    first: object, other: object, names: Sequence[str] | Mapping[str, Any], others: Sequence[str] | Mapping[str, Any]
) -> None:
    """Raise DataError where two files have other columns."""
    if set(names) != set(others):
        odd = some(sorted(set(names) ^ set(others)))
        raise DataError(f"{other} has other columns than {first}: {odd}; the files of a table need the same")


def concatenated(parts: Sequence[Column]) -> Column:
    """Parts of a column, one after the other: as text where one holds numbers and another text, or where a part holds
    whole numbers that would be rounded beside another's fractions."""
    if all(isinstance(part, TextColumn) for part in parts):
        return TextColumn.together(parts)
    arrays, groups = [part.cells for part in parts], {"f": "n", "i": "n", "u": "n"}
    mixed = len({groups.get(array.dtype.kind, array.dtype.kind) for array in arrays}) > 1
    if mixed or (len({array.dtype.kind for array in arrays}) > 1 and any(map(_beyond_floats, arrays))):
        arrays = [texts(array) for array in arrays]
    unread = next((part.unread for part in parts if part.unread), "")
    return Column(np.concatenate(arrays), marks=parts[0].marks, typed=all(p.typed for p in parts), unread=unread)


def _beyond_floats(array: np.ndarray) -> bool:
    """Whether whole numbers are larger than a float64 holds exactly."""
    return array.dtype.kind in "iu" and len(array) > 0 and max(-int(array.min()), int(array.max())) > EXACT
