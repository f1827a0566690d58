"""Reads dates in a form that somebody names: %m/%d/%Y, the order of day and month, or numbers since a day."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from bprop.errors import SettingError
from bprop.sources.dates.read import NAT, ORDERS, SETTLED, Dates, read_dates

UNITS = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3, "excel": 86_400e6}
"""{unit of numbers since 1970, or "excel", days since 1899-12-30: microseconds}."""
EXCEL = np.datetime64("1899-12-30", "us")
EPOCH = np.datetime64("1970-01-01", "us")
_FURTHEST = 2.5e17  # microseconds: years -5900 to 9900
_TRY = datetime(2024, 5, 31, 13, 4, 5, 678_901)
_LETTERS = (("YYYY", "%Y"), ("YY", "%y"), ("MMM", "%b"), ("MM", "%m"), ("DD", "%d"), ("HH", "%H"), ("SS", "%S"))


def need_form(form: str) -> None:
    """Raise SettingError for a form of dates that does not exist."""
    if form in ORDERS or form in UNITS:
        return
    known = f"{', '.join(ORDERS)}, {', '.join(UNITS)}"
    if "%" not in form:
        near = _near(form)
        also = f"; perhaps {near}" if "%" in near else ""
        raise SettingError(f"dates are not read as {form!r}: write a format such as %m/%d/%Y{also}; or one of {known}")
    try:
        with warnings.catch_warnings():  # a day without a year: this is a trial, whose result nobody takes
            warnings.simplefilter("ignore", DeprecationWarning)
            datetime.strptime(_TRY.strftime(form), form)
    except (ValueError, re.error) as error:
        raise SettingError(
            f"the format of dates {form!r} cannot be used: {error}; write one such as %m/%d/%Y"
        ) from None


def _near(form: str) -> str:
    """MM/DD/YYYY as %m/%d/%Y."""
    text = form.upper()
    for letters, directive in _LETTERS:
        text = text.replace(letters, directive)
    minutes = re.compile(r"(?<=:)%m")
    return minutes.sub("%M", text)


def read_as(cells: Sequence[str], form: str) -> Dates:
    """Cells, none of them missing, as dates of this form. Dates such as 2024-05-31 are read, too."""
    if form in ORDERS or form == SETTLED:
        return read_dates(cells, form)
    natural = read_dates(cells, SETTLED)  # forms that can be read in one way only
    values = natural.values.copy()
    for place, cell in enumerate(cells):
        moment = _moment(cell, form)
        if moment is not None:
            values[place] = moment
    return Dates(values, "", natural.zones)


def _moment(cell: str, form: str) -> np.datetime64 | None:
    try:
        moment = datetime.strptime(cell, form)
    except ValueError:
        return None
    if moment.tzinfo is not None:
        moment = (moment - moment.utcoffset()).replace(tzinfo=None)  # type: ignore[operator] (it has one)
    return np.datetime64(moment, "us")


def since(numbers: np.ndarray, unit: str) -> np.ndarray:
    """Numbers since 1970 (or as Excel counts days) as datetime64[us]; NaT where a number is NaN or no such time."""
    with np.errstate(over="ignore"):
        micro = numbers * UNITS[unit]
    possible = np.abs(np.nan_to_num(micro, nan=np.inf)) < _FURTHEST
    whole = np.where(possible, np.round(micro), 0).astype(np.int64).astype("timedelta64[us]")
    return np.where(possible, (EXCEL if unit == "excel" else EPOCH) + whole, NAT)
