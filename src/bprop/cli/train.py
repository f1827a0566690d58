"""`bprop train`: from data to a saved model and its test result."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import typer

from bprop.architecture import Architecture
from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.cli.ending import Ending, run_to_end
from bprop.cli.experiment import build, free_path
from bprop.cli.network import network_options
from bprop.cli.prepared import DataOptions, Prepared, in_memory
from bprop.cli.reading import reading_options
from bprop.cli.resume import remember, to_continue
from bprop.cli.rule import RuleOptions, rule_options
from bprop.cli.running import (
    SavingOptions,
    ShowingOptions,
    TrainingOptions,
    saving_options,
    showing_options,
    training_options,
)
from bprop.cli.scores import in_table_units
from bprop.cli.show import choice, dataset, measures
from bprop.cli.streaming import streamed, streams
from bprop.cli.watching import watch
from bprop.console import say
from bprop.health.constant import no_better
from bprop.sources.read_options import ReadOptions
from bprop.training import Fit
from bprop.training import train as fit_graph

MOST_JUDGED = 10_000_000
"""The most rows of a test set larger than memory that are compared with a constant, which reads the set again."""


@command
@reading_options
@network_options
@rule_options
@training_options
@saving_options
@showing_options
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
    reading: ReadOptions,
    network: Architecture,
    updating: RuleOptions,
    training: TrainingOptions,
    saving: SavingOptions,
    showing: ShowingOptions,
) -> None:
    """Train a network on DATA, test it on examples it never saw, and save it.

    \b
    bprop train digits
    bprop train train-images-idx3-ubyte.gz --hidden 500 --batch-size 1 --lr 0.01
    bprop train house.csv --target price --rule adam --patience 10
    bprop train "sales/*.parquet" --target sold --kind zip=categorical --test 2024.parquet
    """
    saving.check(showing.report)
    seed, dtype = training.seed, training.dtype
    options = DataOptions(
        data, target, labels, task, tuple(kind or ()), weights, test, validation, seed, scale, dtype, reading
    )  # fmt: skip
    big = context.params["stream"] = streams(data, stream)  # a resumed run makes the same choice
    prepared = streamed(options, spool, showing.progress) if big else in_memory(options)
    preparation = prepared.preparation
    graph = build(prepared.sample, preparation, network, scale)
    settings = {
        **training.settings(updating, len(prepared.train)), **showing.settings(), "every": saving.every,
        "resume": saving.resume, "validation": prepared.validation, "notes": prepared.notes,
    }  # fmt: skip
    say(dataset(preparation, train=prepared.train, watch=prepared.validation, test=prepared.test))
    if line := choice(preparation, task):
        say(line)
    out = saving.out or free_path(preparation.source)
    place, noted = remember(context, out) or (saving.checkpoint, None)
    watching = watch(context, prepared)
    fit = partial(fit_graph, graph, prepared.train, **watching.add_to({**settings, "checkpoint": place}, graph))
    ending = Ending(prepared.notes, _judge(prepared), out, watching, showing.summary, noted, chosen=saving.out is None)
    run_to_end(fit, ending, to_continue(context))


def _judge(prepared: Prepared) -> Callable[[Fit], tuple[str, str | None]] | None:
    """A function that measures a fit on the test rows, with a warning if it does no better than a constant; or None."""
    test, held, preparation = prepared.test, prepared.held, prepared.preparation
    if test is None:
        return None

    def judge(fit: Fit) -> tuple[str, str | None]:
        measured = shown = fit.evaluate(test)
        judged = fit.units.judged(test.arrays) if test.in_memory or len(test) <= MOST_JUDGED else None
        name = f"the {len(test):,} test"
        warning = None if judged is None else no_better(fit.graph, judged, measured, test.weights, name)
        if preparation.classes is None and preparation.task != "multilabel":
            weights = np.ones(len(test)) if test.weights is None else test.weights
            y = fit.units.restored("y", test.arrays["y"]) if held is None else preparation.y(held)
            shown = in_table_units(measured, fit.predict(test), y, weights, preparation)
        return f"{measures(shown, fit.graph)} on {len(test):,} examples", warning

    return judge
