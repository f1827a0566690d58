"""Reads the cells of a column as numbers, yes or no, dates, or missing values. `Column` reads each cell once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from bprop.sources.dates.explicit import read_as
from bprop.sources.dates.read import NAT, Dates, read_dates

MISSING = frozenset({"", "?", "na", "n/a", "#n/a", "<na>", "nan", "null", "none"})
"""Words, in upper or lower case, for a missing value."""
WORDS = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0, "t": 1.0, "f": 0.0, "y": 1.0, "n": 0.0}
_YES_OR_NO = {**WORDS, "1": 1.0, "0": 0.0}
EXACT = 2**53
"""The largest whole number up to which a float64 holds them all."""
_WHOLE = re.compile(r"[+-]?\d{1,400}", re.ASCII)


def missing(column: np.ndarray, marks: tuple[str, ...] = ()) -> np.ndarray:
    """Where a value is missing: (N,) of bool. marks : words for it, beside the usual ones, spelled as they are."""
    if marks:
        return missing(column) | np.isin(texts(column), np.array(marks, object))
    if column.dtype.kind == "O":
        return np.fromiter((c is None or (len(c) < 5 and c.lower() in MISSING) for c in column), bool, len(column))
    if column.dtype.kind == "M":
        return np.isnat(column)
    return np.isnan(column) if column.dtype.kind == "f" else np.zeros(len(column), bool)


def numbers(column: np.ndarray, gone: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(values with NaN where missing, where a cell is neither missing nor a finite number)."""
    values = np.full(len(column), np.nan)
    if column.dtype.kind not in "MU":
        values[~gone] = _floats(column[~gone])
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
        number = int(cell) if _WHOLE.fullmatch(cell) else _float(cell)
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
    values[~gone] = _each(column[~gone], lambda cell: _YES_OR_NO.get(cell.lower(), np.nan))
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
    """Cells as text: whole numbers without a point; None where missing."""
    if column.dtype.kind == "O":
        return column
    if column.dtype.kind == "M":
        return np.array([None if np.isnat(v) else str(v) for v in column], dtype=object)
    if column.dtype.kind in "Ub":
        return column.astype(str).astype(object)
    return np.array([number_text(v) for v in column.tolist()], dtype=object)


def number_text(value: float) -> str | None:
    if value != value:
        return None
    return str(int(value)) if float(value).is_integer() else repr(value)


def _each(cells: np.ndarray, read: Callable[[str], Any]) -> list:
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
    return np.array(_each(cells, _float), dtype=np.float64)


def _float(cell: str) -> float:
    try:
        return np.nan if "_" in cell else float(cell)
    except ValueError:
        return np.nan
