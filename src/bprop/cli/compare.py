"""`bprop compare`: several saved models in one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.cli.experiment import newest
from bprop.cli.held_out import seen
from bprop.cli.opening import open_for
from bprop.cli.reading import reading_options
from bprop.cli.report import Page, page_path
from bprop.console import say
from bprop.data import DataSet
from bprop.errors import SettingError
from bprop.model import Model
from bprop.remote.path import place_of
from bprop.reporting.comparing import MOST_RUNS, need_comparable, write_comparison
from bprop.sources.read_options import ReadOptions
from bprop.sources.scaling import places
from bprop.sources.weights import example_weights
from bprop.tables.files import load_for_rows, load_model
from bprop.visible import visible

Models = Annotated[
    list[Path],
    typer.Argument(metavar="MODELS...", help="Model files, checkpoints, or folders of checkpoints: two or more."),
]
Data = Annotated[
    str | None, typer.Option("--data", help="Rows with targets: the scores of all models on them, side by side.")
]


@command
@reading_options
def compare(
    models: Models,
    data: Data = None,
    labels: opt.Labels = None,
    weights: opt.Weights = None,
    out: Page = None,
    *,
    reading: ReadOptions,
) -> None:
    """Write a page that compares MODELS: their curves, the settings that differ, and their scores on DATA.

    \b
    bprop compare digits.bprop digits-2.bprop --data digits
    bprop compare small.bprop large.bprop --data test.csv --out sizes.html
    """
    if not 2 <= len(models) <= MOST_RUNS:
        raise SettingError(f"name 2 to {MOST_RUNS} models to compare, not {len(models)}")
    page = page_path(out, None)
    load = load_model if data is None else load_for_rows
    files = {name: newest(path) for name, path in zip(names_of(models), models, strict=True)}
    nets = {name: load(path) for name, path in files.items()}
    need_comparable(nets)
    for warning in _same(files):
        say(visible(warning), error=True)
    if data is None:
        write_comparison(nets, page, None)
    else:
        write_comparison(nets, page, _rows(nets, data, labels, weights, reading), place_of(data).name or data)
    say(f"report {visible(page)}")


def names_of(paths: Sequence[Path]) -> list[str]:
    """Short and different names for models: their files' without suffix, else their paths, else with a number."""
    short = [path.stem if not path.is_dir() else path.resolve().name for path in paths]
    names = [one if short.count(one) == 1 else str(path) for one, path in zip(short, paths, strict=True)]
    return [one if names.count(one) == 1 else f"{one} ({k})" for k, one in enumerate(names, start=1)]


def _same(files: Mapping[str, Path]) -> list[str]:
    """A sentence for each model that is the same file as one before it."""
    first: dict[Path, str] = {}
    owners = {name: first.setdefault(path.resolve(), name) for name, path in files.items()}
    return [
        f"warning: {name} and {owner} are the same file, {files[name]}: they do not differ in anything"
        for name, owner in owners.items()
        if name != owner
    ]


def _rows(
    nets: dict[str, Model], data: str, labels: str | None, weights: str | None, reading: ReadOptions
) -> dict[str, Any]:  # fmt: skip
    """The rows for each model, which reads them in its own way. A warning names each model that was trained on them."""
    rows_of = {}
    for name, net in nets.items():
        rows, preparation = open_for(net, data, labels, reading)
        w = None if weights is None else example_weights(rows, weights)
        with places(rows, preparation):
            raw = preparation.arrays(rows)
            examples = net.examples(raw, w)
        rows_of[name] = DataSet(examples.arrays, examples.weights), raw
        if warning := seen(net.notes, data, rows):
            say(visible(f"{name}: {warning}"), error=True)
    return rows_of
