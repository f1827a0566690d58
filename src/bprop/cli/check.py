"""`bprop check` and `bprop graph`: look at a network before, or after, it is trained."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from bprop.check import check_gradients
from bprop.cli import options as opt
from bprop.cli.errors import GRADIENTS_DISAGREE, command
from bprop.cli.experiment import build, is_model, load_model
from bprop.cli.opening import open_data, open_for, prepare
from bprop.console import say
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.sources.answer import Answer
from bprop.sources.frame import Frame
from bprop.sources.scaling import network_arrays, units_of
from bprop.visible import visible

Subject = Annotated[
    str, typer.Argument(metavar="MODEL|DATA", help="A model file, or data for which a fresh network is built.")
]


COLLAPSE: dict[str, bool | str] = {"auto": "auto", "yes": True, "no": False}


@command
def check(
    subject: Subject,
    data: Annotated[str | None, typer.Argument(help="With a model: the data to take rows from.")] = None,
    rows: Annotated[int, typer.Option(help="Examples in the batch.", min=1)] = 10,
    elements: Annotated[
        int, typer.Option(help="Tensors of at most so many elements are checked one by one; 0: all.", min=0)
    ] = 200,
    target: opt.Target = None,
    labels: opt.Labels = None,
    task: opt.Task = None,
    scale: opt.Scale = "auto",
    hidden: opt.Hidden = "200",
    activation: opt.Activation = "relu",
    loss: opt.Loss = None,
    l1: opt.L1 = None,
    l2: opt.L2 = None,
    dropout: opt.Dropout = None,
    normalise: opt.Normalise = None,
    seed: opt.Seed = 0,
    engine: Annotated[
        str | None,
        typer.Option(help="Also compare the gradients of this engine, in float64: numpy, native, xla or auto."),
    ] = None,
) -> None:
    """Compare backpropagation with finite differences on real rows, and print the table.

    \b
    bprop check digits --hidden 20 --activation sigmoid --l1 1e-4 --l2 1e-4
    bprop check digits.bprop digits
    bprop check digits --engine native
    """
    network = opt.Network(hidden, activation, loss, l1, l2, dropout, normalise, scale)
    graph, params, table, arrays = subject_of(subject, data, target, labels, task, network, seed)
    batch = arrays(some_rows(table, rows))
    report = check_gradients(graph, params, batch, seed=seed, elements=elements or None, engine=engine)
    say(str(report))
    if not report.ok:
        raise typer.Exit(GRADIENTS_DISAGREE)


@command
def graph(
    subject: Subject,
    data: Annotated[
        str | None, typer.Argument(help="With a model: data, of which some rows are drawn in the boxes.")
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="Draw the graph into this SVG file.")] = None,
    values: Annotated[
        bool, typer.Option("--values", help="Show the values and gradients of the boxes, for some rows of the data.")
    ] = False,
    rows: Annotated[int, typer.Option(help="With values: examples in the batch.", min=1)] = 200,
    collapse: Annotated[
        str, typer.Option(help="Draw each layer as one box: yes, no, or auto (where there are many).")
    ] = "auto",
    target: opt.Target = None,
    labels: opt.Labels = None,
    task: opt.Task = None,
    scale: opt.Scale = "auto",
    hidden: opt.Hidden = "200",
    activation: opt.Activation = "relu",
    loss: opt.Loss = None,
    l1: opt.L1 = None,
    l2: opt.L2 = None,
    dropout: opt.Dropout = None,
    normalise: opt.Normalise = None,
    seed: opt.Seed = 0,
) -> None:
    """Print the flow graph, every box with its formula and shape, in the order of forward propagation; or draw it.

    \b
    bprop graph digits --hidden 500,200 --dropout 0.5
    bprop graph digits --values --svg fresh.svg
    bprop graph digits.bprop --svg network.svg
    bprop graph digits.bprop digits --svg values.svg
    """
    if collapse not in COLLAPSE:
        raise SettingError(f"--collapse {collapse}: give yes, no or auto")
    network = opt.Network(hidden, activation, loss, l1, l2, dropout, normalise, scale)
    if is_model(subject) and data is None and not values:
        found = load_model(subject).graph.draw(collapse=COLLAPSE[collapse])
    else:
        shown, params, table, arrays = subject_of(subject, data, target, labels, task, network, seed)
        batch = {}
        if values or data is not None:
            batch = arrays(some_rows(table, min(rows, len(table))))
        found = shown.draw(params if batch else None, batch, collapse=COLLAPSE[collapse], seed=seed)
    if svg is None:
        say(found.text())
    else:
        found.save(svg)
        say(f"wrote {visible(svg)}")


def some_rows(table: Frame, rows: int) -> Any:
    """So many rows of a table, evenly spread. Raises SettingError where it has fewer."""
    if rows > len(table):
        raise SettingError(f"--rows {rows}: {table.name} has {len(table)} examples")
    return table.rows(np.linspace(0, len(table) - 1, rows).astype(int))


def subject_of(
    subject: str, data: str | None, target: str | None, labels: str | None, task: str | None,
    network: opt.Network, seed: int,
) -> tuple[Graph, dict, Frame, Callable[[Frame], dict]]:  # fmt: skip
    """(graph, theta, table, what gives arrays of rows as the network sees them) of a saved model with data, or of data
    with a fresh network."""
    if is_model(subject):
        if data is None:
            raise SettingError(f"{subject} is a model: say which data to take rows from: {subject} DATA")
        model = load_model(subject)
        table, preparation = open_for(model, data, labels)
        return model.graph, model.params, table, partial(network_arrays, preparation=preparation, units=model.units)
    if data is not None:
        raise SettingError(f"{subject} is not a model file (*.bprop), so {data} is one argument too many")
    table = open_data(subject, target, labels)
    preparation = prepare(table, Answer.of(table, table.target, task))
    fresh = build(table, preparation, network)
    units = units_of(preparation.arrays(table), preparation, network.scale)
    return fresh, fresh.init(seed), table, partial(network_arrays, preparation=preparation, units=units)
