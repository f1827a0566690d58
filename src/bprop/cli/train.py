"""`bprop train`: from data to a saved model and its test result."""

from __future__ import annotations

from functools import partial

import typer

from bprop.architecture import Architecture
from bprop.cli import options as opt
from bprop.cli.checks import check_network
from bprop.cli.command import command
from bprop.cli.config import Config
from bprop.cli.deciding import planned
from bprop.cli.ending import Ending, run_to_end
from bprop.cli.experiment import free_path
from bprop.cli.folds import check_folds, cross_validate
from bprop.cli.judging import judge_of
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
from bprop.cli.show import dataset
from bprop.cli.splitting import division_lines, need_effect
from bprop.cli.streaming import streamed, streams
from bprop.cli.target import target_lines
from bprop.cli.watching import watch
from bprop.console import say
from bprop.sources.read_options import ReadOptions
from bprop.tables.network import build
from bprop.training import Fit
from bprop.training import train as fit_graph
from bprop.visible import visible


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
    split_by: opt.SplitBy = None,
    group: opt.Group = None,
    folds: opt.Folds = None,
    stream: opt.Stream = None,
    spool: opt.SpoolFolder = None,
    config: opt.ConfigFile = None,
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
        split_by, group, tuple(class_weight or ()),
    )  # fmt: skip
    need_effect(options, folds)
    check_network(network, task)
    big = context.params["stream"] = streams(data, stream, spool)  # a resumed run makes the same choice
    check_folds(folds, saving, big)
    prepared = streamed(options, spool, showing.progress) if big else in_memory(options, folds is not None)
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
    for line in division_lines(prepared):
        say(visible(line))
    more = {}
    if folds is not None and prepared.whole is not None:
        more = cross_validate(prepared.whole, folds, partial(_train_fold, network, scale, updating, training)).notes
    out = saving.out or free_path(preparation.source)
    place, noted = remember(context, out) or (saving.checkpoint, None)
    watching = watch(context, prepared)
    inferred = {
        "target": ",".join(preparation.answer.columns),
        "task": preparation.task,
        "batch_size": settings["batch_size"],
    }
    settings_of_run = Config.of(context, inferred)
    fit = partial(fit_graph, graph, prepared.train, **watching.add_to({**settings, "checkpoint": place}, graph))
    ending = Ending(
        prepared, threshold, judge_of(prepared), out, watching, showing.summary, noted, saving.out is None,
        settings_of_run, more,
    )  # fmt: skip
    run_to_end(fit, ending, to_continue(context))


def _train_fold(
    network: Architecture, scale: str, updating: RuleOptions, training: TrainingOptions, prepared: Prepared
) -> Fit:  # fmt: skip
    """The fit of a fold: trained as the network that is kept is, without files and without a report."""
    graph = build(prepared.sample, prepared.preparation, network, scale)
    settings = training.settings(updating, len(prepared.train))
    return fit_graph(
        graph, prepared.train, validation=prepared.validation, notes=prepared.notes, progress=False, **settings
    )
