"""The things that the networks of one training share: signals, the wish to stop, progress, callbacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import RLock
from typing import Any

from bprop.record import Record
from bprop.training.fit import Fit
from bprop.training.interrupt import Interrupt
from bprop.training.progress import Progress


class Crew:
    """Shared by all networks of a training, in whichever thread they run.

    shown : where progress is shown. stop : asked between two stretches whether all should stop. callback :
    callback(k, record) after each epoch of network k; True stops it. finished : finished(k, fit) at its end.
    """

    def __init__(
        self, interrupt: Interrupt, shown: Progress, count: int, stop: Callable[[], Any] | None = None,
        callback: Callable[[int, Record], Any] | None = None, finished: Callable[[int, Fit], Any] | None = None,
    ):  # fmt: skip
        self.interrupt, self.shown, self.lock = interrupt, shown, RLock()
        self._stop, self._callback, self._finished = stop, callback, finished
        self.updates, self.failed, self._asked, self._engine = [0] * count, False, False, ""

    @property
    def stopping(self) -> bool:
        """Whether all networks are to stop: a signal came, one of them failed, or the caller wants it."""
        if self.interrupt.signal is not None or self.failed or self._asked:
            return True
        if self._stop is not None:
            with self.lock:
                self._asked = self._asked or bool(self._stop())
        return self._asked

    def after_epoch(self, k: int, record: Record) -> bool:
        """Tell of an epoch of network k; whether it is to stop."""
        if self._callback is None:
            return False
        with self.lock:
            return self._callback(k, record) is True

    def finished(self, k: int, fit: Fit) -> None:
        """Tell that network k is done."""
        if self._finished is not None:
            with self.lock:
                self._finished(k, fit)


class Share:
    """The progress of one network, shown as a part of that of all."""

    def __init__(self, crew: Crew, k: int):
        self.crew, self.k = crew, k
        self.of = f", network {k + 1} of {len(crew.updates)}"

    def engine(self, choice: str) -> None:
        with self.crew.lock:
            if choice != self.crew._engine:
                self.crew._engine = choice
                self.crew.shown.engine(choice)

    def steps(self, epoch: int, done: int, loss: float) -> None:
        with self.crew.lock:
            self.crew.updates[self.k] = done
            self.crew.shown.of = self.of
            self.crew.shown.steps(epoch, sum(self.crew.updates), loss)
            self.crew.shown.of = ""

    def epoch(self, record: Record) -> None:
        with self.crew.lock:
            self.crew.updates[self.k] = record.updates
            self.crew.shown.epoch(replace(record, updates=sum(self.crew.updates)))

    def close(self) -> None:
        pass  # the others go on
