"""The trials of a search in words: a table of the best, a line for each, and the reasons of those that were lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bprop.errors import SettingError
from bprop.tuning.ranges import Fixed, Range, shown
from bprop.tuning.trial import COMPLETE, DIVERGED, FAILED, PRUNED, STATES, Trial, best_of

MOST_ROWS = 10


def counts(trials: Sequence[Trial]) -> str:
    """30 trials: 22 complete, 7 pruned, 1 diverged."""
    numbers = {state: sum(trial.state == state for trial in trials) for state in STATES}
    shown_ = ", ".join(f"{count:,} {state}" for state, count in numbers.items() if count)
    return f"{len(trials):,} trial{'s' * (len(trials) != 1)}{': ' if shown_ else ''}{shown_}"


def ranked(trials: Sequence[Trial], maximise: bool) -> list[Trial]:
    """The complete trials from the best on, then the pruned ones, then the others."""
    sign = -1 if maximise else 1
    order = {state: place for place, state in enumerate((COMPLETE, PRUNED, DIVERGED, FAILED))}
    return sorted(
        trials,
        key=lambda trial: (order[trial.state], 0.0 if trial.value is None else sign * trial.value, trial.number),
    )


def lines(
    trials: Sequence[Trial], space: Mapping[str, Range], monitor: str, maximise: bool, most: int = MOST_ROWS
) -> list[str]:
    """The best trials as a table in words, and a line for each one that diverged or failed."""
    searched = [name for name, one in space.items() if not isinstance(one, Fixed)]
    head, *rows = table_of(ranked(trials, maximise)[:most], searched, monitor)
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rows_ = [_row(row, widths) for row in (head, *rows)]
    if len(trials) > most:
        rows_.append(f"... and {len(trials) - most:,} more")
    return [*rows_, *bad_ones(trials)]


def table_of(trials: Sequence[Trial], searched: Sequence[str], monitor: str) -> list[list[str]]:
    """The head, and the cells of each trial."""
    rows = [
        [
            f"{trial.number}{'' if trial.state == COMPLETE else ' ' + trial.state}", number(trial.value),
            f"{trial.epochs:,}", f"{trial.seconds:.1f}", *(_short(trial.settings[name]) for name in searched),
        ]
        for trial in trials
    ]  # fmt: skip
    return [["trial", monitor, "epochs", "seconds", *searched], *rows]


def bad_ones(trials: Sequence[Trial], most: int = 3) -> list[str]:
    """A line for each of the first trials that diverged or failed, with the reason."""
    bad = [trial for trial in trials if trial.state in (DIVERGED, FAILED)]
    rows_ = [f"trial {trial.number} {trial.state}: {trial.why}" for trial in bad[:most]]
    return rows_ + ([f"... and {len(bad) - most:,} more that diverged or failed"] if len(bad) > most else [])


def trial_line(trial: Trial, of: int | None, best: Trial | None, monitor: str, space: Mapping[str, Range]) -> str:
    """A trial in a line: trial 3 of 50  loss 0.412  (best 0.398, trial 1)  lr 0.0021, units 128."""
    total = "" if of is None else f" of {of:,}"
    value = "" if trial.value is None else f"  {monitor} {number(trial.value)}"
    state = "" if trial.state == COMPLETE else f"  {trial.state}"
    stands = "" if best is None else "  (the best)" if best is trial else f"  (best {number(best.value)})"
    searched = {name: trial.settings[name] for name, one in space.items() if not isinstance(one, Fixed)}
    settings = ", ".join(f"{name} {_short(value)}" for name, value in searched.items())
    return f"trial {trial.number:,}{total}{value}{state}{stands}  {settings}"


def lasting(seconds: float) -> str:
    """45 s, 9 min, 1.5 h."""
    if seconds < 90:
        return f"{max(0.0, seconds):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def need_best(trials: Sequence[Trial], maximise: bool) -> Trial:
    """The best trial. Raises SettingError where none is complete, with the reasons."""
    best = best_of(trials, maximise)
    if best is None:
        why = "; ".join(bad_ones(trials)) or "no trial came to its end"
        raise SettingError(f"no trial is complete, so there is no model ({counts(trials)}): {why}")
    return best


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    rest = (f"{cell:>{width}}" for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "  ".join([f"{cells[0]:<{widths[0]}}", *rest]).rstrip()


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else shown(value)
