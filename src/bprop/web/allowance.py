"""An allowance of messages that grows with time."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic


class Allowance:
    """`rate` messages a second, and `burst` at once."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = monotonic):
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._counted = burst, clock()

    def take(self) -> float:
        """Take one message. Returns the seconds to wait before it may be done."""
        self._grow()
        self._left -= 1.0
        return max(0.0, -self._left / self._rate)

    def refuses(self) -> float:
        """Take one message if there is room: returns 0. Else nothing is taken: returns the seconds until there is."""
        self._grow()
        if self._left < 1.0:
            return (1.0 - self._left) / self._rate
        self._left -= 1.0
        return 0.0

    def _grow(self) -> None:
        now = self._clock()
        self._left = min(self._burst, self._left + self._rate * (now - self._counted))
        self._counted = now
