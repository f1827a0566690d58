"""The command line, `bprop COMMAND`. A command is a module of this package: `command.NAMES` lists them."""

import sys
from importlib.util import find_spec
from io import TextIOWrapper

from bprop import exits, plugins
from bprop.console import say, say_error, say_traceback, show_warnings
from bprop.distributed.lifeline import end_with_launcher
from bprop.versions import too_old

OLDEST = (0, 29)
"""The oldest typer. Older ones make plain paths of addresses, as s3://bucket/x, when they call a command."""


def main() -> None:
    """Run the command line; needs the extra `cli`."""
    exits.watch()
    end_with_launcher()
    need_typer()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # file names may hold bytes that are not text
    show_warnings()
    if not sys.argv[1:] or "--help" in sys.argv:
        plugins.load()  # so that the help lists the additions of installed packages
    try:
        from bprop.cli.app import app

        app()
    except MemoryError:  # outside of a command
        say_error("there is not enough memory to start")
        raise SystemExit(1) from None
    except Exception:
        say_traceback()
        raise SystemExit(1) from None


def need_typer() -> None:
    """End the process with a line if there is no typer, or one that is too old."""
    if find_spec("typer") is None:
        say("error: the command line needs typer: pip install 'bprop[cli]'", error=True)
        raise SystemExit(1)
    from typer import __version__

    if fault := too_old(__version__, OLDEST):
        say(f"error: the command line needs typer {fault}: pip install --upgrade 'bprop[cli]'", error=True)
        raise SystemExit(1)
