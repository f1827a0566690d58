"""The end of `bprop train`: it saves, tests and shows the fit, however training ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import typer

from bprop.cli.config import Config
from bprop.cli.deciding import decided
from bprop.cli.errors import BAD, INTERRUPTED
from bprop.cli.experiment import free_path
from bprop.cli.judging import Verdict
from bprop.cli.noted import Noted
from bprop.cli.prepared import Prepared
from bprop.cli.summary import show
from bprop.cli.watching import Watching
from bprop.console import say, say_error
from bprop.disk.special import own_descriptor
from bprop.errors import BpropError, ModelFileError, NonFiniteError
from bprop.model import save
from bprop.notes import best_epochs
from bprop.remote.path import RemotePath
from bprop.reporting.about import RUN
from bprop.sources.preparation import Preparation
from bprop.tables.certainty import Watched, certain
from bprop.training import Fit, Terminated
from bprop.visible import visible


@dataclass
class Ending:
    """Saves a fit to `path` with the notes of the data, judges it, and shows it (`table`: see `summary.show`).

    threshold : as for `deciding.decided`. calibrate, folds : as for `certain`. judge : (fit, preparation) -> its test
    result. noted : the record of the files that the run wrote. chosen : True if bprop chose `path` because no file had
    that name. config : the settings, written beside the model. more : further notes.
    """

    prepared: Prepared
    threshold: str | None
    judge: Callable[[Fit, Preparation], Verdict] | None
    path: Path
    watching: Watching
    table: bool | None
    noted: Noted | None = None
    chosen: bool = False
    config: Config | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    threshold_line: str = ""
    calibrate: bool = False
    folds: Watched | None = None
    temperature_line: str = ""
    failed: BpropError | None = None

    def save(self, fit: Fit, path: Path) -> None:
        """Calibrate the probabilities, and choose the threshold between two classes, if that is asked for; save the
        fit with its conformal scores, say so, and note it."""
        prepared = self.prepared
        self.temperature_line = certain(fit, prepared.validation, prepared.of_class, self.calibrate, self.folds)
        preparation, self.threshold_line = decided(fit, self.prepared, self.threshold)
        self.prepared = replace(self.prepared, preparation=preparation)
        fit.notes.update({**self.prepared.notes, **self.more})
        fit.notes.setdefault(RUN, {**fit.settings})
        path = self._saved(fit, path)
        say(f"saved {visible(path)}")
        self._note(path)
        if self.config is not None and _is_file(path):
            settings = self.config.write_beside(path, fit.engine, fit.engine_reason)
            if settings is not None:
                self._note(settings)

    def _saved(self, fit: Fit, path: Path) -> Path:
        """Save a fit. Where an address cannot be written, it is saved here, and the command ends with an error."""
        try:
            save(path, fit)
        except ModelFileError as error:
            if not isinstance(path, RemotePath):
                raise
            self.path = free_path(path.stem, path.suffix)
            save(self.path, fit)
            self.failed = error
            return self.path
        return path

    def save_test(self, fit: Fit, result: str) -> None:
        """Save the fit once more, with its result on the test rows, where it is in a file of its own."""
        fit.notes[RUN] = {**fit.notes[RUN], "test": result}
        if _is_file(self.path):
            save(self.path, fit)
            self._note(self.path)

    def save_result(self, fit: Fit) -> None:
        """Save the fit to `path`, or to the next free name if another run took `path` in the meantime."""
        if self.chosen and not (self.noted is not None and self.noted.has_made(self.path)) and self.path.exists():
            self.path = self.next_free()
            if self.noted is not None:
                self.noted.call_result(self.path)
        self.save(fit, self.path)

    def next_free(self) -> Path:
        """A name like `path` that no file has."""
        return free_path(str(self.path.with_suffix("")), self.path.suffix)

    def show(self, fit: Fit) -> None:
        """Show the result, and write and note the report."""
        self.watching.finish(fit)
        if self.watching.path is not None:
            self._note(self.watching.path)
        if self.failed is not None:
            raise ModelFileError(f"{self.failed}; the model is saved here, as {self.path}")

    def _note(self, path: Path) -> None:
        if self.noted is not None:
            self.noted.add(path)


def _is_file(path: Path) -> bool:
    """Whether a path is that of a file, here or at an address, rather than of a device."""
    return isinstance(path, RemotePath) or (own_descriptor(os.fspath(path)) is None and path.is_file())


def run_to_end(train: Callable[[], Fit], ending: Ending, how: str) -> None:
    """Train, then save and show the fit. The live page may stay open after that.

    how : the line that says how to continue the run. It is printed if the run is interrupted.
    """
    watching = ending.watching
    try:
        _run(train, ending, how)
    except NonFiniteError as error:
        if watching.stays(error):  # print it before the page is left open, not after
            say_error(error)
            watching.close(error)
            raise typer.Exit(BAD) from None
        watching.close(error)
        raise
    except BaseException as error:
        watching.close(error)
        raise
    watching.close()


def follow(train: Callable[[], Fit]) -> None:
    """Train in a process that is not process 0, which alone saves and shows."""
    if train().stopped == "interrupted":
        raise typer.Exit(INTERRUPTED)


def _run(train: Callable[[], Fit], ending: Ending, how: str) -> None:
    """Train. However training ends, save the weights learned so far."""
    try:
        fit = train()
    except Terminated as end:
        _finish(end.fit, ending)
        say(how, end="", error=True)
        raise
    except Exception as error:
        _rescue(getattr(error, "fit", None), ending)
        raise
    _finish(fit, ending)
    if fit.stopped == "interrupted":
        say(how, end="", error=True)
        raise typer.Exit(INTERRUPTED)


def _rescue(fit: Any, ending: Ending) -> None:
    """Save the weights learned before an error ended training."""
    if not isinstance(fit, Fit):
        return
    if fit.stopped not in ("diverged", "failed"):  # training ended well; only its last checkpoint failed
        _finish(fit, ending)
        return
    if fit.updates:  # a failed run replaces no earlier model
        ending.save(fit, ending.next_free())
    try:
        ending.show(fit)
    except BpropError as error:  # the first error comes after it
        say_error(error)


def _finish(fit: Fit, ending: Ending) -> None:
    """Save the fit, then print its result on the test rows and show it."""
    ending.save_result(fit)
    say(f"engine: {visible(engine_of(fit))}")
    show(fit, ending.table)
    if epochs := best_epochs(fit.notes):
        say(
            f"best epochs of the {len(epochs)} networks on their validation rows: {', '.join(map(str, epochs))} "
            "(their weights are saved and tested)"
        )
    elif fit.best_epoch is not None:
        say(f"best epoch on the validation set: {fit.best_epoch} of {len(fit.history)}{kept(fit)}")
    if ending.temperature_line:
        say(ending.temperature_line)
    if ending.threshold_line:
        say(visible(ending.threshold_line))
    if ending.judge is not None:
        verdict = ending.judge(fit, ending.prepared.preparation)
        ending.save_test(fit, verdict.scores)
        advice = [f"advice: {verdict.warning}"] if verdict.warning else []
        for line in (f"test: {verdict.scores}", *advice, *verdict.lines):
            say(visible(line))
    ending.show(fit)


def engine_of(fit: Fit) -> str:
    """The engine that ran, and the reason if bprop chose it."""
    return fit.engine_reason or fit.engine


def kept(fit: Fit) -> str:
    """A note on which weights are saved and tested after early stopping."""
    if fit.kept_epoch is not None:
        return " (its weights are saved and tested)"
    return " (the weights of the last update are saved and tested)"
