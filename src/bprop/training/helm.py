"""The wishes of a person who watches a training, as one trainer follows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bprop.console import say
from bprop.engines.engine import Job, Stretch
from bprop.training.epoch import Position
from bprop.training.steered import changes_of, takes_rate, with_rates

BY_HAND = "learning rates by hand"
"""Among the settings of a checkpoint: a run that is resumed goes on with them."""


class Helm:
    """Between a trainer and the `steering` of a callback (see `bprop.reporting.steering`); None: nobody steers.

    rule : as the run began. quiet : whether another helm says what the checkpoint holds. changes : the learning rates
    by hand so far, (updates done, rate from then on).
    """

    steering: Any
    rule: Any
    quiet: bool
    changes: list[tuple[int, float]]

    def __init__(self, steering: Any, rule: Any, quiet: bool = False):
        self.steering, self.rule, self.quiet, self.changes = steering, rule, quiet, []
        self._followed = 0  # the wishes for a rate that are followed

    @classmethod
    def of(cls, callbacks: Sequence[Any], rule: Any) -> Helm:
        """The helm of a training with these callbacks: one of them at most steers."""
        return cls(steering_of(callbacks), rule)

    def begin(self, position: Position) -> None:
        """Training begins, or goes on, at a position."""
        if self.steering is not None:
            rate = with_rates(self.rule, self.changes).rate(max(position.updates, 0)) if takes_rate(self.rule) else None
            self.steering.begin(takes_rate=takes_rate(self.rule), rate=rate)

    @property
    def stops(self) -> bool:
        """Whether training is to end."""
        return self.steering is not None and self.steering.stopping

    @property
    def turned(self) -> bool:
        """Whether there is a wish for another learning rate."""
        return self.steering is not None and len(self.steering.rates) > self._followed

    def done(
        self, at: Position, stretch: Stretch, job: Job, counts: tuple[int, int], epochs: int, ended: Callable[[], bool]
    ) -> None:
        """Tell where training is after a stretch. If it is to pause, wait here.

        counts : the updates that are done, and those of all epochs; of all networks.
        """
        if self.steering is None:
            return
        rate = job.rule.rate(max(at.updates - 1, 0))
        self.steering.reach(
            *counts, epoch=at.epoch + 1, epochs=epochs, step=at.step, steps=job.steps_per_epoch,
            loss=stretch.sums["loss"] / (stretch.sums["weight"] or 1.0),
            rate=None if rate is None else float(rate),
        )  # fmt: skip
        self.steering.rest(ended)

    def turn(self, job: Job, updates: int) -> Job:
        """The job with the learning rate that is wished for, after so many updates."""
        self._followed = len(self.steering.rates)
        self.changes.append((updates, self.steering.rates[-1]))
        return self.steered(job)

    def resume(self, saved: Any, job: Job) -> Job:
        """The job as a checkpoint left it, with the changes that it has."""
        self.changes = changes_of(saved)
        if self.changes and not self.quiet:
            updates, rate = self.changes[-1]
            say(
                f"bprop: the learning rate was set to {rate:g} by hand after {updates:,} updates, and stays so",
                error=True,
            )
        return self.steered(job)

    def steered(self, job: Job) -> Job:
        """The job with the changes so far."""
        return replace(job, rule=with_rates(self.rule, self.changes)) if self.changes else job


def steering_of(callbacks: Sequence[Any]) -> Any:
    """The steering that one of the callbacks has; None: nobody steers."""
    each = (getattr(callback, "steering", None) for callback in callbacks)
    return next((steering for steering in each if hasattr(steering, "rest") and hasattr(steering, "reach")), None)
