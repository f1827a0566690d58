"""The order of an epoch over rows in a file: random, and yet read in pieces that fit in memory.

The rows stand in *pages* of neighbouring rows. An epoch takes the pages in a random order, so many of them at a time as
make a *window*, and visits the rows of a window in a random order. So examples are shuffled within windows of some
megabytes, drawn from everywhere in the file, and no more than a window is needed at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

PAGE_BYTES = 128 * 2**10
WINDOW_BYTES = 64 * 2**20
ROWS = (16, 1024)  # the fewest and the most rows of a page: few are read slowly, many are hardly shuffled


@dataclass(frozen=True)
class Pages:
    """How `rows` rows are cut: pages of `page` rows (the last may be shorter), windows of `window` pages."""

    rows: int
    page: int
    window: int

    @classmethod
    def of(cls, rows: int, row_bytes: int, window_bytes: int = WINDOW_BYTES) -> Pages:
        """By size alone, so that the order of an epoch is the same on every machine."""
        page = int(np.clip(min(PAGE_BYTES, window_bytes // 16) // max(1, row_bytes), *ROWS))
        return cls(rows, page, max(1, window_bytes // (page * max(1, row_bytes))))

    @property
    def count(self) -> int:
        """Pages in all."""
        return -(-self.rows // self.page)

    def epoch(self, seed: int, epoch: int, shuffle: bool = True) -> Epoch:
        """The pages of an epoch in their order: a function of (seed, epoch)."""
        if not shuffle:
            return Epoch(self, np.arange(self.count), None)
        rng = np.random.default_rng(np.random.SeedSequence([seed, epoch, 4]))
        return Epoch(self, rng.permutation(self.count), rng)


@dataclass(frozen=True)
class Epoch:
    """The pages (count,) in the order in which they are taken; `rng` shuffles the rows of windows, or is None."""

    pages: Pages
    taken: np.ndarray
    rng: np.random.Generator | None

    def window(self, number: int) -> np.ndarray:
        """The pages of a window."""
        size = self.pages.window
        return self.taken[number * size : (number + 1) * size]

    @cached_property
    def ends(self) -> np.ndarray:
        """(windows,) positions in the epoch's order at which the windows end."""
        cut = self.pages
        sizes = np.minimum(cut.page, cut.rows - self.taken * cut.page)
        return np.add.reduceat(sizes, np.arange(0, len(sizes), cut.window)).cumsum()

    def order(self, into: np.ndarray | None = None) -> np.ndarray:
        """(N,) row numbers as they are visited. Call it once: the rows of a window are drawn anew each time.

        into : an array (N,) of int32 that takes them, for sets so large that even this does not fit in memory.
        """
        cut = self.pages
        order, start = np.empty(cut.rows, np.int32) if into is None else into, 0
        for number, end in enumerate(self.ends.tolist()):
            rows = (self.window(number)[:, None] * cut.page + np.arange(cut.page)).ravel()
            rows = rows[rows < cut.rows].astype(np.int32)
            if self.rng is not None:
                self.rng.shuffle(rows)
            order[start:end] = rows
            start = end
        return order
