"""A limit on the time of training: how many networks and epochs fit into it, and when it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite
from time import perf_counter
from typing import Any

from bprop.errors import SettingError
from bprop.tables.recipe import Recipe
from bprop.training.checkpoints import Interval

ENOUGH = 10
"""Epochs below which fewer networks are trained instead."""
SHARE = 0.9
"""Of the time, for training; the rest is for measures, and for the epoch that is begun last."""


@dataclass(frozen=True)
class Budget:
    """So many seconds from `began` on, on the clock `clock`. text : as the caller wrote them."""

    seconds: float
    text: str
    began: float
    clock: Callable[[], float] = perf_counter

    @classmethod
    def of(cls, time: Any, clock: Callable[[], float] = perf_counter) -> Budget | None:
        """From "60s", "10min", "2h", or a number of seconds, from now on. None for None. Raises SettingError."""
        if time is None:
            return None
        return cls(seconds_of(time), str(time), clock(), clock)

    @property
    def left(self) -> float:
        """Seconds that are left, 0 or more."""
        return max(0.0, self.began + self.seconds - self.clock())

    def over(self) -> bool:
        """Whether none are."""
        return self.left <= 0

    def part(self, share: float) -> Budget:
        """A budget that begins now, of a share of the seconds that are left."""
        return replace(self, seconds=self.left * share, began=self.clock())


def seconds_of(time: Any, purpose: str = "training may take") -> float:
    """Seconds, from a number of them or from "90s", "10min", "2h". Raises SettingError, which names their purpose."""
    seconds = time
    if isinstance(time, str):
        try:
            every = Interval.parse(time)
        except SettingError:
            every = None
        seconds = every.count if every is not None and every.unit == "seconds" else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not (seconds > 0 and isfinite(seconds)):
        raise SettingError(f"time {time!r}: give how long {purpose}, such as '60s', '10min' or '2h'")
    return float(seconds)


def fitted(recipe: Recipe, epoch: float, left: float, cores: int, fixed: frozenset[str] = frozenset()) -> Recipe:
    """The recipe with as many kinds of networks, networks of each kind, and epochs, as fit into the seconds left.

    epoch : seconds of an epoch of one network on one core. fixed : "members" or "epochs" that the caller chose.
    """
    if "epochs" in fixed:
        return recipe
    fewest = recipe.members if "members" in fixed else 1
    sizes = [(len(recipe.inputs), recipe.members), *((1, count) for count in range(recipe.members, fewest - 1, -1))]
    for kinds, members in sizes:
        count = kinds * members
        epochs = int(SHARE * left / max(epoch, 1e-9) * min(cores, count) / count)
        if epochs >= min(ENOUGH, recipe.epochs):
            break
    return replace(recipe, members=members, inputs=recipe.inputs[:kinds], epochs=max(1, min(recipe.epochs, epochs)))
