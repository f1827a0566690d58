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
from bprop.sources.packed import opened
from bprop.sources.tables import SEPARATED, suffix_of

BLOCK = 8 * 2**20  # bytes of text in a piece
LONGEST = 16  # blocks without the end of a row: no table
CELLS = 2**20  # of a piece, in files of columns
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
        for content in _blocks(path, file, b"", quotes=False):
            with columnar.damage_said(path, ".jsonl"):
                piece = pl.read_ndjson(io.BytesIO(content), infer_schema_length=None)
            yield Piece(path, piece)


def _separated(path: Path, delimiter: str | None) -> Iterator[tuple[Piece, Any]]:
    """(a piece, what gives the lines on which its rows end) of a file of text with a header line."""
    with opened(path) as file:
        header, before = _header(path, file)
        mark = delimiter or delimited.delimiter_of(header)
        for content in _blocks(path, file, b"", quotes=True):
            read = partial(_padded_lines, path, header, content, before, mark)
            before += content.count(b"\n")
            if not content.strip(b"\r\n"):
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


def _header(path: Path, file: BinaryIO) -> tuple[bytes, int]:
    """(the header, its lines and the blank ones before it)."""
    header, blank = b"", 0
    while True:
        line = file.readline(BLOCK)
        if not line:
            raise DataError(f"{path}: needs a header line and at least one row")
        if not header and not line.strip(b"\r\n \xef\xbb\xbf"):
            blank += 1
            continue
        header += line
        if b"\r" in header.replace(b"\r\n", b""):
            raise DataError(f"{path}: its lines end in \\r alone; --no-stream reads such a file, whole")
        if header.count(b'"') % 2 == 0:
            return (header if header.endswith(b"\n") else header + b"\n"), blank + header.count(b"\n")


def _blocks(path: Path, file: BinaryIO, rest: bytes, quotes: bool) -> Iterator[bytes]:
    """The content in blocks of whole rows: they end with a line that leaves no quote open."""
    while True:
        read = file.read(BLOCK)
        rest += read
        if not read:
            if rest.strip(b"\r\n" if quotes else None):  # of a table, a line of tabs is a row of empty cells
                yield rest
            return
        end = _last_end(rest, quotes)
        if end:
            yield rest[:end]
            rest = rest[end:]
        elif len(rest) > LONGEST * BLOCK:
            raise DataError(
                f"{path}: a row of more than {len(rest) // 2**20} million characters: a quote is left open, or its "
                "lines end in a way that is not known; --no-stream reads the file whole, and says more"
            )


def _last_end(content: bytes, quotes: bool) -> int:
    """Behind the last line that ends a row; 0 where none does."""
    end = content.rfind(b"\n") + 1
    open_ = quotes and content.count(b'"', 0, end) % 2 == 1
    while end and open_:
        before = content.rfind(b"\n", 0, end - 1) + 1
        open_ ^= content.count(b'"', before, end) % 2 == 1
        end = before
    return end
