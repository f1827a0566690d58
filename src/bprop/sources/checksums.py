"""Checksums by which data is known again: of the bytes of files, and of the cells of rows that come from no file."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.errors import DataError
from bprop.sources import builtin
from bprop.sources.cells import texts
from bprop.sources.content import content_checksum, new_digest
from bprop.sources.frame import Frame
from bprop.sources.limits import CHUNK, opened
from bprop.sources.opening import STANDARD_INPUT, paths_of


def checksum_of(source: str, rows: Frame | None = None) -> str | None:
    """The checksum of a source as `open_rows` takes it: of the content of its files (unpacked, where they are gzipped),
    in their order; of built-in data, of the cells of its rows. None for standard input, which is read only once: see
    `Frame.checksum`. Raises DataError for files that cannot be read.
    """
    if rows is not None and rows.checksum is not None:
        return rows.checksum
    if source == STANDARD_INPUT:
        return None
    if source in builtin.NAMES:
        return cells_checksum(builtin.read(source) if rows is None else rows)
    try:
        return together(_file_checksum(path) for path in paths_of(source))
    except OSError as error:
        raise DataError(f"cannot read {error.filename or source}: {error.strerror or error}") from error


def cells_checksum(rows: Frame) -> str:
    """Of the names and the cells of all columns."""
    digest = new_digest()
    for name, column in rows.columns.items():
        cells = column.cells
        plain = cells.dtype.kind in "fiubM"
        digest.update(repr((name, column.names, cells.shape, cells.dtype.str if plain else "text")).encode())
        if plain:
            digest.update(np.ascontiguousarray(cells).tobytes())
        else:
            words = ("\x00" if cell is None else str(cell) for cell in texts(cells))
            digest.update("\x1f".join(words).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def rows_checksum(numbers: np.ndarray) -> str:
    """Of the numbers of rows."""
    return content_checksum(np.ascontiguousarray(numbers, "<i8").tobytes())


def together(checksums: Any) -> str:
    """Of several files; of one file, its own."""
    every = list(checksums)
    return every[0] if len(every) == 1 else content_checksum("\n".join(every).encode())


def _file_checksum(path: Any) -> str:
    digest = new_digest()
    with opened(path) as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()
