"""The one place that prints: nothing that other people chose reaches a terminal raw."""

from __future__ import annotations

import sys
import traceback
import warnings

from bprop.visible import visible, visible_lines


def say(text: str, *, error: bool = False, end: str = "\n", flush: bool = False) -> None:
    """Print lines on standard output, or standard error.

    A name within them that must not break a line goes through `visible` before: here, a line break is ours.
    """
    print(visible_lines(text), file=sys.stderr if error else sys.stdout, end=end, flush=flush)


def say_error(error: object) -> None:
    """Print an error on standard error, on one line."""
    say(f"error: {visible(error)}", error=True)


def say_traceback() -> None:
    """Print the exception that is handled, and where it was raised, on standard error."""
    say(traceback.format_exc().rstrip("\n"), error=True)


def show_warnings() -> None:
    """From now on, warnings are printed here, too."""

    def show(message, category, filename, lineno, file=None, line=None):
        say(warnings.formatwarning(message, category, filename, lineno, line), error=True, end="")

    warnings.showwarning = show
