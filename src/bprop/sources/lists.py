"""Columns whose cells are lists of numbers, all of one length: each place is a column of its own. Embeddings of texts
and pictures come so, also as text: pandas writes "[0.5, 1.25]" into a CSV file, or "[0.5 1.25]" of NumPy's arrays."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from math import isinf
from typing import Any

import numpy as np

from bprop.names import some
from bprop.sources.column import Column
from bprop.sources.known_lists import LONGEST, Known, named, other_list
from bprop.sources.objects import NUMBERS, is_missing
from bprop.sources.text_column import TextColumn
from bprop.sources.words import NO_VALUE

NOTHING = Known()
"""No column is known."""
Where = Callable[[int], str]
"""Where row 0, 1, ... stands, for people."""
_TEXT = re.compile(r"\[[^\[\]{}\"']+\]", re.DOTALL)
_GONE = ("", "nan", "none", "null")
_LISTS = re.compile(r"list|^str|^object")
"""The types of pandas whose cells may be lists, or text."""


def _row(row: int) -> str:
    return f"row {row + 1}"


def apart(
    columns: Mapping[str, Any], where: Where = _row, known: Known = NOTHING
) -> tuple[dict[str, Any], tuple[str, ...]]:  # fmt: skip
    """(the columns, where each place of a column of lists is a column (N,), the names of the columns of lists).

    A row without a list has no numbers. Lists of several lengths, or of other things than numbers, stay as they are;
    so do those whose places have the names of other columns.

    known : from the columns of a model: the lists, and their lengths. where : of a row, in errors.
    Raises DataError for a cell that is another list than these.
    """
    spread: dict[str, Any] = {}
    lists = []
    for name, values in columns.items():
        length = known.length(name)
        if length and columns.keys().isdisjoint(named(name, length)):
            numbers = numbers_as(values, length, name, where)
        else:
            numbers = _numbers(values) if length is None else None
        names = named(name, 0 if numbers is None else numbers.shape[1])
        if numbers is None or not columns.keys().isdisjoint(names):
            spread[name] = values
        else:
            spread |= zip(names, numbers.T, strict=True)
            lists.append(name)
    return spread, tuple(lists)


def is_blank(column: Column) -> bool:
    """Whether no cell of a column of text is there."""
    return column.is_text and not column.unread and column.first is None


def length_of_text(column: Any, known: int | None = None) -> int:
    """L of a column of text, a Column or a Series of polars, whose cells are lists of L numbers; 0 of another one.

    known : L, of which it is where its first cell is a list, or where it has none; None: all cells decide.
    """
    column = column if isinstance(column, Column) else TextColumn(column)
    if known is None:
        numbers = _numbers(column)
        return 0 if numbers is None else numbers.shape[1]
    first = _first(column)
    return known if first is None or list_of_text(first) is not None else 0


def lengths_of_text(columns: Mapping[str, Column], known: Known = NOTHING) -> dict[str, int]:
    """{name: L} of the columns of text whose cells are lists of L numbers."""
    lengths = {name: length_of_text(column, known.length(name)) for name, column in columns.items()}
    return {name: n for name, n in lengths.items() if n and columns.keys().isdisjoint(named(name, n))}


def remark(who: object, lists: Sequence[str]) -> tuple[str, ...]:
    """A sentence on the columns of lists."""
    first = "".join(named(name, 1)[0] for name in lists[:1])
    return (f"{who}: each place of the lists of {some(lists)} is a column of its own: {first} and so on",) * bool(lists)


def numbers_of_text(cells: Sequence[str | None], length: int = 0) -> np.ndarray | None:
    """(N, L) the numbers of lists as text. length : L; 0: as in the first cell, and at least 2. A word for a
    missing value has none.

    None where a cell is no such list.
    """
    first = next((cell for cell in cells if cell not in NO_VALUE), None) or ""
    length = length or len(list_of_text(first) or ())
    if not 1 < length <= LONGEST:
        return None
    numbers = np.full((len(cells), length), np.nan)
    for row, cell in enumerate(cells):
        if cell not in NO_VALUE:
            read = list_of_text(cell)
            if read is None or len(read) != length:
                return None
            numbers[row] = read
    return numbers


def list_of_text(cell: str | None) -> list[float] | None:
    """The numbers of one list, or None.

    >>> list_of_text("[0.5, 1.25]"), list_of_text("[0.5 1.25]"), list_of_text("[0.5, null]"), list_of_text("[a, b]")
    ([0.5, 1.25], [0.5, 1.25], [0.5, nan], None)
    """
    if cell is None or not _TEXT.fullmatch(cell):
        return None
    parts = cell[1:-1].split("," if "," in cell else None)
    try:
        numbers = [np.nan if (part := text.strip()).lower() in _GONE else float(part) for text in parts]
    except ValueError:
        return None
    return None if any(map(isinf, numbers)) else numbers


def numbers_as(values: Any, length: int, name: str, where: Where) -> np.ndarray | None:
    """(N, L) the numbers of lists of a length that is known; None where no cell is a list. Raises DataError."""
    if isinstance(values, np.ndarray) and values.ndim == 2:
        cells: list[Any] = list(values)
    elif (first := _first(values)) is None:
        gone = not len(values) or _all_missing(values)
        return np.full((len(values), length), np.nan) if gone else None
    elif not _is_list(first) and not (isinstance(first, str) and list_of_text(first) is not None):
        return None
    else:
        cells = values.tolist() if isinstance(values, Column) else list(values)
    return need_numbers(cells, length, name, where)


def need_numbers(cells: Sequence[Any], length: int, name: str, where: Where) -> np.ndarray:
    """(N, L) the numbers of lists, true ones or text. Raises DataError, naming the row, for a cell that is another."""
    numbers = np.full((len(cells), length), np.nan)
    for row, cell in enumerate(cells):
        if not _is_gone(cell):
            read: Any = list_of_text(cell) if isinstance(cell, str) else cell
            if not _is_list(read) or len(read) != length or not _of_numbers([read], missing=True):
                raise other_list(where(row), name, read if isinstance(read, list) else cell, length)
            numbers[row] = np.array(read, np.float64)
    return numbers


def _all_missing(values: Any) -> bool:
    if isinstance(values, Column):
        return bool(values.missing.all())
    return all(map(is_missing, values))


def _numbers(values: Any) -> np.ndarray | None:
    """(N, L) the numbers of a column of lists of L numbers; None for another column."""
    if isinstance(values, np.ndarray) and values.ndim == 2:
        return values if values.dtype.kind in "fiu" and 1 < values.shape[1] <= LONGEST else None
    first = _first(values)
    if isinstance(first, str):
        if list_of_text(first) is None:
            return None
        objects = values.tolist() if isinstance(values, Column) else list(values)
        cells = [None if is_missing(cell) else cell for cell in objects]
        return numbers_of_text(cells) if all(isinstance(cell, str | None) for cell in cells) else None
    return _numbers_of_lists(values) if _is_list(first) else None


def _numbers_of_lists(values: Any) -> np.ndarray | None:
    cells = [None if is_missing(cell) else cell for cell in values]
    lists = [cell for cell in cells if cell is not None]
    if not all(_is_list(cell) for cell in lists) or len({len(cell) for cell in lists}) != 1:
        return None
    length = len(lists[0])
    if not 1 <= length <= LONGEST or not _of_numbers(lists):
        return None
    numbers = np.full((len(cells), length), np.nan)
    try:
        numbers[[k for k, cell in enumerate(cells) if cell is not None]] = np.array(lists, np.float64)
    except OverflowError:  # of a whole number of 400 digits
        return None
    return numbers


def _first(values: Any) -> Any:
    """The first cell that is there, of a list, a Column, an array or a Series of pandas that may hold lists.

    A cheap look, for most columns hold none.
    """
    if isinstance(values, Column):
        return values.first if values.is_text else None
    if isinstance(values, np.ndarray) or hasattr(values, "iloc"):
        if values.ndim != 1 or not (values.dtype == np.dtype(object) or _LISTS.search(str(values.dtype))):
            return None
    elif not isinstance(values, list | tuple):
        return None
    return next((cell for cell in values if not _is_gone(cell)), None)


def _is_gone(cell: Any) -> bool:
    return is_missing(cell) or (isinstance(cell, str) and cell in NO_VALUE)


def _is_list(cell: Any) -> bool:
    return isinstance(cell, list | tuple) or (isinstance(cell, np.ndarray) and cell.ndim == 1)


def _of_numbers(lists: Sequence[Any], missing: bool = False) -> bool:
    """Whether lists hold numbers. missing : so do those that hold nulls alone."""
    if all(isinstance(cell, np.ndarray) and cell.dtype.kind in "fiu" for cell in lists):
        return True
    kinds = set(map(type, chain.from_iterable(lists))) - {type(None)}
    return (bool(kinds) or missing) and all(issubclass(kind, NUMBERS) and not issubclass(kind, bool) for kind in kinds)
