"""`bprop train --folds K`: cross-validation, before the network that is kept is trained."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import typer

from bprop.cli.errors import INTERRUPTED
from bprop.cli.predict import need_writer, write_columns
from bprop.cli.prepared import Prepared, Whole
from bprop.cli.running import SavingOptions
from bprop.cli.show import measures
from bprop.console import say
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.sources.formats.output import Output
from bprop.sources.preparation import Preparation
from bprop.tables.answers import apart_from, carried_ids, predicted
from bprop.tables.certainty import Watched
from bprop.tables.out_of_fold import OutOfFold
from bprop.tables.outputs import f_of
from bprop.tables.scores import in_table_units
from bprop.training import Fit
from bprop.visible import visible


@dataclass
class Folds:
    """The measures of each fold that is done."""

    count: int
    done: list[dict[str, float]] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)
    parts: list[Watched] = field(default_factory=list)
    groups: np.ndarray | None = None

    @property
    def out_of_fold(self) -> OutOfFold:
        """The predictions of all folds that are done."""
        return OutOfFold.of(self.rows, self.parts, self.groups)

    def summary(self, graph: Graph) -> str:
        """accuracy 85.10%, loss 0.331 nats (mean); accuracy 0.32%, loss 0.004 nats (standard deviation)."""
        means = {name: float(np.mean([one[name] for one in self.done])) for name in self.done[0]}
        line = f"{measures(means, graph)} (mean)"
        if len(self.done) < 2:
            return line
        spread = {name: float(np.std([one[name] for one in self.done], ddof=1)) for name in means}
        return f"{line}; {measures(spread, graph)} (standard deviation)"

    @property
    def notes(self) -> dict[str, Any]:
        """For the notes of the model: {measure: its value in each fold}."""
        return {"folds": {name: [one[name] for one in self.done] for name in self.done[0]}}


def check_folds(folds: int | None, saving: SavingOptions, streamed: bool) -> None:
    """Raise SettingError for options with which there are no folds."""
    if folds is None:
        return
    if folds < 2:
        raise SettingError(f"--folds {folds}: give a whole number, 2 or more")
    if streamed:
        raise SettingError(
            f"--folds {folds}: for tables in memory; a table that is streamed has no folds (--no-stream)"
        )
    if saving.resume is not None or saving.checkpoint is not None:
        option = "--checkpoint" if saving.resume is None else "--resume"
        raise SettingError(f"--folds {folds} and {option}: folds are not resumed; run them by themselves")


def cross_validate(
    whole: Whole, count: int, train: Callable[[Prepared], Fit], out: Path | None = None
) -> Folds:  # fmt: skip
    """Train and measure a network on each fold of the rows that are not in the test, and print its measures.

    train : trains a network on the data of a fold. Ctrl-C ends the command, which then says which folds are done.
    out : a file for the predictions out of fold.
    """
    groups = whole.split.keys(whole.rows) if whole.split.group is not None else None
    folds, graph, prepared, fit = Folds(count, groups=groups), None, None, None
    among = whole.split.parts(whole.rows, whole.labels).but_for_test
    say(
        f"{count} folds of the {len(among):,} rows that are not in the test; after them, the network that is saved is "
        "trained as without --folds"
    )
    try:
        for number, parts in enumerate(whole.split.folds(whole.rows, among, count, whole.labels), 1):
            prepared = whole.without_test_file().prepared(parts)
            fit = train(prepared)
            if fit.stopped == "interrupted":
                raise typer.Exit(INTERRUPTED)
            graph = fit.graph
            folds.done.append(_measured(fit, prepared))
            assert parts.test is not None
            folds.rows.append(parts.test)
            folds.parts.append(_watched(fit, prepared))
            say(f"fold {number} of {count}: {_line(folds.done[-1], graph, prepared)}", flush=True)
    except BaseException:
        if graph is not None:
            say(visible(f"folds done: {len(folds.done)} of {count}: {folds.summary(graph)}"), error=True)
        raise
    assert graph is not None and prepared is not None and fit is not None
    say(visible(f"{count} folds: {folds.summary(graph)}"))
    for line in _together(folds, graph, prepared.preparation, whole.options.seed):
        say(visible(line))
    if out is not None:
        write_columns(out, need_writer(out, "--out-of-fold"), out_of_fold_columns(folds, whole, prepared, fit))
        say(f"wrote {len(folds.out_of_fold.rows):,} predictions out of fold to {visible(out)}")
    return folds


def _together(folds: Folds, graph: Graph, preparation: Preparation, seed: int) -> Iterator[str]:
    """Lines on the measures of all rows that were tested, with their intervals."""
    apart = folds.out_of_fold
    judged = apart.judged(graph, preparation, seed=seed)
    drawn = "" if folds.groups is None else ", of groups drawn together"
    yield f"out of fold, {len(apart.rows):,} rows together (95% intervals{drawn}):"
    for name, value in judged["scores"].items():
        if value == value:
            low, high = judged["intervals"].get(name, (value, value))
            yield f"  {name.replace('_', ' '):<18} {value:<10.4g} within {low:.4g} .. {high:.4g}"


def out_of_fold_columns(folds: Folds, whole: Whole, prepared: Prepared, fit: Fit) -> list[Output]:
    """The columns of the file: the number of the row, its fold, its ids, its target, and its prediction."""
    apart, preparation = folds.out_of_fold, prepared.preparation
    rows = whole.rows.rows(apart.rows)
    numbers = apart.rows if rows.numbers is None else rows.numbers
    ids = carried_ids(rows, preparation, None) if preparation.is_table else []
    names = preparation.answer.columns
    y = apart.watched.y.reshape(len(apart.rows), -1)
    if preparation.classes is not None:
        classes = np.empty(len(preparation.classes), object)
        classes[:] = preparation.classes
        y = classes[apart.watched.y][:, None]
    targets = [Output(f"true({name})", y[:, k], 17) for k, name in enumerate(names)]
    known = [*ids, *targets, *predicted(apart.watched.f, preparation, fit)]
    return [*apart_from([Output("row", np.asarray(numbers) + 1), Output("fold", apart.fold)], known), *known]


def _watched(fit: Fit, prepared: Prepared) -> Watched:
    """The predictions of a fold for its test, with targets in the units of the table."""
    assert prepared.test is not None and prepared.held is not None
    return Watched.of(fit, prepared.test, y=prepared.preparation.y(prepared.held))


def _measured(fit: Fit, prepared: Prepared) -> dict[str, float]:
    """The measures of a fold on its test, in the units of the table."""
    test, held, preparation = prepared.test, prepared.held, prepared.preparation
    assert test is not None and held is not None
    measured = fit.evaluate(test)
    if preparation.classes is not None or preparation.task == "multilabel":
        return dict(measured)
    weights = np.ones(len(test)) if test.weights is None else test.weights
    return in_table_units(measured, f_of(fit, test), preparation.y(held), weights, preparation)


def _line(measured: Mapping[str, float], graph: Graph, prepared: Prepared) -> str:
    assert prepared.test is not None
    return visible(f"{measures(measured, graph)} on {len(prepared.test):,} rows, trained on {len(prepared.train):,}")
