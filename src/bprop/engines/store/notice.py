"""Lines on standard error, each printed once in a process."""

from __future__ import annotations

import contextlib
import sys

from bprop.console import say
from bprop.visible import visible

_said: set[str] = set()


def say_once(text: str) -> None:
    """Print a line, unless this process has printed it before. It never fails: nobody may be listening."""
    if text in _said or sys.stderr is None:
        return
    _said.add(text)
    with contextlib.suppress(OSError, ValueError):
        say(f"bprop: {visible(text)}", error=True)
