"""Files of typed columns, as polars reads them."""

from __future__ import annotations

import io
import os
import re
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import numpy as np

from bprop.disk.reading import need_access
from bprop.errors import DataError, MissingPackageError, UnsupportedError
from bprop.forked import ADVICE, POLARS
from bprop.sources import lists
from bprop.sources.cells import EXACT
from bprop.sources.column import Column
from bprop.sources.formats import polars_lists
from bprop.sources.formats.format import Format, Piece, Source
from bprop.sources.frame import Frame
from bprop.sources.known_lists import Known
from bprop.sources.limits import CELL, CHUNK, need_few_columns, need_room, opened, size_of, some
from bprop.sources.packing import bare, packed

CELLS = 2**20  # of a piece
ROWS = (256, 65_536)  # of such a piece, at least and at most
LOOK = 64  # rows that tell how long the lists of a file are
UNPACKED = 8  # bytes in memory for a byte of a packed file, whose cells are not counted before it is unpacked
INDEX = re.compile(r"__index_level_\d+__")
"""How pandas calls an index without a name in a file."""


class Columnar(Format):
    """A file that says how many cells it holds. polars reads only the rows that are needed."""

    cost: ClassVar[float] = 1  # the cells are counted apart

    def columns_in(self, file: BinaryIO) -> int:
        """Columns, and groups of columns, that a file says it has; 0 where it does not say so in a known way."""
        raise NotImplementedError

    def rows_in(self, path: Path, content: bytes) -> int:
        """The rows that the content of a file says it has."""
        with self.damage_said(path):
            import polars as pl

            return self.lazy(io.BytesIO(content)).select(pl.len()).collect().item()

    def need_whole(self, path: Path, file: BinaryIO) -> None:
        """Raise DataError for a file whose parts are not as long as it says, or take more memory than there is."""

    def lazy(self, file: Any) -> Any:
        """A polars LazyFrame of a file."""
        raise NotImplementedError

    def eager(self, file: BinaryIO) -> Any:
        """A polars DataFrame of a file."""
        raise NotImplementedError

    def read(self, source: Source) -> Frame:
        path, content = source.path, source.content
        need_polars(path, self.called(path))
        width = self.columns_in(io.BytesIO(content))
        need_few_columns(path, width)
        self.need_whole(path, io.BytesIO(content))
        need_room(path, self.rows_in(path, content) * max(1, width) * CELL)
        with self.damage_said(path):
            frame = self.eager(io.BytesIO(content))
        known = source.options.known
        more = sum(polars_lists.lengths_of(frame, known).values())
        need_room(path, frame.height * more * CELL, "the numbers of its lists")
        columns, remarks = columns_of(path, frame, known)
        return replace(source.frame(columns), remarks=remarks)

    def scan(self, path: Path) -> Iterator[Piece]:
        with on_disk(path) as plain:
            frame, (height, width) = self.opened(plain), self.shape(plain)
            step = int(np.clip(CELLS // max(1, width), *ROWS))
            yield from typed_pieces(path, self._slices(path, frame, range(0, height, step)), self.options.known)

    def _slices(self, path: Path, frame: Any, starts: range) -> Iterator[Any]:
        for start in starts:
            with self.damage_said(path):
                part = frame.slice(start, starts.step).collect()
            yield part

    def opened(self, path: Path) -> Any:
        """A file on the disk as a lazy frame. Raises OSError."""
        need_polars(path, self.called(path))
        need_access(path)  # what may not be read is not damaged
        with open(path, "rb") as file:
            need_few_columns(path, self.columns_in(file))
            self.need_whole(path, file)
        with self.damage_said(path):
            return self.lazy(path)

    def shape(self, path: Path) -> tuple[int, int]:
        """(rows, columns) of a file, from what it says of itself; lists count as many columns as in its first rows."""
        frame = self.opened(path)
        import polars as pl

        with self.damage_said(path):
            lengths = polars_lists.lengths_of(frame.head(LOOK).collect())
            width = len(frame.collect_schema()) + sum(lengths.values())
            return frame.select(pl.len()).collect().item(), width

    def memory(self, path: Path, most: float) -> float:
        if packed(path):
            return UNPACKED * size_of(path, most / UNPACKED)
        height, width = self.shape(path)
        return height * width * CELL

    def damage_said(self, path: Path) -> AbstractContextManager[None]:
        """Turns an error of polars while it reads a file into a DataError."""
        return damage_said(path, self.called(path))


class PolarsPiece(Piece):
    """Rows as polars reads them. `cells` : what a frame keeps of a series."""

    rows: Any

    cells: Callable[[Any], Any]

    def __init__(self, frame: Any, cells: Callable[[Any], Any]):
        self.rows, self.cells = frame, cells

    def __len__(self) -> int:
        return self.rows.height

    @property
    def names(self) -> list[str]:
        return [name.strip() for name in self.rows.columns]

    def columns(self, index: np.ndarray | None, names: Sequence[str]) -> dict[str, Any]:
        frame = self.rows if index is None else self.rows[index]
        series = dict(zip(self.names, frame.iter_columns(), strict=True))
        return {name: self.cells(series[name]) for name in names}

    def blank(self, names: Sequence[str]) -> list[str]:
        return polars_lists.blank(self._some(names))

    def lists_in(self, names: Sequence[str]) -> dict[str, int]:
        return dict(polars_lists.lengths_of(self._some(names)))

    def _some(self, names: Sequence[str]) -> Any:
        return self.rows.rename(str.strip).select(names)


def typed_pieces(path: Path, frames: Iterable[Any], known: Known) -> Iterator[Piece]:
    """Rows of typed columns, DataFrame by DataFrame. The first one says which columns are lists of one length, as far
    as it is not known.

    Raises DataError for a list of another length in a later one.
    """
    lengths: polars_lists.Lengths | None = None
    start = 0
    for frame in frames:
        if lengths is None:
            lengths = polars_lists.lengths_of(_spread(frame)[0], known)
        rows = frame.height
        frame, remarks = tidied(path, frame, lengths, start)
        start += rows
        piece = PolarsPiece(frame, lambda series: column_of(path, series))
        piece.remarks = remarks
        yield piece


def tidied(path: Path, frame: Any, lengths: polars_lists.Lengths, start: int = 0) -> tuple[Any, tuple[str, ...]]:
    """(a polars DataFrame without pandas' nameless index, with each field of an object and each place of a list as a
    column, remarks). lengths : of the lists. start : the number of rows before these.

    Raises DataError, naming the row, for a list of another length.
    """
    remarks = []
    index = _nameless(frame)
    if index:
        remarks.append(f"{path}: the index of pandas, which has no name ({some(index)}), is left out")
    frame, objects = _spread(frame)
    if objects:
        remarks.append(f"{path}: the fields of {some(objects)} are columns of their own")
    need_few_columns(path, frame.width + sum(lengths.values()))
    polars_lists.need_lengths(path, start, frame, lengths)
    return polars_lists.apart(frame, lengths), (*remarks, *lists.remark(path, list(lengths)))


def _nameless(frame: Any) -> list[str]:
    """The columns that are an index of pandas without a name; none where there are no others."""
    index = [name for name in frame.columns if INDEX.fullmatch(name)]
    return index if len(index) < frame.width else []


def _spread(frame: Any) -> tuple[Any, list[str]]:
    """(a DataFrame without a nameless index, with each field of an object as a column, the columns of objects)."""
    import polars as pl

    frame = frame.drop(_nameless(frame))
    objects = [series.name for series in frame.iter_columns() if isinstance(series.dtype, pl.Struct)]
    for name in objects:
        fields = frame[name].struct.unnest().rename(lambda field, name=name: f"{name}.{field}")
        frame = frame.with_columns(fields).drop(name) if not set(fields.columns) & set(frame.columns) else frame
    return frame, objects


def columns_of(path: Path, frame: Any, known: Known = lists.NOTHING) -> tuple[dict[str, Column], tuple[str, ...]]:
    """(the columns of a polars DataFrame as a frame keeps them, remarks on them). Raises DataError where there are
    no rows, or names. known : of its columns of lists."""
    if not frame.width or not frame.height:
        raise DataError(f"{path}: the file has no rows")
    frame, remarks = tidied(path, frame, polars_lists.lengths_of(_spread(frame)[0], known))
    columns = {name.strip(): column_of(path, frame[name]) for name in frame.columns}
    if "" in columns or len(columns) < frame.width:
        raise DataError(f"{path}: every column needs a name of its own; these are: {some(map(repr, frame.columns))}")
    return columns, remarks


def can_use_polars() -> bool:
    """Whether polars is installed, and this process was not forked from one that had used it."""
    return find_spec("polars") is not None and POLARS.usable()


def need_polars(path: Path, suffix: str, doing: str = "reading") -> None:
    """Raise MissingPackageError where polars is not installed, UnsupportedError where it would wait for ever."""
    if find_spec("polars") is None:
        raise MissingPackageError(f"{path}: {doing} {suffix} files needs polars: pip install 'bprop[tables]'")
    if not POLARS.usable():
        raise UnsupportedError(f"{path}: {POLARS.why()}, so that {doing} {suffix} files would hang: {ADVICE}")


@contextmanager
def damage_said(path: Path, suffix: str) -> Iterator[None]:
    """Turns an error of polars while it reads a file into a DataError."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # polars raises a dozen kinds for damaged bytes, and panics are no Exceptions
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise DataError(f"{path}: not a {suffix} file, or a damaged one ({why})") from None


def column_of(path: Path, series: Any) -> Column:
    """A polars series as a frame keeps it. Lists, objects, and bytes that are no text are a column that is not read."""
    import polars as pl

    kind = series.dtype
    if kind == pl.Boolean:
        series = series.replace_strict({True: "true", False: "false"}, return_dtype=pl.String)
    elif kind == pl.Null or kind == pl.String or kind in (pl.Categorical, pl.Enum):
        series = series.cast(pl.String).str.strip_chars()
    elif kind.is_integer() and not series.null_count() and "128" not in str(kind):  # NumPy has no such integers
        return Column(np.asarray(series.to_numpy()), typed=True)
    elif kind.is_integer() and max(series.max() or 0, -(series.min() or 0)) > EXACT:
        series = series.cast(pl.String)  # with cells that are missing, they would become floats, and be rounded
    elif kind.is_numeric():
        return Column(np.asarray(series.cast(pl.Float64).to_numpy(), dtype=np.float64), typed=True)
    elif kind == pl.Date or kind == pl.Datetime:
        if getattr(kind, "time_zone", None):
            series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return Column(np.asarray(series.cast(pl.Datetime("us")).to_numpy(), dtype="datetime64[us]"), typed=True)
    elif kind == pl.Duration or kind == pl.Time:
        unit = {"ms": 1e3, "us": 1e6}.get(getattr(kind, "time_unit", None) or "ns", 1e9)
        return Column(
            np.asarray(series.cast(pl.Int64).cast(pl.Float64).to_numpy(), dtype=np.float64) / unit, typed=True
        )
    else:
        text = _decoded(series) if kind == pl.Binary else None
        if text is None:
            return Column.unreadable(len(series), "bytes" if kind == pl.Binary else f"of the type {kind}")
        series = text
    letters = series.str.len_bytes().sum() or 0  # a file holds a text once that stands in many rows
    need_room(f"{path}, column {series.name!r}", letters + 64.0 * len(series))
    cells = np.empty(len(series), dtype=object)
    cells[:] = series.to_list()
    return Column(cells, typed=True)


def _decoded(series: Any) -> Any:
    """Bytes as the text that they are in UTF-8, as some programs write it; None where they are none."""
    import polars as pl

    try:
        return series.cast(pl.String).str.strip_chars()
    except pl.exceptions.PolarsError:
        return None


@contextmanager
def on_disk(path: Path) -> Iterator[Path]:
    """A file that is not packed: this one, or a temporary one with its content. Raises DataError for a full disk."""
    if not packed(path):
        yield path
        return
    folder = tempfile.mkdtemp(prefix="bprop-")
    plain = Path(folder, bare(path.name) or "table")
    try:
        with opened(path) as file, open(plain, "wb") as out:
            while part := file.read(CHUNK):
                if shutil.disk_usage(folder).free < 2 * len(part):
                    raise DataError(f"{path}: there is no room in {folder} to unpack it: unpack it first")
                out.write(part)
        yield plain
    except DataError as error:  # names the file as the user does
        raise DataError(str(error).replace(str(plain), str(path))) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def footer_of(file: BinaryIO, mark: bytes, most: int | None) -> bytes:
    """The footer (or its first bytes) of a file at whose end are the length of the footer, and a mark."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 4 - len(mark)))
    end = file.read()
    if end[4:] != mark:
        raise ValueError("no such file")
    length = struct.unpack("<I", end[:4])[0]
    start = size - 4 - len(mark) - length
    if start < 0:
        raise ValueError("truncated")
    file.seek(start)
    return file.read(length if most is None else min(most, length))
