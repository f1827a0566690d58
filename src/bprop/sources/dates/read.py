"""Reads text as dates: all cells that look alike at once.

Cells that differ only in their digits have one shape, such as 00/00/0000. The form of a shape is looked up once. The
numbers of all of its cells are read together. All cells of a column decide whether 01/02/2024 is in January.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bprop.sources.dates.forms import form_of
from bprop.sources.dates.places import to_utc
from bprop.sources.dates.words import ZONES, month_of
from bprop.sources.number_format import tidy

ORDERS = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
UNCLEAR, CONTRADICTORY = "unclear", "contradictory"
SETTLED = "settled"
"""Instead of an order: each cell is read by itself, and only forms that all people read in one way are dates."""
WEAK = ("y m", "m y", "name yy", "quarter", "quarter y", "week", "ordinal", "packed", "packed name")
"""Forms that codes may have too: they are dates only of these years."""
YEARS = 1500, 2200
PACKED_YEARS = 1900, 2100
PIVOT = 69  # two digits from here on are years of the last century, as in POSIX
_DIGITS = str.maketrans("123456789", "000000000")
_PLACES = {"dmy": "cba", "mdy": "cab", "ymd": "abc"}  # which of a, b, c is the year, the month and the day
NAT = np.datetime64("NaT", "us")


class Dates(NamedTuple):
    """Cells read as dates.

    values : (N,) datetime64[us], in UTC where the cells name a zone; NaT where a cell is no date.
    order : of "dmy", "mdy", "ymd" the one in which all numbers fit; "unclear" or "contradictory" where there is none;
    "" where no cell needs it. zones : whether a cell names a time zone. short_years : whether one has a year of two
    digits.
    """

    values: np.ndarray
    order: str = ""
    zones: bool = False
    short_years: bool = False


class Shape(NamedTuple):
    """Cells that differ only in their digits: their places in the column, the form, and {part: (N,) numbers}."""

    places: np.ndarray
    form: str
    parts: dict[str, np.ndarray]
    words: dict[str, str]
    widths: dict[str, int]


def read_dates(cells: Sequence[str], order: str = "") -> Dates:
    """Cells, none of them missing, as dates. order : of day, month and year, where it is known, or `SETTLED`."""
    shapes = _shapes([cell if cell.isascii() else tidy(cell) for cell in cells])
    alone = order != ""
    numeric = [shape for shape in shapes if shape.form == "abc"]
    order = order or (_order(numeric) if numeric else "")
    values = np.full(len(cells), NAT)
    packed = [shape for shape in shapes if shape.form == "packed"]
    all_packed = sum(len(shape.places) for shape in packed) == len(cells)
    for shape in shapes:
        known = "dmy" if order == SETTLED and _is_day_first(shape) else order
        if (shape.form == "abc" and known not in ORDERS) or (shape.form == "packed" and not (all_packed or alone)):
            continue
        values[shape.places] = _values(shape, known)
    if alone:
        for shape in packed:
            values[shape.places] = np.where(_within(values[shape.places], PACKED_YEARS), values[shape.places], NAT)
    elif all_packed and (np.isnat(values) | ~_within(values, PACKED_YEARS)).any():
        values[:] = NAT  # 8 digits are a number, unless all of them are dates
    zones = any("zone" in shape.words or "ahead" in shape.parts or _place(shape) for shape in shapes)
    short_years = any(_year_width(shape, order) == 2 for shape in shapes)
    return Dates(values, order, zones, short_years)


def _year_width(shape: Shape, order: str) -> int:
    """Digits of the years of a shape."""
    return shape.widths.get(_PLACES.get(order, "c")[0] if shape.form == "abc" else "c", 4)


def read_either_way(cells: Sequence[str]) -> np.ndarray:
    """(N,) the cells, none of them missing, as dates in the first order in which each alone can be one; else NaT."""
    values = read_dates(cells).values
    for order in ORDERS:
        values = np.where(np.isnat(values), read_dates(cells, order).values, values)
    return values


def _is_day_first(shape: Shape) -> bool:
    """Whether a shape is that of 31.05.2024: with points, the day is always first."""
    return shape.words.get("mark") == "." and shape.widths.get("c") == 4


def _within(values: np.ndarray, years: tuple[int, int]) -> np.ndarray:
    year = values.astype("datetime64[Y]").astype(np.int64) + 1970
    return (years[0] <= year) & (year <= years[1])


def _shapes(cells: Sequence[str]) -> list[Shape]:
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        places.setdefault(cell.translate(_DIGITS), []).append(place)
    shapes = (_shape(cells, np.array(some)) for some in places.values())
    return [shape for shape in shapes if shape is not None]


def _shape(cells: Sequence[str], places: np.ndarray) -> Shape | None:
    first = form_of(cells[int(places[0])])
    if first is None:
        return None
    form, match = first
    spans = {name: match.span(name) for name, text in match.groupdict().items() if text and text.isdigit()}
    words = {name: text for name, text in match.groupdict().items() if text and not text.isdigit()}
    letters = np.array([cells[place] for place in places]).view(np.uint32).reshape(len(places), -1)
    parts = {name: _numbers(letters[:, start:stop]) for name, (start, stop) in spans.items()}
    return Shape(places, form, parts, words, {name: stop - start for name, (start, stop) in spans.items()})


def _numbers(letters: np.ndarray) -> np.ndarray:
    digits = letters.astype(np.int64) - ord("0")
    return digits @ 10 ** np.arange(digits.shape[1])[::-1]


def _order(shapes: Sequence[Shape]) -> str:
    """The order of day, month and year in which all numbers can be dates."""
    a, b, c = (np.concatenate([shape.parts[name] for shape in shapes]) for name in "abc")
    fits = {"dmy": (a <= 31) & (b <= 12), "mdy": (a <= 12) & (b <= 31), "ymd": (b <= 12) & (c <= 31)}
    if (c > 99).any():
        del fits["ymd"]
    shares = {order: fit.mean() for order, fit in fits.items()}
    full = [order for order, share in shares.items() if share == 1]
    if full == ["dmy", "ymd"]:  # there are fewer different years than days; 24-05-31 is rarer than 31-05-24
        return "ymd" if 2 * len(np.unique(a)) <= len(np.unique(c)) else "dmy"
    if len(full) == 1:
        return full[0]
    if full:
        return "dmy" if all(shape.words.get("mark") == "." for shape in shapes) else UNCLEAR
    best = max(shares, key=lambda order: shares[order])  # a few cells may be mistakes
    return best if shares[best] > 0.9 and sorted(shares.values())[-2] < 0.9 * shares[best] else CONTRADICTORY


def _values(shape: Shape, order: str) -> np.ndarray:
    parts, bad = dict(shape.parts), np.zeros(len(shape.places), bool)
    if shape.form == "abc":
        for name, letter in zip(("year", "month", "day"), _PLACES[order], strict=True):
            parts[name] = shape.parts[letter]
        short = shape.widths[_PLACES[order][0]] <= 2
        parts["year"] = _whole_year(parts["year"]) if short else parts["year"]
    elif "c" in parts:
        parts["year"] = parts["c"] if shape.widths["c"] == 4 else _whole_year(parts["c"])
    if "name" in shape.words:
        parts["month"] = np.full(len(bad), month_of(shape.words["name"]))
    if "quarter" in parts:
        bad |= (parts["quarter"] < 1) | (parts["quarter"] > 4)
        parts["month"] = 3 * parts["quarter"] - 2
    days, wrong = _weeks(parts) if "week" in parts else _days(parts)
    bad |= wrong
    if shape.form in WEAK:
        bad |= (parts["year"] < YEARS[0]) | (parts["year"] > YEARS[1])
    times, wrong = _times(shape)
    moments, unknown = _at_place(shape, days.astype("datetime64[us]") + times)
    return np.where(bad | wrong | unknown, NAT, moments)


def _place(shape: Shape) -> str:
    """The place whose clock shows the times; "" where there is none, or where they say how far they are from UTC."""
    if "ahead" in shape.parts or "zone" in shape.words:
        return ""
    return shape.words.get("place") or shape.words.get("inside") or ""


def _at_place(shape: Shape, local: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(times in UTC, where the place is not known). A name with digits is that of its first cell alone."""
    place = _place(shape)
    if not place:
        return local, np.zeros(len(local), bool)
    if any(letter.isdigit() for letter in place):
        return local, np.ones(len(local), bool)
    return to_utc(local, place)


def _whole_year(year: np.ndarray) -> np.ndarray:
    return year + np.where(year < PIVOT, 2000, 1900)


def _days(parts: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(days, where there is no such day)."""
    years = (parts["year"] - 1970).astype("datetime64[Y]")
    if "ordinal" in parts:
        days = years.astype("datetime64[D]") + (parts["ordinal"] - 1).astype("timedelta64[D]")
        return days, (days.astype("datetime64[Y]") != years) | (parts["year"] < 1)
    month, day = parts["month"], parts.get("day", np.ones_like(parts["month"]))
    months = years.astype("datetime64[M]") + (np.clip(month, 1, 12) - 1)
    days = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    wrong = (month < 1) | (month > 12) | (days.astype("datetime64[M]") != months) | (parts["year"] < 1)
    return days, wrong


def _weeks(parts: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The days of weeks of ISO 8601: week 1 has the first Thursday of a year."""
    day = parts.get("day", np.ones_like(parts["week"]))
    years = (parts["year"] - 1970).astype("datetime64[Y]")
    fourth = years.astype("datetime64[D]").astype(np.int64) + 3  # days since 1970
    monday = fourth - (fourth + 3) % 7 + 7 * (parts["week"] - 1)
    wrong = ((monday + 3).astype("datetime64[D]").astype("datetime64[Y]") != years) | (day < 1) | (day > 7)
    return (monday + (day - 1)).astype("datetime64[D]"), wrong


def _times(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """(times of day in microseconds of UTC, where there is no such time)."""
    parts, nothing = shape.parts, np.zeros(len(shape.places), np.int64)
    hour, minute, second = (parts.get(name, nothing) for name in ("hour", "minute", "second"))
    wrong = (minute > 59) | (second > 60) | (hour > 24) | ((hour == 24) & (minute + second > 0))
    if half := shape.words.get("half"):
        wrong |= (hour < 1) | (hour > 12)
        hour = hour % 12 + 12 * (half in "pP")
    micro = nothing
    if "fraction" in parts:
        width = shape.widths["fraction"]
        micro = parts["fraction"] * 10 ** (6 - width) if width <= 6 else parts["fraction"] // 10 ** (width - 6)
    ahead = nothing + ZONES.get(shape.words.get("zone", "").lower(), 0)
    if "ahead" in parts:
        sign = -1 if shape.words["sign"] == "-" else 1
        ahead = sign * (60 * parts["ahead"] + parts.get("more", nothing))
    seconds = 3600 * hour + 60 * (minute - ahead) + second
    return (10**6 * seconds + micro).astype("timedelta64[us]"), wrong


def two_ways(cells: Sequence[str]) -> tuple[str, str]:
    """Of a column whose order is contradictory: a cell that has its month first, and one that has it second."""
    pattern = re.compile(r"\D*(\d{1,2})[-/.](\d{1,2})[-/.]")
    pairs = [(match, cell) for cell in cells if (match := pattern.match(cell))]
    second = next(cell for match, cell in pairs if int(match[1]) > 12)
    first = next(cell for match, cell in pairs if int(match[2]) > 12)
    return first, second
