"""`bprop train`: from data to a saved model and its test result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import typer

from bprop.cli import options as opt
from bprop.cli.about_data import data_options
from bprop.cli.choices import Choices, Chosen
from bprop.cli.command import command
from bprop.cli.config import Config
from bprop.cli.deciding import planned
from bprop.cli.distributing import DistributedOptions, distributed_options
from bprop.cli.ending import Ending, follow, run_to_end
from bprop.cli.experiment import free_path
from bprop.cli.folds import check_folds, cross_validate
from bprop.cli.judging import judge_of
from bprop.cli.network import NetworkOptions, network_options
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
from bprop.console import quiet, say
from bprop.graph import Graph
from bprop.sources.read_options import ReadOptions
from bprop.tables.certainty import Watched, need_calibration
from bprop.tables.network import build
from bprop.tables.timing import Budget
from bprop.training import Fit
from bprop.visible import visible


@command
@reading_options
@data_options(validation="0.1")
@network_options
@rule_options
@training_options
@saving_options
@showing_options
@distributed_options
def train(
    context: typer.Context,
    *,
    about: DataOptions,
    threshold: opt.Threshold = None,
    folds: opt.Folds = None,
    out_of_fold: opt.OutOfFold = None,
    calibrate: opt.Calibrate = False,
    stream: opt.Stream = None,
    spool: opt.SpoolFolder = None,
    config: opt.ConfigFile = None,
    reading: ReadOptions,
    network: NetworkOptions,
    updating: RuleOptions,
    training: TrainingOptions,
    saving: SavingOptions,
    showing: ShowingOptions,
    spreading: DistributedOptions,
) -> None:
    """Train a network on DATA, test it on examples it never saw, and save it.

    \b
    bprop train digits
    bprop train house.csv --target price
    bprop train adult.csv --recipe fast --hidden 500 --patience 10
    bprop train train-images-idx3-ubyte.gz --recipe lecture --hidden 500 --batch-size 1 --lr 0.01
    bprop train "sales/*.parquet" --target sold --kind zip=categorical --test 2024.parquet
    """
    saving.check(showing.report)
    options = replace(about, seed=training.seed, dtype=training.dtype, reading=reading)
    need_effect(options, folds)
    if out_of_fold is not None:
        need_writer(out_of_fold, "--out-of-fold")
    choices = Choices(network, updating, spreading.chosen(training, showing, folds))
    choices.check(about.task)
    run = Run(context, options, choices, saving, showing, spreading, folds, threshold, out_of_fold, calibrate)
    with quiet(not spreading.leads):  # process 0 says what all of them do
        run.start(stream, spool)


@dataclass
class Run:
    """A run of `bprop train`, from its options to the saved model."""

    context: typer.Context
    options: DataOptions
    choices: Choices
    saving: SavingOptions
    showing: ShowingOptions
    spreading: DistributedOptions
    folds: int | None
    threshold: str | None
    out_of_fold: Path | None = None
    calibrate: bool = False
    budget: Budget | None = None
    trained: int = 0

    def start(self, stream: bool | None, spool: Path | None) -> None:
        """Read the data, train on it, test, and save."""
        self.budget = Budget.of(self.choices.training.time)
        prepared = self._read(stream, spool)
        chosen = self.choices.of(prepared)
        graph, *rivals = self._build(prepared, chosen)
        if self.calibrate:
            members = chosen.recipe.members if prepared.pool is not None and self.folds is None else 1
            watched = prepared.validation is not None or self.folds is not None
            need_calibration(graph, prepared.preparation.task, watched, members)
        prepared = planned(replace(prepared, units=prepared.units.with_quantiles(graph)), graph, self.threshold)
        settings = self._settings(prepared, chosen)
        self._describe(prepared, chosen)
        more: dict[str, Any] = {}
        apart: Watched | None = None
        if self.folds is not None and prepared.whole is not None:
            folds = cross_validate(prepared.whole, self.folds, self._train_fold, self.out_of_fold)
            more, apart = folds.notes, folds.out_of_fold.watched
        self._train([graph, *rivals], prepared, settings, more, apart, chosen)

    def _read(self, stream: bool | None, spool: Path | None) -> Prepared:
        """The data. A resumed run makes the same choice of where it is kept."""
        big = self.context.params["stream"] = streams(self.options.source, stream, spool)
        check_folds(self.folds, self.saving, big)
        if big:
            return streamed(self.options, spool, self.showing.progress)
        return in_memory(self.options, self.folds is not None)

    def _build(self, prepared: Prepared, chosen: Chosen) -> list[Graph]:
        """A network of each kind of the recipe."""
        return [
            build(prepared.sample, prepared.preparation, chosen.network, self.options.scale, inputs, prepared.units)
            for inputs in chosen.recipe.inputs
        ]

    def _settings(self, prepared: Prepared, chosen: Chosen) -> dict[str, Any]:
        """The settings of `bprop.train`."""
        settings = {
            **chosen.settings, **chosen.recipe.settings, **self.showing.settings(), "every": self.saving.every,
            "resume": self.saving.resume, "notes": prepared.notes,
        }  # fmt: skip
        return self.spreading.of_this_process(settings)

    def _describe(self, prepared: Prepared, chosen: Chosen) -> None:
        """Print the data, its target, how it was divided, and the recipe."""
        preparation = prepared.preparation
        say(dataset(preparation, train=prepared.train, watch=prepared.validation, test=prepared.test))
        for line in target_lines(prepared, chosen=self.options.target is not None):
            say(line)
        for line in division_lines(prepared):
            say(visible(line))
        say(visible(f"recipe {chosen.recipe}"))
        if chosen.recipe.members > 1 and prepared.pool is not None and prepared.validation is not None:
            rows = len(prepared.validation)
            say(f"  each network watches other rows, about {rows:,} of the {rows + len(prepared.train):,}")

    def _train(
        self, graphs: list[Graph], prepared: Prepared, settings: dict[str, Any], more: dict[str, Any],
        apart: Watched | None, chosen: Chosen,
    ) -> None:  # fmt: skip
        """Train, and bring the run to its end. more : further notes of the model. apart : predictions out of fold."""
        preparation, context = prepared.preparation, self.context
        if not self.spreading.leads:
            follow(partial(chosen.fit, graphs, prepared, {**settings, "every": None}))
            return
        out = self.saving.out or free_path(preparation.source)
        place, noted = remember(context, out) or (self.saving.checkpoint, None)
        watching = watch(context, prepared)
        inferred = {"target": ",".join(preparation.answer.columns), "task": preparation.task, **chosen.inferred}
        config = Config.of(context, inferred)
        fit = partial(
            chosen.fit, graphs, prepared, watching.add_to({**settings, "checkpoint": place}, graphs[0]), self._time()
        )  # fmt: skip
        ending = Ending(
            prepared, self.threshold, judge_of(prepared), out, watching, self.showing.summary, noted,
            self.saving.out is None, config, more, calibrate=self.calibrate, folds=apart,
        )  # fmt: skip
        run_to_end(fit, ending, to_continue(context))

    def _train_fold(self, prepared: Prepared) -> Fit:
        """The fit of a fold: trained as the network that is kept is, without files and without a report."""
        chosen = self.choices.of(prepared)
        graphs = self._build(prepared, chosen)
        prepared = replace(prepared, units=prepared.units.with_quantiles(graphs[0]))
        return chosen.fit(graphs, prepared, {"notes": prepared.notes, "progress": False}, self._time())

    def _time(self) -> Budget | None:
        """The time for the next training: all of them have the same."""
        self.trained += 1
        left = 1 if self.folds is None else max(1, self.folds + 2 - self.trained)
        return None if self.budget is None else self.budget.part(1 / left)
