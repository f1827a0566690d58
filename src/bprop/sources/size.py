"""How much memory a table would take."""

from __future__ import annotations

from pathlib import Path

from bprop.errors import BpropError
from bprop.sources import columnar
from bprop.sources.tables import paths_of, suffix_of

TEXT = 12  # bytes in memory for a byte of CSV or JSON: cells are Python's, then numbers, then arrays for training
UNPACKED = 4  # bytes of text for one that is gzipped
CELL = 32  # bytes for a cell of a file of columns: read, as a number, in an array, and in the part it is for


def bytes_in_memory(source: str) -> int:
    """About how many bytes reading and encoding all of a table takes. 0 where it cannot be read: reading says why."""
    try:
        return sum(map(_bytes, paths_of(source)))
    except (OSError, BpropError):
        return 0


def _bytes(path: Path) -> int:
    suffix = suffix_of(path.name)
    packed = path.suffix.lower() == ".gz"
    if suffix not in columnar.READERS or columnar.READERS[suffix] == "read_ndjson":
        return path.stat().st_size * TEXT * (UNPACKED if packed else 1)
    if packed:
        return 0  # it can only be read whole
    height, width = columnar.shape(path, suffix)
    return height * width * CELL
