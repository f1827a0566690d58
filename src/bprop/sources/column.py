"""A column of a frame: its cells as they stand in the file, and their values, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from bprop.sources import cells as say
from bprop.sources.codes import LONGEST, begins_as_code, codes_in
from bprop.sources.number_format import NumberFormat
from bprop.sources.number_inference import Hint, Spelling, may_be_thousands, spelling_of
from bprop.sources.settled import Peers, Settled

READINGS = ("gone", "unmeasured", "missing", "plain_numbers", "numbers", "booleans", "dates", "texts")


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
    decided : the decisions of the column that these are some rows of; None: these cells decide.
    peers : the columns of the table that it is part of.

    A reading, such as `numbers`, is made at its first use. `rows` keeps the readings that exist.
    """

    cells: np.ndarray
    names: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    decided: Settled | None = None
    peers: Peers | None = None

    @classmethod
    def of(cls, cells: Any, marks: tuple[str, ...] = ()) -> Column:
        """A column of cells. A Column stays as it is, or gets these marks."""
        if not isinstance(cells, Column):
            return cls(np.asarray(cells), marks=marks)
        return cells if set(marks) <= set(cells.marks) else cells.marked(marks)

    def marked(self, marks: tuple[str, ...]) -> Column:
        """The same cells with other marks of missing values."""
        return replace(self, marks=marks, peers=None)

    def as_decided(self, decided: Settled) -> Column:
        """The same cells, read as another column has settled."""
        return replace(self, decided=decided, peers=None)

    def join(self, peers: Peers) -> None:
        """Make it a part of a table, before it is read."""
        if self.decided is None and "settled" not in self.__dict__:
            object.__setattr__(self, "peers", peers)

    def __len__(self) -> int:
        return len(self.cells)

    def tolist(self) -> list:
        """The cells as Python's own objects."""
        return self.cells.tolist()

    @property
    def is_text(self) -> bool:
        """Whether its cells are text to be read."""
        return self.cells.dtype.kind == "O"

    def some(self, most: int) -> list[str]:
        """Some of its cells of text, from beginning to end, without those that are missing."""
        part = Column(self.cells[:: max(1, len(self) // most)], marks=self.marks)
        return part.cells[~part.unmeasured].tolist()

    def rows(self, index: np.ndarray, settle: bool = True) -> Column:
        """Some of the rows. settle : whether all rows together decide how these are read."""
        decided = self._settle(settle)
        part = Column(self.cells[index], self.names, self.marks, decided)
        return self._with_readings(part, index)

    def _settle(self, wanted: bool) -> Settled | None:
        """The decisions of all cells, which are made now if that is `wanted`."""
        if wanted and self.is_text and len(self):
            _ = self.missing, self.numbers
        return self.decided or self.__dict__.get("settled")

    def _with_readings(self, part: Column, index: np.ndarray) -> Column:
        for name in READINGS:
            if name in self.__dict__:
                read = self.__dict__[name]
                part.__dict__[name] = tuple(a[index] for a in read) if isinstance(read, tuple) else read[index]
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
    def gone(self) -> np.ndarray:
        """(N,) of bool: where a value is missing, whatever the column holds."""
        return say.missing(self.cells, self.marks)

    @cached_property
    def unmeasured(self) -> np.ndarray:
        """(N,) of bool: where a number or a date is missing: words such as - or unknown say so, too."""
        return say.unmeasured(self.cells, self.gone)

    @cached_property
    def missing(self) -> np.ndarray:
        """(N,) of bool: where a value is missing. In columns of numbers and dates more words say so than among text."""
        there = int((~self.unmeasured).sum())
        if self.unmeasured is self.gone or self.unmeasured.sum() == self.gone.sum():
            return self.gone
        measures = 2 * self.numbers[1].sum() < there or 2 * self.dates[1].sum() < there
        return self.unmeasured if measures else self.gone

    @cached_property
    def plain_numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """The same as `numbers`, of cells that are written as Python writes numbers."""
        return say.numbers(self.cells, self.unmeasured)

    @cached_property
    def settled(self) -> Settled:
        """The decisions of all cells together."""
        if self.decided or not self.is_text:
            return self.decided or Settled()
        values, bad = self.plain_numbers
        there = ~self.unmeasured
        if not bad.any() and not (may_be_thousands(values) or self._may_be_codes(values[there])):
            return Settled()
        codes = codes_in(list(self.counted))
        if codes:
            return Settled(codes=codes)
        spelling = spelling_of(self.counted, self.peers.hint if self.peers else Hint())
        return Settled(spelling or Spelling())

    def _may_be_codes(self, values: np.ndarray) -> bool:
        """Whether some cells, which are all numbers, may be codes; quickly. values : those that are not missing."""
        if not len(values) or values.min() < 0 or (values != np.floor(values)).any():
            return False
        return values.max() >= LONGEST or self._begins_as_code

    @property
    def _begins_as_code(self) -> bool:
        """Whether a cell begins with a plus, or with a zero before another digit."""
        return begins_as_code(self.cells[~self.unmeasured].tolist())

    @property
    def counts(self) -> dict[Any, int]:
        """{cell: how often it is there}."""
        return dict(zip(self.distinct.values.tolist(), self.distinct.counts.tolist(), strict=True))

    @cached_property
    def counted(self) -> dict[str, int]:
        """The same, without those where a number is missing."""
        values, codes = self.distinct
        there = np.bincount(codes[~self.unmeasured], minlength=len(values))
        return {cell: count for cell, count in zip(values.tolist(), there.tolist(), strict=True) if count}

    @cached_property
    def numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """(values with NaN where missing, where a cell is neither missing nor a finite number)."""
        return self._numbers_in(self.settled.spelling.form)

    def numbers_as(self, form: NumberFormat) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of a column in a format that is known."""
        if not self.is_text or ("numbers" in self.__dict__ and self.settled.spelling.form == form):
            return self.numbers
        return self._numbers_in(form)

    def _numbers_in(self, form: NumberFormat) -> tuple[np.ndarray, np.ndarray]:
        if form.is_plain or not self.is_text:
            return self.plain_numbers
        read = np.array([np.nan if cell is None else form.read(cell) for cell in self.distinct.values], np.float64)
        values = np.where(self.unmeasured, np.nan, read[self.distinct.codes])
        return values, ~self.unmeasured & ~np.isfinite(values)

    def in_style(self, style: NumberFormat) -> NumberFormat | None:
        """The format with the marks of `style`, and the currency and unit of the cells; None where most cells do not
        fit it."""
        spelling = spelling_of(self.counted, Hint(), style) if self.is_text else Spelling()
        return None if spelling is None else spelling.form

    @cached_property
    def booleans(self) -> tuple[np.ndarray, np.ndarray]:
        """(1, 0 or NaN where missing, where a cell says neither yes nor no)."""
        if self.is_text:
            return say.words(self.cells, self.gone)
        values, bad = self.numbers
        return values, bad | ~(np.isnan(values) | (values == 0) | (values == 1))

    @cached_property
    def dates(self) -> tuple[np.ndarray, np.ndarray]:
        """(datetime64[us] with NaT where missing, where a cell is no date)."""
        return say.dates(self.cells, self.unmeasured)

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
