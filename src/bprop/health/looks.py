"""Which epochs of a run are looked at: many of the early ones, where most is learned, at a share of the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from statistics import median
from time import perf_counter

SHARE = 0.02
CHEAP = 0.1
"""Seconds: a first look that took no more is followed by a second one, since the first has warmed things up."""
UNNOTICED = 0.1
"""Seconds that looks may take in any run, however short: nobody notices them."""
FACTOR = 2.0
"""The largest factor between the epochs of two looks, as long as there is time for them."""


class Looks:
    """Chooses epochs whose numbers grow by a factor (1, 2, 4, 8, 20 of 20), the smallest that is affordable.

    All looks after the first together take about `share` of the time that the epochs take, or a tenth of a second
    where that is more. The time is projected from the epochs so far: a run that ends early may spend more than `share`
    of its time on looks, but no more seconds.
    The first and the last epoch are always looked at.

    epochs : of the whole run, as planned. clock : gives seconds.
    """

    def __init__(self, epochs: int, share: float = SHARE, clock: Callable[[], float] = perf_counter):
        self.epochs, self.share, self.clock = epochs, share, clock
        self.next = 0  # the epoch of the next look
        self.last = 0  # the epoch of the last look; 0: there was none
        self.worked = 0.0  # seconds of the epochs up to it
        self.pace = float("inf")  # seconds of an epoch: of all gaps between looks the least, as the first are slow
        self.costs: list[float] = []  # seconds of each look
        self.since = clock()

    def due(self, epoch: int) -> bool:
        """Whether the epoch that is just done is to be looked at."""
        if epoch < min(self.next, self.epochs):
            return False
        if epoch >= self.epochs or len(self.costs) < 2 or self.left >= 2 * self.cost:  # one is for the last
            return True
        self.next = ceil(FACTOR * epoch)
        return False

    @contextmanager
    def looking(self, epoch: int) -> Iterator[None]:
        """Around the look after an epoch."""
        began = self.clock()
        yield
        ended = self.clock()
        epochs = epoch - self.last if self.costs else 1  # a run that is continued begins with a later epoch
        self.pace = min(self.pace, (began - self.since) / epochs)
        self.worked += began - self.since
        self.costs.append(ended - began)
        self.last, self.since = epoch, ended
        self.next = self.choose(epoch)

    @property
    def cost(self) -> float:
        """Seconds of a usual look."""
        return median(self.costs[1:] or self.costs)

    @property
    def left(self) -> float:
        """Seconds that may yet be spent on looks, if the epochs to come are quick."""
        time = self.worked + self.pace * (self.epochs - self.last)
        return max(self.share * time, UNNOTICED) - sum(self.costs[1:])

    def choose(self, epoch: int) -> int:
        """The epoch of the look after that at `epoch`."""
        if len(self.costs) == 1:
            return epoch + 1 if self.cost <= CHEAP or self.left >= self.cost else self.epochs
        looks = int(min(self.left / self.cost, self.epochs)) if self.cost > 0 else self.epochs
        if looks >= self.epochs - epoch:
            return epoch + 1
        planned = looks // 2  # the other half is kept for looks that take longer, and for the later epochs
        factor = FACTOR if planned < 1 else min(FACTOR, (self.epochs / epoch) ** (1 / planned))
        return max(epoch + 1, ceil(epoch * factor))
