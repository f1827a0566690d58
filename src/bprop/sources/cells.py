"""Reads the cells of a column as numbers, yes or no, dates, or missing values. `Column` reads each cell once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from unicodedata import normalize

import numpy as np

from bprop.sources.codes import unquoted
from bprop.sources.dates.explicit import read_as
from bprop.sources.dates.read import NAT, Dates, read_dates
from bprop.sources.number_format import PLAIN, NumberFormat, plain
from bprop.sources.words import AMONG_MEASURES, IN_TEXT, YES_OR_NO

EXACT = 2**53
"""The largest whole number up to which a float64 holds them all."""
_WHOLE = re.compile(r"[+-]?\d{1,400}", re.ASCII)


def missing(
    column: np.ndarray, marks: tuple[str, ...] = (), words: frozenset[str | None] = IN_TEXT
) -> np.ndarray:  # fmt: skip
    """Where a value is missing: (N,) of bool. marks : words for it, beside the usual ones, spelled as they are.
    A number among them stands for every spelling of it: -999 for -999.0. words : cells of text that are missing."""
    if marks:
        gone = missing(column, words=words) | np.isin(texts(column), np.array(marks, object))
        numeric = marked_numbers(marks)
        if not numeric or column.dtype.kind != "O":
            return gone
        return gone | np.array(_each(column, lambda cell: cell is not None and plain(cell) in numeric), bool)
    if column.dtype.kind == "O":
        return np.fromiter((cell in words for cell in column), bool, len(column))
    if column.dtype.kind == "M":
        return np.isnat(column)
    return np.isnan(column) if column.dtype.kind == "f" else np.zeros(len(column), bool)


def marked_numbers(marks: Iterable[str]) -> set[float]:
    """The numbers among the marks of missing values: each stands for all of its spellings."""
    return {number for number in map(plain, marks) if np.isfinite(number)}


def unmeasured(column: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """Where a value of numbers or dates is missing, (N,) of bool: `gone`, and words such as - or unknown,
    which may be a category among text."""
    if column.dtype.kind != "O":
        return gone
    return gone | np.fromiter((cell in AMONG_MEASURES for cell in column), bool, len(column))


def numbers(
    column: np.ndarray, gone: np.ndarray, form: NumberFormat = PLAIN
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """(values with NaN where missing, where a cell is neither missing nor a finite number). form : of text."""
    values = np.full(len(column), np.nan)
    if column.dtype.kind not in "MU":
        there = column[~gone]
        values[~gone] = _floats(there) if form.is_plain or there.dtype.kind != "O" else _each(there, form.read)
    return values, ~gone & ~np.isfinite(values)


def whole_numbers(column: np.ndarray) -> np.ndarray | None:
    """Cells, none of them missing, as exact whole numbers: int64, uint64, or Python's own where they are larger.

    None if a cell is not a whole number. A float64 holds whole numbers up to 2^53. Beyond that, two different ones
    may be the same float.
    """
    if column.dtype.kind in "iu":
        return column
    if column.dtype.kind != "O":
        return None
    values = []
    for cell in column.tolist():
        number = int(cell) if _WHOLE.fullmatch(cell) else plain(cell)
        if isinstance(number, float) and not (number.is_integer() and abs(number) < EXACT):
            return None
        values.append(int(number))
    low, high = min(values, default=0), max(values, default=0)
    fitting = [kind for kind in (np.int64, np.uint64) if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max]
    exact = np.empty(len(values), fitting[0] if fitting else object)
    exact[:] = values
    return exact


def exact(column: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The numbers of a column without missing cells: `values`, or exact whole numbers where floats would round them."""
    if not len(values) or abs(values).max() < EXACT:
        return values
    whole = whole_numbers(column)
    return values if whole is None else whole


def words(column: np.ndarray, gone: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(1, 0 or NaN where missing, where a cell of text says neither yes nor no)."""
    values = np.full(len(column), np.nan)
    values[~gone] = _each(column[~gone], lambda cell: YES_OR_NO.get(cell.lower(), np.nan))
    return values, ~gone & np.isnan(values)


def dates(column: np.ndarray, gone: np.ndarray, form: str = "") -> Dates:
    """Cells as dates, NaT where missing and where a cell is no date. form : of text, where it is known."""
    if column.dtype.kind == "M":
        return Dates(column.astype("datetime64[us]"))
    values = np.full(len(column), NAT)
    if column.dtype.kind != "O":
        return Dates(values)
    cells = list(dict.fromkeys(column[~gone].tolist()))
    read = read_as(cells, form) if form else read_dates(cells)
    moments = dict(zip(cells, read.values, strict=True))
    if moments:
        values[~gone] = [moments[cell] for cell in column[~gone].tolist()]
    return read._replace(values=values)


def texts(column: np.ndarray) -> np.ndarray:
    """Cells as text: whole numbers without a point, ="007" as 007, letters composed (NFC); None where missing."""
    if column.dtype.kind == "O":
        strange = [row for row, cell in enumerate(column) if cell and (cell[0] == "=" or not cell.isascii())]
        if not strange:
            return column
        written = column.copy()
        written[strange] = _each(column[strange], lambda cell: normalize("NFC", unquoted(cell)))
        return written
    if column.dtype.kind == "M":
        return np.array([None if np.isnat(v) else str(v) for v in column], dtype=object)
    if column.dtype.kind in "Ub":
        return column.astype(str).astype(object)
    return np.array([number_text(v) for v in column.tolist()], dtype=object)


def number_text(value: float) -> str | None:
    if value != value:
        return None
    return str(int(value)) if float(value).is_integer() else repr(value)


def _each(cells: np.ndarray, read: Callable[[str], Any]) -> list[Any]:
    """The value of each cell. Equal cells are read once."""
    values = {cell: read(cell) for cell in dict.fromkeys(cells.tolist())}
    return [values[cell] for cell in cells.tolist()]


def _floats(cells: np.ndarray) -> np.ndarray:
    """Numbers; NaN for text that is none."""
    if cells.dtype.kind != "O":
        return cells.astype(np.float64)
    if not any("_" in cell for cell in cells):  # 1_000 is a number to Python alone
        try:
            return cells.astype(np.float64)
        except ValueError:
            pass
    return np.array(_each(cells, plain), dtype=np.float64)
