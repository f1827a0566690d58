"""A line on standard error where reading takes long: "reading big.csv: 35%, 1.2 GB"."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import Any

from bprop.cli.asked import NOTED
from bprop.console import say
from bprop.sources.limits import size
from bprop.visible import visible


class ReadingProgress:
    """Prints a line when `seconds` have passed, and every `seconds` after that."""

    seconds: float
    printed: float

    def __init__(self, seconds: float = 2.0):
        self.seconds, self.printed = seconds, perf_counter()

    def __call__(self, work: str, name: str, share: float | None, count: int | None) -> None:
        if perf_counter() - self.printed < self.seconds:
            return
        self.printed = perf_counter()
        parts = ["" if share is None else f"{share:.0%}", "" if count is None else size(count)]
        say(f"{work} {visible(name)}: {', '.join(filter(None, parts))}", error=True, flush=True)


def listener_of(context: Any) -> ReadingProgress | None:
    """None where no line is wanted: with --no-progress, and without a terminal unless --progress is typed."""
    wanted = context.params.get("progress", True)
    source = context.get_parameter_source("progress")
    typed = source is not None and source.name == "COMMANDLINE" and NOTED not in context.meta
    return ReadingProgress() if wanted and (typed or sys.stderr.isatty()) else None
