"""Errors as one or two lines and an exit code, never a traceback."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import typer

from bprop import exits
from bprop.errors import BpropError

BAD = 1
GRADIENTS_DISAGREE = 3
INTERRUPTED = 130
SHORT = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT)  # no fault of ours, with a name or not
LONG = 200  # letters of a name that are shown

EXIT_CODES = (
    "Exit codes: 0 done; 1 data, settings or training failed (the message says what and where); 2 wrong usage; "
    "3 gradients do not agree (check); 130 Ctrl-C and 143 SIGTERM (what was trained so far is saved)."
)


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command whose deliberate errors become a line on standard error and exit code 1, and Ctrl-C one and 130."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            exits.State.working = True
            return _told(function, *args, **kwargs)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        finally:
            exits.State.working = False

    return run


def _told(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        result = function(*args, **kwargs)
        sys.stdout.flush()  # so that a reader who has gone is noticed here
        return result
    except BpropError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(BAD) from None
    except BrokenPipeError:  # `bprop predict ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BAD) from None
    except OSError as error:  # a name that is too long, a folder that may not be looked into, ...
        if error.filename is None and error.errno not in SHORT:
            raise
        name = "" if error.filename is None else f"{error.filename}: "
        print(f"error: {name if len(name) < LONG else name[:LONG] + '...: '}{error.strerror}", file=sys.stderr)
        raise typer.Exit(BAD) from None
    except MemoryError as error:
        print(f"error: not enough memory{f': {error}' if str(error) else ''}", file=sys.stderr)
        raise typer.Exit(BAD) from None
