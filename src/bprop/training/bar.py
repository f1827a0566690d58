"""A bar of rich on a terminal. No word and no number is broken, however narrow the terminal is."""

from __future__ import annotations

from typing import Any

from bprop.record import Record
from bprop.training.measured import measured
from bprop.visible import visible

LEAST, MOST = 10, 40
"""The width of the bar."""
TIME = 8
"""Letters of the time that is left, 0:12:34, with a blank."""


class Bar:
    """A rich progress bar over all updates of the run, with the last record beside it, or below it.

    The record stands beside the bar where both fit, else below it, the numbers of each set in a line of their own.
    """

    epochs: int
    of: str
    left: str

    def __init__(self, epochs: int, total: int, start: int):
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
        from rich.text import Text

        class Fitting(Progress):
            """Chooses the layout anew for the width that the terminal has now."""

            def get_renderables(self):
                if not self.tasks:  # rich asks for the beginning before there is a task
                    return
                fields = self.tasks[0].fields
                epoch, shown = len(f"epoch {fields['epoch']} "), fields["shown"]
                room = self.console.width - epoch - TIME
                beside = room - len("  ".join(shown)) - 2 >= LEAST
                bar.bar_width = max(1, min(MOST, room - 1 - (len("  ".join(shown)) + 1 if beside else 0)))
                self.columns = (first, bar, last, numbers) if beside else (first, bar, last)
                yield self.make_tasks_table(self.tasks)
                if not beside:
                    for line in shown:
                        yield Text(line)  # which wraps between words

        self.epochs, self.of, self.left = epochs, "", ""
        first, last = TextColumn("epoch {task.fields[epoch]}"), TimeRemainingColumn()
        numbers, bar = TextColumn("{task.fields[beside]}", markup=False), BarColumn(bar_width=LEAST)
        self.bar: Any = Fitting(first, bar, last, console=Console(stderr=True))
        self.task: Any = self.bar.add_task(
            "", total=total, completed=start, epoch=f"0/{epochs}", shown=(), beside=""
        )  # fmt: skip
        self.bar.start()

    def engine(self, choice: str) -> None:
        self.bar.console.print(f"engine: {visible(choice)}", markup=False, highlight=False)

    def steps(self, epoch: int, done: int, loss: float) -> None:
        self.bar.update(self.task, completed=done, epoch=f"{epoch}/{self.epochs}{self.of}")

    def epoch(self, record: Record) -> None:
        shown = [visible(group) for group in measured(record)]
        done = max(record.updates, int(self.bar.tasks[0].completed))
        epoch = f"{record.epoch}/{self.epochs}"
        self.bar.update(self.task, completed=done, shown=shown, beside="  ".join(shown), epoch=epoch)

    def close(self) -> None:
        self.bar.stop()
