"""The command line: `bprop train`, `resume`, `predict`, `evaluate`, `check`, `graph`, `export`."""

import sys
from importlib.util import find_spec
from io import TextIOWrapper

from bprop import exits


def main() -> None:
    """Run the command line; needs the extra `cli`."""
    exits.watch()
    if find_spec("typer") is None:
        print("error: the command line needs typer: pip install 'bprop[cli]'", file=sys.stderr)
        raise SystemExit(1)
    from bprop.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files may hold what is no text
    app()
