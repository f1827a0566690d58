"""A table that need not fit in memory: its rows in order, some at a time, as often as they are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from bprop.errors import DataError, SettingError
from bprop.sources.formats import Piece
from bprop.sources.formats.list_pieces import Ahead
from bprop.sources.frame import Frame, need_same
from bprop.sources.opening import STANDARD_INPUT, name_of, need_format, paths_of
from bprop.sources.partitions import Partitioned, partitions_of
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.sources.targets import find_targets


@dataclass
class Chunks:
    """The rows of a table, some at a time. Iterate over it anew for each pass.

    ends : the number of rows up to the end of each file that was read to its end.
    """

    source: str
    target: str | None = None
    options: ReadOptions = INFERRED
    ends: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.source == STANDARD_INPUT:
            raise SettingError("standard input can be read only once: give a file, or --no-stream to hold it in memory")
        try:
            self.paths: list[Path] = paths_of(self.source)
        except OSError as error:
            raise DataError(f"cannot read {error.filename or self.source}: {error.strerror or error}") from error
        self.name: str = name_of(self.source, self.paths)

    def __iter__(self) -> Iterator[Chunk]:
        names: list[str] = []
        targets: tuple[str, ...] = ()
        row = 0
        for number, path in enumerate(self.paths):
            try:
                known = need_format(path, self._reading)
                folders = partitions_of(self.source, path)
                for piece in known.scan(path):
                    piece.remarks = (*known.remarks, *piece.remarks)
                    piece = Partitioned(piece, folders) if folders else piece
                    if not names:
                        names = piece.names
                        targets = find_targets(self._frame(dict.fromkeys(names, np.empty(0)), None), self.target)
                    need_same(self.paths[0], path, names, piece.names)
                    yield Chunk(self, piece, names, targets, row)
                    row += len(piece)
            except OSError as error:
                raise DataError(f"cannot read {path}: {error.strerror or error}") from error
            if number == len(self.ends):
                self.ends.append(row)
        if not row:
            raise DataError(f"{self.source}: the file has no rows")

    @cached_property
    def _reading(self) -> ReadOptions:
        """The options, with the columns that the first rows have, so that later ones have the same lists."""
        if self.options.columns:
            return self.options
        ahead = Ahead()
        for path in self.paths:
            for piece in need_format(path, self.options).scan(path):
                if not ahead.add(piece):
                    return self.options.beside(ahead.columns)
        return self.options.beside(ahead.columns)

    def place(self, row: int) -> str:
        """Where a row stands: the files are read again up to it."""
        part = int(np.searchsorted(self.ends, row, side="right"))
        path = self.paths[part]
        return need_format(path, self.options).place(path, row - (self.ends[part - 1] if part else 0))

    def _frame(self, columns: dict[str, np.ndarray], numbers: np.ndarray | None, target: Sequence[str] = ()) -> Frame:
        return Frame(self.name, columns, self.place, numbers, tuple(target), self.source, read=self.options)

    def frame_of(
        self, piece: Piece, columns: dict[str, np.ndarray], numbers: np.ndarray, target: Sequence[str]
    ) -> Frame:
        """Some rows of a piece as a frame, with the remarks on its file."""
        frame = self._frame(columns, numbers, target)
        return replace(frame, read=piece.read or self.options, remarks=piece.remarks, delimiter=piece.delimiter)


@dataclass(frozen=True)
class Chunk:
    """Some neighbouring rows; `start` is the number of the first."""

    chunks: Chunks
    piece: Piece
    names: list[str]
    target: tuple[str, ...]
    start: int

    def __len__(self) -> int:
        return len(self.piece)

    @property
    def numbers(self) -> np.ndarray:
        """(N,) the numbers of the rows in the table."""
        return np.arange(self.start, self.start + len(self))

    def frame(self, index: np.ndarray | None = None, names: Sequence[str] | None = None) -> Frame:
        """Some of the rows (default: all), and some of the columns (default: all)."""
        wanted = self.names if names is None else list(names)
        columns = self.piece.columns(index, wanted)
        numbers = self.numbers if index is None else self.numbers[index]
        return self.chunks.frame_of(self.piece, columns, numbers, self.target)
