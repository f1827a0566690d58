"""The kinds of column in ONNX: from the cells of a column to its features, as `Kind.encode` computes them.

An encoder takes a column (N,). It gives features (N, F) of the type `Writer.features` or, for an embedding, codes (N,)
of int64. Text is read as `bprop predict` reads it: blanks around a cell do not count. In a yes-or-no column the runtime
refuses a cell that is neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from bprop.errors import UnsupportedError
from bprop.onnx.export import Export
from bprop.onnx.tensor import Tensor
from bprop.sources.columns import Boolean, Categorical, Date, Duration, Kind, Numeric, Time
from bprop.sources.columns.categorical import MISSING, UNSEEN
from bprop.sources.number_format import plain
from bprop.sources.words import MISSING as SAYS_MISSING
from bprop.sources.words import YES_OR_NO, any_case

TEXT_OPSET = 20
"""The first version of the operators with regular expressions. Runtimes of 2024 and later have it."""
BLANK = r"[\s\v\x1c-\x1f\x85\pZ]"
"""The blanks that Python strips, as a regular expression of RE2."""
REFUSED = 3
"""The code of a cell that is neither no, yes nor missing."""
NAT = np.iinfo(np.int64).min
DAY = 86_400  # seconds
BEFORE = 719_468 + 146_097  # days from 1 March of the year -400 to 1970; all dates are later
ERA = 146_097  # days in 400 years


class Writer:
    """Writes the nodes of one column: `write.Add(a, write.of(np.float64, 1))`."""

    def __init__(self, export: Export, name: str):
        self.export = export
        self.features: type[np.floating[Any]] = np.float64 if "x" in export.units.scalings else export.float
        export.scope = f"column {name}"

    def __getattr__(self, operator: str) -> Callable[..., Tensor]:
        return lambda *inputs, **attributes: self.export.node(operator, list(inputs), attributes)

    def of(self, dtype: Any, value: Any) -> Tensor:
        """A constant of a dtype."""
        return self.export.constant(np.asarray(value, dtype))

    def cast(self, tensor: Tensor, dtype: Any) -> Tensor:
        return self.export.node("Cast", [tensor], {"to": self.export.kind_of(dtype)})

    def codes(self, text: Tensor, tables: Sequence[Iterable[str]], default: int, any_case: bool = False) -> Tensor:
        """(N,) for each cell the number of the table that holds it, else `default`. Blanks around it do not count."""
        self.export.opset = TEXT_OPSET
        codes = self.of(np.int64, default)
        for code in reversed(range(len(tables))):
            pattern = pattern_of(tables[code], any_case)
            same = self.export.node("RegexFullMatch", [text], {"pattern": pattern}) if pattern else None
            codes = codes if same is None else self.Where(same, self.of(np.int64, code), codes)
        return codes

    def marked(self, text: Tensor, codes: Tensor, code: int) -> Tensor:
        """The codes of cells, and `code` where a cell is one of the marks of missing cells that the table has."""
        if not self.export.marks:
            return codes
        others = self.codes(text, [self.export.marks], default=1)
        return self.Where(self.Equal(others, self.of(np.int64, 0)), self.of(np.int64, code), codes)

    def without_marks(self, values: Tensor) -> Tensor:
        """Numbers, NaN in the place of those that stand for a missing value in the table."""
        for mark in map(plain, self.export.marks):
            if np.isfinite(mark):
                missing = self.Equal(values, self.of(self.features, mark))
                values = self.Where(missing, self.of(self.features, np.nan), values)
        return values

    def looked_up(self, text: Tensor, table: Mapping[str, int], default: int) -> Tensor:
        """(N,) the code of each cell in the table, else `default`. The runtime refuses a cell with blanks around it."""
        self.export.opset = TEXT_OPSET
        blank = self.export.node("RegexFullMatch", [text], {"pattern": f"(?s){BLANK}.*|.*{BLANK}"})
        blank = self.cast(blank, np.int64)
        codes = self.export.node("LabelEncoder", [text], {
            "domain": "ai.onnx.ml", "keys_strings": list(table), "values_int64s": list(table.values()),
            "default_int64": default,
        })  # fmt: skip
        return self.Add(codes, self.export.refused(blank, np.zeros(1, np.int64), "a cell has blanks around it"))

    def columns(self, parts: list[Tensor]) -> Tensor:
        """Columns (N,) side by side, as features (N, number of columns)."""
        axis = self.of(np.int64, [1])
        rows = [self.Unsqueeze(self.cast(part, self.features), axis) for part in parts]
        return rows[0] if len(rows) == 1 else self.Concat(*rows, axis=1)


def encoded(export: Export, kind: Kind, column: Tensor) -> Tensor:
    """The features of a column. Raises UnsupportedError, which names the column, for a kind without an encoder."""
    for cls in type(kind).__mro__:
        if cls in ENCODERS:
            return ENCODERS[cls](Writer(export, kind.name), kind, column)
    raise UnsupportedError(
        f"the column {kind.name!r} is of the kind {kind.kind}, which has no ONNX encoder: export the network alone, "
        "which takes encoded columns (--no-encoders), or train without the column (--kind COLUMN=ignored)"
    )


def cell_type(kind: Kind, export: Export) -> Any:
    """The NumPy type of the cells of a column; object for text."""
    if isinstance(kind, Numeric | Duration | Time):
        return np.float64 if export.is_far_column(kind.name) else export.float
    return np.int64 if isinstance(kind, Date) else object


def _numeric(write: Writer, kind: Numeric, column: Tensor) -> Tensor:
    return _filled(write, write.without_marks(write.cast(column, write.features)), kind.fill, kind.indicator)


def _duration(write: Writer, kind: Duration, column: Tensor) -> Tensor:
    return _filled(write, write.cast(column, write.features), kind.fill, kind.indicator)


def _boolean(write: Writer, kind: Boolean, column: Tensor) -> Tensor:
    tables = [[word for word, value in YES_OR_NO.items() if value == wanted] for wanted in (0.0, 1.0)]
    codes = write.codes(column, [*tables, SAYS_MISSING], default=REFUSED, any_case=True)
    codes = write.marked(column, codes, len(tables))
    values = write.export.refused(codes, np.array([0, 1, np.nan], write.features), "a cell is neither yes nor no")
    return _filled(write, values, 0.5, kind.indicator)


def _filled(write: Writer, values: Tensor, fill: float, indicator: bool) -> Tensor:
    gone = write.IsNaN(values)
    filled = write.Where(gone, write.of(write.features, fill), values)
    return write.columns([filled, gone] if indicator else [filled])


def _categorical(write: Writer, kind: Categorical, column: Tensor) -> Tensor:
    if kind.width:
        table = {written: MISSING for word in SAYS_MISSING for written in any_case(word)}
        table.update(dict.fromkeys(write.export.marks, MISSING))
        table.update(kind.code_of)
        return write.looked_up(column, table, UNSEEN)
    tables: list[list[str]] = [[] for _ in range(kind.rows)]
    for cell, code in kind.code_of.items():
        tables[code].append(cell)
    known = write.codes(column, tables, UNSEEN)
    missing = write.marked(column, write.codes(column, [(), SAYS_MISSING], UNSEEN, any_case=True), MISSING)
    codes = write.Where(write.Equal(known, write.of(np.int64, UNSEEN)), missing, known)
    same = write.Equal(write.Unsqueeze(codes, write.of(np.int64, [1])), write.of(np.int64, [kind.codes]))
    return write.cast(same, write.features)


def _date(write: Writer, kind: Date, column: Tensor) -> Tensor:
    origin = np.datetime64(kind.origin, "s").astype(np.int64)
    gone = write.Equal(column, write.of(np.int64, NAT))
    seconds = write.Where(gone, write.of(np.int64, origin), column)
    since = write.Sub(seconds, write.of(np.int64, origin))
    days = write.cast(
        write.Div(write.cast(since, np.float64), write.of(np.float64, DAY)), write.features
    )  # in float64: a float32 does not hold seconds
    day, of_year, second = _calendar(write, seconds)
    week = write.Mod(write.Add(day, write.of(np.int64, 3 - BEFORE % 7 + 7)), write.of(np.int64, 7))
    turns = [(of_year, 365.25), (week, 7), *([(second, DAY)] if kind.hours else [])]
    zero = write.of(write.features, 0.0)
    parts = [write.Where(gone, write.of(write.features, kind.fill), days)]
    for count, whole in turns:
        angle = write.Mul(write.cast(count, write.features), write.of(write.features, 2 * np.pi / whole))
        parts += [write.Where(gone, zero, circle) for circle in (write.Sin(angle), write.Cos(angle))]
    return write.columns([*parts, gone] if kind.indicator else parts)


def _time(write: Writer, kind: Time, column: Tensor) -> Tensor:
    gone, zero = write.IsNaN(column), write.of(write.features, 0.0)
    angle = write.Mul(write.cast(column, write.features), write.of(write.features, 2 * np.pi / DAY))
    parts = [write.Where(gone, zero, circle) for circle in (write.Sin(angle), write.Cos(angle))]
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


def pattern_of(words: Iterable[str], any_case: bool = False) -> str:
    """The RE2 pattern that matches each of the words, with any blanks around it; "" without words."""
    written = [
        "".join(f"[{c.lower()}{c.upper()}]" if any_case and c.isalpha() else _literal(c) for c in word)
        for word in sorted(words)
    ]
    return f"{BLANK}*(?:{'|'.join(written)}){BLANK}*" if written else ""


def _literal(letter: str) -> str:
    return letter if letter.isalnum() else f"\\x{{{ord(letter):x}}}"


ENCODERS: dict[type[Kind], Callable[[Writer, Any, Tensor], Tensor]] = {
    Numeric: _numeric, Boolean: _boolean, Categorical: _categorical, Date: _date, Time: _time,
    Duration: _duration,
}  # fmt: skip
