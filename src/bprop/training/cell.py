"""Progress below the cell of a notebook: one card, which changes in place."""

from __future__ import annotations

from time import perf_counter

from bprop.notebook import Curve, Display, card, curves, note
from bprop.record import Record
from bprop.training.measured import measured

SECONDS, SHARE = 0.3, 0.02
"""The card changes at most so often: after so many seconds, and after this share of the time so far."""
SLOWEST = 5.0


class Cell:
    """A card with a bar, the last record, and the curve of the loss. Its last state stays, also in a saved notebook.

    display : shows the card, in place of that before.
    """

    display: Display
    total: int
    start: int
    updates: int

    epochs: int
    of: str
    left: str

    def __init__(self, display: Display, epochs: int, total: int, start: int):
        self.display, self.epochs, self.of, self.left = display, epochs, "", ""
        self.total, self.start, self.updates = max(1, total), start, start
        self._engine, self._epoch, self._record = "", 0, None
        self._losses: list[tuple[int, float, float | None]] = []
        self._began = perf_counter()
        self._last = -float("inf")

    _record: Record | None

    def engine(self, choice: str) -> None:
        self._engine = choice

    def steps(self, epoch: int, done: int, loss: float) -> None:
        self._epoch, self.updates = epoch, done
        self._show_in_time()

    def epoch(self, record: Record) -> None:
        self._record, self._epoch = record, record.epoch
        self.updates = max(self.updates, record.updates)
        held = None if record.validation is None else record.validation["loss"]
        self._losses.append((record.epoch, record.loss, held))
        self._show_in_time()

    def close(self) -> None:
        """Show the end. A run that had nothing to do shows nothing."""
        if self._record is not None or self._epoch:
            self._show(ended=True)

    def _show_in_time(self) -> None:
        now = perf_counter()
        if now - self._last > min(SLOWEST, max(SECONDS, SHARE * (now - self._began))):
            self._show()
            self._last = perf_counter()

    def _show(self, ended: bool = False) -> None:
        seconds = perf_counter() - self._began
        words = [f"epoch {self._epoch:,} of {self.epochs:,}{self.of}", f"{seconds:.1f} s"]
        if not ended and (left := self.left or self._left(seconds)):
            words.append(f"{left} left")
        if self._engine:
            words.append(f"engine {self._engine}")
        number = f" {self.display.number}" if self.display.number > 1 else ""  # of several in a loop
        title = f"Trained{number}" if ended else f"Training{number}"
        groups = [] if self._record is None else measured(self._record)
        html = card(title, ", ".join(words), self._bar(), *map(note, groups), self._curve())
        self.display(html, "\n".join([f"{title}: {', '.join(words)}", *groups]))

    def _bar(self) -> str:
        share = min(1.0, self.updates / self.total)
        return (
            "<div class='bprop-bar' role='progressbar' aria-label='updates done' aria-valuemin='0' "
            f"aria-valuemax='100' aria-valuenow='{100 * share:.0f}'><div style='width:{100 * share:.1f}%'></div></div>"
        )

    def _left(self, seconds: float) -> str:
        done = self.updates - self.start
        if done <= 0 or self.updates >= self.total:
            return ""
        left = seconds * (self.total - self.updates) / done
        return f"about {left:.0f} s" if left < 100 else f"about {left / 60:.0f} min"

    def _curve(self) -> str:
        if len(self._losses) < 2:
            return ""
        epochs, losses, held = zip(*self._losses, strict=True)
        lines = [Curve("training", epochs, losses)]
        if any(loss is not None for loss in held):
            lines.append(Curve("validation", epochs, held))
        return curves("loss", lines)
