"""The training loop: epochs of stretches of steps, and what is looked at between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from types import MappingProxyType
from typing import Any

import numpy as np

from bprop.console import say
from bprop.engines.engine import Engine, Job, Stretch
from bprop.engines.program import PENALTY, Program
from bprop.engines.surroundings import changes
from bprop.errors import ModelFileError, NonFiniteError, SettingError, UnknownNameError
from bprop.health import HealthProbe
from bprop.model import KEEP_BEST, Model
from bprop.record import Record
from bprop.rules import Rule
from bprop.scaling import Units
from bprop.training import checkpoint as files
from bprop.training.checkpoint_writer import CheckpointWriter
from bprop.training.diagnose import ADVICE, Batch, diagnose
from bprop.training.epoch import BadStepError, Between, Pace, Position, run_epoch
from bprop.training.failure import FAILURES, as_file_error
from bprop.training.interrupt import Interrupt, Terminated, pass_on_limit
from bprop.training.progress import progress_of
from bprop.training.stopping import EarlyStopping
from bprop.visible import visible

Callback = Callable[[Record, Any], Any]
"""Called with a record and the fit so far (None: see needs_fit in `bprop.train`)."""


class Fit(Model):
    """What training gives: a model with `params`, `history` (one Record an epoch) and how it ended.

    stopped : "epochs" (all done), "patience" (early stopping), "callback" (one returned True), "interrupted" (Ctrl-C),
    "diverged" (a loss was no longer finite; see NonFiniteError), "failed" (another error) or "running" (in a callback).
    params : with patience, those of `best_epoch`, also where all epochs were done or a callback stopped training; while
    it runs, after Ctrl-C and without patience, those of the last step done.
    best_epoch : the best on the validation set, where early stopping looks; kept_epoch : the same where `params` are
    those of that epoch, else None: then they are those after `updates` updates.
    failure : what went wrong, where stopped is "diverged" or "failed".
    engine : the engine that ran, "native", "xla" or "numpy"; engine_reason : why it was chosen, and what each faster
    engine declined, where the choice was left to bprop (engine="auto").
    settings : plain data, how it was trained, for people to read.
    """

    stopped: str = "running"
    updates: int = 0
    engine: str = ""
    engine_reason: str = ""
    settings: Mapping[str, Any] = MappingProxyType({})

    def report(self, path: str | os.PathLike, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        """Write this training as one HTML page, with how the network does on `data`. See `bprop.report`."""
        from bprop.reporting import report  # reports are no part of training

        report(self, path, data, **more)


class Trainer(Between):
    """Runs a job for some epochs. See `bprop.train` for the settings."""

    def __init__(
        self, job: Job, engine: Engine, params: Mapping[str, np.ndarray], *, epochs: int, shuffle: bool = True,
        stopping: EarlyStopping | None = None, callbacks: Sequence[Callback] = (),
        checkpoint: str | os.PathLike | None = None, every: str | None = None,
        resume: str | os.PathLike | bool | None = None, progress: Any = "auto", notes: Mapping[str, Any] | None = None,
        health: bool | str = False,
    ):  # fmt: skip
        self.job, self.epochs, self.shuffle, self.stopping = job, epochs, shuffle, stopping
        self.callbacks, self.wanted_progress, self.notes = list(callbacks), progress, dict(notes or {})
        self.units = Units.of(self.notes)
        self.examine = HealthProbe(job, health, epochs)
        self.settings = {**_settings(job, stopping), "engine": engine.name, "epochs": epochs, "shuffle": shuffle}
        source = files.source_of(resume, checkpoint)
        self.compared = files.settings(job, shuffle) if checkpoint is not None or source is not None else {}
        self.writer: CheckpointWriter | None = None
        if checkpoint is not None:
            fresh = source is None or not files.same_place(source, checkpoint)
            judged_by = "loss" if stopping is None else stopping.monitor
            self.writer = CheckpointWriter(checkpoint, every, job.dtype, self.compared, judged_by, fresh)
        elif every is not None:
            raise SettingError(f"every={every!r} says how often to write checkpoints: say where, with checkpoint=")
        try:
            self._begin(engine, params, source)
        except BaseException:
            self._let_go()
            raise

    def _begin(self, engine: Engine, params: Mapping[str, np.ndarray], source: str | os.PathLike | None) -> None:
        """Start the engine, from `params` or from the checkpoint `source`."""
        job, stopping = self.job, self.stopping
        self.program = Program(job.graph, job.dtype)
        if stopping is not None and stopping.monitor not in ("loss", *self.program.metrics):
            known = ", ".join(("loss", *self.program.metrics))
            raise UnknownNameError(f"cannot monitor {stopping.monitor!r}: there is {known}")
        self.engine_told = ""
        self.history: list[Record] = []
        self.position = Position()
        monitor = None if stopping is None else stopping.monitor
        saved = None if source is None else files.read(source, self.job, self.compared, monitor)
        self.run_ = engine.start(job, params if saved is None else saved.params)
        if saved is not None:
            self._restore(saved)
        self.pace = Pace()
        if self.writer is not None:
            self.writer.start(self.position, self.history)
            if self.writer.folder is not None and saved is None:
                self._write()  # what cannot be written is said now, and there is something to resume from the start

    def _let_go(self) -> None:
        """Let other runs write where this one has written its checkpoints."""
        if self.writer is not None:
            self.writer.close()

    def run(self) -> Fit:
        """Train; see Fit.stopped for how it can end. Callbacks with `begin` and `end` are told of both."""
        try:
            return self._run()
        finally:
            self._let_go()

    def _run(self) -> Fit:
        self._tell("begin", lambda: self._fit("running"))
        try:
            fit = self._train()
        except (NonFiniteError, Terminated) as error:
            self._tell("end", lambda fit=error.fit: fit)
            raise
        except (Exception, KeyboardInterrupt) as error:
            why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            with suppress(Exception):  # a page that shows this run must not say that it goes on
                fit = self._fit("failed", why)
                if getattr(error, "fit", None) is None:
                    error.fit = fit  # type: ignore[union-attr] (nothing that was learned is lost)
                self._tell("end", lambda: fit)
            raise
        self._tell("end", lambda: fit)
        return fit

    def _tell(self, what: str, fit: Callable[[], Any]) -> None:
        listening = [getattr(callback, what) for callback in self.callbacks if hasattr(callback, what)]
        if listening:
            found = fit()
            for listener in listening:
                listener(found)

    def _train(self) -> Fit:
        total = self.epochs * self.job.steps_per_epoch
        self.progress = progress_of(self.wanted_progress, self.epochs, total, self.position.updates)
        stopped = None
        with Interrupt() as self.interrupt:
            try:
                while stopped is None:
                    stopped = self._advance()
                    self._save_checkpoint(stopped)
            finally:
                self.progress.close()
        return self._end(stopped, self.interrupt.signal)

    def _end(self, stopped: str, signal: int | None) -> Fit:
        fit = self._fit(stopped)
        if stopped != "interrupted":
            return fit
        at = self.position
        more = f", and resume={str(self.writer.path)!r} continues it" if self.writer is not None else ""
        said = f"interrupted in epoch {at.epoch + 1} after {at.updates:,} updates; the fit so far is kept{more}"
        say(f"bprop: {visible(said)}", error=True)
        if signal is not None and signal != 2:  # SIGTERM asks the whole program to end
            raise Terminated(fit)
        return fit

    def _advance(self) -> str | None:
        """Train for an epoch, unless there is a reason to stop; the reason, if any, then."""
        if self.stopping is not None and self.stopping.exhausted:
            return "patience"
        if self.position.epoch >= self.epochs:
            return "epochs"
        self._epoch()
        if self.stop():
            return "interrupted"
        return "callback" if self._callbacks_stop() else None

    def _epoch(self) -> None:
        """One epoch from where the run is, or as far as it comes before a signal."""
        at, job = self.position, self.job
        order = job.data.order(job.seed, at.epoch, self.shuffle)
        with closing(job.data.reader(job.seed, at.epoch, self.shuffle)) as self.reader:
            try:
                finished = run_epoch(self.run_, job, at, order, self.pace, self)
            except BadStepError as bad:
                self._fail(bad.before, order, bad.step)
        if finished:
            self._finish_epoch()

    def stop(self) -> bool:
        return self.interrupt.signal is not None

    def most(self, at: Position) -> int | None:
        """The steps to the next checkpoint, where steps are counted, and those whose examples may be read ahead."""
        due = None if self.writer is None else self.writer.steps_until_due(at)
        read = None if self.reader.most is None else max(1, self.reader.most // self.job.batch_size)
        return min((steps for steps in (due, read) if steps is not None), default=None)

    def begin(self, at: Position, count: int) -> None:
        self.reader.reach(at.step * self.job.batch_size, (at.step + count) * self.job.batch_size)

    def done(self, at: Position, stretch: Stretch) -> None:
        self._tell_engine()
        self.progress.steps(at.epoch + 1, at.updates, stretch.sums["loss"] / (stretch.sums["weight"] or 1.0))
        self._save_checkpoint()

    def _tell_engine(self) -> None:
        """Tell which engine runs, and why: at first, and where the run goes on elsewhere."""
        said = self.run_.reason or self.run_.engine
        if said != self.engine_told:
            self.engine_told = said
            self.progress.engine(said)

    def _finish_epoch(self) -> None:
        at, job = self.position, self.job
        sums = self.program.totals(at.running or [])
        means = self.units.measures(self.program.finish(sums))
        loss = means.pop("loss")
        penalty = sums[PENALTY] / job.steps_per_epoch if self.program.penalises_data else self.run_.penalty()
        validation = None if job.validation is None else self.units.measures(self.run_.evaluate("validation"))
        rate = job.rule.rate(at.updates - 1)
        record = Record(
            epoch=at.epoch + 1, updates=at.updates, loss=loss, penalty=penalty, objective=loss + penalty, metrics=means,
            validation=validation, learning_rate=None if rate is None else float(rate), seconds=at.seconds,
            examples_per_second=len(job.data) / max(at.seconds, 1e-9),
            health=self.examine(self.run_, at.updates),
        )  # fmt: skip
        self.history.append(record)
        self.position = Position(epoch=at.epoch + 1, updates=at.updates)
        if self.stopping is not None and validation is not None and self.stopping.improved(record.epoch, validation):
            self.stopping.best_params = self.run_.params()
        self._keep_best(record)
        self.progress.epoch(record)

    def _keep_best(self, record: Record) -> None:
        """Have the model of this epoch written, if it is the best; where there is no memory for that, say so."""
        try:
            if self.writer is not None:
                self.writer.remember_best(record, self._best)
        except MemoryError as error:
            say(f"bprop: {visible(as_file_error(error))}; training goes on, the best model before is kept", error=True)

    def _best(self) -> Model:
        """A model of the epoch just done, which is the best so far."""
        return Model(self.job.graph, self.run_.params(), self.history, self.notes)

    def _callbacks_stop(self) -> bool:
        """Call every callback with the last record; True if one of them returned True."""
        if not self.callbacks:
            return False
        # a fit holds copies of all parameters: none is made where records are enough
        fit = self._fit("running") if any(getattr(c, "needs_fit", True) for c in self.callbacks) else None
        answers = [callback(self.history[-1], fit) for callback in self.callbacks]  # all of them are called
        return any(answer is True for answer in answers)

    def _fit(self, stopped: str, failure: str | None = None) -> Fit:
        best = self.stopping if self.stopping is not None and self.stopping.best_params else None
        keep_best = best is not None and stopped in KEEP_BEST
        fit = Fit(
            self.job.graph, best.best_params if best and keep_best else self.run_.params(), self.history, self.notes
        )
        fit.engine, fit.engine_reason = self.run_.engine, self.run_.reason
        fit.stopped, fit.updates = stopped, self.position.updates
        fit.settings = {**self.settings, "engine": fit.engine, "engine_reason": fit.engine_reason}
        fit.best_epoch, fit.failure = best.best_epoch if best else None, failure
        return fit

    def _fail(self, before: Any, order: np.ndarray, bad_step: int) -> None:
        """Go back to the last step that was well, find out what went wrong in it, and raise NonFiniteError."""
        at, size = self.position, self.job.batch_size
        self.run_.state = before
        good = self._good_steps(bad_step)
        start = at.step + good
        rows = order[start * size : (start + 1) * size]
        data = self.job.data
        arrays, context = self.job.batch(data, rows, at.updates + good)
        numbers = rows if data.numbers is None else data.numbers[rows]
        batch = Batch(arrays, numbers, context)
        reason = diagnose(self.job.graph, self.run_.params(), batch)
        at.step, at.updates = start, at.updates + good
        where = f"epoch {at.epoch + 1}, step {start + 1} of {self.job.steps_per_epoch} (update {at.updates + 1:,})"
        failure = f"training diverged at {where}: {reason}; {ADVICE}"
        raise NonFiniteError(failure, self._fit("diverged", failure))

    def _good_steps(self, bad_step: int) -> int:
        """Redo the stretch up to the step to blame; how many steps of it are to be trusted.

        A step that starts from a theta that is not finite is not to blame: the update before it is.
        """
        at = self.position
        before = self.run_.state
        for good in (bad_step, bad_step - 1):
            self.run_.state = before
            if good > 0:
                self.run_.steps(at.step, good, at.updates)
            if all(np.isfinite(array).all() for array in self.run_.params().values()):
                return good
        return 0

    def _save_checkpoint(self, stopped: str | None = None) -> None:
        """Write a checkpoint if it is time. One that fails on the way is told of; training goes on.

        stopped : why training has ended, where this is the last one: where that fails, the fit is with the error.
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
                error.fit = self._fit(stopped)  # nothing that was learned is lost
            raise

    def _write(self) -> None:
        """Write a checkpoint. Raises ModelFileError, whatever the reason."""
        assert self.writer is not None
        try:
            self.compared |= {files.ENGINE: self.run_.engine, files.SURROUNDINGS: self.run_.surroundings()}
            self.writer.write(self._fit("running"), self.position, self.run_.rule_arrays(), self.stopping)
        except FAILURES as error:
            pass_on_limit(error)
            raise as_file_error(error) from error.__cause__

    def _restore(self, saved: files.Saved) -> None:
        if [a.shape for a in saved.rule_arrays] != [a.shape for a in self.run_.rule_arrays()]:
            raise ModelFileError("the checkpoint holds the state of another rule: give the rule that it was made with")
        try:
            self.run_.restore(saved.params, saved.rule_arrays)
            self.history = list(saved.history)
            self.position = Position(**saved.position)
            if any(len(row) != len(self.program.sum_names) for row in self.position.running or ()):
                raise ValueError("sums of other metrics")
            if saved.engine not in (None, self.run_.engine):
                self._change_engine(str(saved.engine))
            elif said := changes(saved.surroundings, self.run_.surroundings()):
                say(f"bprop: {visible(said)}", error=True)
            if self.stopping is not None and saved.stopping is not None:
                self.stopping.restore(saved.stopping, saved.best_params)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFileError(
                f"the checkpoint's training state is damaged ({type(error).__name__}: {error})"
            ) from error

    def _change_engine(self, before: str) -> None:
        """Say that the run goes on on another engine, and take over what that one summed up, in the common form."""
        now, at = self.run_.engine, self.position
        say(
            f"bprop: this run was on the {visible(before)} engine and goes on on {now}: not bit for bit the same; for "
            f"that, resume it with engine={before!r}",
            error=True,
        )
        if at.running:
            sums = list(self.program.totals(at.running).values())
            at.running = [sums, [0.0] * len(sums)]


def _settings(job: Job, stopping: EarlyStopping | None) -> dict[str, Any]:
    """How a job is trained, for people to read."""
    found: dict[str, Any] = {
        "rule": repr(job.rule) if isinstance(job.rule, Rule) else type(job.rule).__name__,
        "batch_size": job.batch_size, "seed": job.seed, "dtype": job.precision, "examples": len(job.data),
        "validation_examples": None if job.validation is None else len(job.validation),
    }  # fmt: skip
    return found if stopping is None else {**found, "patience": stopping.patience, "monitor": stopping.monitor}
