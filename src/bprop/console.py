"""The only module that prints. Text that other people chose never reaches a terminal unescaped."""

from __future__ import annotations

import os
import re
import sys
import textwrap
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bprop.remote.address import scrubbed
from bprop.visible import visible, visible_lines

NARROWEST = 20
COMMAND = re.compile(r"\bbprop [a-z]+ \S|^\s*[\[{\"]")
"""Lines that people copy: a command with its arguments, or data. The terminal may break these, and joins them again."""


class State:
    """`quiet` is True while `say` prints nothing: in one of several processes that would say the same."""

    quiet = False


@contextmanager
def quiet(wanted: bool = True) -> Iterator[None]:
    """Within the context, `say` prints nothing where that is wanted. Errors are printed."""
    before, State.quiet = State.quiet, State.quiet or wanted
    try:
        yield
    finally:
        State.quiet = before


def say(text: str, *, error: bool = False, end: str = "\n", flush: bool = False) -> None:
    """Print lines on standard output or standard error. On a terminal, long lines are broken between words.

    Line breaks in `text` are kept. So the caller passes a name that must not break a line through `visible` first.
    """
    if State.quiet:
        return
    stream = sys.stderr if error else sys.stdout
    shown, width = visible_lines(text), width_of(stream)
    print(shown if width is None or end != "\n" else wrapped(shown, width), file=stream, end=end, flush=flush)


def width_of(stream: Any) -> int | None:
    """The width of a terminal in letters; None for a stream that is none, or that does not know."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0
    except (OSError, ValueError, AttributeError):
        return None
    return columns if columns >= NARROWEST else None


def wrapped(text: str, width: int) -> str:
    """Lines that are longer than `width` broken between words, each as far indented as it begins. No word is broken."""
    return "\n".join(
        line if len(line) <= width or COMMAND.search(line) else _folded(line, width) for line in text.split("\n")
    )


def _folded(line: str, width: int) -> str:
    indent = " " * min(len(line) - len(line.lstrip(" ")), width // 3)
    parts = textwrap.wrap(
        line.lstrip(" "), width, initial_indent=indent, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False, replace_whitespace=False, expand_tabs=False,
    )  # fmt: skip
    return "\n".join(parts)


def say_error(error: object) -> None:
    """Print an error on standard error, on one line."""
    before, State.quiet = State.quiet, False
    try:
        say(f"error: {visible(scrubbed(error))}", error=True)
    finally:
        State.quiet = before


def say_traceback() -> None:
    """Print the exception that is being handled, with its traceback, on standard error."""
    print(visible_lines(traceback.format_exc().rstrip("\n")), file=sys.stderr)  # code, whose lines stay as they are


def show_warnings() -> None:
    """From now on, print warnings through `say`."""

    def show(message, category, filename, lineno, file=None, line=None):
        say(warnings.formatwarning(message, category, filename, lineno, line), error=True, end="")

    warnings.showwarning = show
