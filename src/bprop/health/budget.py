"""A share of the time of training for something beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

SHARE = 0.02


class Budget:
    """Says when to do something again, so that it takes no more than a share of the time, from what it took before."""

    def __init__(self, share: float = SHARE, clock: Callable[[], float] = perf_counter):
        self.share, self.clock = share, clock
        self.cost, self.since = 0.0, -float("inf")

    @property
    def allows(self) -> bool:
        """True if the last cost is at most `share` of the time since. Always True at first."""
        return self.cost <= self.share * (self.clock() - self.since)

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Around what is done."""
        began = self.clock()
        yield
        self.since = self.clock()
        self.cost = self.since - began
