"""A column of a frame: its cells as they stand in the file, and their values, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from bprop.sources import cells as say
from bprop.sources.dates.explicit import UNITS, since
from bprop.sources.dates.read import SETTLED, Dates

READINGS = ("missing", "absent", "numbers", "booleans", "date_reading", "texts")


class Distinct(NamedTuple):
    """The different cells of a column, and the number of its cell for each row: cells = values[codes]."""

    values: np.ndarray
    codes: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """(K,) the number of rows of each value."""
        return np.bincount(self.codes, minlength=len(self.values))


@dataclass(frozen=True, eq=False)
class Column:
    """N cells, or a block of N rows.

    cells : (N,) text to be read (object: str, or None where missing), numbers (floats may be NaN) or datetime64 (or
        NaT); of arrays also text and bools, which are taken as they stand. A block is (N, D) numbers.
    names : of the D columns of a block; () for a column of cells.
    marks : words that stand for a missing value, beside the usual ones.
    typed : whether the file says itself which cells are missing (None, NaN, NaT), as Parquet, JSON and workbooks do:
        then text such as "NA" is a value like others. Only where a column is read as numbers, dates, or yes and no, the
        words for a missing value are that. `marks`, which are asked for, count in any case.
    unread : what the cells are, where they cannot be read: "lists".

    A reading, such as `numbers`, is made at its first use. `rows` keeps the readings that exist.
    """

    cells: np.ndarray
    names: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    typed: bool = False
    unread: str = ""

    @classmethod
    def unreadable(cls, count: int, what: str) -> Column:
        """A column of so many cells that are neither numbers, text nor dates, but `what`."""
        return cls(np.full(count, None, object), typed=True, unread=what)

    @classmethod
    def of(cls, cells: Any, marks: tuple[str, ...] = ()) -> Column:
        """A column of cells. A Column stays as it is, or gets these marks."""
        if not isinstance(cells, Column):
            return cls(np.asarray(cells), marks=marks)
        return cells if set(marks) <= set(cells.marks) else cells.marked(marks)

    def marked(self, marks: tuple[str, ...]) -> Column:
        """The same cells with other marks of missing values."""
        return replace(self, marks=marks)

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def cells_kind(self) -> str:
        """The kind of the cells' dtype, such as "O" for text to be read."""
        return self.cells.dtype.kind

    def tolist(self) -> list:
        """The cells as Python's own objects."""
        return self.cells.tolist()

    def rows(self, index: np.ndarray) -> Column:
        """Some of the rows."""
        return self._with_readings(replace(self, cells=self.cells[index]), index)

    def _with_readings(self, part: Column, index: np.ndarray) -> Column:
        for name in READINGS:
            if name in self.__dict__:
                read = self.__dict__[name]
                part.__dict__[name] = rows_of(read, index)
        return part

    @cached_property
    def distinct(self) -> Distinct:
        """The different cells, each once."""
        if self.cells.dtype.kind != "O":
            return Distinct(*np.unique(self.cells, return_inverse=True))
        numbers: dict = {}
        codes = np.fromiter((numbers.setdefault(cell, len(numbers)) for cell in self.cells), np.intp, len(self))
        return Distinct(objects(list(numbers)), codes)

    @cached_property
    def missing(self) -> np.ndarray:
        """(N,) of bool: where a value is missing."""
        if self.typed and self.cells.dtype.kind == "O":
            return np.fromiter((c is None or c in self.marks for c in self.cells), bool, len(self.cells))
        return say.missing(self.cells, self.marks)

    @cached_property
    def absent(self) -> np.ndarray:
        """(N,) of bool: where a value is missing, or a word for that, which is a value of typed text all the same."""
        return say.missing(self.cells, self.marks) if self.typed else self.missing

    @property
    def is_words(self) -> bool:
        """Whether typed text holds words for a missing value and nothing else."""
        return bool(self.typed and self.absent.all() and not self.missing.all())

    def _strict(self, read: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """A reading of a column; where typed text is not all of this kind, words for a missing value are bad, too."""
        values, bad = read
        return (values, bad | (self.absent & ~self.missing)) if self.typed and bad.any() else read

    @cached_property
    def numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """(values with NaN where missing, where a cell is neither missing nor a finite number)."""
        return self._strict(say.numbers(self.cells, self.absent))

    @cached_property
    def booleans(self) -> tuple[np.ndarray, np.ndarray]:
        """(1, 0 or NaN where missing, where a cell says neither yes nor no)."""
        if self.cells.dtype.kind == "O":
            return self._strict(say.words(self.cells, self.absent))
        values, bad = self.numbers
        return values, bad | ~(np.isnan(values) | (values == 0) | (values == 1))

    @cached_property
    def date_reading(self) -> Dates:
        """Cells as dates, in the form that all of them together suggest."""
        return say.dates(self.cells, self.absent)

    @property
    def dates(self) -> tuple[np.ndarray, np.ndarray]:
        """(datetime64[us] with NaT where missing, where a cell is no date)."""
        return self._read_dates(self.date_reading.values)

    def dates_as(self, form: str) -> tuple[np.ndarray, np.ndarray]:
        """The same in a form that is known: see `bprop.sources.dates.explicit`; "" if no cell needs one."""
        if form in UNITS:
            numbers, bad = self.numbers
            values = since(numbers, form)
            return values, bad | (~self.absent & np.isnat(values))
        if self.cells_kind == "M" or (self.date_reading.order == form and not self.dates[1].any()):
            return self.dates
        return self._read_dates(self._dates_in(form or SETTLED))

    def _read_dates(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self._strict((values, ~self.absent & np.isnat(values)))

    def _dates_in(self, form: str) -> np.ndarray:
        return say.dates(self.cells, self.absent, form).values

    @cached_property
    def texts(self) -> np.ndarray:
        """Cells as text: whole numbers without a point; None where missing."""
        return say.texts(self.cells)

    @cached_property
    def different(self) -> int:
        """How many different values there are, without those that are missing."""
        return len(set(self.cells[~self.missing].tolist()))


def objects(cells: Sequence) -> np.ndarray:
    """Cells as an array of objects."""
    column = np.empty(len(cells), object)
    column[:] = cells
    return column


def rows_of(read: Any, index: np.ndarray) -> Any:
    """Some rows of a reading."""
    if isinstance(read, Dates):
        return read._replace(values=read.values[index])
    return tuple(part[index] for part in read) if isinstance(read, tuple) else read[index]
