"""`bprop train`: from data to a saved model and its test result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

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
from bprop.cli.predict import need_writer
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
from bprop.graph import Graph
from bprop.sources.read_options import ReadOptions
from bprop.tables.certainty import Watched, need_calibration
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
    out_of_fold: opt.OutOfFold = None,
    calibrate: opt.Calibrate = False,
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
    if out_of_fold is not None:
        need_writer(out_of_fold, "--out-of-fold")
    check_network(network, task)
    run = Run(context, options, network, updating, training, saving, showing, folds, threshold, out_of_fold, calibrate)
    run.start(stream, spool)


@dataclass
class Run:
    """A run of `bprop train`, from its options to the saved model."""

    context: typer.Context
    options: DataOptions
    network: Architecture
    updating: RuleOptions
    training: TrainingOptions
    saving: SavingOptions
    showing: ShowingOptions
    folds: int | None
    threshold: str | None
    out_of_fold: Path | None = None
    calibrate: bool = False

    def start(self, stream: bool | None, spool: Path | None) -> None:
        """Read the data, train on it, test, and save."""
        prepared = self._read(stream, spool)
        graph = self._build(prepared)
        if self.calibrate:
            watched = prepared.validation is not None or self.folds is not None
            need_calibration(graph, prepared.preparation.task, watched)
        prepared = planned(replace(prepared, units=prepared.units.with_quantiles(graph)), graph, self.threshold)
        settings = self._settings(prepared)
        self._describe(prepared)
        more, apart = {}, None
        if self.folds is not None and prepared.whole is not None:
            folds = cross_validate(prepared.whole, self.folds, self._train_fold, self.out_of_fold)
            more, apart = folds.notes, folds.out_of_fold.watched
        self._train(graph, prepared, settings, more, apart)

    def _read(self, stream: bool | None, spool: Path | None) -> Prepared:
        """The data. A resumed run makes the same choice of where it is kept."""
        big = self.context.params["stream"] = streams(self.options.source, stream, spool)
        check_folds(self.folds, self.saving, big)
        if big:
            return streamed(self.options, spool, self.showing.progress)
        return in_memory(self.options, self.folds is not None)

    def _build(self, prepared: Prepared) -> Graph:
        return build(prepared.sample, prepared.preparation, self.network, self.options.scale)

    def _settings(self, prepared: Prepared) -> dict[str, Any]:
        """The settings of `bprop.train`."""
        return {
            **self.training.settings(self.updating, len(prepared.train)), **self.showing.settings(),
            "every": self.saving.every, "resume": self.saving.resume, "validation": prepared.validation,
            "notes": prepared.notes,
        }  # fmt: skip

    def _describe(self, prepared: Prepared) -> None:
        """Print the data, its target, and how it was divided."""
        preparation = prepared.preparation
        say(dataset(preparation, train=prepared.train, watch=prepared.validation, test=prepared.test))
        for line in target_lines(prepared, chosen=self.options.target is not None):
            say(line)
        for line in division_lines(prepared):
            say(visible(line))

    def _train(
        self, graph: Graph, prepared: Prepared, settings: dict[str, Any], more: dict[str, Any], apart: Watched | None
    ) -> None:
        """Train, and bring the run to its end. more : further notes of the model. apart : predictions out of fold."""
        preparation, context = prepared.preparation, self.context
        out = self.saving.out or free_path(preparation.source)
        place, noted = remember(context, out) or (self.saving.checkpoint, None)
        watching = watch(context, prepared)
        inferred = {
            "target": ",".join(preparation.answer.columns), "task": preparation.task,
            "batch_size": settings["batch_size"],
        }  # fmt: skip
        config = Config.of(context, inferred)
        fit = partial(fit_graph, graph, prepared.train, **watching.add_to({**settings, "checkpoint": place}, graph))
        ending = Ending(
            prepared, self.threshold, judge_of(prepared), out, watching, self.showing.summary, noted,
            self.saving.out is None, config, more, calibrate=self.calibrate, folds=apart,
        )  # fmt: skip
        run_to_end(fit, ending, to_continue(context))

    def _train_fold(self, prepared: Prepared) -> Fit:
        """The fit of a fold: trained as the network that is kept is, without files and without a report."""
        settings, graph = self.training.settings(self.updating, len(prepared.train)), self._build(prepared)
        prepared = replace(prepared, units=prepared.units.with_quantiles(graph))
        return fit_graph(
            graph, prepared.train, validation=prepared.validation, notes=prepared.notes,
            progress=False, **settings,
        )  # fmt: skip
