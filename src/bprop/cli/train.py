"""`bprop train`: from data to a saved model and its test result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import typer

from bprop.architecture import Architecture
from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.cli.errors import BAD, INTERRUPTED
from bprop.cli.experiment import build, free_path
from bprop.cli.network import network_options
from bprop.cli.noted import Noted
from bprop.cli.prepared import DataOptions, Prepared, in_memory
from bprop.cli.resume import remember, to_continue
from bprop.cli.rule import RuleOptions, rule_options
from bprop.cli.scores import in_table_units
from bprop.cli.show import choice, dataset, measures
from bprop.cli.streaming import streamed, streams
from bprop.cli.summary import show
from bprop.cli.watching import Watching, watch
from bprop.console import say, say_error
from bprop.disk.foreseen import cannot_write
from bprop.engines import choose
from bprop.errors import NonFiniteError, SettingError
from bprop.health.constant import no_better
from bprop.model import save
from bprop.tensorboard import TensorBoard
from bprop.training import Fit, Terminated
from bprop.training import train as fit_graph
from bprop.training.checkpoints import Interval, is_folder
from bprop.visible import visible

MOST_JUDGED = 10_000_000
"""Rows of a set larger than memory up to which its targets are looked at once more, to compare with a constant."""


@command
@network_options
@rule_options
def train(
    context: typer.Context,
    data: opt.Source,
    target: opt.Target = None,
    labels: opt.Labels = None,
    task: opt.Task = None,
    scale: opt.Scale = "auto",
    kind: opt.Kinds = None,
    weights: opt.Weights = None,
    test: opt.Test = "0.2",
    validation: opt.Validation = "0.1",
    stream: opt.Stream = None,
    spool: opt.SpoolFolder = None,
    *,
    network: Architecture,
    updating: RuleOptions,
    batch_size: opt.BatchSize = None,
    epochs: opt.Epochs = 30,
    patience: opt.Patience = None,
    monitor: opt.Monitor = "loss",
    shuffle: opt.Shuffle = True,
    seed: opt.Seed = 0,
    dtype: opt.Precision = "float32",
    engine: opt.EngineName = "auto",
    out: opt.Out = None,
    checkpoint: opt.Checkpoint = None,
    every: opt.Every = None,
    resume: opt.Resume = None,
    report: opt.Report = None,
    live: opt.ShowLive = False,
    live_port: opt.LivePort = 0,
    live_wait: opt.LiveWait = None,
    open_page: opt.OpenPage = False,
    progress: opt.ShowProgress = True,
    health: opt.Health = False,
    tensorboard: opt.TensorBoardFolder = None,
    summary: opt.Summary = None,
) -> None:
    """Train a network on DATA, test it on examples it never saw, and save it.

    \b
    bprop train digits
    bprop train train-images-idx3-ubyte.gz --hidden 500 --batch-size 1 --lr 0.01
    bprop train house.csv --target price --rule adam --patience 10
    bprop train "sales/*.parquet" --target sold --kind zip=categorical --test 2024.parquet
    """
    choose(engine)  # a missing engine is said before any work
    _check_every(every, checkpoint)
    _check_writable(out, report, None if checkpoint is None or is_folder(checkpoint, every) else checkpoint)
    given = DataOptions(data, target, labels, task, tuple(kind or ()), weights, test, validation, seed, scale, dtype)
    big = context.params["stream"] = streams(data, stream)  # a run that is resumed does as it did
    found = streamed(given, spool, progress) if big else in_memory(given)
    preparation, judge = found.preparation, _judge(found)
    graph = build(found.sample, preparation, network, scale)
    size = min(32, len(found.train)) if batch_size is None else batch_size
    settings = {
        "rule": updating.make(epochs * -(-len(found.train) // max(size, 1))), "batch_size": size, "epochs": epochs,
        "validation": found.validation, "patience": patience,
        "monitor": monitor, "shuffle": shuffle, "seed": seed, "dtype": dtype, "engine": engine,
        "progress": progress, "every": every, "resume": resume,
        "notes": found.notes, "health": "auto" if health or tensorboard is not None else False,
        "callbacks": [] if tensorboard is None else [TensorBoard(tensorboard)],
    }  # fmt: skip
    say(dataset(preparation, train=found.train, watch=found.validation, test=found.test))
    if line := choice(preparation, task):
        say(line)
    saved = out or free_path(preparation.source)
    place, noted = remember(context, saved) or (checkpoint, None)
    watching = watch(context, found)
    fit = partial(fit_graph, graph, found.train, **watching.add_to({**settings, "checkpoint": place}, graph))
    try:
        ending = Ending(found.notes, judge, saved, watching, summary, noted, chosen=out is None)
        _run(fit, ending, to_continue(context))
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


def _check_every(every: str | None, checkpoint: Path | None) -> None:
    if every is not None:
        Interval.parse(every)
        if checkpoint is None:
            raise SettingError(f"--every {every} says how often to write checkpoints: say where, with --checkpoint DIR")


def _check_writable(*paths: Path | None) -> None:
    """What cannot be written at the end is said before the work begins."""
    for path in paths:
        wrong = None if path is None else cannot_write(path)
        if wrong is not None:
            raise SettingError(f"{path} cannot be written: {wrong}")


def _judge(found: Prepared) -> Callable[[Fit], tuple[str, str | None]] | None:
    """What says how a fit does on the rows to test on, with a warning where it does no better than a constant."""
    test, held, preparation = found.test, found.held, found.preparation
    if test is None:
        return None

    def judge(fit: Fit) -> tuple[str, str | None]:
        measured = shown = fit.evaluate(test)
        seen = fit.units.judged(test.arrays) if test.in_memory or len(test) <= MOST_JUDGED else None
        name = f"the {len(test):,} test"
        warning = None if seen is None else no_better(fit.graph, seen, measured, test.weights, name)
        if preparation.classes is None and preparation.task != "multilabel":
            weights = np.ones(len(test)) if test.weights is None else test.weights
            y = fit.units.restored("y", test.arrays["y"]) if held is None else preparation.y(held)
            shown = in_table_units(measured, fit.predict(test), y, weights, preparation)
        return f"{measures(shown, fit.graph)} on {len(test):,} examples", warning

    return judge


@dataclass
class Ending:
    """What is done with a fit: it is saved to `path` with `notes`, judged, and shown (`table`: see `summary.show`).

    noted : where it is noted which files the run has made. chosen : whether `path` is a free name that was chosen.
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


def _run(fit: Callable[[], Fit], ending: Ending, how: str) -> None:
    """Train; however it ends, what was learned is saved. `how` is said where it can be gone on with."""
    try:
        found = fit()
    except Terminated as end:
        _finish(end.fit, ending)
        say(how, end="", error=True)
        raise
    except Exception as error:
        _rescue(getattr(error, "fit", None), ending)
        raise
    _finish(found, ending)
    if found.stopped == "interrupted":
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
