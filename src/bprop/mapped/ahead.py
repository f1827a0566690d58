"""Reading ahead: a thread that brings the next window into memory and lets go of those that are done with."""

from __future__ import annotations

import contextlib
import mmap
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bprop.data import Reader
from bprop.mapped.order import Epoch

ADVICE = {"MADV_COLD": 20} if sys.platform == "linux" else {}
"""Advice that Python's mmap does not name."""
PIECE = 128 * 2**10
"""Bytes of one request: Linux reads no more than it would read ahead on that disk."""


@dataclass(frozen=True)
class Region:
    """An array in a file: `memory` is the mapping of it, `row_bytes` the bytes of a row."""

    memory: mmap.mmap
    row_bytes: int

    def __post_init__(self) -> None:
        # a system that maps files by 2 MB would hold nearly all of a file for a few scattered pages; one that reads
        # megabytes around every row would push out the rows that were fetched
        for name in ("MADV_NOHUGEPAGE", "MADV_RANDOM"):
            self._advise(name, 0, len(self.memory) // max(1, self.row_bytes))

    def fetch(self, start: int, stop: int) -> None:
        """Ask the system to read rows start .. stop - 1, without waiting for them."""
        rows = max(1, PIECE // max(1, self.row_bytes))
        for piece in range(start, stop, rows):
            self._advise("MADV_WILLNEED", piece, min(piece + rows, stop))

    def drop(self, start: int, stop: int) -> None:
        """Let go of the memory of these rows. A later visit reads them again."""
        self._advise("MADV_COLD", start, stop)  # else visited rows push out rows fetched since
        self._advise("MADV_DONTNEED", start, stop)

    def _advise(self, name: str, start: int, stop: int) -> None:
        """Advise the system, if it takes advice. Rows that are not in memory yet are read when they are visited."""
        advice = ADVICE.get(name, getattr(mmap, name, None))
        first = start * self.row_bytes // mmap.PAGESIZE * mmap.PAGESIZE
        size = min(stop * self.row_bytes, len(self.memory)) - first
        if size > 0 and advice is not None:
            with contextlib.suppress(OSError):
                self.memory.madvise(advice, first, size)


class Ahead(Reader):
    """Follows the visits of an epoch, a window ahead of them.

    At most three windows are in memory: two that are visited, and the next.
    """

    regions: list[Region]
    epoch: Epoch
    ends: np.ndarray
    fetched: int
    dropped: int

    def __init__(self, regions: Iterable[Region], epoch: Epoch):
        self.regions, self.epoch, self.ends = list(regions), epoch, epoch.ends
        self.most: int = int(epoch.pages.window * epoch.pages.page)
        self.fetched = self.dropped = 0  # windows
        self.thread: ThreadPoolExecutor = ThreadPoolExecutor(1, thread_name_prefix="bprop-reader")

    def reach(self, start: int, stop: int) -> None:
        now = int(np.searchsorted(self.ends, start, side="right"))
        last = int(np.searchsorted(self.ends, stop - 1, side="right"))
        for window in range(self.dropped, now):
            self.thread.submit(self._drop, window)
        self.dropped = max(self.dropped, now)
        for window in range(max(self.fetched, now), min(last + 2, len(self.ends))):
            self.thread.submit(self._fetch, window)
        self.fetched = max(self.fetched, last + 2)

    def _fetch(self, window: int) -> None:
        for start, stop in self._runs(window):
            for region in self.regions:
                region.fetch(start, stop)

    def _drop(self, window: int) -> None:
        for start, stop in self._runs(window):
            for region in self.regions:
                region.drop(start, stop)

    def _runs(self, window: int) -> list[tuple[int, int]]:
        """The rows of a window as runs of neighbouring pages."""
        pages = np.sort(self.epoch.window(window))
        parts = np.split(pages, np.nonzero(np.diff(pages) > 1)[0] + 1)
        size, rows = self.epoch.pages.page, self.epoch.pages.rows
        return [(int(part[0]) * size, min((int(part[-1]) + 1) * size, rows)) for part in parts]

    def close(self) -> None:
        self.thread.shutdown(cancel_futures=True)
        for region in self.regions:
            region.drop(0, self.epoch.pages.rows)
