"""How `bprop train` ends: the fit is saved, tested and shown, whatever ended training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from bprop.cli.errors import BAD, INTERRUPTED
from bprop.cli.experiment import free_path
from bprop.cli.noted import Noted
from bprop.cli.summary import show
from bprop.cli.watching import Watching
from bprop.console import say, say_error
from bprop.errors import NonFiniteError
from bprop.model import save
from bprop.training import Fit, Terminated
from bprop.visible import visible


@dataclass
class Ending:
    """What is done with a fit: it is saved to `path` with `notes`, judged, and shown (`table`: see `summary.show`).

    judge : says how a fit does on the rows to test on, with a warning. noted : the list of the files that the run has
    made. chosen : whether bprop chose `path`, a name that no file had.
    """

    notes: dict[str, Any]
    judge: Callable[[Fit], tuple[str, str | None]] | None
    path: Path
    watching: Watching
    table: bool | None
    noted: Noted | None = None
    chosen: bool = False

    def save(self, fit: Fit, path: Path) -> None:
        """Save the fit, say so, and note it."""
        fit.notes.update(self.notes)
        save(path, fit)
        say(f"saved {visible(path)}")
        self._note(path)

    def save_result(self, fit: Fit) -> None:
        """Save the fit under its name: under the next free one, where another run has taken that in the meantime."""
        resumed = self.noted is not None and self.noted.has_made(self.path)
        if self.chosen and not resumed and self.path.exists():
            self.path = self.next_free()
            if self.noted is not None:
                self.noted.call_result(self.path)
        self.save(fit, self.path)

    def next_free(self) -> Path:
        """A name like `path` that no file has."""
        return free_path(str(self.path.with_suffix("")), self.path.suffix)

    def show(self, fit: Fit) -> None:
        """Show how the network does, and write and note the report."""
        self.watching.finish(fit)
        if self.watching.path is not None:
            self._note(self.watching.path)

    def _note(self, path: Path) -> None:
        if self.noted is not None:
            self.noted.add(path)


def run_to_end(train: Callable[[], Fit], ending: Ending, how: str) -> None:
    """Train, then save and show the fit; the live page stays open after that, if it is to.

    how : the line that says how to continue the run, printed where it was interrupted.
    """
    watching = ending.watching
    try:
        _run(train, ending, how)
    except NonFiniteError as error:
        if watching.stays(error):  # said before the page is left open, not after
            say_error(error)
            watching.close(error)
            raise typer.Exit(BAD) from None
        watching.close(error)
        raise
    except BaseException as error:
        watching.close(error)
        raise
    watching.close()


def _run(train: Callable[[], Fit], ending: Ending, how: str) -> None:
    """Train. However training ends, what was learned is saved."""
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
    """Save what was learned before an error ended training."""
    if not isinstance(fit, Fit):
        return
    if fit.stopped not in ("diverged", "failed"):  # it had ended well, only its last checkpoint could not be written
        _finish(fit, ending)
        return
    if fit.updates:  # what went wrong replaces no earlier model
        ending.save(fit, ending.next_free())
    if fit.stopped == "diverged":
        ending.show(fit)


def _finish(fit: Fit, ending: Ending) -> None:
    """Save, then say and show how the fit does on examples it never saw."""
    ending.save_result(fit)
    say(f"engine: {visible(engine_of(fit))}")
    show(fit, ending.table)
    if fit.best_epoch is not None:
        say(f"best epoch on the validation set: {fit.best_epoch} of {len(fit.history)}{kept(fit)}")
    if ending.judge is not None:
        result, warning = ending.judge(fit)
        say(f"test: {visible(result)}" + (f"\nadvice: {visible(warning)}" if warning else ""))
    ending.show(fit)


def engine_of(fit: Fit) -> str:
    """The engine that ran, and why it was chosen, where the choice was left to bprop."""
    return fit.engine_reason or fit.engine


def kept(fit: Fit) -> str:
    """Which weights are saved and tested, after early stopping."""
    if fit.kept_epoch is not None:
        return " (its weights are saved and tested)"
    return " (the weights of the last update are saved and tested)"
