"""Columns of Python's objects and of NumPy's arrays, as a frame keeps them: text to be read, numbers, or datetime64."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from ipaddress import IPv4Address, IPv6Address
from pathlib import PurePath
from typing import Any
from uuid import UUID

import numpy as np

from bprop.errors import DataError
from bprop.sources.cells import EXACT, number_text

BOOLEANS = (bool, np.bool_)
WHOLE = (int, np.integer)
NUMBERS = (*WHOLE, float, np.floating, Decimal, Fraction)
DATES = (dt.date, np.datetime64)  # a datetime, and a Timestamp of pandas, are dates
LENGTHS = (dt.timedelta, np.timedelta64, dt.time)
NAMES = (UUID, PurePath, IPv4Address, IPv6Address)
TEXT_OF_PANDAS = ("Interval", "Period")
SWITCH = {True: "true", False: "false"}
LONGEST = 40  # letters of a cell in an error


def cells_of(values: Any, who: str) -> np.ndarray:
    """(N,) the cells of a column: an array, or any sequence. Raises DataError, which begins with `who`."""
    if isinstance(values, np.ma.MaskedArray):
        objects = np.array(values, object)
        objects[np.ma.getmaskarray(values)] = None
        return cells_of_objects(objects, who)
    if isinstance(values, np.ndarray) and values.dtype.kind != "O":
        return _of_array(values, who)
    if isinstance(values, np.ndarray) and values.ndim != 1:
        return _of_array(values, who)
    objects = values if isinstance(values, np.ndarray) else _objects(list(values))
    return cells_of_objects(objects, who)


def _of_array(array: np.ndarray, who: str) -> np.ndarray:
    if array.ndim == 2 and array.shape[1] == 1:
        return cells_of(array[:, 0], who)
    if array.ndim != 1:
        raise DataError(f"{who}: holds an array of shape {array.shape}, and a column has one cell a row")
    kind = array.dtype.kind
    if kind == "b":
        return np.where(array, SWITCH[True], SWITCH[False]).astype(object)
    if kind == "U":
        return _objects([text.strip() for text in array.tolist()])
    if kind == "M":
        return array.astype("datetime64[us]")
    if kind == "m":
        return seconds(array)
    if kind == "f":
        return array.astype(np.float64)
    if kind in "iu":
        return array
    raise no_cells(who, array.dtype, array[0] if len(array) else None)


def seconds(array: np.ndarray) -> np.ndarray:
    """Lengths of time in seconds; NaN where missing."""
    return np.where(np.isnat(array), np.nan, array / np.timedelta64(1, "s"))


class NoCellsError(DataError):
    """A column holds things that are no cells of a table. what : a name for them."""

    def __init__(self, message: str, what: str):
        super().__init__(message)
        self.what = what


def no_cells(who: str, what: Any, cell: Any) -> NoCellsError:
    """The error for a column of things that are no cells of a table."""
    shown = repr(cell)
    shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."
    return NoCellsError(
        f"{who}: holds {what}, such as {shown}, and a cell of a table is a number, text, date, or yes or no: turn it "
        "into columns of these, or leave it out",
        str(what),
    )


def cells_of_objects(objects: np.ndarray, who: str, gone: np.ndarray | None = None) -> np.ndarray:
    """The cells of a column of objects (N,). gone : where one is missing; default None, NaN and pandas' NA and NaT."""
    if gone is None:
        gone = np.fromiter(map(is_missing, objects), bool, len(objects))
    values = objects[~gone].tolist()
    types = set(map(type, values))
    for one_of, read in ((str, _strip), (BOOLEANS, _switches), (NUMBERS, _numbers), (DATES, _dates), (LENGTHS, _spans)):
        if all(issubclass(cls, one_of) for cls in types) and (one_of is not NUMBERS or not types & {bool, np.bool_}):
            return _spread(read(values), gone)
    return _spread(_objects([_text(value, who) for value in values]), gone)


def is_missing(value: Any) -> bool:
    """Whether an object stands for a missing value."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating | Decimal | np.datetime64 | np.timedelta64) and bool(value != value)


def _spread(values: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """The values at their rows, and what stands for a missing one elsewhere. Whole numbers stay exact."""
    if not gone.any():
        return values
    kind = values.dtype.kind
    if kind in "iu" and len(values) and max(-int(values.min()), int(values.max())) > EXACT:
        values = _objects([str(value) for value in values.tolist()])
    missing: Any = None if values.dtype.kind == "O" else np.datetime64("NaT", "us") if kind == "M" else np.nan
    cells = np.full(len(gone), missing, {"i": np.float64, "u": np.float64}.get(values.dtype.kind, values.dtype))
    cells[~gone] = values
    return cells


def _objects(values: list[Any]) -> np.ndarray:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells


def _strip(values: list[str]) -> np.ndarray:
    return _objects([str(value).strip() for value in values])


def _switches(values: list[Any]) -> np.ndarray:
    return _objects([SWITCH[bool(value)] for value in values])


def _numbers(values: Sequence[Any]) -> np.ndarray:
    """Whole numbers as such, as text where 64 bits do not hold them; all others as floats."""
    if not all(isinstance(value, WHOLE) for value in values):
        try:
            return np.array([float(value) for value in values], np.float64)
        except OverflowError:
            return _objects([str(value) for value in values])
    numbers = [int(value) for value in values]
    low, high = min(numbers, default=0), max(numbers, default=0)
    for dtype in (np.int64, np.uint64):
        if np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max:
            return np.array(numbers, dtype)
    return _objects([str(number) for number in numbers])


def _dates(values: list[Any]) -> np.ndarray:
    return np.array([_date(value) for value in values], "datetime64[us]")


def _date(value: Any) -> np.datetime64:
    """A time of a zone in UTC."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        value = value.astimezone(dt.UTC).replace(tzinfo=None)
    return np.datetime64(value, "us")


def _spans(values: list[Any]) -> np.ndarray:
    return np.array([_span(value) for value in values], np.float64)


def _span(value: Any) -> float:
    """A length of time, or a time of day, in seconds."""
    if isinstance(value, dt.time):
        return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return value.total_seconds() if isinstance(value, dt.timedelta) else float(value / np.timedelta64(1, "s"))


def _text(value: Any, who: str) -> str:
    """A cell among cells of other types, as a file would have it."""
    readings: tuple[tuple[Any, Callable[[Any], str]], ...] = (
        (str, lambda text: text.strip()), (BOOLEANS, lambda switch: SWITCH[bool(switch)]), (WHOLE, str),
        (NUMBERS, lambda number: number_text(float(number)) or ""), (DATES, lambda date: str(_date(date))),
        (LENGTHS, lambda span: str(_span(span))), (NAMES, str), (Enum, lambda member: str(member.value)),
    )  # fmt: skip
    for cls, read in readings:
        if isinstance(value, cls):
            return read(value)
    if type(value).__name__ in TEXT_OF_PANDAS:
        return str(value)
    raise no_cells(who, f"objects of type {type(value).__name__}", value)
