"""How large a Parquet or Arrow file says that it is. Too many columns would end the process of who reads them.

Sources: the Thrift compact protocol and parquet.thrift (FileMetaData: 1 version, 2 schema); the internals of
FlatBuffers and Arrow's File.fbs (Footer: 1 schema, 3 record batches), Schema.fbs (Schema: 1 fields) and Message.fbs
(Message: 2 header; RecordBatch: 0 length).
"""

from __future__ import annotations

import os
import struct
from typing import BinaryIO

I32, LIST, STRUCT = 5, 9, 12  # types of the compact protocol
FIRST = 64  # bytes of a Parquet footer that are looked at
FIRST_OF_BATCH = 65_536  # and of the head of a part of an Arrow file
BLOCK = 24  # bytes in which the footer of an Arrow file says where a part is


def declared_columns(file: BinaryIO, suffix: str) -> int:
    """Columns, and groups of columns, of the file; 0 where it does not say it in a way that is known here."""
    try:
        if suffix in (".parquet", ".pq"):
            return _of_parquet(footer_of(file, b"PAR1", FIRST))
        return _of_arrow(footer_of(file, b"ARROW1", None))
    except (ValueError, IndexError, struct.error):
        return 0


def declared_rows(file: BinaryIO) -> int:
    """Rows of all parts of an Arrow file; 0 where it does not say it in a way that is known here."""
    try:
        footer = footer_of(file, b"ARROW1", None)
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


def footer_of(file: BinaryIO, mark: bytes, most: int | None) -> bytes:
    """The footer (or its first bytes): its length and the mark are at the end of the file."""
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


def _of_parquet(footer: bytes) -> int:
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


def _of_arrow(footer: bytes) -> int:
    """The length of the vector of fields of the schema of the footer."""
    table = struct.unpack_from("<I", footer, 0)[0]
    for field in (1, 1):
        table = follow(footer, table, field)
    return struct.unpack_from("<I", footer, table)[0]


def follow(content: bytes, table: int, field: int) -> int:
    """The place of what a field of a table refers to."""
    place = place_of(content, table, field)
    return place + struct.unpack_from("<I", content, place)[0]


def place_of(content: bytes, table: int, field: int) -> int:
    """The place of a field of a table."""
    directory = table - struct.unpack_from("<i", content, table)[0]
    if directory < 0:
        raise ValueError("this is no table")
    offset = struct.unpack_from("<H", content, directory + 4 + 2 * field)[0]
    if not offset:
        raise ValueError("the field is absent")
    return table + offset
