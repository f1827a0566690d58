"""Rows of a text file that has columns of lists: each place is a column of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bprop.errors import DataError
from bprop.sources.formats.format import Piece
from bprop.sources.lists import lengths_of_text, list_of_text, named, numbers_of_text


class ListPiece(Piece):
    """A piece, in which these columns are lists. lengths : {column: L}. start : rows of the file before this piece."""

    def __init__(self, piece: Piece, lengths: dict[str, int], path: Path, start: int):
        self.piece, self.lengths, self.path, self.start = piece, lengths, path, start
        self.of = {place: name for name, length in lengths.items() for place in named(name, length)}
        self.remarks, self.read, self.delimiter = piece.remarks, piece.read, piece.delimiter

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
        numbers = numbers_of_text(cells, length)
        if numbers is not None:
            return numbers
        row = next(k for k, cell in enumerate(cells) if cell and len(list_of_text(cell) or ()) != length)
        raise DataError(
            f"{self.path}, row {self.start + (row if index is None else int(index[row])) + 1}, column {name!r}: "
            f"{cells[row][:40]!r} is no list of {length} numbers, as the rows before it have"
        )


def with_lists(path: Path, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces of a file. The first one says which columns are lists, and how long these are."""
    lengths: dict[str, int] | None = None
    start = 0
    for piece in pieces:
        if lengths is None:
            lengths = lengths_of_text(piece.columns(None, piece.names))
        yield ListPiece(piece, lengths, path, start) if lengths else piece
        start += len(piece)
