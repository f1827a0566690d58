"""A number."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Self

import numpy as np

from bprop.scaling import is_constant, moments
from bprop.sources.cells import exact
from bprop.sources.column import Column
from bprop.sources.columns.kind import ENOUGH, Kind, all_missing, filled, need_read
from bprop.sources.frame import Frame

IDS = ("id", "index", "rownum", "uuid")


@dataclass(frozen=True)
class Numeric(Kind):
    """A number. Where it is missing, `fill` stands in, and, if any was missing in training, a column says so."""

    fill: float
    indicator: bool
    kind = "numeric"
    turn = 2

    @classmethod
    def suits(cls, column: Column) -> bool:
        """Most cells are numbers; then all must be."""
        return 2 * column.numbers[1].sum() < (~column.missing).sum()

    @classmethod
    def useless(cls, name: str, column: Column, span: int) -> str:
        values, bad = column.numbers
        there, gone = ~column.missing, column.missing.any()
        if not bad.any() and is_id(name, exact(column.cells[there], values[there]), span):
            return "id"
        return "constant" if not bad.any() and not gone and is_constant(values) else ""

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        values = numbers_of(name, frame)
        gone = np.isnan(values)
        if gone.all():
            raise all_missing(name, frame)
        return cls(name, float(moments(values[~gone])[0]), bool(gone.any()))

    def encode(self, frame: Frame) -> np.ndarray:
        return filled(numbers_of(self.name, frame), self.fill, self.indicator)

    def sound(self) -> dict[str, bool]:
        return {"fill": isfinite(self.fill)}

    @property
    def scaled(self) -> tuple[bool, ...]:
        return (True, False) if self.indicator else (True,)


def numbers_of(name: str, frame: Frame) -> np.ndarray:
    """A column of numbers, NaN where missing. Raises DataError, naming the place, for other cells."""
    return need_read(frame.column(name).numbers, "a finite number", name, frame)


def is_id(name: str, values: np.ndarray, span: int) -> bool:
    """Whole numbers that never repeat, and either leave hardly a gap (rows that were numbered) or are called ids.

    span : rows of the table from the first to the last of these.
    """
    fractions = values.dtype.kind == "f" and bool((values != np.round(values)).any())
    if len(values) < ENOUGH or fractions or len(np.unique(values)) < len(values):
        return False
    called = name.lower().replace("-", "_").split("_")[-1] in IDS
    before, after = values[:-1], values[1:]
    return called or (
        len(after) > 0
        and bool((after > before).all() or (after < before).all())
        and bool(values.max() - values.min() < 2 * max(span, len(values)))
    )
