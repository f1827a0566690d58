"""`bprop graph`: the flow graph as text or as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bprop.cli.command import command
from bprop.cli.experiment import is_model, load_model
from bprop.cli.subject import Choice, Name, subject_options
from bprop.console import say
from bprop.errors import SettingError
from bprop.visible import visible

COLLAPSE: dict[str, bool | str] = {"auto": "auto", "yes": True, "no": False}


@command
@subject_options
def graph(
    subject: Name,
    data: Annotated[
        str | None, typer.Argument(help="With a model: draw the values of some rows of this data in the boxes.")
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="Draw the graph into this SVG file.")] = None,
    values: Annotated[
        bool, typer.Option("--values", help="Show the values and gradients of the boxes, for some rows of the data.")
    ] = False,
    rows: Annotated[int, typer.Option(help="Examples in the batch whose values are shown.", min=1)] = 200,
    collapse: Annotated[
        str, typer.Option(help="Draw each layer as one box: yes, no, or auto (if there are many).")
    ] = "auto",
    *,
    choice: Choice,
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
    if is_model(subject) and data is None and not values:
        choice.need_no_network(subject)
        drawing = load_model(subject).graph.draw(collapse=COLLAPSE[collapse])
    else:
        chosen = choice.open(subject, data)
        batch = chosen.batch(min(rows, len(chosen.rows))) if values or data is not None else {}
        drawing = chosen.graph.draw(
            chosen.params if batch else None, batch, collapse=COLLAPSE[collapse], seed=choice.seed
        )  # fmt: skip
    if svg is None:
        say(drawing.text())
    else:
        drawing.save(svg)
        say(f"wrote {visible(svg)}")
