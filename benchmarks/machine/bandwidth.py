"""Bytes per second that all processors together move from and to each level of memory."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.machine.caches import Level, levels, processors
from benchmarks.machine.passes import BLOCK, Pass, fastest

BYTES = 2**27
"""Bytes that each thread reads in one timing, in as many passes as that takes."""


def measure(seconds: float = 0.3) -> dict[str, Any]:
    """{"passes": by what, "sizes_known", "levels": {name: {"capacity", "array", "read", "update" in bytes/s}}}."""
    passes, (found, known) = fastest(), levels()
    threads = len(processors())
    measured = {}
    with ThreadPoolExecutor(threads) as pool:
        for level in found:
            arrays = list(pool.map(_array, [level] * threads))
            size = sum(a.nbytes for a in arrays)
            measured[level.name] = {
                "capacity": level.capacity, "array": size,
                "read": size * _rate(pool, passes.read, arrays, seconds),
                "update": 2 * size * _rate(pool, passes.update, arrays, seconds),
            }  # fmt: skip
    return {"passes": passes.name, "threads": threads, "sizes_known": known, "levels": measured}


def _array(level: Level) -> np.ndarray:
    """Ones that fill a thread's share of the level, from the start of a cache line."""
    size = max(BLOCK, level.share // 4 // BLOCK * BLOCK)
    room = np.ones(size + 16, np.float32)
    first = -room.ctypes.data % 64 // 4
    return room[first : first + size]


def _rate(pool: ThreadPoolExecutor, do: Pass, arrays: list[np.ndarray], seconds: float) -> float:
    """Passes per second of the best of several timings in which every thread works on its own array at once."""
    count = max(1, BYTES // arrays[0].nbytes)
    barrier = Barrier(len(arrays))

    def timed(a: np.ndarray) -> tuple[float, float]:
        barrier.wait()
        start = perf_counter()
        do(a, count)
        return start, perf_counter()

    def whole() -> float:
        times = list(pool.map(timed, arrays))
        return max(end for _, end in times) - min(start for start, _ in times)

    return count / best(whole, seconds)


def best(timing: Callable[[], float], seconds: float) -> float:
    """The least of repeated timings over so many seconds, at least three, after one that warms up."""
    timing()
    found, stop = [], perf_counter() + seconds
    while perf_counter() < stop or len(found) < 3:
        found.append(timing())
    return min(found)
