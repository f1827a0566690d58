"""The commands, put together."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Final

import typer

from bprop.cli.command import NAMES, Command, Commands
from bprop.cli.errors import EXIT_CODES
from bprop.console import say
from bprop.files import bprop_version

app: Final = typer.Typer(
    cls=Commands,
    help="Train feed-forward networks on an explicit flow graph, and check their gradients. "
    "Begin with: bprop train digits",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
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
    """The options before the command."""


for name in NAMES:
    app.command(cls=Command, epilog=EXIT_CODES)(getattr(import_module(f"{__package__}.{name}"), name))
