"""The sizes of a core's own caches, as the system gives them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

SYSTEM = Path("/sys/devices/system/cpu/cpu0/cache")
"""Where Linux describes the caches of the first core."""
UNITS = {"K": 2**10, "M": 2**20}


@dataclass(frozen=True)
class Caches:
    """Bytes of data that the first and the second cache of one core hold."""

    first: int = 32 * 2**10
    second: int = 512 * 2**10


@cache
def caches() -> Caches:
    """Those of this machine. Small ones are assumed where the system does not tell."""
    return described(SYSTEM)


def described(folder: Path) -> Caches:
    """The caches that a folder of Linux describes. A cache that several cores share counts in parts."""
    sizes = {"1": Caches.first, "2": Caches.second}
    for index in sorted(folder.glob("index*")):
        try:
            kind, level, size, sharing = (
                (index / name).read_text(encoding="utf-8").strip()
                for name in ("type", "level", "size", "shared_cpu_list")
            )
            if kind != "Instruction" and level in sizes:
                sizes[level] = _bytes(size) // _count(sharing)
        except (OSError, ValueError):
            continue
    return Caches(max(sizes["1"], 8 * 2**10), max(sizes["2"], 64 * 2**10))


def _bytes(size: str) -> int:
    """Of "48K", "2M" or "512"."""
    return int(size[:-1]) * UNITS[size[-1]] if size[-1:] in UNITS else int(size)


def _count(spans: str) -> int:
    """How many cores "0-1,4" are."""
    ends = [span.partition("-") for span in spans.split(",")]
    return sum(int(last or first) - int(first) + 1 for first, _, last in ends)
