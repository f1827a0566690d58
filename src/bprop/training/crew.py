"""Networks that are trained at the same time: what they share, and a trainer that shares it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from threading import RLock
from typing import Any

import numpy as np

from bprop.engines.engine import Engine, Job
from bprop.record import Record
from bprop.training.fit import Fit
from bprop.training.helm import Helm
from bprop.training.interrupt import Interrupt
from bprop.training.progress import Progress, Silent
from bprop.training.settings import TrainSettings
from bprop.training.side_by_side import side_by_side
from bprop.training.trainer import Trainer


class Crew:
    """Shared by `count` networks of a training, in whichever thread they run.

    interrupt : notes signals. shown : where progress is shown. updates : those that each network has done. planned :
    those of all networks and epochs.
    stop : asked between two stretches whether all should stop. steering : of a person who watches, or None.
    """

    interrupt: Interrupt
    updates: list[int]
    planned: int
    steering: Any
    failed: bool

    lock: Any

    def __init__(self, count: int, stop: Callable[[], Any] | None = None, steering: Any = None):
        self.interrupt, self.lock, self.steering = Interrupt(), RLock(), steering
        self.shown: Progress = Silent()
        self.updates, self.planned, self.failed = [0] * count, 0, False
        self._stop, self._asked, self._engine = stop, False, ""

    @property
    def stopping(self) -> bool:
        """Whether all networks are to stop: a signal came, one of them failed, or the caller wants it."""
        return self.interrupt.signal is not None or self.failed or self.asked or self.steered_to_stop

    @property
    def steered_to_stop(self) -> bool:
        """Whether a person who watches wants all networks to stop."""
        return self.steering is not None and self.steering.stopping

    @property
    def asked(self) -> bool:
        """Whether the caller wants all networks to stop."""
        if self._stop is not None and not self._asked:
            with self.lock:
                self._asked = self._asked or bool(self._stop())
        return self._asked

    def each(self, function: Callable[[Any], Any], items: Sequence[Any], threads: int) -> list[Any]:
        """[function(item) for each item], side by side. An error of one stops the others, and is raised."""

        def noted(item: Any) -> Any:
            try:
                return function(item)
            except BaseException:
                self.failed = True
                raise

        try:
            return side_by_side(noted, items, threads)
        except BaseException:  # a second Ctrl-C comes to this thread alone
            self.failed = True
            raise

    def engine(self, choice: str) -> None:
        """Show an engine, once for all networks."""
        with self.lock:
            if choice != self._engine:
                self._engine = choice
                self.shown.engine(choice)


class OfCrew(Trainer):
    """The trainer of network k = 0, 1, ..., which shares signals, the wish to stop and progress with others.

    together : whether the epochs of all are shown together, in place of those of each.
    """

    together = False
    progress: Any

    crew: Any
    k: int
    interrupt: Interrupt

    def __init__(
        self, crew: Any, k: int, job: Job, engine: Engine, theta: Mapping[str, np.ndarray], settings: TrainSettings
    ):  # fmt: skip
        self.crew, self.k, self.interrupt = crew, k, crew.interrupt
        super().__init__(job, engine, theta, settings)
        self.progress = self._make_progress()
        crew.updates[k] = self.position.updates

    def interrupted(self) -> bool:
        return self.crew.stopping

    def _watch(self) -> AbstractContextManager[Interrupt]:
        return nullcontext(self.crew.interrupt)

    def _make_helm(self) -> Helm:
        return Helm(self.crew.steering, self.job.rule, quiet=self.k > 0)

    def _counts(self) -> tuple[int, int]:
        return sum(self.crew.updates), self.crew.planned

    def _make_progress(self) -> Any:
        return Share(self.crew, self.k, self.together)

    def _end(self, stopped: str) -> Fit:
        return self.fit(stopped)


class Share:
    """The progress of a network, shown as a part of that of all."""

    crew: Crew
    k: int
    together: bool

    def __init__(self, crew: Crew, k: int, together: bool = False):
        self.crew, self.k, self.together = crew, k, together
        count = len(crew.updates)
        self.of: str = f", network {k + 1} of {count}" if count > 1 else ""

    def engine(self, choice: str) -> None:
        self.crew.engine(choice)

    def steps(self, epoch: int, done: int, loss: float) -> None:
        crew = self.crew
        with crew.lock:
            crew.updates[self.k] = done
            crew.shown.of = self.of
            crew.shown.steps(epoch, sum(crew.updates), loss)
            crew.shown.of = ""

    def epoch(self, record: Record) -> None:
        if not self.together:
            with self.crew.lock:
                self.crew.updates[self.k] = record.updates
                self.crew.shown.epoch(replace(record, updates=sum(self.crew.updates)))

    def close(self) -> None:
        pass  # the others go on
