"""How many threads a compiled loop runs on: the count that was quickest lately. It is measured.

Threads that wait for each other by spinning gain nothing while other programs keep the cores busy, and lose much. So
every count is tried for a moment, again and again. The bits do not depend on the count: threads share out the results,
never the terms of a sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from time import perf_counter

TRIAL = 0.003
"""Seconds of one trial: many times what it takes to wake a thread."""
PART = 0.02
"""Seconds of work between two choices of the quickest count."""
RETRY_FIRST, RETRY_MAX = 0.05, 0.4
"""Seconds of work before all counts are tried again: the first time, and at most. The time doubles at each round: the
first trials may mislead, because threads of other libraries may still be spinning."""
SLOW_FACTOR = 1.5
"""A count is slow if its steps take so many times as long as the best count's."""
SLOW_STREAK = 3
"""A count that was slow in so many trials running is left out of the next 1, 3, 7, ... rounds. Two may be bad luck."""
LEFT_OUT_MAX = 63
"""Rounds of trials at most that a slow count is left out of."""


class ThreadTuner:
    """Chooses among 1, 2, 4, ... up to `most` threads for one run of a loop.

    known : seconds of a step by count of threads, as another run measured them.
    """

    worked: float
    retry_after: float

    def __init__(self, most: int, known: Mapping[int, float] | None = None):
        self.counts: list[int] = [1 << i for i in range(most.bit_length()) if 1 << i < most] + [most]
        self.seconds: dict[int, float] = {count: (known or {}).get(count, inf) for count in self.counts}
        """Seconds of a step with each count, lately."""
        # the very first steps find the caches empty: they do not count
        self.trials: list[int] = [1, *self.counts] if inf in self.seconds.values() else []
        self.worked, self.retry_after = 0.0, RETRY_FIRST
        self.left_out: dict[int, int] = dict.fromkeys(self.counts, 0)
        """Rounds of trials that a count is still left out of."""
        self.slow: dict[int, int] = dict.fromkeys(self.counts, 0)
        """Trials running in which a count was slow."""

    def parts(self, steps: int) -> Iterator[tuple[int, int]]:
        """(threads, steps) of parts that make up `steps`. Report each to `timed` when it is done."""
        while steps:
            count, part = self.next(steps)
            yield count, part
            steps -= part

    def next(self, steps: int) -> tuple[int, int]:
        if len(self.counts) == 1:
            return self.counts[0], steps
        if not self.trials and self.worked > self.retry_after:
            self.begin_trials()
        if self.trials:
            likely = min(TRIAL, *self.seconds.values())
            return self.trials[0], min(steps, max(1, int(TRIAL / likely)))
        best = min(self.counts, key=lambda count: self.seconds[count])
        return best, min(steps, max(1, int(PART / self.seconds[best])))

    def begin_trials(self) -> None:
        """Try all counts again; those that are slow, less and less often."""
        self.worked, self.retry_after = 0.0, min(RETRY_MAX, 2 * self.retry_after)
        best = min(self.seconds.values())
        for count in self.counts:
            if self.left_out[count]:
                self.left_out[count] -= 1
                continue
            self.trials.append(count)
            self.slow[count] = self.slow[count] + 1 if self.seconds[count] > SLOW_FACTOR * best else 0
            self.left_out[count] = min(LEFT_OUT_MAX, (1 << max(0, self.slow[count] - SLOW_STREAK + 1)) - 1)

    def timed(self, count: int, steps: int, start: float) -> None:
        """Record that these steps took the time since `start`, on the clock `now`."""
        self.note(count, steps, perf_counter() - start)

    def note(self, count: int, steps: int, taken: float) -> None:
        """Record that these steps took so many seconds."""
        self.worked += taken
        seconds, before = taken / steps, self.seconds.get(count, inf)
        if self.trials:
            self.trials.pop(0)
        elif before < inf:  # one slow moment does not make a count slow
            seconds = (seconds + before) / 2
        self.seconds[count] = seconds


now = perf_counter
