"""The kinds of column in ONNX: from the cells of a column to the features that `Kind.encode` makes of them.

An encoder takes a column (N,) and gives features (N, F) of float32, or, for an embedding, codes (N,) of int64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import numpy as np

from bprop.errors import UnsupportedError
from bprop.onnx.export import Export
from bprop.onnx.formula import Tensor
from bprop.sources.cells import MISSING as SAYS_MISSING
from bprop.sources.cells import WORDS
from bprop.sources.kinds import MISSING, UNSEEN, Boolean, Categorical, Date, Kind, Numeric

NAT = np.iinfo(np.int64).min
DAY = 86_400  # seconds
BEFORE = 719_468 + 146_097  # days from 1 March of the year -400 to 1970: all dates are after it
ERA = 146_097  # days in 400 years


class Writer:
    """Writes the nodes of one column: `write.Add(a, 1.0)`. Numbers are constants, of the type that `of` says."""

    def __init__(self, export: Export, name: str):
        self.export = export
        export.scope = f"column {name}"

    def __getattr__(self, operator: str) -> Callable[..., Tensor]:
        return lambda *inputs, **attributes: self.export.node(operator, list(inputs), attributes)

    def of(self, dtype: Any, value: Any) -> Tensor:
        """A constant."""
        return self.export.constant(np.asarray(value, dtype))

    def cast(self, tensor: Tensor, dtype: Any) -> Tensor:
        return self.export.node("Cast", [tensor], {"to": self.export.kind_of(dtype)})

    def looked_up(self, text: Tensor, **table: Any) -> Tensor:
        """Cells of text in a table: keys_strings, values_..., default_..."""
        return self.export.node("LabelEncoder", [text], {"domain": "ai.onnx.ml", **table})

    def columns(self, parts: list[Tensor]) -> Tensor:
        """(N,) each, side by side as float32: (N, parts)."""
        axis = self.of(np.int64, [1])
        rows = [self.Unsqueeze(self.cast(part, np.float32), axis) for part in parts]
        return rows[0] if len(rows) == 1 else self.Concat(*rows, axis=1)


def encoded(export: Export, kind: Kind, column: Tensor) -> Tensor:
    """The features of a column. Raises UnsupportedError, naming it, for a kind that is not known here."""
    for cls in type(kind).__mro__:
        if cls in ENCODERS:
            return ENCODERS[cls](Writer(export, kind.name), kind, column)
    raise UnsupportedError(
        f"the column {kind.name!r} is {kind.kind}, which ONNX cannot say: export the network alone, which takes "
        "encoded columns (--no-encoders), or train without the column (--kind COLUMN=ignored)"
    )


def cell_type(kind: Kind) -> Any:
    """The NumPy type of a column's cells; object for text."""
    return np.float32 if isinstance(kind, Numeric) else np.int64 if isinstance(kind, Date) else object


def _numeric(write: Writer, kind: Numeric, column: Tensor) -> Tensor:
    return _filled(write, column, kind.fill, kind.indicator)


def _boolean(write: Writer, kind: Boolean, column: Tensor) -> Tensor:
    words = {written: value for word, value in {**WORDS, "1": 1.0, "0": 0.0}.items() for written in any_case(word)}
    values = write.looked_up(
        column, keys_strings=list(words), values_floats=list(words.values()), default_float=float("nan")
    )
    return _filled(write, values, 0.5, kind.indicator)


def _filled(write: Writer, values: Tensor, fill: float, indicator: bool) -> Tensor:
    gone = write.IsNaN(values)
    found = write.Where(gone, write.of(np.float32, fill), values)
    return write.columns([found, gone] if indicator else [found])


def _categorical(write: Writer, kind: Categorical, column: Tensor) -> Tensor:
    table = {written: MISSING for word in SAYS_MISSING for written in any_case(word)}
    table.update((category, code) for code, category in enumerate(kind.categories, 2))
    codes = write.looked_up(column, keys_strings=list(table), values_int64s=list(table.values()), default_int64=UNSEEN)
    if kind.width:
        return codes
    same = write.Equal(write.Unsqueeze(codes, write.of(np.int64, [1])), write.of(np.int64, [kind.codes]))
    return write.cast(same, np.float32)


def _date(write: Writer, kind: Date, column: Tensor) -> Tensor:
    origin = np.datetime64(kind.origin, "s").astype(np.int64)
    gone = write.Equal(column, write.of(np.int64, NAT))
    seconds = write.Where(gone, write.of(np.int64, origin), column)
    since = write.Sub(seconds, write.of(np.int64, origin))
    days = write.cast(
        write.Div(write.cast(since, np.float64), write.of(np.float64, DAY)), np.float32
    )  # in double: seconds do not fit into a float32
    day, of_year, second = _calendar(write, seconds)
    week = write.Mod(write.Add(day, write.of(np.int64, 3 - BEFORE % 7 + 7)), write.of(np.int64, 7))
    turns = [(of_year, 365.25), (week, 7), *([(second, DAY)] if kind.hours else [])]
    zero = write.of(np.float32, 0.0)
    parts = [write.Where(gone, write.of(np.float32, kind.fill), days)]
    for count, whole in turns:
        angle = write.Mul(write.cast(count, np.float32), write.of(np.float32, 2 * np.pi / whole))
        parts += [write.Where(gone, zero, circle) for circle in (write.Sin(angle), write.Cos(angle))]
    return write.columns([*parts, gone] if kind.indicator else parts)


def _calendar(write: Writer, seconds: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(days since `BEFORE`, day of the year from 0, second of the day) of seconds since 1970.

    Years are counted from March, so that the leap day is the last of a year: in the Gregorian calendar, year y of 400
    then begins at day 365 y + y/4 - y/100.

    Source: Hinnant, chrono-Compatible Low-Level Date Algorithms (2013).
    """

    def whole(value: int) -> Tensor:
        return write.of(np.int64, value)

    shifted = write.Add(seconds, whole(BEFORE * DAY))
    day = write.Div(shifted, whole(DAY))
    second = write.Sub(shifted, write.Mul(day, whole(DAY)))
    in_era = write.Mod(day, whole(ERA))
    # without its leap days, the days of an era are 400 years of 365 days
    leaps = write.Sub(
        write.Div(in_era, whole(36_524)), write.Add(write.Div(in_era, whole(1_460)), write.Div(in_era, whole(ERA - 1)))
    )
    year = write.Div(write.Add(in_era, leaps), whole(365))
    quarters, hundreds = write.Div(year, whole(4)), write.Div(year, whole(100))
    begin = write.Sub(write.Add(write.Mul(year, whole(365)), quarters), hundreds)
    from_march = write.Sub(in_era, begin)
    often = write.Equal(write.Mod(year, whole(4)), whole(0))
    seldom = write.And(write.Equal(write.Mod(year, whole(100)), whole(0)), write.Greater(year, whole(0)))
    leap = write.cast(write.And(often, write.Not(seldom)), np.int64)
    in_spring = write.Add(write.Add(from_march, whole(59)), leap)
    return day, write.Where(write.Less(from_march, whole(306)), in_spring, write.Sub(from_march, whole(306))), second


def any_case(word: str) -> Iterable[str]:
    """All ways to write a word in small and large letters."""
    return map("".join, product(*({letter.lower(), letter.upper()} for letter in word)))


ENCODERS: dict[type[Kind], Callable[[Writer, Any, Tensor], Tensor]] = {
    Numeric: _numeric, Boolean: _boolean, Categorical: _categorical, Date: _date,
}  # fmt: skip
