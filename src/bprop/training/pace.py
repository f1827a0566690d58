"""How many steps to do between two looks at the clock, the progress bar and Ctrl-C."""

from time import perf_counter


class Pace:
    """Chooses stretches of about `seconds`, from the speed of the stretch before."""

    def __init__(self, seconds: float = 0.2, first: int = 64):
        self.seconds = seconds
        self.count = first
        self._calls = 0

    def next(self, remaining: int) -> int:
        """Steps of the coming stretch, at least 1 and at most `remaining`."""
        self._start = perf_counter()
        return max(1, min(self.count, remaining))

    def done(self, count: int) -> float:
        """The seconds that `count` steps took, from which the next stretch is chosen."""
        taken = perf_counter() - self._start
        self._calls += 1
        if self._calls > 1 or taken < self.seconds:  # the first call may have compiled
            wanted = int(self.seconds * count / max(taken, 1e-9))
            self.count = max(1, min(wanted, 8 * self.count))
        return taken
