"""How the command line ends at Ctrl-C and SIGTERM: with exit code 130 or 143, never with a traceback.

While a command works, a signal raises an exception, so that open files are closed. Before that, while Python imports
the program, and afterwards, there is nothing to close: a signal ends the process at once. Training has handlers of its
own (training/interrupt.py). A program that imports bprop as a library keeps its own handlers.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

USUAL = (signal.SIG_DFL, signal.default_int_handler)


class State:
    """`working` is True while a command works."""

    working = False


def leave(number: int, frame: FrameType | None) -> None:
    """The handler of the signals: end the command if one works, else the process."""
    if not State.working:
        os._exit(128 + number)
    State.working = False  # a second signal, while files are being closed, ends the process at once
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)


def watch() -> None:
    """Install the handler for Ctrl-C and SIGTERM, except for a signal that is ignored or has another handler."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) in USUAL:
            signal.signal(number, leave)


def is_command_line() -> bool:
    """True if this process is `python -m bprop`, or the program `bprop` in the folder of the interpreter.

    While Python looks for the package of `-m`, sys.argv[0] is "-m". That package may be another one that imports bprop
    as a library, so the whole command line decides.
    """
    program = next(iter(getattr(sys, "argv", [])), "")
    if program == "-m":
        words = sys.orig_argv
        return ("-m" in words[:-1] and words[words.index("-m") + 1] == "bprop") or "-mbprop" in words
    try:
        folder, name = os.path.split(os.path.realpath(program))
    except OSError:  # the working folder is gone
        return False
    return name in ("bprop", "bprop.exe") and folder == os.path.realpath(os.path.dirname(sys.executable))


if is_command_line():  # at once, because the imports that follow take a while
    watch()
