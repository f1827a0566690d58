"""A day, perhaps with a time."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Self

import numpy as np

from bprop.sources.column import Column
from bprop.sources.columns.kind import Kind, all_missing, need_read
from bprop.sources.frame import Frame

LONGEST_DAY = 12  # letters: the years that fit into microseconds
DAY = np.timedelta64(86_400_000_000, "us")


@dataclass(frozen=True)
class Date(Kind):
    """Days since the first date in training; day of the year and of the week as points on a circle; the hour too where
    training has times of day."""

    origin: str
    fill: float
    hours: bool
    indicator: bool
    kind = "date"
    turn = 3

    @classmethod
    def suits(cls, column: Column) -> bool:
        return not column.dates[1].any()

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        values = dates_of(name, frame)
        known = values[~np.isnat(values)]
        if not len(known):
            raise all_missing(name, frame)
        origin = known.min().astype("datetime64[D]")
        hours = bool((known != known.astype("datetime64[D]")).any())
        return cls(name, str(origin), float(((known - origin) / DAY).mean()), hours, len(known) < len(values))

    def encode(self, frame: Frame) -> np.ndarray:
        values = dates_of(self.name, frame)
        gone = np.isnat(values)
        values = np.where(gone, np.datetime64(self.origin, "us"), values)
        whole = values.astype("datetime64[D]")
        year = whole.astype("datetime64[Y]")
        turns = [(whole - year).astype(float) / 365.25, (whole.astype(np.int64) + 3) % 7 / 7]
        if self.hours:
            turns.append((values - whole) / DAY)
        circles = [circle(2 * np.pi * turn) for turn in turns for circle in (np.sin, np.cos)]
        days = np.where(gone, self.fill, (values - np.datetime64(self.origin, "us")) / DAY)
        features = np.stack([days, *(np.where(gone, 0.0, c) for c in circles)], axis=1)
        return np.column_stack([features, gone]) if self.indicator else features

    def misfits(self, frame: Frame) -> np.ndarray:
        return frame.column(self.name).dates[1]

    def sound(self) -> dict[str, bool]:
        return {"origin": _is_day(self.origin), "fill": isfinite(self.fill)}

    @property
    def scaled(self) -> tuple[bool, ...]:
        return (True, *(False,) * (4 + 2 * self.hours + self.indicator))


def dates_of(name: str, frame: Frame) -> np.ndarray:
    """A column of datetime64[us], NaT where missing. Raises DataError, naming the place, for other cells."""
    return need_read(frame.column(name).dates, "a date such as 2024-05-31", name, frame)


def _is_day(text: str) -> bool:
    try:
        return not np.isnat(np.datetime64(text, "D").astype("datetime64[us]")) and 4 <= len(text) <= LONGEST_DAY
    except (ValueError, OverflowError):
        return False
