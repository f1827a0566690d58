"""Limits of the files that are read, also packed ones. Too large a file is refused before it fills the memory."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bprop import memory
from bprop.errors import DataError
from bprop.names import some as some
from bprop.sources.packing import bytes_of, opened, packed
from bprop.sources.progress import report

MOST_COLUMNS = 100_000
MOST_CLASSES = 10_000
LONGEST_HEADER = 8 * 2**20  # bytes
LONGEST_CELL = 131_072  # letters within quotes: as Python's csv reads them
LONGEST_ROW = 128 * 2**20  # bytes
TEXT = 12  # bytes in memory for a byte of CSV or JSON: cells are Python's, then numbers, then arrays for training
CELL = 32  # bytes for a cell of a file of columns: read, as a number, in an array, and in the part it is for
ARRAY = 8  # bytes for a byte of an array of a file: as it is read, as numbers, and in the part it is for
CHUNK = 2**20


def room() -> int:
    """Bytes that data may take: the free memory, or BPROP_DATA_MEMORY if that is more."""
    return max(memory.free(), memory.configured() or 0)


def need_room(who: object, needed: float, what: str = "it") -> None:
    """Raise DataError where `what` would take more bytes than there is room for."""
    most = room()
    if needed > most:
        raise DataError(f"{who}: {what} takes about {size(needed)} of memory, and {size(most)} are free: {advice(who)}")


def read_all(file: BinaryIO, who: object, cost: float = TEXT, first: bytes = b"", whole: int | None = None) -> bytes:
    """The content of a file, counted while it is read (and unpacked).

    cost : bytes that a byte of it takes in memory. first : content that was read before. whole : bytes of all
    of it, where that is known.

    Raises DataError if the content takes more memory than there is.
    """
    most, content, part = int(room() / cost), io.BytesIO(), first or file.read(CHUNK)
    while part:
        if content.tell() + len(part) > most:
            raise DataError(
                f"{who}: holds more than {size(most)}; each byte takes {cost:g} bytes of memory, more than is free: "
                f"{advice(who)}"
            )
        content.write(part)
        report("reading", who, None if whole is None else content.tell() / max(1, whole), content.tell())
        part = file.read(CHUNK)
    return content.getvalue()


def content_of(path: Path, cost: float = TEXT) -> bytes:
    """All of it. Raises DataError where it takes more memory than there is, `cost` bytes for a byte of it."""
    with opened(path) as file:
        return read_all(file, path, cost, whole=None if packed(path) else bytes_of(path))


def size_of(path: Path, most: float) -> int:
    """Bytes of the content, counted up to `most` or a little more, and up to where it is damaged."""
    size = 0
    with suppress(DataError), opened(path) as file:
        while size <= most and (part := file.read(CHUNK)):
            size += len(part)
    return size


def advice(who: object) -> str:
    """The remedies for a table that is too large."""
    stream = "save it to a file and train with --stream" if str(who) == "stdin" else "train with --stream"
    return (
        f"{stream}, which keeps a table in temporary files; cut it into several files; or allow more memory "
        "with BPROP_DATA_MEMORY=16G"
    )


def need_few_columns(who: object, columns: int) -> None:
    """Raise DataError where a table has too many columns."""
    if columns > MOST_COLUMNS:
        raise DataError(
            f"{who}: {columns:,} columns, and a table has at most {MOST_COLUMNS:,}: keep fewer of them, swap rows and "
            "columns if these are examples, or give numbers as arrays (.npz)"
        )


def need_few_classes(who: object, target: str, classes: int, most: int = MOST_CLASSES) -> None:
    """Raise DataError where there are too many classes."""
    if classes > most:
        raise DataError(
            f"{who}, column {target!r}: more than {most:,} different targets, too many for classes; numbers are "
            "predicted with --task regression"
        )


def size(count: float) -> str:
    """Bytes as people read them: 1.5 GB."""
    for unit, name in ((2**30, "GB"), (2**20, "MB")):
        if count >= unit:
            return f"{count / unit:,.1f} {name}"
    return f"{count / 2**10:,.1f} kB"
