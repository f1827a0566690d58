"""`bprop evaluate`: the loss and measures of a saved model on rows with targets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
import typer

from bprop.cli import options as opt
from bprop.cli import training_options as training
from bprop.cli.by_class import class_lines
from bprop.cli.certainty import certainty_lines
from bprop.cli.checks import check_seed
from bprop.cli.command import command
from bprop.cli.deciding import threshold_line
from bprop.cli.held_out import held_out, seen
from bprop.cli.opening import open_for
from bprop.cli.reading import reading_options
from bprop.cli.running import need_metrics
from bprop.cli.show import measures
from bprop.cli.target import counted
from bprop.console import say
from bprop.errors import SettingError
from bprop.measures.baseline import beside
from bprop.measures.labels import label
from bprop.model import Model
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import ReadOptions
from bprop.sources.scaling import places
from bprop.sources.weights import example_weights
from bprop.tables.certainty import Conformal, coverage_on
from bprop.tables.files import load_for_rows
from bprop.tables.importance import importance_on
from bprop.tables.judge import judge
from bprop.tables.threshold import with_threshold
from bprop.visible import visible

WIDEST = 20  # most classes for which the confusion matrix is printed; the JSON always has it

Bootstrap = Annotated[
    int, typer.Option(help="Bootstrap resamples for the 95% confidence intervals; 0: no intervals.", min=0)
]
Importance = Annotated[
    bool,
    typer.Option(
        "--importance",
        help="Also measure how much each column matters: what the loss gains when its cells are permuted (mean and "
        "spread of --repeats), and gradient x input.",
    ),
]
Repeats = Annotated[int, typer.Option(help="Permutations of each column for --importance.", min=1)]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@command
@reading_options
def evaluate(
    model: opt.ModelFile,
    data: opt.SourceOrNone = None,
    labels: opt.Labels = None,
    weights: opt.Weights = None,
    bootstrap: Bootstrap = 500,
    seed: training.Seed = 0,
    held: opt.HeldOut = False,
    threshold: opt.SomeThreshold = None,
    interval: opt.Interval = None,
    metric: training.Metrics = None,
    importance: Importance = False,
    repeats: Repeats = 5,
    as_json: AsJson = False,
    *,
    reading: ReadOptions,
) -> None:
    """Measure MODEL on the rows of DATA, which needs targets: loss and measures, with 95% confidence intervals.

    \b
    bprop evaluate digits.bprop digits
    bprop evaluate adult.bprop test.csv --json
    bprop evaluate adult.bprop --held-out
    """
    check_seed(seed)
    need_metrics(metric or ())
    net = load_for_rows(model)
    if net.graph.loss is None:
        raise SettingError(f"{model}: its graph has no loss, so there is nothing to measure: bprop predict")
    preparation = with_threshold(net.graph, Preparation.from_notes(net.notes), threshold)
    noted = None if interval is None else Conformal.from_notes(net.notes, len(preparation.answer.columns))
    if noted is not None and interval is not None:
        _ = [one.quantile(interval) for one in noted.scores]  # raises where there are too few rows for it
    rows = _rows(net, data, labels, held, reading)
    w = np.ones(len(rows)) if weights is None else example_weights(rows, weights)
    with places(rows, preparation):
        result = judge(net, rows, preparation, w, bootstrap, seed, tuple(metric or ()))
        if noted is not None and interval is not None:
            result["more"]["interval"] = coverage_on(net, rows, preparation, w, noted, interval)
        if importance:
            result["more"]["importance"] = importance_on(net, rows, preparation, w, repeats, seed)
    if not held and data is not None and (warning := seen(net.notes, data, rows)):
        say(visible(warning), error=True)
    if as_json:
        rows_of = {"examples": len(rows), "left_out": rows.left_out}
        say(json.dumps({**rows_of, **result["scores"], **result["more"]}).replace("\x7f", "\\u007f"))
        return
    _show(net, rows, preparation, result)


def _rows(net: Model, data: str | None, labels: str | None, held: bool, reading: ReadOptions) -> Frame:
    """The rows to measure on: those of DATA, or the test rows of the training."""
    if held:
        return held_out(net, data, labels, reading)[0]
    if data is None:
        raise SettingError("name the DATA to measure on, or add --held-out for the test rows of the training")
    return open_for(net, data, labels, reading)[0]


def _show(net: Model, rows: Frame, preparation: Preparation, result: dict[str, Any]) -> None:
    """Print the measures, the target, and a table."""
    values = result["scores"]
    known = {name: value for name, value in result["values"].items() if name.partition("[")[0] in ("rmse", "mae")}
    known |= {"accuracy": values["accuracy"]} if "accuracy" in values else {}
    text = measures({"loss": values["loss"], **known}, net.graph, beside(result["more"]["baseline"]))
    say(visible(f"{text} on {len(rows):,} examples of {rows.name}"))
    for line in _about(rows, preparation, result["more"]):
        say(visible(line))
    say(_table(result))
    for line in certainty_lines(result["more"], preparation.answer.columns):
        say(visible(line))


def _about(rows: Frame, preparation: Preparation, more: dict[str, Any]) -> Iterator[str]:
    """Lines on the target: its task, rows without it, and how one of two classes is chosen."""
    yield f"  target: {preparation.target} ({preparation.task})"
    if rows.left_out:
        yield f"  left out: {counted(rows.left_out)} of {rows.name} without a target"
    if line := threshold_line(preparation):
        yield f"  {line}"
    if "positive" in more:
        yield f"  average precision (PR-AUC) is of the class {more['positive']}"


def _table(result: dict[str, Any]) -> str:
    lines, spans = [], result["more"]["intervals"]
    for name, value in result["values"].items():
        title = visible(label(name))
        span = f"   95% within {spans[name][0]:.4g} .. {spans[name][1]:.4g}" if name in spans else ""
        lines.append(f"  {title:<18} {'not defined' if value is None else f'{value:.4g}':<10}{span}".rstrip())
    matrix = result["more"].get("confusion")
    if matrix is not None:
        lines += class_lines(list(result["more"]["classes"]), list(result["more"]["classes"].values()))
    if matrix is not None and len(matrix["classes"]) <= WIDEST:
        classes = list(map(visible, matrix["classes"]))
        width = max(len(str(cell)) for cell in [*classes, *np.ravel(matrix["counts"])]) + 2
        lines.append("  true class (rows) and predicted class (columns):")
        lines.append("  " + " " * width + "".join(name.rjust(width) for name in classes))
        for name, counts in zip(classes, matrix["counts"], strict=True):
            lines.append("  " + name.rjust(width) + "".join(str(count).rjust(width) for count in counts))
    return "\n".join(lines)
