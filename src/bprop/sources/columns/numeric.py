"""A number."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Self

import numpy as np

from bprop.errors import SettingError
from bprop.scaling import is_constant, moments
from bprop.sources.column import Column
from bprop.sources.columns.kind import Kind, all_missing, filled, need_read
from bprop.sources.frame import Frame
from bprop.sources.ids import is_id
from bprop.sources.number_format import PLAIN, NumberFormat
from bprop.sources.written import form_asked

MISTAKES = 0.1  # of the cells may be no numbers, of whatever kinds
FEW = 3  # different cells that are no numbers, as marks of missing values are


@dataclass(frozen=True)
class Numeric(Kind):
    """A number. Where it is missing, `fill` stands in, and, if any was missing in training, a column says so.

    written : how cells of text write it, as an example: "1.234,5 kg"; "": as Python does.
    """

    fill: float
    indicator: bool
    written: str = ""
    kind = "numeric"
    turn = 2

    @classmethod
    def suits(cls, column: Column) -> bool:
        """Most cells are numbers in one format; then all must be. Codes of digits are none, and neither are numbers
        mixed with many other cells of many kinds, such as tickets."""
        values, bad = column.numbers
        count, there = bad.sum(), (~bad & ~np.isnan(values)).sum()
        if column.settled.codes or count >= there:
            return False
        return count <= MISTAKES * (count + there) or column.rows(np.nonzero(bad)[0], settle=False).different <= FEW

    @classmethod
    def useless(cls, name: str, column: Column, span: int) -> str:
        values, bad = column.numbers
        there = ~np.isnan(values)
        if bad.any():
            return ""
        if is_id(name, column.exact(there), span):
            return "id"
        return "constant" if there.all() and is_constant(values) else ""

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        return cls._fitted(name, frame, frame.column(name).settled.spelling.form)

    @classmethod
    def fit_as(cls, name: str, frame: Frame, how: str) -> Self:
        """Numbers written as in the example `how`, "1.234,5", or in a country, "de"; a currency or a unit of the cells
        need not be in it."""
        return cls._fitted(name, frame, form_asked(name, frame.column(name), how))

    @classmethod
    def _fitted(cls, name: str, frame: Frame, form: NumberFormat) -> Self:
        values = numbers_of(name, frame, form)
        gone = np.isnan(values)
        if gone.all():
            raise all_missing(name, frame)
        return cls(name, float(moments(values[~gone])[0]), bool(gone.any()), "" if form.is_plain else str(form))

    @property
    def form(self) -> NumberFormat:
        """How cells of text write the number."""
        return NumberFormat.spelled(self.written) if self.written else PLAIN

    def encode(self, frame: Frame) -> np.ndarray:
        return filled(numbers_of(self.name, frame, self.form), self.fill, self.indicator)

    def misfits(self, frame: Frame) -> np.ndarray:
        return frame.column(self.name).numbers_as(self.form)[1]

    def sound(self) -> dict[str, bool]:
        return {"fill": isfinite(self.fill), "written": not self.written or _is_spelled(self.written)}

    def __str__(self) -> str:
        return f"{self.name} ({self.written})" if self.written else self.name

    @property
    def scaled(self) -> tuple[bool, ...]:
        return (True, False) if self.indicator else (True,)


def numbers_of(name: str, frame: Frame, form: NumberFormat = PLAIN) -> np.ndarray:
    """A column of numbers in a format, NaN where missing. Raises DataError, naming the place, for other cells."""
    what = "a finite number" if form.is_plain else f"a number such as {form}"
    return need_read(frame.column(name).numbers_as(form), what, name, frame)


def _is_spelled(text: str) -> bool:
    try:
        return bool(NumberFormat.spelled(text))
    except SettingError:
        return False
