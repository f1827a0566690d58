"""Columns of Python's values, as JSON and workbooks hold them: what a frame keeps of them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np

from bprop.sources.column import Column

_DAYS = (datetime.date, datetime.datetime)
_INT64 = (-(2**63), 2**63 - 1)
_EXACT = 2**53


def column_of_values(values: Sequence[Any] | np.ndarray) -> Column:
    """A column of str, bool, int, float, date, datetime, time, timedelta and None.

    Of one sort: numbers, dates, or text ("true" and "false" of bools); durations and times of day are seconds. Of
    several sorts: text. Lists and objects: a column that cannot be read. An array of numbers stays as it is.
    """
    if isinstance(values, np.ndarray):
        return Column(values, typed=True)
    sorts = {type(value) for value in values if value is not None}
    nested = sorts & {list, dict, tuple, bytes}
    if nested:
        which = "lists" if list in nested or tuple in nested else "objects" if dict in nested else "bytes"
        return Column.unreadable(len(values), which)
    if sorts and sorts <= {int, float}:
        return Column(_numbers(values, sorts), typed=True)
    if sorts and sorts <= {datetime.time, datetime.timedelta}:
        return Column(np.array([np.nan if v is None else _seconds(v) for v in values], np.float64), typed=True)
    if sorts and sorts <= set(_DAYS):
        days = [
            "NaT" if v is None else np.datetime64(v.replace(tzinfo=None) if hasattr(v, "hour") else v) for v in values
        ]
        return Column(np.array(days, "datetime64[us]"), typed=True)
    cells = np.empty(len(values), object)
    cells[:] = [None if value is None else text_of(value) for value in values]
    return Column(cells, typed=True)


def _numbers(values: Sequence[Any], sorts: set[type]) -> np.ndarray:
    """As float64; whole numbers that it would round as int64, or as text where some are missing or larger."""
    whole = [value for value in values if isinstance(value, int)]
    if whole and (max(whole) > _EXACT or min(whole) < -_EXACT):
        if len(whole) == len(values) and _INT64[0] <= min(whole) and max(whole) <= _INT64[1]:
            return np.array(whole, np.int64)
        cells = np.empty(len(values), object)
        cells[:] = [None if value is None or value != value else text_of(value) for value in values]
        return cells
    if sorts == {int} and len(whole) == len(values):
        return np.array(whole, np.int64)
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _seconds(value: datetime.time | datetime.timedelta) -> float:
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6


def text_of(value: Any) -> str:
    """A value as text: whole numbers without a point, dates as 2024-05-31, true and false."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, datetime.datetime):
        value = value.date() if value.time() == datetime.time() else value
        return value.isoformat(" ") if isinstance(value, datetime.datetime) else value.isoformat()
    return str(value)
