"""How many threads a compiled loop runs on: as many as have lately been quickest, found by trying.

Threads that wait for each other by spinning gain nothing where other programs keep the cores busy, and lose much.
So every count is tried for a moment, now and again. The bits do not depend on it: threads share out the results,
never the terms of a sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from time import perf_counter

TRIAL = 0.001
"""Seconds that a count of threads is tried for."""
PART = 0.02
"""Seconds of work after which it is asked again which count is the quickest."""
AGAIN = 0.2
"""Seconds of work after which all counts are tried once more."""


class Crew:
    """Chooses among 1, 2, 4, ... up to `most` threads for one loop.

    Runs in several threads of Python may share one: what they tell it mixes, which is no worse than other noise.
    """

    def __init__(self, most: int):
        self.counts = [1 << i for i in range(most.bit_length()) if 1 << i < most] + [most]
        self.seconds = dict.fromkeys(self.counts, inf)
        """What a step took with each count lately."""
        self.trials = [1, *self.counts]  # the first steps ever find nothing in the caches: they do not count
        self.worked = 0.0

    def parts(self, steps: int) -> Iterator[tuple[int, int]]:
        """(threads, steps) of runs that make up `steps`; each is to be timed by `timed`."""
        while steps:
            count, part = self.next(steps)
            yield count, part
            steps -= part

    def next(self, steps: int) -> tuple[int, int]:
        if len(self.counts) == 1:
            return self.counts[0], steps
        if not self.trials and self.worked > AGAIN:
            self.trials, self.worked = list(self.counts), 0.0
        trials = self.trials
        if trials:
            likely = min(TRIAL, *self.seconds.values())
            return trials[0], min(steps, max(1, int(TRIAL / likely)))
        best = min(self.counts, key=lambda count: self.seconds[count])
        return best, min(steps, max(1, int(PART / self.seconds[best])))

    def timed(self, count: int, steps: int, start: float) -> None:
        """Say that these steps were done since `start`, on the clock of `now`."""
        taken = perf_counter() - start
        self.worked += taken
        if self.trials[:1] == [count]:
            self.trials = self.trials[1:]
        self.seconds[count] = taken / steps


now = perf_counter
