"""The processes that `bprop launch` starts end when it has ended, also where it was killed and could tell them nothing.

It holds one end of a pipe, and they read at the other. However it ends, the system closes its end, and the reading
returns.
"""

from __future__ import annotations

import os
import signal
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LIFELINE = "BPROP_LIFELINE"
"""A variable of the environment: the number of the pipe to read, and that of its file: "5:71234"."""
GRACE = 60.0
"""Seconds that a process has to save and to end when the one that started it has ended."""
LOST = 75
"""The exit code of a process that has lost another one."""


@contextmanager
def lifeline() -> Iterator[tuple[int, dict[str, str]]]:
    """A pipe that is open within the context: the end that started processes read, and the variable that says so."""
    reading, writing = os.pipe()
    try:
        yield reading, {LIFELINE: f"{reading}:{os.fstat(reading).st_ino}"}
    finally:
        os.close(reading)
        os.close(writing)


def end_with_launcher() -> None:
    """From now on this process ends with the `bprop launch` that started it, if one did: it has SIGTERM, at which a
    training saves, and `GRACE` seconds. Processes that this one starts know nothing of it."""
    number, _, file = os.environ.pop(LIFELINE, "").partition(":")
    if number and _is_pipe(int(number), int(file)):
        threading.Thread(target=_watch, args=(int(number),), name="bprop-lifeline", daemon=True).start()


def _is_pipe(number: int, file: int) -> bool:
    """Whether the descriptor is that pipe: it is not where another program stands between."""
    try:
        status = os.fstat(number)
    except OSError:
        return False
    return stat.S_ISFIFO(status.st_mode) and status.st_ino == file


def _watch(number: int) -> None:
    os.read(number, 1)  # nothing is ever written: it returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(LOST)
