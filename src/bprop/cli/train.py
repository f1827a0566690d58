"""`bprop train`: from data to a saved model and its test result."""

from __future__ import annotations

from functools import partial

import typer

from bprop.architecture import Architecture
from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.cli.deciding import planned
from bprop.cli.ending import Ending, run_to_end
from bprop.cli.experiment import build, free_path
from bprop.cli.judging import judge_of
from bprop.cli.network import network_options
from bprop.cli.prepared import DataOptions, in_memory
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
from bprop.cli.show import dataset
from bprop.cli.streaming import streamed, streams
from bprop.cli.target import target_lines
from bprop.cli.watching import watch
from bprop.console import say
from bprop.sources.read_options import ReadOptions
from bprop.training import train as fit_graph


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
    class_weight: opt.ClassWeight = None,
    threshold: opt.Threshold = None,
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
        data, target, labels, task, tuple(kind or ()), weights, test, validation, seed, scale, dtype, reading,
        tuple(class_weight or ()),
    )  # fmt: skip
    big = context.params["stream"] = streams(data, stream)  # a resumed run makes the same choice
    prepared = streamed(options, spool, showing.progress) if big else in_memory(options)
    graph = build(prepared.sample, prepared.preparation, network, scale)
    prepared = planned(prepared, graph, threshold)
    preparation = prepared.preparation
    settings = {
        **training.settings(updating, len(prepared.train)), **showing.settings(), "every": saving.every,
        "resume": saving.resume, "validation": prepared.validation, "notes": prepared.notes,
    }  # fmt: skip
    say(dataset(preparation, train=prepared.train, watch=prepared.validation, test=prepared.test))
    for line in target_lines(prepared, chosen=target is not None):
        say(line)
    out = saving.out or free_path(preparation.source)
    place, noted = remember(context, out) or (saving.checkpoint, None)
    watching = watch(context, prepared)
    fit = partial(fit_graph, graph, prepared.train, **watching.add_to({**settings, "checkpoint": place}, graph))
    ending = Ending(prepared, threshold, judge_of(prepared), out, watching, showing.summary, noted, saving.out is None)
    run_to_end(fit, ending, to_continue(context))
