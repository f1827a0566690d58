"""`bprop check`: is backpropagation right?"""

from __future__ import annotations

from typing import Annotated

import typer

from bprop.check import check_gradients
from bprop.cli.command import command
from bprop.cli.errors import GRADIENTS_DISAGREE
from bprop.cli.subject import Choice, Data, Name, Rows, subject_options
from bprop.console import say
from bprop.engines import names


@command
@subject_options
def check(
    subject: Name,
    data: Data = None,
    rows: Rows = None,
    elements: Annotated[
        int,
        typer.Option(help="Check each element of tensors with at most this many elements; 0: of all tensors.", min=0),
    ] = 200,
    *,
    choice: Choice,
    engine: Annotated[
        str | None,
        typer.Option(help=f"Also compare the gradients of this engine, in float64: {', '.join(names())}."),
    ] = None,
) -> None:
    """Compare backpropagation with finite differences on real rows, and print the table.

    \b
    bprop check digits --hidden 20 --activation sigmoid --l1 1e-4 --l2 1e-4
    bprop check digits.bprop digits
    bprop check digits --engine native
    """
    chosen = choice.open(subject, data)
    report = check_gradients(
        chosen.graph, chosen.params, chosen.batch(rows), seed=choice.seed, elements=elements or None, engine=engine
    )
    say(str(report))
    if not report.ok:
        raise typer.Exit(GRADIENTS_DISAGREE)
