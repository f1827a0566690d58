"""A column of text as polars holds it. Cells become Python's own only where they are needed.

Each reading takes numbers as polars reads them, and looks at each different text once. It is the same as that of a
`Column` of the same cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from bprop.forked import POLARS
from bprop.sources.cells import marked_numbers
from bprop.sources.column import Column, Distinct, objects, rows_of
from bprop.sources.dates.read import Dates
from bprop.sources.number_inference import NO_THOUSANDS
from bprop.sources.settled import Settled


class TextColumn(Column):
    """N cells of text. series : a polars Series of text without blanks around it."""

    series: Any

    def __init__(self, series: Any, marks: tuple[str, ...] = (), decided: Settled | None = None):
        for name, value in (("series", series), ("marks", marks), ("names", ()), ("decided", decided), ("peers", None)):
            object.__setattr__(self, name, value)

    @cached_property
    def cells(self) -> np.ndarray:  # type: ignore[override] (made at its first use)
        return objects(self.series.to_list())

    def __len__(self) -> int:
        return len(self.series)

    @property
    def cells_kind(self) -> str:
        return "O"

    def tolist(self) -> list[Any]:
        return self.series.to_list()

    def marked(self, marks: tuple[str, ...]) -> Column:
        return TextColumn(self.series, marks, self.decided)

    def as_decided(self, decided: Settled) -> Column:
        return TextColumn(self.series, self.marks, decided)

    def _cells_at(self, places: np.ndarray) -> list[Any]:
        return self.series[places].to_list() if POLARS.usable() else self.cells[places].tolist()

    def rows(self, index: np.ndarray, settle: bool = True) -> Column:
        decided = self._settle(settle)
        if not POLARS.usable():
            return self._with_readings(Column(self.cells[index], marks=self.marks, decided=decided), index)
        return self._with_readings(TextColumn(self.series[np.asarray(index)], self.marks, decided), index)

    @classmethod
    def together(cls, parts: Sequence[Any]) -> Column:
        """Text columns one after the other."""
        if not POLARS.usable():
            return Column(np.concatenate([part.cells for part in parts]), marks=parts[0].marks)
        import polars as pl

        return cls(pl.concat([part.series for part in parts]), parts[0].marks)

    @cached_property
    def _plain(self) -> Column:
        return Column(self.cells, marks=self.marks, decided=self.decided)

    @cached_property
    def distinct(self) -> Distinct:
        if not POLARS.usable():
            return self._plain.distinct
        import polars as pl

        texts = self.series.drop_nulls().unique(maintain_order=True)
        codes = self.series.cast(pl.Enum(texts)).to_physical().fill_null(len(texts))
        return Distinct(objects([*texts.to_list(), None]), codes.to_numpy().astype(np.intp))

    @cached_property
    def _numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """(numbers as polars reads them, the rows whose cells are no finite number)."""
        import polars as pl

        values = self.series.cast(pl.Float64, strict=False).to_numpy()
        return values, np.nonzero(~np.isfinite(values))[0]

    def _read_once(self, reading: str) -> Any:
        """A reading of each different text, for all rows."""
        return rows_of(getattr(Column(self.distinct.values, marks=self.marks), reading), self.distinct.codes)

    @cached_property
    def gone(self) -> np.ndarray:
        return self._where("gone")

    @cached_property
    def unmeasured(self) -> np.ndarray:
        return self._where("unmeasured")

    def _where(self, reading: str) -> np.ndarray:
        """A reading of yes or no, which says no of every number unless a mark is one."""
        if not POLARS.usable() or marked_numbers(self.marks):
            return self._read_once(reading)
        where, (_, others) = np.zeros(len(self), bool), self._numbers
        if 10 * len(others) > 9 * len(self):  # hardly a number
            return self._read_once(reading)
        if len(others):
            where[others] = TextColumn(self.series[others], self.marks)._read_once(reading)
        return where

    @cached_property
    def plain_numbers(self) -> tuple[np.ndarray, np.ndarray]:
        if not POLARS.usable() or not self.unmeasured[self._numbers[1]].all():
            return self._read_once("plain_numbers")
        return np.where(self.unmeasured, np.nan, self._numbers[0]), np.zeros(len(self), bool)

    @property
    def has_no_thousands(self) -> bool:
        if not POLARS.usable():
            return super().has_no_thousands
        return bool(self.series.filter(~self.unmeasured).str.contains(NO_THOUSANDS.pattern).any())

    @property
    def begins_as_code(self) -> bool:
        return bool(self.series.str.contains(r"^(?:0\d|\+)").any()) if POLARS.usable() else super().begins_as_code

    @cached_property
    def texts(self) -> np.ndarray:
        if not POLARS.usable():
            return self._plain.texts
        strange = self.series.str.starts_with("=") | (self.series.str.len_bytes() != self.series.str.len_chars())
        return self._read_once("texts") if strange.any() else self.cells

    @cached_property
    def booleans(self) -> tuple[np.ndarray, np.ndarray]:
        return self._read_once("booleans")

    @cached_property
    def date_reading(self) -> Dates:
        return self._read_once("date_reading")

    def _dates_in(self, form: str) -> np.ndarray:
        return Column(self.distinct.values, marks=self.marks)._dates_in(form)[self.distinct.codes]

    @cached_property
    def different(self) -> int:
        present = ~self.missing
        return self.series.filter(present).n_unique() if POLARS.usable() else self._plain.different
