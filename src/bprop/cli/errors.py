"""Errors become one or two lines and an exit code, never a traceback."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import typer

from bprop import exits
from bprop.console import say, say_error
from bprop.distributed.lifeline import LOST
from bprop.errors import BpropError, LostProcessError
from bprop.remote.address import scrubbed
from bprop.visible import visible

BAD = 1
GRADIENTS_DISAGREE = 3
INTERRUPTED = 130
SHORT = (
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.ENOSPC,
    errno.EDQUOT,
)  # the system is short of something: not a fault of bprop
LONG = 200  # letters of a long name that are shown

EXIT_CODES = (
    "Exit codes: 0 done; 1 data, settings or training failed (the message says what and where); 2 wrong usage; "
    "3 gradients do not agree (check); 75 another process of the same training was lost; 130 Ctrl-C and 143 SIGTERM "
    "(the model trained so far is saved)."
)
NO_MEMORY = (
    "there is not enough memory for this: train a table with --stream, which keeps it in temporary files; or use fewer "
    "rows or columns, a smaller network or batch, or a machine with more memory"
)


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, but a BpropError prints a line and exits with code 1, and Ctrl-C with code 130."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            exits.State.working = True
            return _run(function, *args, **kwargs)
        except KeyboardInterrupt:
            say("interrupted", error=True)
            raise typer.Exit(INTERRUPTED) from None
        finally:
            exits.State.working = False

    return run


def _run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        result = function(*args, **kwargs)
        sys.stdout.flush()  # so that a closed pipe is noticed here
        return result
    except BpropError as error:
        say_error(error)
        raise typer.Exit(LOST if isinstance(error, LostProcessError) else BAD) from None
    except BrokenPipeError:  # `bprop predict ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BAD) from None
    except OSError as error:  # a name that is too long, too many open files, ...
        if error.filename is None and error.errno not in SHORT:
            raise
        say_error(_of_system(error))
        raise typer.Exit(BAD) from None
    except MemoryError as error:
        # the last frames hold what took the memory: without them there is enough to print
        error.__traceback__ = None
        say_error(NO_MEMORY)
        raise typer.Exit(BAD) from None


def _of_system(error: OSError) -> str:
    if error.filename is None:
        return f"{error.strerror or error}"
    name = str(error.filename)
    return f"{name if len(name) < LONG else name[:LONG] + '...'}: {error.strerror}"


@contextmanager
def names_made_visible() -> Iterator[None]:
    """Escape control characters in the messages of usage errors."""
    try:
        yield
    except Exception as error:
        if isinstance(getattr(error, "message", None), str):
            error.message = visible(scrubbed(error.message))  # type: ignore[attr-defined]
        raise
