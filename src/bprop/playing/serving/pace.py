"""How many updates to make before the page hears of them: as many as keep it moving, and training fast."""

from __future__ import annotations

SHORTEST, LONGEST = 0.016, 0.1
"""Seconds of updates between two pieces of news. They take about as long as the news itself, within these bounds."""
MOST = 100_000
FASTER = 4  # times as many updates as before, at most


class Pace:
    """Chooses the updates of the next turn from what the turns before took.

    A turn of n updates takes a + b n seconds: `a` for its news (values, gradients, the map), `b` for an update. Both
    are learned from the turns done. Then n is chosen with b n = a, so that half of the time goes to updates.
    """

    def __init__(self) -> None:
        self.count: int = 1
        self._news, self._update = 0.0, 0.0
        self._last: tuple[int, float] | None = None

    def done(self, count: int, seconds: float) -> None:
        """A turn of `count` updates took so many seconds."""
        self._learn(count, seconds)
        if self._update <= 0:
            self.count = min(MOST, FASTER * count)
            return
        wanted = int(min(max(self._news, SHORTEST), LONGEST) / self._update)
        self.count = max(1, min(wanted, FASTER * count, MOST))

    def _learn(self, count: int, seconds: float) -> None:
        before, self._last = self._last, (count, seconds)
        if before is not None and before[0] != count:
            slope = (seconds - before[1]) / (count - before[0])
            if slope > 0:
                self._update = slope if self._update == 0 else 0.5 * (self._update + slope)
        self._update = min(self._update, seconds / count)
        self._news = max(0.0, seconds - self._update * count)
