"""The only module that prints. Text that other people chose never reaches a terminal unescaped."""

from __future__ import annotations

import sys
import traceback
import warnings

from bprop.visible import visible, visible_lines


def say(text: str, *, error: bool = False, end: str = "\n", flush: bool = False) -> None:
    """Print lines on standard output or standard error.

    Line breaks in `text` are kept. So the caller passes a name that must not break a line through `visible` first.
    """
    print(visible_lines(text), file=sys.stderr if error else sys.stdout, end=end, flush=flush)


def say_error(error: object) -> None:
    """Print an error on standard error, on one line."""
    say(f"error: {visible(error)}", error=True)


def say_traceback() -> None:
    """Print the exception that is being handled, with its traceback, on standard error."""
    say(traceback.format_exc().rstrip("\n"), error=True)


def show_warnings() -> None:
    """From now on, print warnings through `say`."""

    def show(message, category, filename, lineno, file=None, line=None):
        say(warnings.formatwarning(message, category, filename, lineno, line), error=True, end="")

    warnings.showwarning = show
