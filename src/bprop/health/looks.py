"""The choice of epochs after which the health is measured: many early ones, in which most is learned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from statistics import median
from time import perf_counter

SHARE = 0.02
CHEAP = 0.1
"""Seconds. After a first look that took less, the next epoch has a look too: the first warmed up the code."""
UNNOTICED = 0.1
"""Seconds that all looks may take in any run, however short."""
FACTOR = 2.0
"""The largest factor between the epochs of two looks, as long as there is time for the looks."""


class Looks:
    """Chooses epochs for a look, whose numbers grow by the smallest affordable factor: 1, 2, 4, 8, 20 of 20.

    All looks after the first together take about `share` of the time of the epochs, or a tenth of a second if that is
    more. The time is projected from the epochs so far: a run that ends early may spend a larger share of its time on
    looks, but no more seconds. The first and the last epoch always have a look.

    epochs : the planned number of epochs of the whole run. clock : a function that returns seconds.
    """

    epochs: int
    share: float

    clock: Callable[[], float]

    def __init__(self, epochs: int, share: float = SHARE, clock: Callable[[], float] = perf_counter):
        self.epochs, self.share, self.clock = epochs, share, clock
        self.next: int = 0  # the epoch of the next look
        self.last: int = 0  # the epoch of the last look; 0: there was none
        self.worked: float = 0.0  # seconds of the epochs until then
        self.pace: float = float("inf")  # seconds of an epoch, the least of all gaps between looks: the first are slow
        self.costs: list[float] = []  # seconds of each look
        self.since: float = clock()

    def due(self, epoch: int) -> bool:
        """Whether the epoch that has just ended is due for a look."""
        if epoch < min(self.next, self.epochs):
            return False
        if epoch >= self.epochs or len(self.costs) < 2 or self.left >= 2 * self.cost:  # one is for the last
            return True
        self.next = ceil(FACTOR * epoch)
        return False

    @contextmanager
    def looking(self, epoch: int) -> Iterator[None]:
        """Time the look within, which is after an epoch, and plan the next."""
        began = self.clock()
        yield
        ended = self.clock()
        epochs = epoch - self.last if self.costs else 1  # a resumed run begins with a later epoch
        self.pace = min(self.pace, (began - self.since) / epochs)
        self.worked += began - self.since
        self.costs.append(ended - began)
        self.last, self.since = epoch, ended
        self.next = self.choose(epoch)

    @property
    def cost(self) -> float:
        """Seconds of a typical look."""
        return median(self.costs[1:] or self.costs)

    @property
    def left(self) -> float:
        """Seconds that are left for looks, if the remaining epochs are as quick as the quickest."""
        time = self.worked + self.pace * (self.epochs - self.last)
        return max(self.share * time, UNNOTICED) - sum(self.costs[1:])

    def choose(self, epoch: int) -> int:
        """The epoch of the next look after one at `epoch`."""
        if len(self.costs) == 1:
            return epoch + 1 if self.cost <= CHEAP or self.left >= self.cost else self.epochs
        looks = int(min(self.left / self.cost, self.epochs)) if self.cost > 0 else self.epochs
        if looks >= self.epochs - epoch:
            return epoch + 1
        planned = looks // 2  # the other half is for slower looks and later epochs
        factor = FACTOR if planned < 1 else min(FACTOR, (self.epochs / epoch) ** (1 / planned))
        return max(epoch + 1, ceil(epoch * factor))
