"""One network among many: a run of training that shares signals and progress with others."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import cast

import numpy as np

from bprop.engines.engine import Engine, Job, Run, Stretch
from bprop.errors import NonFiniteError
from bprop.training.diagnose import explain
from bprop.training.epoch import BadStepError
from bprop.training.fit import Fit
from bprop.training.interrupt import Interrupt
from bprop.training.many.crew import Crew, Share
from bprop.training.settings import TrainSettings
from bprop.training.trainer import Trainer


class Member(Trainer):
    """Network number k. A loss that is no longer finite ends it, and not the others: then its fit is "diverged"."""

    def __init__(
        self, crew: Crew, k: int, job: Job, engine: Engine, theta: Mapping[str, np.ndarray], settings: TrainSettings
    ):  # fmt: skip
        self.crew, self.k = crew, k
        super().__init__(job, engine, theta, settings)

    def run(self) -> Fit:
        try:
            fit = super().run()
        except NonFiniteError as error:
            fit = cast(Fit, error.fit)
        self.crew.finished(self.k, fit)
        return fit

    def interrupted(self) -> bool:
        return self.crew.stopping

    def _watch(self) -> AbstractContextManager[Interrupt]:
        return nullcontext(self.crew.interrupt)

    def _make_progress(self):
        return Share(self.crew, self.k)

    def _end(self, stopped: str) -> Fit:
        return self.fit(stopped)

    def _callbacks_stop(self) -> bool:
        own = super()._callbacks_stop()
        return self.crew.after_epoch(self.k, self.history[-1]) or own

    # --- steps that are done for many networks together ---

    def begin_together(self) -> None:
        """Before the first epoch."""
        self.progress, self.interrupt = self._make_progress(), self.crew.interrupt
        self.order = self.job.data.order(self.job.seed, self.position.epoch, self.settings.shuffle)
        self.hooks.begin(lambda: self.fit("running"), self.position.updates)

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
