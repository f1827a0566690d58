"""Progress of a run: a rich bar on a terminal, a card in a notebook, plain lines elsewhere, or nothing."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from time import perf_counter
from typing import Any, Protocol

from bprop.console import say
from bprop.notebook import display_here
from bprop.record import Record
from bprop.training.bar import Bar
from bprop.training.cell import Cell
from bprop.training.measured import measured
from bprop.visible import visible


class Progress(Protocol):
    """Shows the engine (which, and why), every stretch of steps and every epoch.

    of : shown behind the number of an epoch that is not done yet, such as ", network 2 of 4". left : the time that is
    left, where the caller knows it: "at most 40 s".
    """

    of: str
    left: str

    def engine(self, choice: str) -> None: ...

    def steps(self, epoch: int, done: int, loss: float) -> None: ...

    def epoch(self, record: Record) -> None: ...

    def close(self) -> None: ...


class Silent:
    """Shows nothing."""

    of = left = ""

    def engine(self, choice: str) -> None:
        pass

    def steps(self, epoch: int, done: int, loss: float) -> None:
        pass

    def epoch(self, record: Record) -> None:
        pass

    def close(self) -> None:
        pass


class Lines:
    """A line for the first epoch, then one every `seconds`, and the last: for logs and pipes."""

    epochs: int
    seconds: float
    of: str
    left: str

    def __init__(self, epochs: int, seconds: float = 2.0):
        self.epochs, self.seconds, self.of, self.left = epochs, seconds, "", ""
        self._started = perf_counter()
        self._last = -float("inf")
        self._unsaid: Record | None = None

    def engine(self, choice: str) -> None:
        say(f"engine: {visible(choice)}", error=True, flush=True)

    def steps(self, epoch: int, done: int, loss: float) -> None:
        if perf_counter() - max(self._last, self._started) > 5 * self.seconds:  # an epoch takes long
            self._say(f"epoch {epoch}/{self.epochs}{self.of}  {done:,} updates  loss {loss:.4g}")

    def epoch(self, record: Record) -> None:
        self._unsaid = record
        if perf_counter() - self._last > self.seconds:
            self._say_record()

    def close(self) -> None:
        self._say_record()

    def _say_record(self) -> None:
        if self._unsaid is not None:
            left = f"  {self.left} left" if self.left else ""
            record, best = self._unsaid, " (best so far)" if self._unsaid.best else ""
            numbers = "  ".join(measured(record)) + best
            penalty = f"  penalty {record.penalty:.3g}" if record.penalty else ""
            speed = f"  {record.examples_per_second:,.0f} examples/s"
            self._say(f"epoch {record.epoch}/{self.epochs}  {numbers}{penalty}{speed}{left}")
            self._unsaid = None

    def _say(self, line: str) -> None:
        say(visible(line), error=True, flush=True)
        self._last = perf_counter()


def progress_of(wanted: Any, epochs: int, total: int, start: int) -> Progress:
    """False: silent. True: a bar on a terminal, a card in a notebook, lines elsewhere. "auto": no lines elsewhere."""
    if wanted is False:
        return Silent()
    if (display := display_here()) is not None:
        return Cell(display, epochs, total, start)
    terminal = sys.stderr.isatty()
    if wanted == "auto" and not terminal:
        return Silent()
    if terminal and find_spec("rich") is not None:
        return Bar(epochs, total, start)
    return Lines(epochs)
