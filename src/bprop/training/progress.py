"""Progress of a run: a rich bar on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from time import perf_counter
from typing import Any, Protocol

from bprop.console import say
from bprop.record import Record
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
            self._say(str(self._unsaid).replace("  ", f"/{self.epochs}  ", 1) + left)
            self._unsaid = None

    def _say(self, line: str) -> None:
        say(visible(line), error=True, flush=True)
        self._last = perf_counter()


class Bar:
    """A rich progress bar over all updates of the run, with the last record beside it."""

    epochs: int
    of: str
    left: str

    def __init__(self, epochs: int, total: int, start: int):
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.epochs, self.of, self.left = epochs, "", ""
        self.bar: Any = Progress(
            TextColumn("epoch {task.fields[epoch]}"), BarColumn(bar_width=10), TimeRemainingColumn(),
            TextColumn("{task.fields[shown]}", markup=False), console=Console(stderr=True),
        )  # fmt: skip
        self.task: Any = self.bar.add_task("", total=total, completed=start, epoch=f"0/{epochs}", shown="")
        self.bar.start()

    def engine(self, choice: str) -> None:
        self.bar.console.print(f"engine: {visible(choice)}", markup=False, highlight=False)

    def steps(self, epoch: int, done: int, loss: float) -> None:
        self.bar.update(self.task, completed=done, epoch=f"{epoch}/{self.epochs}{self.of}")

    def epoch(self, record: Record) -> None:
        shown = visible(brief(record))
        done = max(record.updates, int(self.bar.tasks[0].completed))
        self.bar.update(self.task, completed=done, shown=shown, epoch=f"{record.epoch}/{self.epochs}")

    def close(self) -> None:
        self.bar.stop()


def brief(record: Record) -> str:
    """Fits beside the bar on 80 columns: the loss, and the metrics of the validation set, or else the training set."""
    shown = f"loss {record.loss:.3g}"
    if record.validation is None:
        return "  ".join([shown, *(f"{name} {value:.4g}" for name, value in record.metrics.items())])
    metrics = [f" {name} {value:.4g}" for name, value in record.validation.items() if name != "loss"]
    return f"{shown}  validation loss {record.validation['loss']:.3g}{''.join(metrics)}"


def progress_of(wanted: Any, epochs: int, total: int, start: int) -> Progress:
    """False: silent. True: a bar on a terminal, lines elsewhere. "auto": a bar on a terminal, else silent."""
    terminal = sys.stderr.isatty()
    if wanted is False or (wanted == "auto" and not terminal):
        return Silent()
    if terminal and find_spec("rich") is not None:
        return Bar(epochs, total, start)
    return Lines(epochs)
