"""Yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from bprop.sources.column import Column, objects
from bprop.sources.columns.kind import Kind, filled, need_read
from bprop.sources.frame import Frame


@dataclass(frozen=True)
class Boolean(Kind):
    """1 for true and yes, 0 for false and no, in several languages and spellings, perhaps with 1 and 0 among them; 1/2
    where missing (and, as for numbers, a column that says so)."""

    indicator: bool
    kind = "boolean"
    turn = 1

    @classmethod
    def suits(cls, column: Column) -> bool:
        """Text that says yes or no in every cell, and not only by numbers."""
        if not column.is_text or not column.numbers[1].any():
            return False
        sample = Column(objects(column.sample), marks=column.marks)
        return not sample.booleans[1].any() and not column.booleans[1].any()

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        return cls(name, bool(np.isnan(switches_of(name, frame)).any()))

    def encode(self, frame: Frame) -> np.ndarray:
        return filled(switches_of(self.name, frame), 0.5, self.indicator)

    def misfits(self, frame: Frame) -> np.ndarray:
        return frame.column(self.name).booleans[1]

    @property
    def scaled(self) -> tuple[bool, ...]:
        return (False,) * (1 + self.indicator)


def switches_of(name: str, frame: Frame) -> np.ndarray:
    """A column of 1 and 0, NaN where missing. Raises DataError, naming the place, for other cells."""
    return need_read(frame.column(name).booleans, "true or false", name, frame)
