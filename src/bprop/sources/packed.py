"""Files that may be gzipped."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from bprop.errors import DataError


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The content of a file, unpacked if it is called .gz. Raises DataError where it is damaged."""
    with gzip.open(path) if path.suffix.lower() == ".gz" else open(path, "rb") as file:
        try:
            yield cast(BinaryIO, file)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(f"{path}: not a gzip file, or a truncated one ({error})") from error


def content_of(path: Path) -> bytes:
    """All of it."""
    with opened(path) as file:
        return file.read()
