"""Reads times of day (06:30, 3:15 PM) and durations (26:30:00, 2 days 03:00:00, P1DT2H, 1h 23m)."""

from __future__ import annotations

import re

from bprop.sources.number_format import tidy

DAY = 86_400
_TIME = re.compile(
    r"(\d{1,2})(?: ?h ?(?=\d\d$)|:)(\d\d)(?::(\d\d(?:[.,]\d{1,9})?))?(?: ?([ap])\.?m\.?)?(?: ?(?:uhr|h))?",
    re.ASCII | re.I,
)
_SPAN = re.compile(r"(-?)(?:(\d+) days?,? ?)?(?:\+?(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?)?", re.ASCII)
_PART = r"([+-]?\d+(?:[.,]\d+)?)"  # Java writes a minus before each part, PT-5M
_ISO = re.compile(rf"([+-]?)P(?:{_PART}W)?(?:{_PART}D)?(?:T(?:{_PART}H)?(?:{_PART}M)?(?:{_PART}S)?)?", re.ASCII)
_UNITS = re.compile(
    r"(-?)(?:(\d+) ?(?:d|days?))?,? ?(?:(\d+) ?(?:h|hrs?|hours?))?,? ?(?:(\d+) ?(?:m|mins?|minutes?))?,? ?"
    r"(?:(\d+(?:\.\d+)?) ?(?:s|secs?|seconds?))?", re.ASCII | re.I,
)  # fmt: skip
_HOURS = re.compile(r"(-?)(\d+) ?h ?([0-5]\d)", re.ASCII | re.I)
_ONE_LETTER = re.compile(r"-?[\d.]+ ?[A-Za-z]", re.ASCII)


def seconds_of_day(cell: str) -> float:
    """The seconds of a time of day, 24:00 at most; NaN for text that is none."""
    match = _TIME.fullmatch(tidy(cell))
    if match is None:
        return float("nan")
    hour, minute, second = int(match[1]), int(match[2]), float((match[3] or "0").replace(",", "."))
    if match[4]:
        if not 1 <= hour <= 12:
            return float("nan")
        hour = hour % 12 + 12 * (match[4] in "pP")
    seconds = 3600 * hour + 60 * minute + second
    return seconds if seconds <= DAY and minute < 60 and second < 60 else float("nan")


def has_one_letter(cell: str) -> bool:
    """Whether a cell is a number and one letter: 5m may be minutes or metres, 5d days or pence."""
    return _ONE_LETTER.fullmatch(cell) is not None


def seconds_of_duration(cell: str) -> float:
    """The seconds of a duration; NaN for text that is none."""
    cell = tidy(cell)
    for pattern, factors in (
        (_SPAN, (DAY, 3600, 60, 1)), (_ISO, (7 * DAY, DAY, 3600, 60, 1)), (_UNITS, (DAY, 3600, 60, 1)),
        (_HOURS, (3600, 60)),
    ):  # fmt: skip
        match = pattern.fullmatch(cell)
        if match is not None and any(match.groups()[1:]):
            numbers = [float((part or "0").replace(",", ".")) for part in match.groups()[1:]]
            parts = [number * factor for number, factor in zip(numbers, factors, strict=True)]
            if pattern is _SPAN and "+" in cell:  # as pandas writes it, a minus is of the days alone
                return sum(parts[1:]) - parts[0] if match[1] == "-" else sum(parts)
            return -sum(parts) if match[1] == "-" else sum(parts)
    return float("nan")
