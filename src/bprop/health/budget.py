"""A share of the training time for work beside training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

SHARE = 0.02


class Budget:
    """Decides when to repeat some work, so that it takes at most a share of the time. The last cost is the estimate."""

    share: float
    cost: float
    since: float

    clock: Callable[[], float]

    def __init__(self, share: float = SHARE, clock: Callable[[], float] = perf_counter):
        self.share, self.clock = share, clock
        self.cost, self.since = 0.0, -float("inf")

    @property
    def allows(self) -> bool:
        """True if the last cost is at most `share` of the time since. Always True at first."""
        return self.cost <= self.share * (self.clock() - self.since)

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Time the work within."""
        began = self.clock()
        yield
        self.since = self.clock()
        self.cost = self.since - began
