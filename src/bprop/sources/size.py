"""How much memory a table would take."""

from __future__ import annotations

from pathlib import Path

from bprop.errors import BpropError
from bprop.sources import columnar
from bprop.sources.limits import CELL, TEXT
from bprop.sources.packed import size_of
from bprop.sources.tables import paths_of, suffix_of


def bytes_in_memory(source: str, most: float = float("inf")) -> int:
    """About how many bytes reading and encoding all of a table takes. 0 where it cannot be read: reading says why.

    What is gzipped is unpacked to be counted: up to `most`, where more does not matter.
    """
    try:
        return sum(_bytes(path, most) for path in paths_of(source))
    except (OSError, BpropError):
        return 0


def _bytes(path: Path, most: float) -> int:
    suffix = suffix_of(path.name)
    packed = path.suffix.lower() == ".gz"
    if suffix not in columnar.READERS or columnar.READERS[suffix] == "read_ndjson":
        return TEXT * (size_of(path, most / TEXT) if packed else path.stat().st_size)
    if packed:
        return 0  # it can only be read whole
    height, width = columnar.shape(path, suffix)
    return height * width * CELL
