"""The base class of file formats. To add one, subclass `Format`: see `bprop.sources.formats`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from bprop.errors import DataError, SettingError, UnsupportedError
from bprop.registry import is_redefinition
from bprop.sources import archives, lists
from bprop.sources.column import Column
from bprop.sources.formats.output import Output
from bprop.sources.frame import Frame, Place
from bprop.sources.limits import TEXT, size_of
from bprop.sources.packing import bare, packed
from bprop.sources.read_options import INFERRED, ReadOptions

Columns = Mapping[str, np.ndarray | Column]


@dataclass(frozen=True)
class Source:
    """A file to be read whole.

    path : its name in errors. content : its bytes, unpacked. again : reads the content once more, so that an error can
    name a line without keeping the content in memory.
    target : the array of targets that is asked for; labels : the file of labels. Both are for arrays and images.
    options : how files and cells are read, where it is not inferred.
    """

    path: Path
    content: bytes
    again: Callable[[], bytes]
    target: str | None = None
    labels: Path | None = None
    options: ReadOptions = INFERRED

    def frame(self, columns: Columns, place: Place | None = None) -> Frame:
        """The frame of a table with these columns. place : default "FILE, row 1"."""
        where = place or (lambda row: f"{self.path}, row {row + 1}")
        cells = as_cells(self.path, columns)
        return Frame(self.path.stem, cells, where, source=str(self.path), read=self.options)


class Piece:
    """Some neighbouring rows of a file: {column: cells}.

    remarks : sentences on how the file is read. delimiter : between the cells of a text file.
    read : how its cells are read, where the file says more than the options.
    """

    remarks: tuple[str, ...] = ()
    read: ReadOptions | None = None
    delimiter: str = ""

    def __init__(self, columns: Columns):
        self.rows: Any = as_cells("a piece of a file", columns)

    def __len__(self) -> int:
        return len(next(iter(self.rows.values())))

    @property
    def names(self) -> list[str]:
        """Of its columns."""
        return list(self.rows)

    def columns(self, index: np.ndarray | None, names: Sequence[str]) -> dict[str, Any]:
        """The columns of some rows (None: all), as a frame keeps them."""
        return {name: self.rows[name] if index is None else self.rows[name].rows(index) for name in names}

    def blank(self, names: Sequence[str]) -> list[str]:
        """The columns that may turn out to hold lists: text and lists, of which no cell is there."""
        columns = self.columns(None, names)
        return [name for name in names if isinstance(columns[name], Column) and lists.is_blank(columns[name])]

    def lists_in(self, names: Sequence[str]) -> dict[str, int]:
        """{name: L} of the columns that are lists of L numbers, and are one column here."""
        return lists.lengths_of_text(self.columns(None, names))


class Format:
    """How files of a kind are read.

    suffixes : of their names, as ".csv"; a packed file is unpacked first. magic : how their content
    begins, by which it is known on standard input. arrays : whether they hold a block of numbers rather than a table
    with columns; then they are no part of a folder of files, and are not streamed. cost : bytes of memory that a byte
    of a file takes while it is read and made ready. gathered : whether a folder's tables are these files, even where
    there are others: often .json files and workbooks lie beside the tables. options : how files and cells are read,
    where it is not inferred. remarks : sentences on how the format of a file was recognised.
    """

    suffixes: ClassVar[tuple[str, ...]] = ()
    magic: ClassVar[tuple[bytes, ...]] = ()
    arrays: ClassVar[bool] = False
    cost: ClassVar[float] = TEXT
    gathered: ClassVar[bool] = True
    options: ReadOptions = INFERRED
    remarks: tuple[str, ...] = ()

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        taken = {suffix: one for one in _DEFINED if not is_redefinition(one, cls) for suffix in one.suffixes}
        for suffix in cls.suffixes:
            if suffix in taken:
                raise SettingError(f"two formats read files called {suffix}: {taken[suffix]} and {cls}")
        archives.TABLES.update(cls.suffixes)
        if cls.suffixes or "knows" in cls.__dict__:
            _DEFINED[:] = [*(one for one in _DEFINED if not is_redefinition(one, cls)), cls]  # where it is defined anew

    def knows(self, name: str) -> bool:
        """Whether a file of this name, which has no suffix of any format, is one of these all the same."""
        return False

    def read(self, source: Source) -> Frame:
        """All rows of a file. Raises DataError, naming file and place, for a file that cannot be read."""
        raise NotImplementedError

    def scan(self, path: Path) -> Iterator[Piece]:
        """The rows of a file, some at a time: of no file more than a piece is in memory."""
        raise UnsupportedError(
            f"{path}: {self.called(path)} files cannot be read piece by piece, as --stream does; --no-stream reads "
            "them whole"
        )

    def write(self, path: Path, columns: Sequence[Output]) -> bytes:
        """The content of a file of these columns. `path` names it in errors."""
        raise UnsupportedError(f"{path}: {self.called(path)} files cannot be written, only read")

    @property
    def writes(self) -> bool:
        """Whether such files can be written."""
        return type(self).write is not Format.write

    @property
    def title(self) -> str:
        """Its name: its first suffix, or "idx"."""
        return next(iter(self.suffixes), type(self).__name__.lower())

    @property
    def scans(self) -> bool:
        """Whether such files can be read piece by piece."""
        return type(self).scan is not Format.scan

    def called(self, path: Path) -> str:
        """How errors call the format of a file: by its suffix, ".csv", or its name, "idx"."""
        suffix = suffix_of(path.name)
        return suffix if suffix and (suffix in self.suffixes or not self.suffixes) else self.title

    def place(self, path: Path, row: int) -> str:
        """Where a row stands, counted from 0 over the pieces of `scan`."""
        return f"{path}, row {row + 1}"

    def memory(self, path: Path, most: float) -> float:
        """About how many bytes reading and encoding a file takes; a gzipped file is counted up to `most`."""
        return self.cost * (size_of(path, most / self.cost) if packed(path) else path.stat().st_size)


_DEFINED: list[type[Format]] = []


def formats() -> list[Format]:
    """The formats that this process has defined or imported."""
    return [cls() for cls in _DEFINED]


def as_cells(who: object, columns: Columns) -> dict[str, Column]:
    """The columns of a table as a frame keeps them: text to be read is an array of objects.

    Raises DataError for columns of unequal length, and for a cell that is no number, text or date.
    """
    table = {name: _column(who, name, column) for name, column in columns.items()}
    for name, column in table.items():
        if len(column) != len(next(iter(table.values()))):
            raise DataError(f"{who}, column {name!r}: {len(column)} cells, but the first column has another number")
    return table


def _column(who: object, name: str, column: Any) -> Column:
    if isinstance(column, Column):
        return column
    cells = np.asarray(column)
    if cells.dtype.kind not in "OUfiubM" or cells.ndim != 1:
        raise DataError(f"{who}, column {name!r}: holds {cells.dtype}, and a cell is a number, text or date")
    return Column(cells.astype(object) if cells.dtype.kind == "U" else cells)


def suffix_of(name: str) -> str:
    """The suffix that tells the format of a file by its name: ".csv"."""
    return Path(bare(name.lower())).suffix
