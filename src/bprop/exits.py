"""How the command line ends at Ctrl-C and SIGTERM: with exit code 130 or 143, never with a traceback.

While a command works they are exceptions, so that what is open is closed. Before that, while the program is imported,
and afterwards, there is nothing to close: the process ends at once. Training has handlers of its own
(training/interrupt.py). Who imports bprop as a library keeps the handlers that there are.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

USUAL = (signal.SIG_DFL, signal.default_int_handler)


class State:
    """Whether a command works."""

    working = False


def leave(number: int, frame: FrameType | None) -> None:
    """End the command, or else the process."""
    if not State.working:
        os._exit(128 + number)
    State.working = False  # who asks again, while things are being closed, does not want to wait
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)


def watch() -> None:
    """From now on signals end the process so; those that are ignored, or handled in another way, still are."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) in USUAL:
            signal.signal(number, leave)


def is_command_line() -> bool:
    """Whether this process is `python -m bprop`, or the program `bprop` beside the interpreter.

    While a package is looked up for -m, "-m" stands for the name of the program; that package may be another's, which
    imports bprop as a library.
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


if is_command_line():  # at once: what is imported next takes a while
    watch()
