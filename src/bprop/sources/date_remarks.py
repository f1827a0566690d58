"""Remarks on the dates of a table: numbers that may be dates, days that may stand for a missing value, time zones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import numpy as np

from bprop.sources.codes import LONG
from bprop.sources.columns import Categorical, Date, Ignored, Kind, Numeric
from bprop.sources.dates.explicit import since
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation

_SENTINELS = "0001-01-01 1753-01-01 1899-12-30 1899-12-31 1900-01-01 1970-01-01 9999-12-31"
APART = np.timedelta64(400, "D")
"""A date that stands for a missing one is so far from all others."""
SENTINELS = tuple(map(np.datetime64, _SENTINELS.split()))
"""Days by which programs say that a date is missing."""
UNITS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
LIKELY = np.datetime64("1990-01-01"), np.datetime64("2050-01-01")
"""Numbers since 1970 are probably times where all of them fall between these days."""
SERIALS = 20_000, 60_000
"""Excel's numbers of the days from 1954 to 2064."""
NAMES = re.compile(r"(^|[^a-z])(date|datum|day|tag|time|timestamp|ts|created|updated)([^a-z]|$)|date$|datum$", re.I)
FEW = 0.2  # the share of cells up to which a day may stand for a missing one
AHEAD = 30  # years after this one in which a date with a year of two digits is doubtful


def date_remarks(preparation: Preparation, frame: Frame) -> list[str]:
    """A sentence for each suspicion. frame : rows from which the preparation was learned."""
    here = [kind for kind in preparation.kinds if kind.name in frame.columns]
    return [line for kind in here for line in _of_kind(kind, frame)]


def _of_kind(kind: Kind, frame: Frame) -> Iterator[str]:
    if isinstance(kind, Date):
        yield from _zones(kind, frame)
        yield from _sentinels(kind, frame)
        yield from _ahead(kind, frame)
    long = isinstance(kind, Categorical) and frame.column(kind.name).settled.codes == LONG
    if isinstance(kind, Numeric) or long or (isinstance(kind, Ignored) and kind.why == "id"):
        yield from _numbers(kind, frame)


def _zones(kind: Date, frame: Frame) -> Iterator[str]:
    if frame.column(kind.name).date_reading.zones:
        yield (
            f"column {kind.name!r}: its times name time zones and are converted to UTC; cells without a zone are taken "
            "for UTC"
        )


def _sentinels(kind: Date, frame: Frame) -> Iterator[str]:
    column = frame.column(kind.name)
    values = column.dates_as(kind.form)[0]
    days = values.astype("datetime64[D]")
    for sentinel in SENTINELS:
        same = days == sentinel
        others = days[~same & ~np.isnat(days)]
        far = len(others) > 0 and not others.min() - APART <= sentinel <= others.max() + APART
        if far and 0 < same.sum() <= FEW * len(days):
            cell = column.texts[int(same.argmax())]
            yield (
                f"column {kind.name!r}: {int(same.sum()):,} cells are {cell}, far from the others ({others.min()} to "
                f"{others.max()}): add --missing '{cell}' if that stands for a missing value"
            )


def _ahead(kind: Date, frame: Frame) -> Iterator[str]:
    values = frame.column(kind.name).dates_as(kind.form)[0]
    known = values[~np.isnat(values)].astype("datetime64[Y]").astype(int) + 1970
    late = known > date.today().year + AHEAD
    if late.any() and (known[late] <= 2068).all() and frame.column(kind.name).date_reading.short_years:
        yield (
            f"column {kind.name!r}: {int(late.sum()):,} cells have years of two digits that are read as "
            f"{known[late].min()} to 2068: write years with four digits if these are of the last century"
        )


def _numbers(kind: Kind, frame: Frame) -> Iterator[str]:
    values = frame.column(kind.name).numbers[0]
    values = values[~np.isnan(values)]
    if not len(values):
        return
    ends = np.array([values.min(), values.max()])
    how = next((unit for unit in UNITS if _are_likely(since(ends, unit))), None)
    looks = f"{UNITS[how]} since 1970" if how else "Excel's numbers of days"
    if how is None and NAMES.search(kind.name) and SERIALS[0] <= ends[0] and ends[1] <= SERIALS[1]:
        how = "excel"
    if how:
        yield f"column {kind.name!r}: looks like {looks}: --kind {kind.name}=date:{how} reads it as dates"


def _are_likely(moments: np.ndarray) -> bool:
    return bool(not np.isnat(moments).any() and LIKELY[0] <= moments.min() and moments.max() <= LIKELY[1])
