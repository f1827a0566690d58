"""The page of a search: one HTML file that needs no network."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from bprop.files import write_atomically
from bprop.reporting.about import versions_of
from bprop.reporting.page import TUNING, render
from bprop.reporting.plain import number, spread, text
from bprop.tuning.ranges import Between, Choice, Fixed, plain, shown
from bprop.tuning.trial import Trial
from bprop.tuning.words import counts, lasting, ranked

MOST_TRIALS = 1000
MOST_CURVES = 300  # trials with a curve: the best ones
MOST_POINTS = 120  # of a curve
ENDS = {
    "trials": "all trials are done", "time": "the time was over", "grid": "the whole grid is done",
    "interrupted": "somebody interrupted it",
}  # fmt: skip


def report(tuned: Any, path: str | os.PathLike[str], command: str | None = None) -> None:
    """Write the page of a search.

    command : the command line that repeats it. The size of the file has bounds: 1,000 trials, 300 curves.

    Raises ModelFileError if the file cannot be written.
    """
    title = f"Tuning on {text(tuned.name)}" if tuned.name else "Tuning"
    page = render(title, tuned.fit.graph.draw().svg(), page_of(tuned, command), TUNING)
    write_atomically(path, page.encode("utf-8"))


def page_of(tuned: Any, command: str | None = None) -> dict[str, Any]:
    """The data of the page."""
    best = tuned.best
    order = ranked(tuned.trials, tuned.maximise)
    near, curved = order[:MOST_TRIALS], {trial.number for trial in order[:MOST_CURVES]}
    there = sorted(near, key=lambda trial: trial.number)
    return {
        "live": False, "measure": text(tuned.monitor), "maximise": tuned.maximise, "folds": tuned.folds,
        "best": best.number, "more": len(tuned.trials) - len(there), "status": _status(tuned),
        "trials": [_plain(trial, trial.number in curved) for trial in there], "settings": _settings(tuned),
        "headline": _headline(tuned), "best_settings": [[name, _shown(v)] for name, v in best.settings.items()],
        "search": _search(tuned), "versions": versions_of(), "command": command,
    }  # fmt: skip


def _status(tuned: Any) -> str:
    lasted = lasting(tuned.trials[-1].at)
    return (
        f"{counts(tuned.trials)}, in {lasted} of searching; it ended because {ENDS.get(tuned.stopped, 'of an error')}."
    )


def _headline(tuned: Any) -> list[list[Any]]:
    best = tuned.best
    way = f"mean of {tuned.folds} folds" if tuned.folds else "validation"
    items = [["best trial", best.number], [f"{way} {tuned.monitor}", number(best.value)]]
    items += [[f"{way} {name}", number(value)] for name, value in best.measures.items()]
    for name, value in (tuned.test or {}).items():
        if isinstance(value, float) and name in {tuned.monitor, *best.measures, "loss"}:
            items.append([f"test {name}", number(value)])
    return items


def _settings(tuned: Any) -> list[dict[str, Any]]:
    """The settings that were searched, with the axis of each."""
    items = []
    for name, one in tuned.space.items():
        if isinstance(one, Choice):
            items.append({"name": name, "log": False, "values": [text(shown(value), 40) for value in one.values]})
        elif isinstance(one, Between):
            items.append({"name": name, "log": bool(one.log), "whole": one.whole, "values": None})
    return items


def _search(tuned: Any) -> list[list[Any]]:
    fixed = [f"{name} {one}" for name, one in tuned.space.items() if isinstance(one, Fixed)]
    searched = [f"{name} {one}" for name, one in tuned.space.items() if not isinstance(one, Fixed)]
    network = "the one that was measured" if tuned.as_measured else "trained once more with the best settings"
    return [
        ["searched", "; ".join(searched)], ["fixed", "; ".join(fixed) or "nothing"], ["measure", tuned.monitor],
        ["sampler", tuned.sampler], ["pruner", tuned.pruner], ["seed", tuned.seed],
        ["folds", tuned.folds or "none: one set of validation rows"], ["network", network],
        ["study", "none" if tuned.study is None else text(tuned.study)],
    ]  # fmt: skip


def _plain(trial: Trial, with_curve: bool) -> dict[str, Any]:
    return {
        "number": trial.number, "state": trial.state, "value": number(trial.value),
        "settings": {name: _shown(value) for name, value in trial.settings.items()},
        "curve": _curve(trial.curve) if with_curve else [], "epochs": trial.epochs, "best_epoch": trial.best_epoch,
        "seconds": number(trial.seconds), "at": number(trial.at),
        "measures": {name: number(value) for name, value in trial.measures.items()}, "why": text(trial.why, 300),
    }  # fmt: skip


def _curve(curve: Sequence[float | None]) -> list[list[float | None]]:
    """[[epoch, measure], ...]: all, or some of them, with the first and the last."""
    return [[place + 1, number(curve[place])] for place in spread(len(curve), MOST_POINTS)]


def _shown(value: Any) -> Any:
    one = plain({"": value})[""]
    return number(one) if isinstance(one, float) else one if isinstance(one, int) else text(shown(value), 60)
