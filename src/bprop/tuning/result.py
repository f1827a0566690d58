"""The result of a search: the best model, all trials, a table of them in words, and its page."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bprop.notebook import shortened
from bprop.training import Fit
from bprop.tuning.card import html
from bprop.tuning.ranges import Range
from bprop.tuning.trial import Trial, best_of
from bprop.tuning.words import lines, number

KEY = "tuning"
"""The key of the notes of a model about the search that made it."""


@dataclass
class Tuned:
    """The result of `bp.tune`; print it for a table of the best trials.

    fit : the best model; a TableFit where the data is a table. trials : all of them, those of earlier runs as well.
    space : the ranges of all settings. monitor : the measure; maximise : whether more is better. folds : 0 without.
    stopped : why the search ended: "trials", "time", "grid" or "interrupted".
    as_measured : True where `fit` is the very network that was measured; False where it was trained once more with the
    best settings. again : its measure then, on the rows watched.
    test : the measures of `fit` on rows that chose nothing, taken once; None without such rows.
    terminated : whether SIGTERM ended it. error : what ended it, where it "failed".

    >>> rows = {"size": [1.0, 2.0, 3.0, 4.0, 5.0] * 8, "price": [2.0, 4.1, 5.9, 8.0, 10.2] * 8}
    >>> space = {"hidden": 4, "lr": "0.001..0.1", "epochs": 2}
    >>> tuned = bp.tune(rows, "price", space=space, trials=2, engine="numpy", progress=False)
    >>> len(tuned.trials), sorted(tuned.settings)[:2]
    (2, ['activation', 'batch_size'])
    """

    fit: Fit
    trials: Sequence[Trial]
    space: Mapping[str, Range]
    monitor: str
    maximise: bool
    stopped: str
    name: str = ""
    sampler: str = "tpe"
    pruner: str = "median"
    seed: int = 0
    folds: int = 0
    as_measured: bool = True
    again: float | None = None
    study: Path | None = None
    test: Any = None  # {score: value}, or None without test rows
    terminated: bool = False
    error: Exception | None = None

    @property
    def best(self) -> Trial:
        """The best trial."""
        best = best_of(self.trials, self.maximise)
        assert best is not None
        return best

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the best trial."""
        return dict(self.best.settings)

    def __str__(self) -> str:
        return "\n".join(lines(self.trials, self.space, self.monitor, self.maximise))

    def __repr__(self) -> str:
        return f"<Tuned: {len(self.trials)} trials, best {self.monitor} {number(self.best.value)}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(shortened(f"{self!r}\n{self}", "print(tuned)"))

    def _repr_html_(self) -> str:
        return html(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the best model to a file, with the trials in its notes."""
        self.fit.save(path)

    def report(self, path: str | os.PathLike[str]) -> None:
        """Write the page of this search: one HTML file that needs no network."""
        from bprop.tuning.page import report  # pages are no part of a search

        report(self, path)

    def notes(self) -> dict[str, Any]:
        """The search as an entry of the model's notes: plain data."""
        return {
            "measure": self.monitor, "maximise": self.maximise, "folds": self.folds, "sampler": self.sampler,
            "pruner": self.pruner, "seed": self.seed, "stopped": self.stopped, "best": self.best.number,
            "as_measured": self.as_measured, "space": {name: one.plain() for name, one in self.space.items()},
            "trials": [
                {name: value for name, value in trial.to_plain().items() if name != "curve"} for trial in self.trials
            ],
        }  # fmt: skip
