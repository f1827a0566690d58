"""One file of a table, a piece at a time: of no file more than a piece is in memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from bprop.errors import DataError
from bprop.sources import columnar, delimited
from bprop.sources.csv_file import read_rows
from bprop.sources.limits import LONGEST_CELL, LONGEST_HEADER, size
from bprop.sources.packed import opened
from bprop.sources.quotes import first_end, last_end, left_open, open_cells
from bprop.sources.tables import SEPARATED, suffix_of

BLOCK = 8 * 2**20  # bytes of text in a piece
LONGEST = 16  # blocks without the end of a row: no table
CELLS = 2**20  # of a piece, in files of columns
MARKS = delimited.DELIMITERS.encode()
ROWS = (256, 65_536)  # of such a piece, at least and at most


@dataclass(frozen=True)
class Piece:
    """Some rows of a file, as polars reads them, or as columns of text where it must be read with care.

    line : the lines of the file before the piece's content, which is kept of text only.
    """

    path: Path
    rows: Any  # a polars DataFrame, or {name: array}
    text: bool = False

    def __len__(self) -> int:
        return len(next(iter(self.rows.values()))) if isinstance(self.rows, dict) else self.rows.height

    @property
    def names(self) -> list[str]:
        """Of its columns."""
        return list(self.rows) if isinstance(self.rows, dict) else [name.strip() for name in self.rows.columns]

    def columns(self, index: np.ndarray | None, names: list[str], numeric: frozenset[str]) -> dict[str, np.ndarray]:
        """The columns of some rows (None: all), as a frame keeps them; text that is `numeric` already as numbers."""
        if isinstance(self.rows, dict):
            return {name: self.rows[name] if index is None else self.rows[name][index] for name in names}
        frame = self.rows if index is None else self.rows[index]
        series = dict(zip(self.names, frame.iter_columns(), strict=True))
        if not self.text:
            return {name: columnar.column_of(self.path, series[name]) for name in names}
        return {name: _cells(series[name], name in numeric) for name in names}


def _cells(series: Any, numeric: bool) -> np.ndarray:
    """A column of text; of numbers, where all cells are numbers or empty: the same that Python would read."""
    import polars as pl

    if numeric:
        series = series.str.strip_chars()
        found = series.cast(pl.Float64, strict=False)
        if found.null_count() == (series == "").sum() and (found.is_finite() | found.is_null()).all():
            return np.asarray(found.to_numpy(), np.float64)
    return delimited.as_text(series.to_frame())[0]


def pieces(path: Path) -> Iterator[Piece]:
    """The pieces of a file, in order. Raises DataError, naming the place, for what cannot be read."""
    suffix = suffix_of(path.name)
    if suffix in SEPARATED:
        return (piece for piece, _ in _separated(path, SEPARATED[suffix]))
    if suffix in (".jsonl", ".ndjson"):
        return _json_lines(path)
    if path.suffix.lower() == ".gz":
        raise DataError(f"{path}: unpack it first (gunzip): only text is read from .gz piece by piece")
    return _columnar(path, suffix)


def place(path: Path, row: int) -> str:
    """Where a row of a file stands: of CSV, its line."""
    suffix = suffix_of(path.name)
    if suffix not in SEPARATED:
        return f"{path}, row {row + 1}"
    before = 0
    for piece, lines in _separated(path, SEPARATED[suffix]):
        if row < before + len(piece):
            return f"{path}, line {lines()[row - before]}"
        before += len(piece)
    return f"{path}, row {row + 1}"


def _columnar(path: Path, suffix: str) -> Iterator[Piece]:
    """Slices of rows: polars reads no more of the file than holds them."""
    frame, (height, width) = columnar.scan(path, suffix), columnar.shape(path, suffix)
    step = int(np.clip(CELLS // max(1, width), *ROWS))
    for start in range(0, height, step):
        with columnar.damage_said(path, suffix):
            piece = frame.slice(start, step).collect()
        yield Piece(path, piece)


def _json_lines(path: Path) -> Iterator[Piece]:
    columnar.need_polars(path, ".jsonl")
    import polars as pl

    with opened(path) as file:
        for content, _ in _Rows(path, file).blocks():
            columnar.need_few_keys(path, content)
            with columnar.damage_said(path, ".jsonl"):
                piece = pl.read_ndjson(io.BytesIO(content), infer_schema_length=None)
            yield Piece(path, piece)


def _separated(path: Path, delimiter: str | None) -> Iterator[tuple[Piece, Any]]:
    """(a piece, what gives the lines on which its rows end) of a file of text with a header line."""
    with opened(path) as file:
        header, lines, rest = _header(path, file)
        mark = delimiter or delimited.delimiter_of(header)
        for content, before in _Rows(path, file, rest, header, mark, lines).blocks():
            read = partial(_padded_lines, path, header, content, before, mark)
            if not content.strip(b"\r\n" if mark.encode() in header else None):  # of one column, blanks are no row
                continue
            found = delimited.fast(header + content, mark) if columnar.can_use_polars() else None
            if found is not None:
                names, frame = found
                yield Piece(path, frame.rename(dict(zip(frame.columns, names, strict=True))), text=True), read
                continue
            try:
                names, columns = delimited.careful(path, header + content, mark)
            except DataError:
                read()  # says the line as it is in the file
                raise
            yield Piece(path, dict(zip(names, columns, strict=True))), read


def _padded_lines(path: Path, header: bytes, content: bytes, before: int, mark: str) -> list[int]:
    """The lines on which the rows of a piece end; blank lines stand for those between header and piece."""
    return read_rows(path, header + b"\n" * (before - header.count(b"\n")) + content, mark)[2]


def _header(path: Path, file: BinaryIO) -> tuple[bytes, int, bytes]:
    """(the header, its lines and the blank ones before it, what was read behind it)."""
    content, blank = file.read(BLOCK).removeprefix(b"\xef\xbb\xbf"), 0
    while True:
        text = content.lstrip(b"\r\n ")
        blank += content.count(b"\n", 0, len(content) - len(text))
        content = text
        end = first_end(content, MARKS)
        read = b"" if end or len(content) > LONGEST_HEADER else file.read(BLOCK)
        if not read:
            break
        content += read
    header, rest = (content[:end], content[end:]) if end else (content, b"")
    if not header:
        raise DataError(f"{path}: needs a header line and at least one row")
    place = -1 if end else last_end(header, MARKS)[1]
    if place >= 0:
        raise left_open(path, blank + 1, header[:place], [], delimited.delimiter_of(header))
    if b"\r" in header.replace(b"\r\n", b""):
        raise DataError(f"{path}: its lines end in \\r alone; --no-stream reads such a file, whole")
    if len(header) > LONGEST_HEADER:
        raise DataError(f"{path}: its first line is longer than {size(LONGEST_HEADER)}: this is no header of a table")
    header = header if end else header + b"\n"
    return header, blank + header.count(b"\n"), rest


@dataclass
class _Rows:
    """What cuts a text into blocks of whole rows.

    rest : what was read before. header, mark : of a table with a header line; "" where a line is a row, as in JSON.
    lines : of the file before what comes next.
    """

    path: Path
    file: BinaryIO
    rest: bytes = b""
    header: bytes = b""
    mark: str = ""
    lines: int = 0

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """(content, the lines before it)."""
        rest, read = b"", self.rest or self.file.read(BLOCK)
        while read:
            rest += read
            end = self._end(rest) if self.mark else rest.rfind(b"\n") + 1
            if end:
                yield rest[:end], self.lines
                self.lines += rest.count(b"\n", 0, end)
                rest = rest[end:]
            elif len(rest) > LONGEST * BLOCK:
                raise self._too_long(rest)
            read = self.file.read(BLOCK)
        if rest.strip(b"\r\n" if self.mark else None):  # of a table, a line of tabs is a row of empty cells
            yield rest, self.lines

    def _end(self, content: bytes) -> int:
        """Behind the last line that ends a row; 0 where none does. DataError for a quote that is left open."""
        mark = self.mark.encode()
        end = _even_end(content) if open_cells(content, mark) else 0
        if end and len(content) - end <= LONGEST_CELL:
            return end
        end, place = last_end(content, mark)
        if place >= 0 and len(content) - place > LONGEST_CELL:
            raise self._left_open(content, end, place)
        return end

    def _left_open(self, content: bytes, end: int, place: int) -> DataError:
        line, names = self.lines + content.count(b"\n", 0, end) + 1, delimited.names_of(self.header, self.mark)
        return left_open(self.path, line, content[end:place], names, self.mark)

    def _too_long(self, content: bytes) -> DataError:
        end, place = last_end(content, self.mark.encode()) if self.mark else (0, -1)
        if place >= 0:
            return self._left_open(content, end, place)
        return DataError(
            f"{self.path}, line {self.lines + 1}: a row of more than {size(len(content))}: its lines end in a way that "
            "is not known, or this is no table; --no-stream reads the file whole, and says more"
        )


def _even_end(content: bytes) -> int:
    """Behind the last line up to which there are as many quotes that open as close; 0 where there is none."""
    end = content.rfind(b"\n") + 1
    odd = content.count(b'"', 0, end) % 2 == 1
    while end and odd:
        before = content.rfind(b"\n", 0, end - 1) + 1
        odd ^= content.count(b'"', before, end) % 2 == 1
        end = before
    return end
