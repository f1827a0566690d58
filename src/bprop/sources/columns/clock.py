"""Times of day, and durations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Self

import numpy as np

from bprop.scaling import moments
from bprop.sources.column import Column
from bprop.sources.columns.kind import Kind, all_missing, filled, need_read
from bprop.sources.dates.clock import DAY, has_one_letter, seconds_of_day, seconds_of_duration
from bprop.sources.frame import Frame

TIME = "a time of day such as 14:30"
DURATION = "a duration such as 1:30:00"


@dataclass(frozen=True)
class Time(Kind):
    """A time of day as a point on a circle, (0, 0) where it is missing (and a column that says so, as for numbers)."""

    indicator: bool
    kind = "time"
    turn = 3

    @classmethod
    def suits(cls, column: Column) -> bool:
        """Most cells are times of day; then all must be, and no others are durations, such as 26:30."""
        return _suits(column, seconds_of_day) and not _some_are(column, seconds_of_duration, but_not=seconds_of_day)

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        return cls(name, bool(np.isnan(_seconds(name, frame, seconds_of_day, TIME)).any()))

    def encode(self, frame: Frame) -> np.ndarray:
        seconds = _seconds(self.name, frame, seconds_of_day, TIME)
        gone = np.isnan(seconds)
        turn = 2 * np.pi * np.where(gone, 0.0, seconds) / DAY
        features = np.stack([np.where(gone, 0.0, circle(turn)) for circle in (np.sin, np.cos)], axis=1)
        return np.column_stack([features, gone]) if self.indicator else features

    def misfits(self, frame: Frame) -> np.ndarray:
        return _cells_as(frame.column(self.name), seconds_of_day)[1]

    @property
    def scaled(self) -> tuple[bool, ...]:
        return (False,) * (2 + self.indicator)

    @property
    def feature_names(self) -> tuple[str, ...]:
        missing = (f"{self.name} missing",) if self.indicator else ()
        return (f"{self.name}: time of day, sin", f"{self.name}: time of day, cos", *missing)


@dataclass(frozen=True)
class Duration(Kind):
    """A duration, in seconds. Where it is missing, `fill` stands in, and, if any was missing in training, a column says
    so."""

    fill: float
    indicator: bool
    kind = "duration"
    turn = 3

    @classmethod
    def suits(cls, column: Column) -> bool:
        """Most cells are durations, such as 26:30:00 or 1h 30m; then all must be. 5m alone may be 5 metres."""
        return _suits(column, seconds_of_duration) and not all(map(has_one_letter, column.sample))

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        seconds = _seconds(name, frame, seconds_of_duration, DURATION)
        gone = np.isnan(seconds)
        if gone.all():
            raise all_missing(name, frame)
        return cls(name, float(moments(seconds[~gone])[0]), bool(gone.any()))

    def encode(self, frame: Frame) -> np.ndarray:
        seconds = _seconds(self.name, frame, seconds_of_duration, DURATION)
        return filled(seconds, self.fill, self.indicator)

    def misfits(self, frame: Frame) -> np.ndarray:
        return _cells_as(frame.column(self.name), seconds_of_duration)[1]

    def sound(self) -> dict[str, bool]:
        return {"fill": isfinite(self.fill)}

    @property
    def scaled(self) -> tuple[bool, ...]:
        return (True, False) if self.indicator else (True,)

    def __str__(self) -> str:
        return f"{self.name} (seconds)"


def _suits(column: Column, read: Callable[[str], float]) -> bool:
    cells = column.sample
    if not cells or np.isnan([read(cell) for cell in cells]).mean() > 0.5:
        return False
    return 2 * int(_read(column, read)[1].sum()) < int((~column.unmeasured).sum())


def _some_are(column: Column, read: Callable[[str], float], but_not: Callable[[str], float]) -> bool:
    """Whether a cell is read by one function, but not by the other."""
    bad = _read(column, but_not)[1]
    return bool((bad & ~np.isnan(_read(column, read)[0])).any())


def _read(column: Column, read: Callable[[str], float]) -> tuple[np.ndarray, np.ndarray]:
    """(seconds, NaN where missing, where a cell is neither missing nor readable); each different cell is read once."""
    cells, codes = column.distinct
    seconds = np.array([read(cell) if isinstance(cell, str) else np.nan for cell in cells.tolist()], float)[codes]
    return np.where(column.unmeasured, np.nan, seconds), ~column.unmeasured & np.isnan(seconds)


def _cells_as(column: Column, read: Callable[[str], float]) -> tuple[np.ndarray, np.ndarray]:
    """The same; typed files hold times and durations as seconds."""
    return column.numbers if column.cells_kind == "f" else _read(column, read)


def _seconds(name: str, frame: Frame, read: Callable[[str], float], what: str) -> np.ndarray:
    return need_read(_cells_as(frame.column(name), read), what, name, frame)
