"""Whether the parts of an Arrow file are as long as it says. Damaged lengths would end the process of who reads them.

Source: Arrow's File.fbs (Footer: 2 dictionaries, 3 record batches; Block: offset, length of the head, length of the
body) and Message.fbs (RecordBatch: 2 buffers, 3 compression; DictionaryBatch: 1 data; Buffer: offset, length). A
compressed buffer begins with its length in 8 bytes, -1 if it is stored as it is.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from bprop.sources.heads import BLOCK, follow, footer_of, place_of

LONGEST_HEAD = 2**26  # bytes of the head of a part that are read: one of 100,000 columns takes 5 MB
DICTIONARIES, BATCHES = 2, 3


class Part(NamedTuple):
    """A part of the file: its buffers as (offset in the body, length), where the body is, whether it is compressed."""

    buffers: list[tuple[int, int]]
    body: int
    length: int
    compressed: bool


class DamagedError(ValueError):
    """A part reaches beyond the file, or a buffer beyond its part."""


def unpacked_size(file: BinaryIO) -> int:
    """Bytes of all buffers of the file when they are unpacked; 0 where it does not say it in a way that is known here.

    Raises DamagedError where a part is longer than the file, or a buffer longer than its part.
    """
    try:
        return sum(_unpacked(file, part) for part in _parts(file))
    except DamagedError:
        raise
    except (ValueError, IndexError, struct.error, OverflowError):
        return 0


def _parts(file: BinaryIO) -> Iterator[Part]:
    footer, size = footer_of(file, b"ARROW1", None), file.seek(0, os.SEEK_END)
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
            yield _part(file.read(min(head, LONGEST_HEAD)), start + head, length, kind)


def _part(head: bytes, body: int, length: int, kind: int) -> Part:
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


def _unpacked(file: BinaryIO, part: Part) -> int:
    if not part.compressed:
        return sum(length for _, length in part.buffers)
    total = 0
    for offset, length in part.buffers:
        if length >= 8:
            file.seek(part.body + offset)
            said = struct.unpack("<q", file.read(8))[0]
            if said < -1:
                raise DamagedError("a buffer of it says a length below 0")
            total += length if said == -1 else said
    return total
