"""The commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from bprop.cli.check import check, graph
from bprop.cli.errors import EXIT_CODES, Commands
from bprop.cli.evaluate import evaluate
from bprop.cli.export import export
from bprop.cli.predict import predict
from bprop.cli.resume import resume
from bprop.cli.step import step
from bprop.cli.train import train
from bprop.console import say
from bprop.files import bprop_version

app = typer.Typer(
    cls=Commands,
    help="Train feed-forward networks on an explicit flow graph, and check their gradients. "
    "Begin with: bprop train digits",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"bprop {bprop_version()}")
        raise typer.Exit()


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What every command shares."""


for function in (train, resume, predict, evaluate, check, graph, step, export):
    app.command(epilog=EXIT_CODES)(function)
