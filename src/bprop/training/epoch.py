"""The loop of training: an epoch in stretches of steps, with hooks between two of them.

`bp.train` and the estimators run it. Each passes its own hooks as a `Between`.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from bprop.engines.engine import Job, Run, Stretch


@dataclass
class Position:
    """Where a run is: all that a checkpoint must hold beside theta and the rule's state."""

    epoch: int = 0  # epochs finished
    step: int = 0  # steps done of the current epoch
    updates: int = 0
    seconds: float = 0.0  # spent on the current epoch
    running: list[list[float]] | None = None  # sums over the current epoch, as the engine keeps them


class Pace:
    """Chooses stretches of about `seconds`, from the speed of the stretch before."""

    def __init__(self, seconds: float = 0.2, first: int = 64):
        self.seconds = seconds
        self.count: int = first
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


class Between:
    """Hooks between the stretches of an epoch. By default they do nothing; override those you need."""

    undo = True
    """Whether `before` is kept for every stretch: the state to go back to, which costs a copy of theta."""

    def stop(self) -> bool:
        """Whether to leave the epoch here."""
        return False

    def most(self, at: Position) -> int | None:
        """The most steps of the next stretch; None: any number."""
        return None

    def agreed(self, count: int) -> int:
        """The steps of the next stretch on which several processes agree; 0: the epoch is left here."""
        return count

    def begin(self, at: Position, count: int) -> None:
        """`count` steps are done next."""

    def done(self, at: Position, stretch: Stretch) -> None:
        """A stretch has been done, and all went well; `at` is where the run is now."""


class BadStepError(Exception):
    """A stretch came to a loss or a theta that is not finite. Its steps are not counted.

    before : the state before the stretch, None without `Between.undo`. step : see `Stretch.bad_step`.
    """

    before: Any
    step: int

    def __init__(self, before: Any, step: int):
        super().__init__(f"step {step} of the stretch is not finite")
        self.before, self.step = before, step


def run_epoch(run: Run, job: Job, at: Position, order: np.ndarray, pace: Pace, between: Between) -> bool:
    """Do the steps that are left of an epoch, a stretch at a time. Returns whether all of them are done.

    at : where the run is; it is moved on. order : in which order the epoch visits the examples.

    A KeyboardInterrupt in the middle of a stretch undoes the stretch, where `between` has the state kept: then theta
    is that of `at`. Raises BadStepError where a loss or theta is not finite.
    """
    run.set_order(order, at.running)
    while left := job.steps_per_epoch - at.step:
        count = 0 if between.stop() else whole_turns(pace.next(left), run.turn, left, between.most(at))
        count = between.agreed(count)
        if not count:
            break
        between.begin(at, count)
        before = run.state if between.undo else None
        here = at.step, at.updates, at.running
        try:
            stretch = run.steps(at.step, count, at.updates)
            at.seconds += max(0.0, pace.done(count) - run.compile_seconds())
            if stretch.bad_step is not None:
                raise BadStepError(before, stretch.bad_step)
            at.step, at.updates, at.running = at.step + count, at.updates + count, stretch.running
        except KeyboardInterrupt:
            if before is not None:
                run.state = before
                at.step, at.updates, at.running = here
            raise
        between.done(at, stretch)
    return not left


def whole_turns(count: int, turn: int, left: int, most: int | None = None) -> int:
    """About `count` steps: whole turns of the engine, or all that are `left`; but for a turn, at most `most`."""
    count = count if most is None else min(count, most)
    return min(left, max(turn, count - count % turn)) if count < left else left
