"""The progress of a search: a line for each trial on a terminal, one card that changes in place in a notebook."""

from __future__ import annotations

import sys
from typing import Any, Protocol

from bprop.console import say
from bprop.notebook import Display, card, display_here, note, table
from bprop.tuning.ranges import Fixed
from bprop.tuning.trial import Trial
from bprop.tuning.words import counts, lasting, ranked, table_of, trial_line
from bprop.visible import visible

MOST_ROWS = 8


class Telling(Protocol):
    """Shows each trial when it has ended, and remarks on the search."""

    def trial(self, trial: Trial, search: Any) -> None: ...

    def remark(self, text: str) -> None: ...


def telling(wanted: bool | str) -> Telling | None:
    """False: nothing. True: a card in a notebook, else lines. "auto": lines on a terminal alone."""
    if wanted is False:
        return None
    if (display := display_here()) is not None:
        return InNotebook(display)
    return Lines() if wanted != "auto" or sys.stderr.isatty() else None


class Lines:
    """A line for each trial on standard error."""

    def trial(self, trial: Trial, search: Any) -> None:
        say(_line(trial, search), error=True, flush=True)

    def remark(self, text: str) -> None:
        say(visible(text), error=True, flush=True)


class InNotebook:
    """A card with the number of trials, the last one, and the best ones."""

    display: Display
    remarks: list[str]

    def __init__(self, display: Display):
        self.display, self.remarks = display, list[str]()
        self._state: tuple[Trial, Any] | None = None

    def trial(self, trial: Trial, search: Any) -> None:
        self._state = trial, search
        self._show()

    def remark(self, text: str) -> None:
        self.remarks.append(text)
        self._show()

    def _show(self) -> None:
        parts, lines = [note(text) for text in self.remarks], list(self.remarks)
        title = "Search"
        if self._state is not None:
            trial, search = self._state
            searched = [name for name, one in search.space.items() if not isinstance(one, Fixed)]
            monitor, trials = search.problem.monitor, search.trials
            head, *rows = table_of(ranked(trials, search.problem.maximise)[:MOST_ROWS], searched, monitor)
            caption = "the best so far" if len(trials) > MOST_ROWS else ""
            parts = [note(_line(trial, search)), table(head, rows, caption=caption), *parts]
            lines, title = [_line(trial, search), *lines], f"Search: {counts(trials)}"
        self.display(card(title, "", *parts), "\n".join([title, *lines]))


def _line(trial: Trial, search: Any) -> str:
    """A trial in a line, with the time that is left."""
    line = trial_line(trial, search.limits.trials, search.best, search.problem.monitor, search.space)
    left = search.seconds_left()
    return visible(line if left is None else f"{line}  ({lasting(left)} left)")
