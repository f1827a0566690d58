"""Files that may be gzipped."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from bprop.errors import DataError
from bprop.sources.limits import CHUNK, TEXT, read_all


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The content of a file, unpacked if it is called .gz. Raises DataError where it is damaged."""
    with gzip.open(path) if path.suffix.lower() == ".gz" else open(path, "rb") as file:
        try:
            yield cast(BinaryIO, file)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(f"{path}: not a gzip file, or a truncated one ({error})") from error


def content_of(path: Path, cost: float = TEXT) -> bytes:
    """All of it. Raises DataError where it takes more memory than there is, `cost` bytes for a byte of it."""
    with opened(path) as file:
        return read_all(file, path, cost)


def size_of(path: Path, most: float) -> int:
    """Bytes of the content, counted up to `most` or a little more, and up to where it is damaged."""
    size = 0
    with suppress(DataError), opened(path) as file:
        while size <= most and (part := file.read(CHUNK)):
            size += len(part)
    return size
