"""A column of a frame: its cells as they stand in the file, and their values, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from bprop.sources import cells as say
from bprop.sources.codes import begin_as_code
from bprop.sources.dates.explicit import UNITS, since
from bprop.sources.dates.read import SETTLED, Dates, read_either_way
from bprop.sources.number_format import NumberFormat
from bprop.sources.number_inference import NO_THOUSANDS, Hint, Spelling, spelling_of
from bprop.sources.settled import Peers, Settled, decision_of
from bprop.sources.words import IN_TEXT, NO_VALUE

READINGS = (
    "gone", "absent", "unmeasured", "missing", "plain_numbers", "numbers", "booleans", "date_reading", "texts",
)  # fmt: skip
FEW = 64  # cells that are looked through before all are
SAMPLE = 20  # cells that are read before a whole column is


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
    decided : the decisions of the column that these are some rows of; None: these cells decide.
    peers : the columns of the table that it is part of.

    A reading, such as `numbers`, is made at its first use. `rows` keeps the readings that exist.
    """

    cells: np.ndarray
    names: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    typed: bool = False
    unread: str = ""
    decided: Settled | None = None
    peers: Peers | None = None

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

    @property
    def cells_kind(self) -> str:
        """The kind of the cells' dtype, such as "O" for text to be read."""
        return self.cells.dtype.kind

    def tolist(self) -> list[Any]:
        """The cells as Python's own objects."""
        return self.cells.tolist()

    @property
    def is_text(self) -> bool:
        """Whether its cells are text to be read."""
        return self.cells_kind == "O"

    @property
    def first(self) -> str | None:
        """The first of its cells of text that is no word for a missing value."""
        few = self._cells_at(np.arange(min(FEW, len(self))))
        first = next((cell for cell in few if cell not in NO_VALUE), None)
        if first is not None or len(self) <= FEW:
            return first
        return next((cell for cell in self.tolist() if cell not in NO_VALUE), None)

    def some(self, most: int) -> list[str]:
        """Some of its cells of text, from beginning to end, without those that are missing."""
        if not self.is_text:
            return []
        places = np.nonzero(~self.unmeasured)[0]
        return self._cells_at(places[:: max(1, len(places) // most)])

    def _cells_at(self, places: np.ndarray) -> list[Any]:
        return self.cells[places].tolist()

    @cached_property
    def sample(self) -> list[str]:
        """A few of its cells of text."""
        return self.some(SAMPLE)

    def rows(self, index: np.ndarray, settle: bool = True) -> Column:
        """Some of the rows. settle : whether all rows together decide how these are read."""
        decided = self._settle(settle)
        return self._with_readings(replace(self, cells=self.cells[index], decided=decided, peers=None), index)

    def _settle(self, wanted: bool) -> Settled | None:
        """The decisions of all cells, which are made now if that is `wanted`."""
        if wanted and self.decided is None and self.is_text and len(self):
            _ = self.missing, self.numbers
            if self.looks_like_dates:
                _ = self.date_reading
        return self.decided or self.__dict__.get("settled")

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
        numbers: dict[Any, Any] = {}
        codes = np.fromiter((numbers.setdefault(cell, len(numbers)) for cell in self.cells), np.intp, len(self))
        return Distinct(objects(list(numbers)), codes)

    @property
    def distinct_texts(self) -> Distinct:
        """The texts of the different cells; two of them may be the same text."""
        values, codes = self.distinct
        return Distinct(say.texts(values), codes)

    @cached_property
    def gone(self) -> np.ndarray:
        """(N,) of bool: where a value is missing, whatever the column holds."""
        return say.missing(self.cells, self.marks, frozenset({None}) if self.typed else IN_TEXT)

    @cached_property
    def absent(self) -> np.ndarray:
        """(N,) of bool: where a value is missing, or a word for that, which is a value of typed text all the same."""
        return say.missing(self.cells, self.marks) if self.typed else self.gone

    @cached_property
    def unmeasured(self) -> np.ndarray:
        """(N,) of bool: where a number or a date is missing: words such as - or unknown say so, too."""
        return say.unmeasured(self.cells, self.absent)

    @cached_property
    def missing(self) -> np.ndarray:
        """(N,) of bool: where a value is missing. In columns of numbers and dates more words say so than among text."""
        if not self._has_more_words:
            return self.gone
        there = int((~self.unmeasured).sum())
        measures = 2 * self.numbers[1].sum() < there or (self.looks_like_dates and 2 * self.dates[1].sum() < there)
        return self.unmeasured if measures else self.gone

    @property
    def _has_more_words(self) -> bool:
        return self.unmeasured is not self.gone and bool(self.unmeasured.sum() > self.gone.sum())

    @property
    def is_words(self) -> bool:
        """Whether typed text holds words for a missing value and nothing else."""
        return bool(self.typed and self.unmeasured.all() and not self.gone.all())

    def _strict(self, read: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """A reading of a column; where typed text is not all of this kind, words for a missing value are bad, too."""
        values, bad = read
        return (values, bad | (self.unmeasured & ~self.gone)) if self.typed and bad.any() else read

    @cached_property
    def plain_numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """The same as `numbers`, of cells that are written as Python writes numbers."""
        return say.numbers(self.cells, self.unmeasured)

    @cached_property
    def settled(self) -> Settled:
        """The decisions of all cells together."""
        if self.decided or not self.is_text:
            return self.decided or Settled()
        return decision_of(self)

    @property
    def has_no_thousands(self) -> bool:
        """Whether behind the point of a number are not three digits, so that it is no mark of thousands."""
        return NO_THOUSANDS.search("\n".join(self.cells[~self.unmeasured])) is not None

    @property
    def begins_as_code(self) -> bool:
        """Whether a cell begins with a plus, or with a zero before another digit."""
        return begin_as_code(self.cells[~self.unmeasured].tolist())

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
            return self._strict(self.plain_numbers)
        read = np.array([np.nan if cell is None else form.read(cell) for cell in self.distinct.values], np.float64)
        values = np.where(self.unmeasured, np.nan, read[self.distinct.codes])
        return self._strict((values, ~self.unmeasured & ~np.isfinite(values)))

    def exact(self, where: np.ndarray) -> np.ndarray:
        """The numbers in some cells, all of them numbers: exact whole numbers where floats would round them."""
        values = self.numbers[0][where]
        rounded = len(values) > 0 and bool(abs(values).max() >= say.EXACT)
        return say.exact(self.cells[where], values) if rounded else values

    def in_style(self, style: NumberFormat) -> NumberFormat | None:
        """The format with the marks of `style`, and the currency and unit of the cells; None where most cells do not
        fit it."""
        spelling = spelling_of(self.counted, Hint(), style) if self.is_text else Spelling()
        return None if spelling is None else spelling.form

    @cached_property
    def booleans(self) -> tuple[np.ndarray, np.ndarray]:
        """(1, 0 or NaN where missing, where a cell says neither yes nor no)."""
        if self.is_text:
            return self._strict(say.words(self.cells, self.absent))
        values, bad = self.numbers
        return values, bad | ~(np.isnan(values) | (values == 0) | (values == 1))

    @cached_property
    def looks_like_dates(self) -> bool:
        """Whether at least half of a few cells are dates."""
        return bool(self.sample) and bool(np.isnat(read_either_way(self.sample)).mean() <= 0.5)

    @cached_property
    def date_reading(self) -> Dates:
        """Cells as dates, in the form that all of them together suggest."""
        return say.dates(self.cells, self.unmeasured)

    @property
    def dates(self) -> tuple[np.ndarray, np.ndarray]:
        """(datetime64[us] with NaT where missing, where a cell is no date)."""
        return self._read_dates(self.date_reading.values)

    def dates_as(self, form: str) -> tuple[np.ndarray, np.ndarray]:
        """The same in a form that is known: see `bprop.sources.dates.explicit`; "" if no cell needs one."""
        if form in UNITS:
            numbers, bad = self.numbers
            values = since(numbers, form)
            return values, bad | (~self.unmeasured & np.isnat(values))
        if self.cells_kind == "M" or (self.date_reading.order == form and not self.dates[1].any()):
            return self.dates
        return self._read_dates(self._dates_in(form or SETTLED))

    def _read_dates(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self._strict((values, ~self.unmeasured & np.isnat(values)))

    def _dates_in(self, form: str) -> np.ndarray:
        return say.dates(self.cells, self.unmeasured, form).values

    @cached_property
    def texts(self) -> np.ndarray:
        """Cells as text: whole numbers without a point; None where missing."""
        return say.texts(self.cells)

    @cached_property
    def different(self) -> int:
        """How many different values there are, without those that are missing."""
        return len(set(self.cells[~self.missing].tolist()))


def objects(cells: Sequence[Any]) -> np.ndarray:
    """Cells as an array of objects."""
    column = np.empty(len(cells), object)
    column[:] = cells
    return column


def rows_of(read: Any, index: np.ndarray) -> Any:
    """Some rows of a reading."""
    if isinstance(read, Dates):
        return read._replace(values=read.values[index])
    return tuple(part[index] for part in read) if isinstance(read, tuple) else read[index]
