"""The commands, put together."""

from __future__ import annotations

import typer

from bprop.cli.check import check, graph
from bprop.cli.errors import EXIT_CODES
from bprop.cli.predict import evaluate, predict
from bprop.cli.train import train

app = typer.Typer(
    help="Train feed-forward networks on an explicit flow graph, and check their gradients. "
    "Begin with: bprop train digits",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for function in (train, predict, evaluate, check, graph):
    app.command(epilog=EXIT_CODES)(function)
