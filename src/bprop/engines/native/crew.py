"""How many threads a compiled loop runs on: as many as have lately been quickest, found by trying.

Threads that wait for each other by spinning gain nothing where other programs keep the cores busy, and lose much.
So every count is tried for a moment, now and again. The bits do not depend on it: threads share out the results,
never the terms of a sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from time import perf_counter

TRIAL = 0.003
"""Seconds that a count of threads is tried for: many times what it takes to wake one."""
PART = 0.02
"""Seconds of work after which it is asked again which count is the quickest."""
SOON, AGAIN = 0.05, 0.4
"""Seconds of work after which all counts are tried once more: at first, and, doubled each time, at most. The beginning
is a bad witness: threads of other libraries may still be spinning from what was done before."""
SLOW = 1.5
"""Times the best from which on a count is slow. One that is slow again and again is left out of the next trials, of 1,
3, 7, ... up to LONGEST of them."""
OFTEN = 3
"""Trials running that a count is slow in before it is left out: a bad moment may last for two."""
LONGEST = 63


class Crew:
    """Chooses among 1, 2, 4, ... up to `most` threads for one run of a loop. `known`: what another run has found."""

    def __init__(self, most: int, known: Mapping[int, float] | None = None):
        self.counts = [1 << i for i in range(most.bit_length()) if 1 << i < most] + [most]
        self.seconds = {count: (known or {}).get(count, inf) for count in self.counts}
        """What a step took with each count lately."""
        # the first steps ever find nothing in the caches: they do not count
        self.trials = [1, *self.counts] if inf in self.seconds.values() else []
        self.worked, self.again = 0.0, SOON
        self.passed_over = dict.fromkeys(self.counts, 0)
        """For how many more rounds of trials a count is left out."""
        self.slow = dict.fromkeys(self.counts, 0)
        """In how many trials running it was slow."""

    def parts(self, steps: int) -> Iterator[tuple[int, int]]:
        """(threads, steps) of runs that make up `steps`; each is to be timed by `timed`."""
        while steps:
            count, part = self.next(steps)
            yield count, part
            steps -= part

    def next(self, steps: int) -> tuple[int, int]:
        if len(self.counts) == 1:
            return self.counts[0], steps
        if not self.trials and self.worked > self.again:
            self.begin_trials()
        if self.trials:
            likely = min(TRIAL, *self.seconds.values())
            return self.trials[0], min(steps, max(1, int(TRIAL / likely)))
        best = min(self.counts, key=lambda count: self.seconds[count])
        return best, min(steps, max(1, int(PART / self.seconds[best])))

    def begin_trials(self) -> None:
        """Try all counts again; one that has been much slower, less and less often."""
        self.worked, self.again = 0.0, min(AGAIN, 2 * self.again)
        best = min(self.seconds.values())
        for count in self.counts:
            if self.passed_over[count]:
                self.passed_over[count] -= 1
                continue
            self.trials.append(count)
            self.slow[count] = self.slow[count] + 1 if self.seconds[count] > SLOW * best else 0
            self.passed_over[count] = min(LONGEST, (1 << max(0, self.slow[count] - OFTEN + 1)) - 1)

    def timed(self, count: int, steps: int, start: float) -> None:
        """Say that these steps were done since `start`, on the clock of `now`."""
        taken = perf_counter() - start
        self.worked += taken
        found, before = taken / steps, self.seconds.get(count, inf)
        if self.trials:
            self.trials.pop(0)
        elif before < inf:  # one slow moment is not a slow crew
            found = (found + before) / 2
        self.seconds[count] = found


now = perf_counter
