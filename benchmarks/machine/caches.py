"""The levels of memory and their sizes, read from the system where it tells them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

SYSTEM = Path("/sys/devices/system/cpu")
ASSUMED = (("L1", 32 * 2**10, 1), ("L2", 2**20, 1), ("L3", 32 * 2**20, None))
"""(level, bytes, processors that share it; None: all of them), where the system does not tell."""
LEAST_DRAM, MOST_DRAM = 2**28, 2**30


@dataclass(frozen=True)
class Level:
    """capacity : bytes of all caches of this level together; None for DRAM.
    share : bytes of an array, one for each processor, that lies in this level and in none above."""

    name: str
    capacity: int | None
    share: int


def processors() -> list[int]:
    """Those that this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)
    return sorted(affinity(0)) if affinity else list(range(os.cpu_count() or 1))


def levels() -> tuple[list[Level], bool]:
    """(L1, ..., DRAM; whether the sizes were read from the system)."""
    usable = processors()
    instances = _read(usable)
    known = bool(instances)
    if not known:
        sizes = ((name, size, shared or len(usable)) for name, size, shared in ASSUMED)
        instances = {name: [(size, shared)] * -(-len(usable) // shared) for name, size, shared in sizes}
    found = []
    for name, caches in sorted(instances.items()):
        share = min(size // max(1, sharing) for size, sharing in caches)
        found.append(Level(name, sum(size for size, _ in caches), share // 2))
    dram = min(max(4 * (found[-1].capacity or 0), LEAST_DRAM), MOST_DRAM)
    return [*found, Level("DRAM", None, dram // len(usable))], known


def _read(usable: list[int]) -> dict[str, list[tuple[int, int]]]:
    """{level: [(bytes, usable processors that share it), one for each cache]}, empty where nothing is known."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for processor in usable:
        for index in sorted((SYSTEM / f"cpu{processor}" / "cache").glob("index*")):
            try:
                kind, level, size, shared = (
                    (index / name).read_text(encoding="utf-8").strip()
                    for name in ("type", "level", "size", "shared_cpu_list")
                )
                if kind != "Instruction":
                    found[f"L{level}", shared] = _bytes(size), len(_numbers(shared) & set(usable))
            except (OSError, ValueError):
                continue
    instances: dict[str, list[tuple[int, int]]] = {}
    for (level, _), cache in found.items():
        instances.setdefault(level, []).append(cache)
    return instances


def _bytes(size: str) -> int:
    """Of "32K", "1M" or "512"."""
    units = {"K": 2**10, "M": 2**20, "G": 2**30}
    return int(size[:-1]) * units[size[-1]] if size[-1] in units else int(size)


def _numbers(spans: str) -> set[int]:
    """Of "0-3,8"."""
    ends = (span.partition("-") for span in spans.split(","))
    return {n for first, _, last in ends for n in range(int(first), int(last or first) + 1)}
