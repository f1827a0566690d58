"""One network of `train_many`: a run of training that shares signals and progress with others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

from bprop.data import Reader
from bprop.engines.engine import Run, Stretch
from bprop.errors import NonFiniteError
from bprop.record import Record
from bprop.training.crew import Crew, OfCrew
from bprop.training.diagnose import explain
from bprop.training.epoch import BadStepError
from bprop.training.fit import Fit


class Networks(Crew):
    """The networks of `train_many`, whose caller hears of their epochs and their ends.

    callback : callback(k, record) after each epoch of network k; True stops it. finished : finished(k, fit) at its end.
    """

    def __init__(
        self, count: int, stop: Callable[[], Any] | None = None, callback: Callable[[int, Record], Any] | None = None,
        finished: Callable[[int, Fit], Any] | None = None,
    ):  # fmt: skip
        super().__init__(count, stop)
        self._callback, self._finished = callback, finished

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


class Network(OfCrew):
    """Network number k. A loss that is no longer finite ends it, and not the others: then its fit is "diverged"."""

    crew: Networks

    order: np.ndarray
    reader: Reader
    result: Fit

    def run(self) -> Fit:
        try:
            fit = super().run()
        except NonFiniteError as error:
            fit = cast(Fit, error.fit)
        self.crew.finished(self.k, fit)
        return fit

    def _callbacks_stop(self) -> bool:
        own = super()._callbacks_stop()
        return self.crew.after_epoch(self.k, self.history[-1]) or own

    # --- steps that are done for many networks together ---

    def begin_together(self) -> None:
        """Before the first epoch."""
        self.order = self.job.data.order(self.job.seed, self.position.epoch, self.settings.shuffle)
        self.hooks.begin(lambda: self.fit("running"))

    def next_epoch(self) -> bool:
        """Begin an epoch, unless the network is done."""
        if (stopped := self._ended()) is not None:
            return self.end_together(stopped)
        at, job = self.position, self.job
        self.order = job.data.order(job.seed, at.epoch, self.settings.shuffle)
        self.reader = job.data.reader(job.seed, at.epoch, self.settings.shuffle)
        return True

    def after(self, count: int, seconds: float, stretch: Stretch) -> None:
        """Take in a stretch of steps, all of which were well."""
        at = self.position
        at.seconds += seconds
        at.step, at.updates, at.running = at.step + count, at.updates + count, stretch.running
        self.done(at, stretch)

    def after_epoch(self, whole: bool) -> bool:
        """After the last stretch of an epoch, or of the part of it that was done; whether the network goes on."""
        if whole:
            self._finish_epoch()
            stopped = self._stopped_after_epoch()
        else:
            stopped = "interrupted"
        if stopped is None:
            self.save_checkpoint(None)
            return True
        return self.end_together(stopped)

    def end_together(self, stopped: str, failure: str | None = None) -> bool:
        """The end of this network: False, for it does not go on."""
        if failure is None:
            self.save_checkpoint(stopped)
        self.result = self.fit(stopped, failure)
        self.hooks.end(lambda: self.result)
        self.crew.finished(self.k, self.result)
        return False

    def fail(self, params: Mapping[str, np.ndarray], rule_arrays: list[np.ndarray], bad_step: int) -> bool:
        """Go back to the last step that was well, by itself, and end with what went wrong after it.

        params, rule_arrays : before the stretch whose step `bad_step` was not.
        """
        self.run_: Run = self.settings.make_engine().start(self.job, params)
        self.run_.restore(params, rule_arrays)
        self.run_.set_order(self.order, self.position.running)
        failure = explain(self.run_, self.job, self.position, self.order, BadStepError(self.run_.state, bad_step))
        return self.end_together("diverged", failure)
