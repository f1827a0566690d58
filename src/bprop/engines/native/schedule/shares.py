"""How kernels are cut into shares for threads, and where these threads must wait for each other."""

from __future__ import annotations

from collections.abc import Callable

from bprop.engines.trace.tape import Shape, Traced

MOST_THREADS = 8
"""Threads that work together at most."""
SHARED_FROM = 20_000
"""Multiplications and additions of a kernel from which on it pays to share it among threads."""
WIDE = 8
"""An index space whose rows have so many vectors may be cut by columns."""
MANY_ROWS = 64
"""So many rows are cut by rows all the same: what lies together stays with one core."""


def by_columns(shape: Shape, lanes: int) -> bool:
    """Whether an index space is cut into vectors of its last axis; else into rows."""
    real = [n for n in shape if n > 1]
    return len(real) == 1 or (bool(real) and real[0] < MANY_ROWS and -(-real[-1] // lanes) >= WIDE)


def units(shape: Shape, lanes: int) -> int:
    """How many shares an index space can be cut into."""
    real = [n for n in shape if n > 1]
    if not real:
        return 1
    return -(-real[-1] // lanes) if by_columns(shape, lanes) else real[0]


def reduces_rows(array: Traced) -> bool:
    """Whether a reduction runs along the lanes."""
    real = [i for i, n in enumerate(array.args[0].shape) if n > 1]
    return bool(real) and real[-1] in array.attr


def reduction_units(array: Traced, lanes: int) -> int:
    """How many shares a reduction can be cut into: rows of its result, or the shares of a loop over the result."""
    if not reduces_rows(array):
        return units(array.shape, lanes)
    real = [n for n in array.shape if n > 1]
    return real[0] if real else 1


class Barriers:
    """Emits a barrier, by `wait`, before a kernel touches what another thread may still read or write."""

    def __init__(self, wait: Callable[[], None]):
        self.wait = wait
        self.written: dict[Traced, str] = {}
        self.read: dict[Traced, str] = {}

    def wrote(self, arrays: set[Traced], how: str) -> None:
        """Note that these arrays are written: "alone" (by thread 0) or "shared"."""
        self.written.update(dict.fromkeys(arrays, how))

    def before(self, reads: set[Traced], writes: set[Traced], how: str) -> None:
        """Wait if a kernel that reads and writes these arrays has to. Thread 0 alone need not wait for itself."""
        waits = any(not how == self.written[a] == "alone" for a in reads | writes if a in self.written)
        waits |= any(not how == self.read[a] == "alone" for a in writes if a in self.read)
        if waits:
            self.meet()
        self.wrote(writes, how)
        self.read.update({a: "shared" if "shared" in (how, self.read.get(a)) else how for a in reads})

    def meet(self) -> None:
        """Wait for all threads. All work before this point is then done for every one of them."""
        self.wait()
        self.written.clear()
        self.read.clear()
