"""`bprop graph`: the flow graph as text or as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bprop.cli.command import command
from bprop.cli.experiment import is_model
from bprop.cli.subject import Choice, Name, subject_options
from bprop.console import say
from bprop.errors import SettingError
from bprop.tables.files import load_model
from bprop.visible import visible

CHOICES: dict[str, bool | str] = {"auto": "auto", "yes": True, "no": False}


ShownRows = Annotated[
    int | None,
    typer.Option(help="Examples in the batch whose values are shown (default: 200, or all if there are fewer).", min=1),
]


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
    rows: ShownRows = None,
    collapse: Annotated[
        str, typer.Option(help="Draw each layer as one box: yes, no, or auto (if there are many).")
    ] = "auto",
    fold: Annotated[
        str,
        typer.Option(help="Draw equal layers that follow each other as one box: yes, no, or auto (without values)."),
    ] = "auto",
    direction: Annotated[str, typer.Option(help="Draw the graph up, or from left to right: up or right.")] = "up",
    width: Annotated[
        int | None, typer.Option(help="The pixels of the page's width, to which the drawing keeps if its boxes can.")
    ] = None,
    *,
    choice: Choice,
) -> None:
    """Print the flow graph, every box with its formula and shape, in the order of forward propagation; or draw it.

    \b
    bprop graph digits --hidden 500,200 --dropout 0.5
    bprop graph digits --values --svg fresh.svg
    bprop graph digits.bprop --svg network.svg --direction right
    bprop graph digits.bprop digits --svg values.svg
    """
    for option, text in (("collapse", collapse), ("fold", fold)):
        if text not in CHOICES:
            raise SettingError(f"--{option} {text}: give yes, no or auto")
    look: dict[str, Any] = {
        "collapse": CHOICES[collapse], "fold": CHOICES[fold], "direction": direction, "width": width,
    }  # fmt: skip
    if is_model(subject) and data is None and not values:
        choice.need_no_network(subject)
        drawing = load_model(subject).graph.draw(batch={}, **look)
    else:
        chosen = choice.open(subject, data)
        batch = chosen.batch(rows, usual=200) if values or data is not None else {}
        drawing = chosen.graph.draw(chosen.params if batch else None, batch, seed=choice.seed, **look)
    if svg is None:
        say(drawing.text())
    else:
        drawing.save(svg)
        say(f"wrote {visible(svg)}")
