"""The card of a search for notebooks: its best settings, and the best trials."""

from __future__ import annotations

from typing import Any

from bprop.notebook import card, facts, note, table
from bprop.tuning.ranges import Fixed, shown
from bprop.tuning.words import bad_ones, counts, number, ranked, table_of

MOST_TRIALS = 50


def html(tuned: Any) -> str:
    """The card of a Tuned."""
    searched = [name for name, one in tuned.space.items() if not isinstance(one, Fixed)]
    head, *rows = table_of(ranked(tuned.trials, tuned.maximise), searched, tuned.monitor)
    best = {name: shown(tuned.best.settings[name]) for name in searched}
    words = {
        f"best {tuned.monitor}": f"{number(tuned.best.value)}, trial {tuned.best.number:,}",
        "its settings": ", ".join(f"{name} {value}" for name, value in best.items()),
        "ended by": tuned.stopped,
    }
    if tuned.test:
        words |= {f"test {name}": number(v) for name, v in tuned.test.items() if isinstance(v, int | float)}
    notes = [note(line) for line in bad_ones(tuned.trials)]
    return card("Tuned", counts(tuned.trials), facts(words), table(head, rows, MOST_TRIALS), *notes)
