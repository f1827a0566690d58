"""Columns whose cells are lists of numbers, all of one length: each place is a column of its own. Embeddings of texts
and pictures come so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from bprop.names import some
from bprop.sources.objects import NUMBERS, is_missing

LONGEST = 4096
"""Numbers of such a list. Longer ones are sounds and pictures, which are no columns of a table."""


def named(name: str, length: int) -> list[str]:
    """The columns of a list, counted from 1 as the columns of arrays.

    >>> named("word", 2)
    ['word.1', 'word.2']
    """
    return [f"{name}.{place}" for place in range(1, length + 1)]


def apart(columns: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """(the columns, where each place of a column of lists is a column (N,), the names of the columns of lists).

    A row without a list has no numbers. Lists of several lengths, or of other things than numbers, stay as they are;
    so do those whose places have the names of other columns.
    """
    spread: dict[str, Any] = {}
    lists = []
    for name, values in columns.items():
        numbers = _numbers(values)
        names = named(name, 0 if numbers is None else numbers.shape[1])
        if numbers is None or not columns.keys().isdisjoint(names):
            spread[name] = values
        else:
            spread |= zip(names, numbers.T, strict=True)
            lists.append(name)
    return spread, tuple(lists)


def remark(who: object, lists: Sequence[str]) -> tuple[str, ...]:
    """A sentence on the columns of lists."""
    first = "".join(named(name, 1)[0] for name in lists[:1])
    return (f"{who}: each place of the lists of {some(lists)} is a column of its own: {first} and so on",) * bool(lists)


def _numbers(values: Any) -> np.ndarray | None:
    """(N, L) the numbers of a column of lists of L numbers; None for another column."""
    if isinstance(values, np.ndarray) and values.ndim == 2:
        return values if values.dtype.kind in "fiu" and 1 < values.shape[1] <= LONGEST else None
    if not _may_hold_lists(values):
        return None
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


def _may_hold_lists(values: Any) -> bool:
    """Whether a list, an array or a Series of pandas begins with a list: a cheap look, for most columns hold none."""
    if isinstance(values, np.ndarray) or hasattr(values, "iloc"):
        if values.ndim != 1 or not (values.dtype == np.dtype(object) or "list" in str(values.dtype)):
            return False
    elif not isinstance(values, list | tuple):
        return False
    return _is_list(next((cell for cell in values if not is_missing(cell)), None))


def _is_list(cell: Any) -> bool:
    return isinstance(cell, list | tuple) or (isinstance(cell, np.ndarray) and cell.ndim == 1)


def _of_numbers(lists: Sequence[Any]) -> bool:
    if all(isinstance(cell, np.ndarray) and cell.dtype.kind in "fiu" for cell in lists):
        return True
    kinds = set(map(type, chain.from_iterable(lists))) - {type(None)}
    return bool(kinds) and all(issubclass(kind, NUMBERS) and not issubclass(kind, bool) for kind in kinds)
