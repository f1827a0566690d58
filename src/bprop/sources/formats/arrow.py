"""Arrow (Feather) files. Damaged lengths, and too many columns, would crash the process that reads them. So the lengths
and the number of columns are checked first.

Sources: the internals of FlatBuffers and Arrow's File.fbs (Footer: 1 schema, 2 dictionaries, 3 record batches; Block:
offset, length of the head, length of the body), Schema.fbs (Schema: 1 fields) and Message.fbs (Message: 2 header;
RecordBatch: 0 length, 2 buffers, 3 compression; DictionaryBatch: 1 data; Buffer: offset, length). A compressed buffer
begins with its length in 8 bytes, -1 if it is stored as it is.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, NamedTuple

from bprop.errors import DataError
from bprop.sources.formats.columnar import Columnar, footer_of, need_polars
from bprop.sources.formats.output import Output, frame_of
from bprop.sources.limits import need_room

MAGIC = b"ARROW1"
FIRST_OF_BATCH = 65_536  # bytes of the head of a part that are read for its rows
BLOCK = 24  # bytes in which the footer says where a part is
LONGEST_HEAD = 2**26  # bytes of the head of a part that are read: one of 100,000 columns takes 5 MB
DICTIONARIES, BATCHES = 2, 3


class Arrow(Columnar):
    """Columns as they are in memory, in parts."""

    suffixes: ClassVar[tuple[str, ...]] = (".arrow", ".feather", ".ipc")
    magic: ClassVar[tuple[bytes, ...]] = (MAGIC,)

    def columns_in(self, file: BinaryIO) -> int:
        try:
            return _columns(footer_of(file, MAGIC, None))
        except (ValueError, IndexError, struct.error):
            return 0

    def rows_in(self, path: Path, content: bytes) -> int:
        return declared_rows(io.BytesIO(content))

    def need_whole(self, path: Path, file: BinaryIO) -> None:
        try:
            size = unpacked_size(file)
        except DamagedError as error:
            raise DataError(f"{path}: not a {self.called(path)} file, or a damaged one ({error})") from None
        need_room(path, size, "unpacking it")

    def write(self, path: Path, columns: Sequence[Output]) -> bytes:
        need_polars(path, self.called(path), "writing")
        file = io.BytesIO()
        frame_of(columns).write_ipc(file)
        return file.getvalue()

    def lazy(self, file: Any) -> Any:
        import polars as pl

        return pl.scan_ipc(file)

    def eager(self, file: BinaryIO) -> Any:
        import polars as pl

        return pl.read_ipc(file)


class Part(NamedTuple):
    """A part of the file: its buffers as (offset in the body, length), where the body is, whether it is compressed."""

    buffers: list[tuple[int, int]]
    body: int
    length: int
    compressed: bool


class DamagedError(ValueError):
    """A part reaches beyond the file, or a buffer beyond its part."""


def unpacked_size(file: BinaryIO) -> int:
    """Bytes of all buffers of the file when they are unpacked; 0 if the file does not give them in a known way.

    Raises DamagedError where a part is longer than the file, or a buffer longer than its part.
    """
    try:
        return sum(unpacked_bytes(file, part) for part in _parts(file))
    except DamagedError:
        raise
    except (ValueError, IndexError, struct.error, OverflowError):
        return 0


def _parts(file: BinaryIO) -> Iterator[Part]:
    footer, size = footer_of(file, MAGIC, None), file.seek(0, os.SEEK_END)
    table = struct.unpack_from("<I", footer, 0)[0]
    for kind in (DICTIONARIES, BATCHES):
        try:
            blocks = follow(footer, table, kind)
        except ValueError:  # the field is absent
            continue
        count = struct.unpack_from("<I", footer, blocks)[0]
        for place in range(blocks + 4, blocks + 4 + BLOCK * count, BLOCK):
            start, head, length = struct.unpack_from("<qi4xq", footer, place)
            if start < 0 or head < 0 or length < 0 or start + head + length > size:
                raise DamagedError("a part of it reaches beyond its end")
            file.seek(start)
            yield part_of(file.read(min(head, LONGEST_HEAD)), start + head, length, kind)


def part_of(head: bytes, body: int, length: int, kind: int) -> Part:
    message = head[8 if head[:4] == b"\xff" * 4 else 4 :]
    batch = follow(message, struct.unpack_from("<I", message, 0)[0], 2)
    if kind == DICTIONARIES:
        batch = follow(message, batch, 1)
    vector = follow(message, batch, 2)
    count = struct.unpack_from("<I", message, vector)[0]
    buffers = [struct.unpack_from("<qq", message, vector + 4 + 16 * i) for i in range(count)]
    if any(offset < 0 or size < 0 or offset + size > length for offset, size in buffers):
        raise DamagedError("a buffer of it is longer than its part")
    try:
        place_of(message, batch, 3)
    except ValueError:
        return Part(buffers, body, length, False)
    return Part(buffers, body, length, True)


def unpacked_bytes(file: BinaryIO, part: Part) -> int:
    if not part.compressed:
        return sum(length for _, length in part.buffers)
    total = 0
    for offset, length in part.buffers:
        if length >= 8:
            file.seek(part.body + offset)
            length_unpacked = struct.unpack("<q", file.read(8))[0]
            if length_unpacked < -1:
                raise DamagedError("it gives a buffer a length below 0")
            total += length if length_unpacked == -1 else length_unpacked
    return total


def declared_rows(file: BinaryIO) -> int:
    """Rows of all parts of an Arrow file; 0 if the file does not give them in a known way."""
    try:
        footer = footer_of(file, MAGIC, None)
        blocks = follow(footer, struct.unpack_from("<I", footer, 0)[0], 3)
        count, rows = struct.unpack_from("<I", footer, blocks)[0], 0
        for place in range(blocks + 4, min(len(footer), blocks + 4 + BLOCK * count), BLOCK):
            start, size = struct.unpack_from("<qi", footer, place)
            file.seek(start)
            rows += _rows_of(file.read(max(0, min(size, FIRST_OF_BATCH))))
        return rows
    except (ValueError, IndexError, struct.error, OverflowError, OSError):
        return 0


def _rows_of(head: bytes) -> int:
    """The rows of a part of an Arrow file. Before its message there is its length, and perhaps a mark before that."""
    message = head[8 if head[:4] == b"\xff" * 4 else 4 :]
    batch = follow(message, struct.unpack_from("<I", message, 0)[0], 2)
    return max(0, struct.unpack_from("<q", message, place_of(message, batch, 0))[0])


def _columns(footer: bytes) -> int:
    """The length of the vector of fields of the schema of the footer."""
    table = struct.unpack_from("<I", footer, 0)[0]
    for field in (1, 1):
        table = follow(footer, table, field)
    return struct.unpack_from("<I", footer, table)[0]


def follow(content: bytes, table: int, field: int) -> int:
    """The place to which a field of a table refers."""
    place = place_of(content, table, field)
    return place + struct.unpack_from("<I", content, place)[0]


def place_of(content: bytes, table: int, field: int) -> int:
    """The place of a field of a table."""
    directory = table - struct.unpack_from("<i", content, table)[0]
    if directory < 0:
        raise ValueError("this is no table")
    entry = 4 + 2 * field
    size = struct.unpack_from("<H", content, directory)[0]
    offset = struct.unpack_from("<H", content, directory + entry)[0] if entry < size else 0
    if not offset:
        raise ValueError("the field is absent")
    return table + offset
