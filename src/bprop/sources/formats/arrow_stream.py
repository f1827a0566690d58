"""Arrow's stream format: a schema, then batches, one after the other, as it goes over pipes. As of Arrow files, all
lengths are checked before polars sees them.

Sources: Arrow's columnar format, "Encapsulated message format", and Message.fbs (Message: 0 version, 1 type of the
header, 2 header, 3 length of the body).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, NamedTuple

from bprop.errors import DataError
from bprop.sources.formats.arrow import (
    BATCHES,
    DICTIONARIES,
    LONGEST_HEAD,
    DamagedError,
    follow,
    part_of,
    place_of,
    unpacked_bytes,
)  # fmt: skip
from bprop.sources.formats.columnar import CELLS, ROWS, columns_of, damage_said, need_polars, typed_pieces
from bprop.sources.formats.format import Format, Piece, Source
from bprop.sources.frame import Frame
from bprop.sources.limits import CELL, need_few_columns, need_room, opened

MARK = b"\xff\xff\xff\xff"
END = MARK + b"\0\0\0\0"
SCHEMA = 1


class ArrowStream(Format):
    """Batches of columns, one after the other."""

    suffixes: ClassVar[tuple[str, ...]] = (".arrows",)
    magic: ClassVar[tuple[bytes, ...]] = (MARK,)
    cost: ClassVar[float] = 4

    def read(self, source: Source) -> Frame:
        path = source.path
        columns, remarks = columns_of(path, self.polars(path, source.content), source.options.known)
        return replace(source.frame(columns), remarks=remarks)

    def polars(self, path: Path, content: bytes) -> Any:
        """The polars DataFrame of a stream, whose lengths are checked before polars sees them."""
        need_polars(path, self.title)
        return self._frame(path, content, size_of(path, content).rows)

    def scan(self, path: Path) -> Iterator[Piece]:
        need_polars(path, self.title)
        yield from typed_pieces(path, self._slices(path), self.options.known)

    def _slices(self, path: Path) -> Iterator[Any]:
        """The rows of a stream as polars DataFrames, some at a time."""
        before = b""
        with opened(path) as file:
            for message in _messages(path, file):
                if message.kind != BATCHES:
                    before += message.content
                    continue
                frame = self._frame(path, before + message.content + END, _rows(message))
                step = max(ROWS[0], min(ROWS[1], CELLS // max(1, frame.width)))
                for start in range(0, frame.height, step):
                    yield frame.slice(start, step)

    def _frame(self, path: Path, content: bytes, rows: int) -> Any:
        import polars as pl

        first = next(_messages(path, io.BytesIO(content)))
        width = _columns(path, first)
        need_few_columns(path, width)
        need_room(path, rows * max(1, width) * CELL)
        with damage_said(path, self.title):
            return pl.read_ipc_stream(io.BytesIO(content))


class Size(NamedTuple):
    """The rows that a stream says it has, and the bytes of its buffers when they are unpacked."""

    rows: int
    unpacked: int


def size_of(path: Path, content: bytes) -> Size:
    """The size of a stream, which is not unpacked for that. Raises DataError where it is damaged."""
    rows = unpacked = 0
    for message in _messages(path, io.BytesIO(content)):
        rows += _rows(message)
        unpacked += message.unpacked
    return Size(rows, unpacked)


class Message(NamedTuple):
    """A message of a stream. kind : of its header. head : the FlatBuffer. content : all of its bytes. unpacked : bytes
    of its buffers, unpacked."""

    kind: int
    head: bytes
    content: bytes
    unpacked: int = 0


def _messages(path: Path, file: BinaryIO) -> Iterator[Message]:
    """The messages of a stream, each one sound. Raises DataError where one is not, or the first is no schema."""
    number = 0
    while True:
        start = file.read(8)
        if not start or start == END:
            if file.read(1):
                raise DataError(f"{path}: bytes follow the end of the Arrow stream: write all rows as one stream")
            break
        try:
            message = _message(path, file, start)
            if message.kind != SCHEMA:
                part = part_of(message.content[: 8 + len(message.head)], 0, _length(message.head), message.kind)
                body = io.BytesIO(message.content[8 + len(message.head) :])
                message = message._replace(unpacked=unpacked_bytes(body, part))
                need_room(path, message.unpacked, "unpacking it")
            elif number:
                raise DamagedError("it has two schemas")
        except (ValueError, IndexError, struct.error, OverflowError) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(f"{path}: not an Arrow stream, or a damaged one ({error})") from None
        if not number and message.kind != SCHEMA:
            raise DataError(f"{path}: not an Arrow stream, or a damaged one (it does not begin with a schema)")
        number += 1
        yield message
    if not number:
        raise DataError(f"{path}: not an Arrow stream, or a damaged one (it is empty)")


def _message(path: Path, file: BinaryIO, start: bytes) -> Message:
    if len(start) < 8 or start[:4] != MARK:
        raise DamagedError("a message has no mark")
    size = struct.unpack("<i", start[4:])[0]
    if not 0 < size <= LONGEST_HEAD:
        raise DamagedError("a message has a head of an impossible length")
    head = file.read(size)
    kind = head[place_of(head, struct.unpack_from("<I", head, 0)[0], 1)]
    if kind not in (SCHEMA, DICTIONARIES, BATCHES):
        raise DamagedError(f"a message is of the unknown kind {kind}")
    length = _length(head)
    if length < 0:
        raise DamagedError("a message has a body of a length below 0")
    need_room(path, length)
    body = file.read(length)
    if len(head) < size or len(body) < length:
        raise DamagedError("it ends within a message")
    return Message(kind, head, start + head + body)


def _length(head: bytes) -> int:
    try:
        return struct.unpack_from("<q", head, place_of(head, struct.unpack_from("<I", head, 0)[0], 3))[0]
    except ValueError:  # the field is absent: 0
        return 0


def _rows(message: Message) -> int:
    if message.kind != BATCHES:
        return 0
    try:
        batch = follow(message.head, struct.unpack_from("<I", message.head, 0)[0], 2)
        return max(0, struct.unpack_from("<q", message.head, place_of(message.head, batch, 0))[0])
    except (ValueError, IndexError, struct.error):  # the field is absent, or damaged
        return 0


def _columns(path: Path, message: Message) -> int:
    try:
        table = struct.unpack_from("<I", message.head, 0)[0]
        for field in (2, 1):
            table = follow(message.head, table, field)
        return struct.unpack_from("<I", message.head, table)[0]
    except (ValueError, IndexError, struct.error):
        raise DataError(f"{path}: not an Arrow stream, or a damaged one (its schema has no fields)") from None
