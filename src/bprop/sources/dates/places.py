"""Times of a place, such as 2024-05-31T10:00 Europe/Berlin: the database of time zones knows when summer time was."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np


def to_utc(local: np.ndarray, place: str) -> tuple[np.ndarray, np.ndarray]:
    """(local times (N,) of datetime64[us] in UTC, where this is not possible). place : a name of a time zone.

    Of an hour that the clock shows twice, the first is taken.
    """
    try:
        zone = ZoneInfo(place)
    except (ValueError, OSError, KeyError):  # there is no such name
        return local, np.ones(len(local), bool)
    minutes, codes = np.unique(local.astype("datetime64[m]"), return_inverse=True)
    behind = [_behind(minute, zone) for minute in minutes.tolist()]
    seconds = np.array([0 if one is None else one for one in behind], "timedelta64[s]")
    wrong = np.array([one is None for one in behind], bool)
    return local - seconds[codes], wrong[codes]


def _behind(minute: object, zone: ZoneInfo) -> int | None:
    """The seconds that UTC is behind the clock of a zone; None for a year that Python's dates do not have."""
    if not isinstance(minute, datetime):
        return None
    ahead = minute.replace(tzinfo=zone).utcoffset()
    return None if ahead is None else round(ahead.total_seconds())
