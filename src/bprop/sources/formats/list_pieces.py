"""Rows of a text file that has columns of lists: each place is a column of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bprop.sources.formats.format import Piece
from bprop.sources.known_lists import Known, named
from bprop.sources.lists import lengths_of_text, need_numbers, numbers_of_text, remark

MOST_AHEAD = 1_000_000
"""Rows in which the first list of a column is looked for."""


class ListPiece(Piece):
    """A piece, in which these columns are lists. lengths : {column: L}. start : rows of the file before this piece."""

    def __init__(self, piece: Piece, lengths: dict[str, int], path: Path, start: int):
        self.piece, self.lengths, self.path, self.start = piece, lengths, path, start
        self.of = {place: name for name, length in lengths.items() for place in named(name, length)}
        self.remarks = (*piece.remarks, *remark(path, list(lengths)))
        self.read, self.delimiter = piece.read, piece.delimiter

    def __len__(self) -> int:
        return len(self.piece)

    @property
    def names(self) -> list[str]:
        return [place for name in self.piece.names for place in self._places(name)]

    def _places(self, name: str) -> list[str]:
        return named(name, self.lengths[name]) if name in self.lengths else [name]

    def columns(self, index: np.ndarray | None, names: Sequence[str]) -> dict[str, Any]:
        whole = list(dict.fromkeys(self.of.get(name, name) for name in names))
        columns = self.piece.columns(index, whole)
        for name in [name for name in whole if name in self.lengths]:
            numbers = self._numbers(name, columns.pop(name).tolist(), index)
            columns |= zip(self._places(name), numbers.T, strict=True)
        return {name: columns[name] for name in names}

    def _numbers(self, name: str, cells: list[str], index: np.ndarray | None) -> np.ndarray:
        length = self.lengths[name]
        rows = range(len(self)) if index is None else index

        def where(row: int) -> str:
            return f"{self.path}, row {self.start + int(rows[row]) + 1}"

        numbers = numbers_of_text(cells, length)
        return need_numbers(cells, length, name, where) if numbers is None else numbers


class Ahead:
    """Finds the columns of a table that are lists, where its first rows have none: in the rows behind them."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.blank: list[str] = []
        self.lengths: dict[str, int] = {}
        self.rows = 0

    def add(self, piece: Piece) -> bool:
        """Look at a piece. Whether to look at the next one: a column is blank so far."""
        if not self.names:
            self.names, self.blank = piece.names, piece.blank(piece.names)
        else:
            apart = {name: n for name, n in Known(piece.names).lengths.items() if name in self.blank}
            here = [name for name in self.blank if name in piece.names]
            self.lengths |= {**apart, **piece.lists_in(here)}
            self.blank = [name for name in piece.blank(here) if name not in self.lengths]
        self.rows += len(piece)
        return bool(self.blank) and self.rows < MOST_AHEAD

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        lists = {n: k for n, k in self.lengths.items() if set(self.names).isdisjoint(named(n, k))}
        return [one for name in self.names for one in (named(name, lists[name]) if name in lists else [name])]


def with_lists(path: Path, pieces: Iterable[Piece], known: Known) -> Iterator[Piece]:
    """The pieces of a file. The first one says which columns are lists, and how long these are, as far as it is not
    known."""
    lengths: dict[str, int] | None = None
    start = 0
    for piece in pieces:
        if lengths is None:
            lengths = lengths_of_text(piece.columns(None, piece.names), known)
        yield ListPiece(piece, lengths, path, start) if lengths else piece
        start += len(piece)
