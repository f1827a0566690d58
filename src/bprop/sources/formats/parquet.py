"""Parquet files. Too many columns would crash the process that reads one, so their number is checked first.

Sources: the Thrift compact protocol and parquet.thrift (FileMetaData: 1 version, 2 schema).
"""

from __future__ import annotations

import io
import json
import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from bprop.sources.formats.columnar import Columnar, footer_of, need_polars
from bprop.sources.formats.output import Output, frame_of

I32, LIST, STRUCT = 5, 9, 12  # types of the compact protocol
_INDEX = re.compile(rb'"index_columns": ?(\[(?:"(?:[^"\\]|\\.)*"(?:, ?)?)+\])')
"""The names of an index in what pandas writes into a file."""
FIRST = 64  # bytes of a footer that are read


class Parquet(Columnar):
    """Columns in compressed pages."""

    suffixes: ClassVar[tuple[str, ...]] = (".parquet", ".pq")
    magic: ClassVar[tuple[bytes, ...]] = (b"PAR1",)

    def columns_in(self, file: BinaryIO) -> int:
        try:
            return _columns(footer_of(file, b"PAR1", FIRST))
        except (ValueError, IndexError, struct.error):
            return 0

    def write(self, path: Path, columns: Sequence[Output]) -> bytes:
        need_polars(path, self.called(path), "writing")
        file = io.BytesIO()
        frame_of(columns).write_parquet(file)
        return file.getvalue()

    def lazy(self, file: Any) -> Any:
        import polars as pl

        if not isinstance(file, Path):  # content, of which the rows are counted
            return pl.scan_parquet(file)
        with open(file, "rb") as content:
            index = index_of(content)
        return _index_first(pl.scan_parquet(file), index)

    def eager(self, file: BinaryIO) -> Any:
        import polars as pl

        index = index_of(file)
        file.seek(0)
        return _index_first(pl.read_parquet(file), index)


def index_of(file: BinaryIO) -> list[str]:
    """The columns that were the index of a DataFrame of pandas, which writes them last; []: the file names none."""
    try:
        match = _INDEX.search(footer_of(file, b"PAR1", None))
        return [] if match is None else list(map(str, json.loads(match[1])))
    except (ValueError, struct.error):  # damaged: polars says how
        return []


def _index_first(frame: Any, index: Sequence[str]) -> Any:
    """A frame with its index before the other columns, as pandas shows it: the last column is the target."""
    names = frame.collect_schema().names() if index else []
    first = [name for name in index if name in names]
    return frame.select([*first, *(name for name in names if name not in first)]) if first else frame


def _columns(footer: bytes) -> int:
    """One less than the elements of the schema, the first of which is the table itself."""
    if footer[0] != 1 << 4 | I32:
        return 0
    _, place = _varint(footer, 1)
    if footer[place] != 1 << 4 | LIST or footer[place + 1] & 15 != STRUCT:
        return 0
    count = footer[place + 1] >> 4
    return (count if count < 15 else _varint(footer, place + 2)[0]) - 1


def _varint(content: bytes, place: int) -> tuple[int, int]:
    """(a number of 7 bits a byte, the place behind it)."""
    value = shift = 0
    while True:
        byte = content[place]
        value, shift, place = value | (byte & 127) << shift, shift + 7, place + 1
        if byte < 128:
            return value, place
