"""Columns of lists that are known before a file is read: from a model, or from the other files of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from bprop.errors import DataError

LONGEST = 4096
"""Numbers of a list that is taken apart. Longer ones are sounds and pictures, which are no columns of a table."""


MOST_LETTERS = 60  # of a cell in an error


def named(name: str, length: int) -> list[str]:
    """The columns of a list, counted from 1 as the columns of arrays.

    >>> named("word", 2)
    ['word.1', 'word.2']
    """
    return [f"{name}.{place}" for place in range(1, length + 1)]


class Known:
    """The columns that a table must have. columns : their names; (): nothing is known, and the cells decide.

    >>> known = Known(["price", "word.1", "word.2"])
    >>> known.length("word"), known.length("price"), known.length("other")
    (2, 0, None)
    """

    def __init__(self, columns: Sequence[str] = ()):
        self.whole: frozenset[str] = frozenset(columns)
        self.lengths: Mapping[str, int] = _lengths(self.whole)

    def length(self, name: str) -> int | None:
        """L: a column is lists of L numbers, whose places are the columns. 0: it is one column. None: its cells say."""
        return 0 if name in self.whole else self.lengths.get(name)


def of_files(tables: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """The columns of a table whose files have these, of which one may have lists where another has none.

    >>> of_files([["a", "word"], ["a", "word.1", "word.2"]])
    ('a', 'word.1', 'word.2')
    """
    names: dict[str, None] = {}
    lists: set[str] = set()
    for columns in map(list, tables):
        names |= dict.fromkeys(columns)
        lists |= _lengths(frozenset(columns)).keys() - set(columns)
    return tuple(name for name in names if name not in lists)


def other_list(where: str, name: str, cell: object, length: int) -> DataError:
    """The error for a cell that is no list of `length` numbers. where : its row, for people."""
    cell = cell.tolist() if isinstance(cell, np.ndarray) else cell
    shown = repr(cell) if len(repr(cell)) <= MOST_LETTERS else f"{repr(cell)[:MOST_LETTERS]}..."
    which = f"the columns {name}.1 to {name}.{length} need" if length > 1 else f"the column {name}.1 needs"
    numbers = f"{length:,} numbers" if length > 1 else "1 number"
    if isinstance(cell, list | tuple) and len(cell) != length:
        return DataError(f"{where}, column {name!r}: a list of {len(cell):,}, and {which} {numbers}: {shown}")
    return DataError(f"{where}, column {name!r}: {shown} is no list of {numbers}, which {which}")


def _lengths(names: frozenset[str]) -> Mapping[str, int]:
    """{name: L} of the columns word.1 to word.L."""
    counts: dict[str, int] = {}
    for name in names:
        head, _, place = name.rpartition(".")
        if head and place.isdecimal() and place.isascii() and place[0] != "0" and len(place) <= 4:
            counts[head] = counts.get(head, 0) + 1
    return {head: n for head, n in counts.items() if n <= LONGEST and names.issuperset(named(head, n))}
