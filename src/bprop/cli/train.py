"""`bprop train`: from data to a saved model and its test result."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import typer

from bprop.architecture import Architecture
from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.cli.ending import Ending, run_to_end
from bprop.cli.experiment import build, free_path
from bprop.cli.network import network_options
from bprop.cli.prepared import Given, Prepared, in_memory
from bprop.cli.resume import remember, to_continue
from bprop.cli.rule import RuleOptions, rule_options
from bprop.cli.scores import in_table_units
from bprop.cli.show import choice, dataset, measures
from bprop.cli.streaming import streamed, streams
from bprop.cli.watching import watch
from bprop.console import say
from bprop.disk.foreseen import cannot_write
from bprop.engines import choose
from bprop.errors import SettingError
from bprop.health.constant import no_better
from bprop.tensorboard import TensorBoard
from bprop.training import Fit
from bprop.training import train as fit_graph
from bprop.training.checkpoints import Interval, is_folder

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
    given = Given(data, target, labels, task, tuple(kind or ()), weights, test, validation, seed, scale, dtype)
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
    ending = Ending(found.notes, judge, saved, watching, summary, noted, chosen=out is None)
    run_to_end(fit, ending, to_continue(context))


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
