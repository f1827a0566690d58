"""The kinds of column: how each becomes numbers, what it must remember for that, and what it says of itself.

A kind learns from the training rows (`fit`), then encodes any rows: an array (N, features), or, for an embedding, the
row numbers (N,). It describes itself as plain data; `from_notes` is the way back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any, ClassVar, Self

import numpy as np

from bprop.errors import DataError
from bprop.scaling import moments
from bprop.sources import cells
from bprop.sources.frame import Frame, texts
from bprop.sources.noted import damaged

ONE_HOT = 16  # up to so many categories are one-hot columns, more are an embedding
MOST_CATEGORIES = 10_000  # of more, the rarest are taken for unseen ones
UNSEEN, MISSING = 0, 1  # the codes that every vocabulary has; the categories follow
WIDEST = 50  # rows of an embedding
LONGEST_DAY = 12  # letters: the years that fit into microseconds
DAY = np.timedelta64(86_400_000_000, "us")


@dataclass(frozen=True)
class Kind:
    """What one column is, and how it becomes numbers."""

    name: str
    kind: ClassVar[str]

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        """From the training rows. Raises DataError, naming the place, for cells that are not of this kind."""
        raise NotImplementedError

    def encode(self, frame: Frame) -> np.ndarray:
        """(N, features), or row numbers (N,) for an embedding. Raises DataError, naming the place."""
        raise NotImplementedError

    @property
    def scaled(self) -> tuple[bool, ...]:
        """For each feature, whether it is to be scaled: a measure, rather than a 0 or 1."""
        return ()

    def sound(self) -> dict[str, bool]:
        """{entry of the notes: whether its value can be} of those that not all values of their type can be."""
        return {}

    def __str__(self) -> str:
        return self.name

    def to_notes(self) -> dict[str, Any]:
        """As plain data."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class Numeric(Kind):
    """A number. Where it is missing, `fill` stands in, and, if any was missing in training, a column says so."""

    fill: float
    indicator: bool
    kind = "numeric"

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        values = _read(cells.numbers, "a finite number", name, frame)
        gone = np.isnan(values)
        if gone.all():
            raise DataError(
                f"{frame.label}, column {name!r}: all values are missing; leave it out: --kind {name}=ignored"
            )
        return cls(name, float(moments(values[~gone])[0]), bool(gone.any()))

    def encode(self, frame: Frame) -> np.ndarray:
        values = _read(cells.numbers, "a finite number", self.name, frame)
        return _filled(values, self.fill, self.indicator)

    def sound(self) -> dict[str, bool]:
        return {"fill": isfinite(self.fill)}

    @property
    def scaled(self) -> tuple[bool, ...]:
        return (True, False) if self.indicator else (True,)


@dataclass(frozen=True)
class Boolean(Kind):
    """1 for true and yes, 0 for false and no, 1/2 where missing (and, as for numbers, a column that says so)."""

    indicator: bool
    kind = "boolean"

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        return cls(name, bool(np.isnan(_read(cells.booleans, "true or false", name, frame)).any()))

    def encode(self, frame: Frame) -> np.ndarray:
        return _filled(_read(cells.booleans, "true or false", self.name, frame), 0.5, self.indicator)

    @property
    def scaled(self) -> tuple[bool, ...]:
        return (False,) * (1 + self.indicator)


@dataclass(frozen=True)
class Categorical(Kind):
    """One of some names. Code 0: unseen in training, or too rare; code 1: missing; then the categories in order.

    codes : the codes that training rows have. width : of the embedding's rows; 0: one-hot, with a column for each
    code in `codes`, so that a code which nothing was learned about is all zeros.
    """

    categories: tuple[str, ...]
    codes: tuple[int, ...]
    width: int
    kind = "categorical"

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        column = texts(frame.column(name))
        gone = cells.missing(column)
        counts = Counter(column[~gone].tolist())
        kept = [
            category for category, count in counts.most_common(MOST_CATEGORIES) if count > 1 or len(counts) <= ONE_HOT
        ]
        categories = tuple(sorted(kept))
        codes = [MISSING] * bool(gone.any()) + list(range(2, 2 + len(categories)))
        if len(categories) < len(counts):
            codes = [UNSEEN, *codes]
        width = 0 if len(codes) <= ONE_HOT else min(WIDEST, round(1.6 * len(codes) ** 0.56))
        return cls(name, categories, tuple(codes), width)

    def encode(self, frame: Frame) -> np.ndarray:
        column = texts(frame.column(self.name))
        code = {category: number for number, category in enumerate(self.categories, 2)}
        found = np.fromiter((code.get(cell, UNSEEN) for cell in column), np.int64, len(column))
        found[(found == UNSEEN) & cells.missing(column)] = MISSING
        return found if self.width else (found[:, None] == np.array(self.codes, np.int64)).astype(np.float64)

    def sound(self) -> dict[str, bool]:
        known = len(set(self.codes)) == len(self.codes) and all(0 <= code < self.rows for code in self.codes)
        return {
            "categories": len(set(self.categories)) == len(self.categories), "codes": known,
            "width": 0 <= self.width <= WIDEST,
        }  # fmt: skip

    @property
    def rows(self) -> int:
        """Rows of the embedding."""
        return len(self.categories) + 2

    @property
    def scaled(self) -> tuple[bool, ...]:
        return () if self.width else (False,) * len(self.codes)

    def __str__(self) -> str:
        how = f"embedding of {self.width}" if self.width else "one-hot"
        return f"{self.name} ({len(self.categories)}, {how})"


@dataclass(frozen=True)
class Date(Kind):
    """Days since the first date in training; day of the year and of the week as points on a circle; the hour too where
    training has times of day."""

    origin: str
    fill: float
    hours: bool
    indicator: bool
    kind = "date"

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        values = _read(cells.dates, "a date such as 2024-05-31", name, frame)
        known = values[~np.isnat(values)]
        if not len(known):
            raise DataError(
                f"{frame.label}, column {name!r}: all values are missing; leave it out: --kind {name}=ignored"
            )
        origin = known.min().astype("datetime64[D]")
        hours = bool((known != known.astype("datetime64[D]")).any())
        return cls(name, str(origin), float(((known - origin) / DAY).mean()), hours, len(known) < len(values))

    def encode(self, frame: Frame) -> np.ndarray:
        values = _read(cells.dates, "a date such as 2024-05-31", self.name, frame)
        gone = np.isnat(values)
        values = np.where(gone, np.datetime64(self.origin, "us"), values)
        whole = values.astype("datetime64[D]")
        year = whole.astype("datetime64[Y]")
        turns = [(whole - year).astype(float) / 365.25, (whole.astype(np.int64) + 3) % 7 / 7]
        if self.hours:
            turns.append((values - whole) / DAY)
        circles = [circle(2 * np.pi * turn) for turn in turns for circle in (np.sin, np.cos)]
        days = np.where(gone, self.fill, (values - np.datetime64(self.origin, "us")) / DAY)
        found = np.stack([days, *(np.where(gone, 0.0, c) for c in circles)], axis=1)
        return np.column_stack([found, gone]) if self.indicator else found

    def sound(self) -> dict[str, bool]:
        return {"origin": _is_day(self.origin), "fill": isfinite(self.fill)}

    @property
    def scaled(self) -> tuple[bool, ...]:
        return (True, *(False,) * (4 + 2 * self.hours + self.indicator))


@dataclass(frozen=True)
class Ignored(Kind):
    """A column that is left out, and why."""

    why: str
    kind = "ignored"

    @classmethod
    def fit(cls, name: str, frame: Frame) -> Self:
        return cls(name, "as told")

    def encode(self, frame: Frame) -> np.ndarray:
        return np.empty((len(frame), 0))

    def __str__(self) -> str:
        return f"{self.name} ({self.why})"


KINDS: dict[str, type[Kind]] = {cls.kind: cls for cls in (Numeric, Categorical, Boolean, Date, Ignored)}


def from_notes(notes: Any) -> Kind:
    """A kind from plain data, of which every entry is checked. Raises DataError for what none has written."""
    kind = notes.get("kind") if isinstance(notes, Mapping) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise damaged("kind", kind, f"one of {', '.join(KINDS)}")
    cls, given = KINDS[kind], {}
    for field in fields(cls):
        value = notes.get(field.name)
        try:
            given[field.name] = _typed(value, str(field.type))
        except (TypeError, OverflowError) as error:
            raise damaged(f"{field.name} of the column {notes.get('name')!r}", value, str(field.type)) from error
    made = cls(**given)
    for entry, sound in made.sound().items():
        if not sound:
            raise damaged(f"{entry} of the column {made.name!r}", given[entry], "as a column has it")
    return made


def _typed(value: Any, wanted: str) -> Any:
    if wanted.startswith("tuple["):
        inner = wanted[6:].partition(",")[0]
        return tuple(_typed(one, inner) for one in value)
    fitting = {"str": str, "int": int, "float": int | float, "bool": bool}[wanted]
    if not isinstance(value, fitting) or (wanted in ("int", "float") and isinstance(value, bool)):
        raise TypeError(f"{value!r} is not {wanted}")
    return float(value) if wanted == "float" else value


def _is_day(text: str) -> bool:
    try:
        return not np.isnat(np.datetime64(text, "D").astype("datetime64[us]")) and 4 <= len(text) <= LONGEST_DAY
    except (ValueError, OverflowError):
        return False


def _read(reader: Callable[..., tuple[np.ndarray, np.ndarray]], what: str, name: str, frame: Frame) -> np.ndarray:
    """A column through a reader of cells, all of which must be of that kind."""
    column = frame.column(name)
    values, bad = reader(column)
    if bad.any():
        row = int(bad.argmax())
        raise DataError(
            f"{frame.where(row)}, column {name!r}: {str(column[row])!r} is not {what}, and {int(bad.sum()):,} of "
            f"{len(bad):,} rows have such cells; mend the file, or train with --kind {name}=categorical"
        )
    return values


def _filled(values: np.ndarray, fill: float, indicator: bool) -> np.ndarray:
    gone = np.isnan(values)
    found = np.where(gone, fill, values)
    return np.column_stack([found, gone]) if indicator else found[:, None]
