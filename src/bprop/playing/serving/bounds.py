"""How many commands a second a page may send. One that sends more waits: nothing that it sent is lost."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

RATE, BURST = 250.0, 500.0
"""Commands a second, and at once: a mouse moves a weight 60 to 125 times a second."""
MOST_WAITING = 64
"""Commands of one page that wait for the machine, and answers that wait for the page; with more, none are read."""
MOST_PAGES = 32


class Allowance:
    """An allowance of commands that grows with time, up to `burst`."""

    def __init__(self, rate: float = RATE, burst: float = BURST, clock: Callable[[], float] = monotonic):
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._counted = burst, clock()

    def take(self) -> float:
        """Take one command. Returns the seconds to wait before it may be done."""
        now = self._clock()
        self._left = min(self._burst, self._left + self._rate * (now - self._counted)) - 1.0
        self._counted = now
        return max(0.0, -self._left / self._rate)
