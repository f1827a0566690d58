"""`bprop tune`: from data to the best of many networks, and its test result."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer

from bprop.cli.about_data import data_options
from bprop.cli.command import command
from bprop.cli.errors import INTERRUPTED
from bprop.cli.experiment import free_path
from bprop.cli.judging import judge_of
from bprop.cli.prepared import DataOptions, Prepared, in_memory
from bprop.cli.reading import reading_options
from bprop.cli.resume import words_of
from bprop.cli.searching import SearchOptions, search_options
from bprop.cli.shell import quoted
from bprop.cli.show import dataset
from bprop.cli.splitting import division_lines, need_effect
from bprop.cli.target import target_lines
from bprop.console import say
from bprop.model import save
from bprop.reporting.about import RUN
from bprop.sources.read_options import ReadOptions
from bprop.tuning.finish import result_of
from bprop.tuning.page import report
from bprop.tuning.problem import Problem
from bprop.tuning.ranges import Range, listed
from bprop.tuning.result import Tuned
from bprop.tuning.words import counts, lines
from bprop.visible import visible

TERMINATED = 143


@command
@reading_options
@data_options(validation="0.2")
@search_options
def tune(
    context: typer.Context,
    *,
    about: DataOptions,
    reading: ReadOptions,
    searching: SearchOptions,
) -> None:
    """Train networks with different settings on DATA, and save the one that does best on the validation rows.

    The test rows choose nothing: the network that is saved is tested on them once, at the end. Needs Optuna.

    \b
    bprop tune digits --time 10min
    bprop tune house.csv --target price --trials 40 --folds 5 --study house.study --report house.html
    bprop tune pets.csv --space lr=1e-4..1e-1 --space "hidden=64|128,64|256" --space dropout=0
    """
    options = replace(about, seed=searching.seed, dtype=searching.dtype, reading=reading)
    need_effect(options, searching.folds)
    prepared = in_memory(options, searching.folds is not None)
    say(dataset(prepared.preparation, train=prepared.train, watch=prepared.validation, test=prepared.test))
    for line in (*target_lines(prepared, chosen=about.target is not None), *division_lines(prepared)):
        say(visible(line))
    problem, space, first = searching.problem(prepared, about.scale)
    _describe(space, problem)
    result = result_of(problem, space, first, searching.options, None)
    _finish(
        result,
        replace(prepared, whole=None),
        searching,
        " ".join(["bprop tune", *map(quoted, words_of(context, typed=True))]),
    )


def _describe(space: dict[str, Range], problem: Problem) -> None:
    """Print the settings that are searched, and the fixed ones."""
    say(visible(f"search: {listed(space, searched=True)}"))
    say(visible(f"  fixed: {listed(space, searched=False)}"))
    where = f"the mean of {len(problem.folds)} folds" if problem.folds else "the validation rows, in the best epoch"
    say(visible(f"  by the {problem.monitor} of {where}"), flush=True)


def _finish(result: Tuned, prepared: Prepared, searching: SearchOptions, words: str) -> None:
    """Save the best network, test it, and show the trials, however the search ended."""
    fit = result.fit
    path = searching.out or free_path(prepared.preparation.source)
    fit.notes.update({**prepared.notes, RUN: {**fit.settings}})
    save(path, fit)
    for line in _summary(result):
        say(visible(line))
    say(f"saved {visible(path)}", flush=True)
    judge = judge_of(prepared)
    if judge is not None:
        verdict = judge(fit, prepared.preparation)
        fit.notes[RUN] = {**fit.notes[RUN], "test": verdict.scores}
        result.test = dict(fit.evaluate(prepared.test))
        _save_again(path, result)
        advice = [f"advice: {verdict.warning}"] if verdict.warning else []
        for line in (f"test: {verdict.scores}", *advice, *verdict.lines):
            say(visible(line))
    if searching.report is not None:
        report(result, searching.report, command=words)
        say(f"report {visible(searching.report)}")
    if result.error is not None:
        raise result.error
    if result.stopped == "interrupted":
        if searching.study is not None:
            say(f"continue with: {visible(words)}", error=True)
        raise typer.Exit(TERMINATED if result.terminated else INTERRUPTED)


def _save_again(path: Path, result: Tuned) -> None:
    """Save the model with its result on the test rows, where it is in a file of its own."""
    if path.is_file():
        save(path, result.fit)


def _summary(result: Tuned) -> list[str]:
    """The trials, and what became of the best."""
    best, ends = result.best, {"time": "; the time was over", "grid": "; that is the whole grid"}
    early = {"interrupted": "; interrupted", "failed": "; an error ended the search"}
    head = f"{counts(result.trials)}{ {**ends, **early}.get(result.stopped, '') }"
    first = f"best: trial {best.number}, {result.monitor} {best.value:.4g}"
    if result.folds:
        way = f" (mean of {result.folds} folds); a network with its settings is trained once more, saved and tested"
    elif result.as_measured:
        way = f" on the validation rows in epoch {best.best_epoch}; this network is saved and tested"
    else:
        again = "" if result.again is None else f", now {result.monitor} {result.again:.4g}"
        way = f" on the validation rows in epoch {best.best_epoch}; it is trained once more{again}, saved and tested"
    return [head, *lines(result.trials, result.space, result.monitor, result.maximise), first + way]
