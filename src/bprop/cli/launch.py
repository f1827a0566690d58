"""`bprop launch`: start the processes of a training on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from bprop.cli.command import command
from bprop.console import say
from bprop.distributed.launch import Launch
from bprop.visible import visible


@command
def launch(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="-- COMMAND", help="train DATA ..., resume DIR, or a program NAME.py, with its options."
        ),
    ],
    count: Annotated[int, typer.Option("-n", "--count", help="How many processes.")] = 2,
    restarts: Annotated[
        int,
        typer.Option(help="How often at most all are started again, from the last checkpoint, when one was killed."),
    ] = 0,
) -> None:
    """Start the processes of one training on this machine, each of which computes its rows of every batch.

    Process 0 prints, writes the checkpoints and saves the model. Ctrl-C stops all of them together.

    \b
    bprop launch -n 2 -- train digits --batch-size 256
    bprop launch -n 2 --restarts 3 -- train digits --checkpoint digits.run --every 30s
    bprop launch -n 2 -- resume digits.run
    bprop launch -n 4 -- my_training.py
    """
    code = Launch(count, words, restarts, lambda line: say(f"bprop: {visible(line)}", error=True, flush=True)).run()
    raise typer.Exit(code)
