"""How many updates to make before the page hears of them: as many as keep it moving, and training fast."""

from __future__ import annotations

SHORTEST, LONGEST = 0.016, 0.1
"""Seconds of updates between two pieces of news. They take about as long as the news itself, within these bounds."""
MOST = 100_000
FASTER = 4  # times as many updates as before, at most; twice as many after a long turn
FORGETTING = 0.9
SPREAD = 1.5
"""Turns are longer and shorter by this factor in turn: equal ones would not tell updates from news."""


class Pace:
    """Chooses the updates of the next turn from the seconds of the turns before.

    A turn of n updates takes a + b n seconds: `a` for its news (values, gradients, the map), `b` for an update. Both
    follow from the turns done, by least squares; a turn counts 0.9 times as much as the one after it. Then n is chosen
    with b n = a, so that half of the time goes to updates.
    """

    def __init__(self) -> None:
        self.count: int = 1
        self._sums = [0.0] * 5  # of 1, n, t, n n and n t
        self._longer = False

    def done(self, count: int, seconds: float) -> None:
        """A turn of `count` updates took so many seconds."""
        new = (1.0, count, seconds, count * count, count * seconds)
        self._sums = [FORGETTING * old + one for old, one in zip(self._sums, new, strict=True)]
        news, update = self._seconds()
        most = count * (FASTER if seconds < LONGEST else 2)
        wanted = min(max(news, SHORTEST), LONGEST) / update if update > 0 else float(most)
        self._longer = not self._longer
        wanted *= SPREAD if self._longer else 1 / SPREAD
        self.count = max(1, round(min(wanted, most, MOST)))

    def _seconds(self) -> tuple[float, float]:
        """The seconds of the news, and of an update; 0 for one that nobody knows yet."""
        total, n, t, nn, nt = self._sums
        spread = nn - n * n / total
        update = (nt - n * t / total) / spread if spread > 1e-9 * nn else 0.0
        update = min(max(update, 0.0), t / n)
        return max(0.0, (t - update * n) / total), update
