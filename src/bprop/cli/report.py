"""`bprop report`: the page of a saved model, with how it does on rows of data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bprop.cli import options as opt
from bprop.cli.command import command
from bprop.cli.experiment import free_path, newest
from bprop.cli.held_out import held_out, seen
from bprop.cli.opening import open_for
from bprop.cli.reading import reading_options
from bprop.console import say
from bprop.disk.foreseen import cannot_write
from bprop.errors import SettingError
from bprop.model import Model
from bprop.remote.path import RemotePath
from bprop.reporting import Facts
from bprop.reporting import report as write_report
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import ReadOptions
from bprop.sources.scaling import places
from bprop.sources.weights import example_weights
from bprop.tables.facts import with_rows
from bprop.tables.files import load_for_rows, load_model
from bprop.tables.threshold import with_threshold
from bprop.visible import visible

SUFFIX = ".html"
AnyModel = Annotated[
    Path, typer.Argument(metavar="MODEL", help="A model file, a checkpoint, or a folder of checkpoints.")
]
Page = Annotated[
    Path | None, typer.Option("--out", help="The page, an .html file (default: MODEL.html, or the next free name).")
]


@command
@reading_options
def report(
    model: AnyModel,
    data: opt.SourceOrNone = None,
    labels: opt.Labels = None,
    weights: opt.Weights = None,
    held: opt.HeldOut = False,
    threshold: opt.SomeThreshold = None,
    out: Page = None,
    *,
    reading: ReadOptions,
) -> None:
    """Write a page about MODEL: its training, its network, and how it does on the rows of DATA, which needs targets.

    \b
    bprop report digits.bprop digits
    bprop report adult.bprop test.csv --out adult.html
    bprop report adult.bprop --held-out
    bprop report runs/
    """
    file = newest(model)
    page = page_path(out, model)
    if data is None and not held:
        need_no_rows(weights=weights, threshold=threshold)
        write_report(load_model(file), page)
    else:
        _with_results(load_for_rows(file), page, data, labels, weights, held, threshold, reading)
    say(f"report {visible(page)}")


def page_path(out: Path | None, model: Path | None) -> Path:
    """The file of a page. Raises SettingError, before any work, where it cannot be written."""
    if out is not None and out.suffix.lower() not in (SUFFIX, ".htm"):
        raise SettingError(f"--out {out}: a page is an .html file; call it {out.stem}{SUFFIX}")
    path = free_path(str(_stem(model)), SUFFIX) if out is None else out
    if (reason := cannot_write(path)) is not None:
        raise SettingError(f"{path} cannot be written: {reason}")
    return path


def _stem(model: Path | None) -> Path:
    """The path of a model without its suffix; of a folder its name, in the folder above it."""
    if model is None:
        return Path("comparison")
    if isinstance(model, RemotePath):
        return Path(model.stem)  # written here
    return model.absolute() if model.is_dir() else model.with_suffix("")


def need_no_rows(**options: Any) -> None:
    """Raise SettingError for an option about rows where there are none."""
    for name, value in options.items():
        if value is not None:
            raise SettingError(f"--{name} is about the rows of DATA: name it, or add --held-out")


def _with_results(
    net: Model, page: Path, data: str | None, labels: str | None, weights: str | None, held: bool,
    threshold: str | None, reading: ReadOptions,
) -> None:  # fmt: skip
    preparation = with_threshold(net.graph, Preparation.from_notes(net.notes), threshold)
    if preparation.decision is not None:
        net.notes = {**net.notes, **preparation.to_notes()}
    rows = (held_out(net, data, labels, reading) if held else open_for(net, str(data), labels, reading))[0]
    w = None if weights is None else example_weights(rows, weights)
    with places(rows, preparation):
        arrays = preparation.arrays(rows)
        name = "test" if held else rows.name
        write_report(net, page, arrays, weights=w, name=name, facts=with_rows(Facts(), preparation, rows))
    if not held and data is not None and (warning := seen(net.notes, data, rows)):
        say(visible(warning), error=True)
