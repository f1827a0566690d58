"""A run of training from its first epoch to its end. After each epoch it measures, saves and reports."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import replace
from typing import Any

import numpy as np

from bprop.console import say
from bprop.data import Reader
from bprop.engines.engine import Engine, Job, Run, Stretch
from bprop.engines.program import Program
from bprop.errors import ModelFileError, NonFiniteError
from bprop.health import HealthProbe
from bprop.history import History
from bprop.model import KEEP_BEST, Model
from bprop.scaling import Units
from bprop.training.checkpoints import resume
from bprop.training.checkpoints.writer import CheckpointWriter
from bprop.training.diagnose import explain
from bprop.training.epoch import BadStepError, Between, Pace, Position, run_epoch
from bprop.training.events import from_begin_to_end
from bprop.training.fit import Fit
from bprop.training.helm import BY_HAND, Helm
from bprop.training.hooks import Hooks
from bprop.training.interrupt import Interrupt, Terminated
from bprop.training.progress import Progress, Silent, progress_of
from bprop.training.recorder import Recorder, input_statistics
from bprop.training.settings import TrainSettings
from bprop.training.stopping import EarlyStopping
from bprop.visible import visible


class Trainer(Between):
    """Trains a job: see `bprop.train` for the settings.

    run_ : the job in training on the engine, from `theta` or from the checkpoint that is resumed. position : where it
    is. history : a record for every epoch done. whole : whether the last epoch that was begun was done to its end.
    """

    job: Job
    settings: TrainSettings
    described: dict[str, Any]
    program: Program
    units: Units
    stopping: EarlyStopping | None
    probe: HealthProbe
    run_: Run
    position: Position
    pace: Pace
    engine_shown: str
    progress: Progress
    interrupt: Interrupt
    reader: Reader

    history: History
    whole: bool

    def __init__(self, job: Job, engine: Engine, theta: Mapping[str, np.ndarray], settings: TrainSettings):
        self.job, self.settings, self.described = job, settings, settings.describe(job, engine)
        self.program, self.units = Program(job.graph, job.dtype), Units.of(settings.notes or {})
        self.trained_on: dict[str, dict[str, float]] = input_statistics(job, self.units)
        self.stopping, self.probe = settings.make_stopping(), HealthProbe(job, settings.health, settings.epochs)
        self.hooks: Hooks = Hooks(settings.callbacks)
        self.helm: Helm = self._make_helm()
        self.engine: Engine = engine
        self.recorder: Recorder = Recorder(job, self.program, self.units, settings)
        source = resume.source_of(settings.resume, settings.checkpoint)
        writes = settings.checkpoint is not None
        fingerprint = resume.fingerprint(job, settings.shuffle) if writes or source is not None else {}
        self.writer: CheckpointWriter | None = self._make_writer(fingerprint, source) if writes else None
        try:
            self._begin(engine, theta, fingerprint, source)
        except BaseException:
            self.close()
            raise

    def _counts(self) -> tuple[int, int]:
        """The updates that are done, and those of all epochs."""
        return self.position.updates, self.settings.epochs * self.job.steps_per_epoch

    def _make_helm(self) -> Helm:
        return Helm.of(self.settings.callbacks, self.job.rule)

    def _make_writer(self, fingerprint: Mapping[str, Any], source: Any) -> CheckpointWriter:
        settings, place = self.settings, self.settings.checkpoint
        assert place is not None
        resuming = source is not None and resume.same_place(source, place)
        monitor, higher = ("loss", None) if self.stopping is None else (self.stopping.monitor, self.stopping.higher)
        return CheckpointWriter(place, settings.every, self.job.dtype, fingerprint, monitor, resuming, higher)

    def _begin(self, engine: Engine, theta: Mapping[str, Any], fingerprint: Mapping[str, Any], source: Any) -> None:
        """Start the engine, from `theta` or from the checkpoint `source`."""
        monitor = None if self.stopping is None else self.stopping.monitor
        saved = None if source is None else resume.load(source, self.job, fingerprint, monitor)
        if saved is not None and saved.stopping is None and not self.settings.wants_best:
            self.stopping = None  # the run kept its last epoch, and goes on as it was
        if saved is not None:
            self._take_job(self.helm.resume(saved.settings.get(BY_HAND, ()), self.job))
        self.run_ = engine.start(self.job, theta if saved is None else saved.params)
        self.position = Position()
        self.history = History()
        if saved is not None:
            self.position = resume.restore(saved, self.run_, self.program, self.stopping)
            self.history = History(saved.history)
        self.hooks.stepped = self.position.updates
        self.pace, self.engine_shown = Pace(), ""
        if self.writer is not None:
            self.writer.start(self.position, self.history)
            if self.writer.folder is not None and saved is None:
                self._write()  # an error of the disk comes before training, and there is a checkpoint from the start

    def close(self) -> None:
        """Let other runs write where this one has written its checkpoints."""
        if self.writer is not None:
            self.writer.close()

    # --- from the beginning to the end ---

    def run(self) -> Fit:
        """Train; see Fit.stopped for how it can end, and `Callback` for the calls on the way."""
        try:
            return from_begin_to_end(self.hooks, self.fit, self._train)
        finally:
            self.close()

    def _train(self) -> Fit:
        self.progress, stopped = self._make_progress(), None
        self.helm.begin(self.position)
        with self._watch() as self.interrupt:
            try:
                while stopped is None:
                    stopped = self.turn()
            finally:
                self.progress.close()
        return self._end(stopped)

    def turn(self) -> str | None:
        """Train for an epoch and write the checkpoint that is due. Why training has ended, if it has."""
        stopped = self._advance()
        self.save_checkpoint(stopped)
        return stopped

    def _make_progress(self) -> Progress:
        epochs = self.settings.epochs
        return progress_of(self.settings.progress, epochs, epochs * self.job.steps_per_epoch, self.position.updates)

    def _watch(self) -> AbstractContextManager[Interrupt]:
        """Within the context, Ctrl-C and SIGTERM are noted."""
        return Interrupt()

    def _advance(self) -> str | None:
        """Train for an epoch, unless there is a reason to stop; the reason, if any, then."""
        if (stopped := self._ended()) is not None:
            return stopped
        self._epoch()
        return self._stopped_after_epoch()

    def _ended(self) -> str | None:
        """The reason why no epoch is to follow, if there is one."""
        if self.hooks.stopping or self.helm.stops:
            return "callback"
        if self.stopping is not None and self.stopping.exhausted:
            return "patience"
        return "epochs" if self.position.epoch >= self.settings.epochs else None

    def _stopped_after_epoch(self) -> str | None:
        if self.interrupted():
            return "interrupted"
        return (
            "callback" if not self.whole or self._callbacks_stop() or self.hooks.stopping or self.helm.stops else None
        )

    def _end(self, stopped: str) -> Fit:
        fit, at = self.fit(stopped), self.position
        if stopped != "interrupted":
            return fit
        more = f", and resume={str(self.writer.path)!r} continues it" if self.writer is not None else ""
        message = f"interrupted in epoch {at.epoch + 1} after {at.updates:,} updates; the fit so far is kept{more}"
        say(f"bprop: {visible(message)}", error=True)
        if self.interrupt.signal not in (None, 2):  # SIGTERM asks the whole program to end
            raise Terminated(fit)
        return fit

    # --- an epoch, and what happens between its stretches ---

    def _epoch(self) -> None:
        """One epoch from where the run is, or as far as it comes before a signal."""
        self._part_of_epoch()
        while not self.whole and self.helm.turned and not (self.interrupted() or self.helm.stops):
            self._change_rate()
            self._part_of_epoch()

    def _change_rate(self) -> None:
        """Go on with another learning rate, as if from a checkpoint."""
        theta, arrays = self.run_.params(), self.run_.rule_arrays()
        self._take_job(self.helm.turn(self.job, self.position.updates))
        self.run_ = self.engine.start(self.job, theta)
        self.run_.restore(theta, arrays)

    def _take_job(self, job: Job) -> None:
        if job is not self.job:
            self.job = self.recorder.job = self.probe.job = job
            self.described["rule"] = repr(job.rule)
        if self.writer is not None and self.helm.changes:
            self.writer.fingerprint = {**self.writer.fingerprint, BY_HAND: self.helm.changes}

    def _part_of_epoch(self) -> None:
        """One epoch from where the run is, or as far as it comes before a signal, or a wish for another rate."""
        at, job, shuffle, self.whole = self.position, self.job, self.settings.shuffle, False
        order = job.data.order(job.seed, at.epoch, shuffle)
        with closing(job.data.reader(job.seed, at.epoch, shuffle)) as self.reader:
            finished, failure = False, None
            try:
                finished = run_epoch(self.run_, job, at, order, self.pace, self)
            except BadStepError as bad:
                failure = explain(self.run_, job, at, order, bad)
        if failure is not None:
            raise NonFiniteError(failure, self.fit("diverged", failure))
        if finished:
            self._finish_epoch()

    def stop(self) -> bool:
        return self.hooks.stopping or self.interrupted() or self.helm.stops or self.helm.turned

    def interrupted(self) -> bool:
        """Whether something from outside ends training, such as a signal."""
        return self.interrupt.signal is not None

    def most(self, at: Position) -> int | None:
        """The steps to the next checkpoint, where steps are counted, or to a callback; and at most those whose examples
        may be read ahead."""
        due = None if self.writer is None else self.writer.steps_until_due(at)
        read = None if self.reader.most is None else max(1, self.reader.most // self.job.batch_size)
        called = self.hooks.until_due(at.updates)
        return min((steps for steps in (due, called, read) if steps is not None), default=None)

    def begin(self, at: Position, count: int) -> None:
        self.reader.reach(at.step * self.job.batch_size, (at.step + count) * self.job.batch_size)

    def done(self, at: Position, stretch: Stretch) -> None:
        self._show_engine()
        self.progress.steps(at.epoch + 1, at.updates, stretch.sums["loss"] / (stretch.sums["weight"] or 1.0))
        self.save_checkpoint()
        self.hooks.step(at.updates, lambda: self.recorder.so_far(self.run_, at), lambda: self.fit("running"))
        self.helm.done(at, stretch, self.job, self._counts(), self.settings.epochs, self.interrupted)

    def _show_engine(self) -> None:
        """Show which engine runs, and why: at first, and where the run goes on elsewhere."""
        reason = self.run_.reason or self.run_.engine
        if reason != self.engine_shown:
            self.engine_shown = reason
            self.progress.engine(reason)
            if self.run_.hindered and isinstance(self.progress, Silent) and self.settings.progress is not False:
                say(f"bprop: engine: {visible(reason)}", error=True)  # it may be much slower: not without a word

    # --- after an epoch ---

    def _finish_epoch(self) -> None:
        self.whole = True
        at, run, stopping = self.position, self.run_, self.stopping
        record = self.recorder.of_epoch(run, at)
        watched = stopping is not None and record.validation is not None
        best = stopping.improved(record.epoch, record.validation) if watched else None  # type: ignore
        record = replace(record, health=self.probe(run, at.updates), best=best)
        self.history.append(record)
        self.position = Position(epoch=at.epoch + 1, updates=at.updates)
        if stopping is not None and best and self.settings.keeps:
            stopping.best_params = run.params()
        if self.writer is not None:
            self.writer.remember_best(record, self._best)
        self.progress.epoch(record)

    def _best(self) -> Model:
        """A model of the epoch just done, which is the best so far."""
        model = Model(self.job.graph.whole, self.run_.params(), self.history, self.settings.notes)
        model.trained_on = self.trained_on
        return model

    def _callbacks_stop(self) -> bool:
        """Call every callback with the last record; True if one of them returned True."""
        return self.hooks.epoch(self.history[-1], lambda: self.fit("running"))

    def fit(self, stopped: str, failure: str | None = None) -> Fit:
        """The fit so far. stopped, failure : as in a Fit."""
        restores = self.settings.keeps and self.stopping is not None and self.stopping.best_params
        best = self.stopping if restores else None
        params = best.best_params if best is not None and stopped in KEEP_BEST else self.run_.params()
        fit = Fit(self.job.graph.whole, params, self.history, self.settings.notes)
        fit.trained_on = self.trained_on
        fit.engine, fit.engine_reason = self.run_.engine, self.run_.reason
        fit.metrics = self.recorder.own.metrics
        fit.stopped, fit.updates = stopped, self.position.updates
        fit.settings = {**self.described, "engine": fit.engine, "engine_reason": fit.engine_reason}
        fit.best_epoch, fit.failure = None if best is None else best.best_epoch, failure
        return fit

    def save_checkpoint(self, stopped: str | None = None) -> None:
        """Write a checkpoint if it is time. One that fails on the way is reported; training goes on.

        stopped : why training has ended, for the last checkpoint. If that fails, the error has the fit.
        """
        if self.writer is None or not (stopped is not None or self.writer.due(self.position)):
            return
        try:
            self._write()
        except ModelFileError as error:
            if stopped is None:
                say(f"bprop: {visible(error)}; training goes on, the checkpoint before is kept", error=True)
                return
            with suppress(MemoryError):
                error.fit = self.fit(stopped)  # nothing that was learned is lost
            raise

    def _write(self) -> None:
        assert self.writer is not None
        self.writer.write(lambda: self.fit("running"), self.position, self.run_, self.stopping)
