"""A day, perhaps with a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Self

import numpy as np

from bprop.errors import DataError, SettingError
from bprop.sources.codes import VERSION
from bprop.sources.column import Column
from bprop.sources.columns.kind import Kind, UnclearError, all_missing, need_read
from bprop.sources.dates.explicit import UNITS, need_form
from bprop.sources.dates.forms import form_of
from bprop.sources.dates.read import CONTRADICTORY, NAT, ORDERS, UNCLEAR, read_either_way, two_ways
from bprop.sources.frame import Frame

MOST_MISTAKES = 0.1  # of different cells of dates that are versions, if more are no date
LONGEST_DAY = 12  # letters: the years that fit into microseconds
DAY = np.timedelta64(86_400_000_000, "us")
_EXAMPLE = datetime(2024, 5, 31)
_WRITTEN = {"": "2024-05-31", "dmy": "31/05/2024", "mdy": "05/31/2024", "ymd": "24/05/31"}


@dataclass(frozen=True)
class Date(Kind):
    """Days since the first date in training; day of the year and of the week as points on a circle; the hour too where
    training has times of day.

    form : how the cells are written: "dmy", "mdy" or "ymd" where a cell alone does not say the day, a format
    such as %d.%m.%Y, or a unit such as "s", of numbers since 1970; else "".
    """

    origin: str
    fill: float
    hours: bool
    indicator: bool
    form: str = ""
    kind = "date"
    turn = 2

    @classmethod
    def suits(cls, column: Column) -> bool:
        """Most cells are dates; then all must be. Numbers of 8 digits are dates where all of them can be."""
        if column.cells_kind == "M":
            return True
        if not column.looks_like_dates:
            return False
        unsettled = column.date_reading.order in (UNCLEAR, CONTRADICTORY)
        values = _either_way(column) if unsettled else column.dates[0]
        return 2 * int((~np.isnat(values)).sum()) > int((~column.unmeasured).sum()) and not _are_versions(column)

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        order = frame.column(name).date_reading.order
        if order == CONTRADICTORY:
            raise DataError(f"{frame.label}, column {name!r}: {_contradiction(name, frame)}")
        return cls.fit_as(name, frame, _order_beside(name, frame) if order == UNCLEAR else order)

    @classmethod
    def fit_as(cls, name: str, frame: Frame, how: str) -> Self:
        if how:
            need_form(how)
        values = dates_of(name, frame, how)
        known = values[~np.isnat(values)]
        if not len(known):
            raise all_missing(name, frame)
        origin = known.min().astype("datetime64[D]")
        hours = bool((known != known.astype("datetime64[D]")).any())
        return cls(name, str(origin), float(((known - origin) / DAY).mean()), hours, len(known) < len(values), how)

    def encode(self, frame: Frame) -> np.ndarray:
        values = dates_of(self.name, frame, self.form)
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
        return frame.column(self.name).dates_as(self.form)[1]

    def sound(self) -> dict[str, bool]:
        return {"origin": _is_day(self.origin), "fill": isfinite(self.fill), "form": _is_form(self.form)}

    @property
    def scaled(self) -> tuple[bool, ...]:
        return (True, *(False,) * (4 + 2 * self.hours + self.indicator))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Days, then the sine and the cosine of the place in the year, in the week, and in the day."""
        turns = ("time of year", "weekday", *(("time of day",) if self.hours else ()))
        circles = [f"{self.name}: {turn}, {part}" for turn in turns for part in ("sin", "cos")]
        missing = [f"{self.name} missing"] if self.indicator else []
        return (f"{self.name}: days since {self.origin}", *circles, *missing)

    def __str__(self) -> str:
        return f"{self.name} ({ORDERS.get(self.form, self.form)})" if self.form else self.name


def _are_versions(column: Column) -> bool:
    """Whether cells such as 1.2.10 are versions: among them are many, such as 1.2.3, that are no date in any order."""
    if column.settled.codes != VERSION:
        return False
    cells = list(column.counted)
    return sum(form_of(cell) is None for cell in cells) > MOST_MISTAKES * len(cells)


def _either_way(column: Column) -> np.ndarray:
    """The cells of a column, those that are not missing, as dates in any order of day and month."""
    cells, codes = column.distinct
    there = np.flatnonzero(np.bincount(codes[~column.unmeasured], minlength=len(cells)))
    values = np.full(len(cells), NAT)
    values[there] = read_either_way(cells[there].tolist())
    return values[codes[~column.unmeasured]]


def dates_of(name: str, frame: Frame, form: str = "") -> np.ndarray:
    """A column of datetime64[us], NaT where missing. Raises DataError, naming the place, for other cells."""
    return need_read(frame.column(name).dates_as(form), example_of(form), name, frame)


def example_of(form: str) -> str:
    """How a date of a form is written, for errors."""
    if form in UNITS:
        days = "a number of days, as Excel counts them"
        return days if form == "excel" else f"a number since 1970, in {form}"
    return f"a date such as {_WRITTEN[form] if form in _WRITTEN else _EXAMPLE.strftime(form)}"


def _order_beside(name: str, frame: Frame) -> str:
    """The order of day and month that the other columns of the table have. Raises UnclearError where none says it."""
    orders = set()
    for other, column in frame.columns.items():
        if other != name and Date.suits(column):
            orders.add(column.date_reading.order)
    orders &= ORDERS.keys()
    if len(orders) == 1:
        return orders.pop()
    cell = frame.column(name).sample[0]
    raise UnclearError(
        f"dates such as {cell} may have the day or the month first: choose one with --kind {name}=date:dmy or "
        f"--kind {name}=date:mdy"
    )


def _contradiction(name: str, frame: Frame) -> str:
    column = frame.column(name)
    first, second = two_ways(column.texts[~column.unmeasured].tolist())
    return (
        f"dates that have the month first ({first}) and dates that have the day first ({second}) in one column: mend "
        f"the file, or choose one with --kind {name}=date:mdy or --kind {name}=date:dmy and --bad-cells missing"
    )


def _is_form(form: str) -> bool:
    try:
        if form:
            need_form(form)
    except SettingError:
        return False
    return True


def _is_day(text: str) -> bool:
    try:
        return not np.isnat(np.datetime64(text, "D").astype("datetime64[us]")) and 4 <= len(text) <= LONGEST_DAY
    except (ValueError, OverflowError):
        return False
