"""`bprop check` and `bprop graph`: look at a network before, or after, it is trained."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import typer

from bprop.check import check_gradients
from bprop.cli import options as opt
from bprop.cli.errors import GRADIENTS_DISAGREE, command
from bprop.cli.experiment import build, is_model, load_model
from bprop.cli.opening import Coding, Rows, answer_of, coding_of, open_data, open_for
from bprop.errors import SettingError
from bprop.graph import Graph

Subject = Annotated[
    str, typer.Argument(metavar="MODEL|DATA", help="A model file, or data for which a fresh network is built.")
]


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
) -> None:
    """Compare backpropagation with finite differences on real rows, and print the table.

    \b
    bprop check digits --hidden 20 --activation sigmoid --l1 1e-4 --l2 1e-4
    bprop check digits.bprop digits
    """
    network = opt.Network(hidden, activation, loss, l1, l2, dropout, normalise, scale)
    graph, params, table, encoding = subject_of(subject, data, target, labels, task, network, seed)
    if rows > len(table):
        raise SettingError(f"--rows {rows}: {table.name} has {len(table)} examples")
    batch = table.rows(np.linspace(0, len(table) - 1, rows).astype(int))
    report = check_gradients(graph, params, encoding.arrays(batch), seed=seed, elements=elements or None)
    print(report)
    if not report.ok:
        raise typer.Exit(GRADIENTS_DISAGREE)


@command
def graph(
    subject: Subject,
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
) -> None:
    """Print the flow graph: every box with its formula and shape, in the order of forward propagation.

    \b
    bprop graph digits --hidden 500,200 --dropout 0.5
    bprop graph digits.bprop
    """
    if is_model(subject):
        print(load_model(subject).graph)
        return
    network = opt.Network(hidden, activation, loss, l1, l2, dropout, normalise, scale)
    print(subject_of(subject, None, target, labels, task, network, 0)[0])


def subject_of(
    subject: str, data: str | None, target: str | None, labels: str | None, task: str | None,
    network: opt.Network, seed: int,
) -> tuple[Graph, dict, Rows, Coding]:  # fmt: skip
    """(graph, theta, table, encoding) of a saved model with data, or of data with a fresh network."""
    if is_model(subject):
        if data is None:
            raise SettingError(f"{subject} is a model: say which data to take rows from, after it")
        model = load_model(subject)
        table, encoding = open_for(model, data, labels)
        return model.graph, model.params, table, encoding
    if data is not None:
        raise SettingError(f"{subject} is not a model file (*.bprop), so {data} is one argument too many")
    table = open_data(subject, target, labels)
    encoding = coding_of(table, answer_of(table, task))
    fresh = build(table, encoding, network)
    return fresh, fresh.init(seed), table, encoding
