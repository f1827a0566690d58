"""What the machine can do: products a second, and bytes a second from each level of memory."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from benchmarks.cases import Case

LEVELS = {"L2": 256 * 1024, "L3": 2 * 1024 * 1024, "DRAM": 256 * 1024 * 1024}
"""Bytes of an array that lies in each level on the machines at hand."""


def best(function, seconds: float = 0.3) -> float:
    """The shortest of repeated calls, in seconds."""
    function()
    found, stop = [], perf_counter() + seconds
    while perf_counter() < stop or len(found) < 3:
        start = perf_counter()
        function()
        found.append(perf_counter() - start)
    return min(found)


def sgemm() -> float:
    """GFLOP/s of a large float32 product."""
    a = np.ones((2048, 2048), np.float32)
    out = np.empty_like(a)
    return 2 * 2048**3 / best(lambda: np.matmul(a, a, out=out)) / 1e9


def bandwidths() -> dict[str, float]:
    """GB/s of an update in place (a read and a write), by level, with XLA's threads if JAX is there."""
    found = {}
    for level, size in LEVELS.items():
        a = np.ones(size // 4, np.float32)
        repeats = max(1, 2**22 // size)

        def update(a=a, repeats=repeats):
            for _ in range(repeats):
                np.multiply(a, np.float32(0.999), out=a)

        found[level] = 2 * size * repeats / best(update) / 1e9
    return found


def floor(case: Case, peak: float, speeds: dict[str, float]) -> float:
    """The roofline of a step in microseconds: products at the peak, or weights read twice and written once."""
    level = next((name for name, size in LEVELS.items() if case.weight_bytes <= 4 * size), "DRAM")
    return max(case.flops / peak / 1e3, 3 * case.weight_bytes / speeds[level] / 1e3)
