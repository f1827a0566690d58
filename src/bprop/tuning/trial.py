"""A trial of a search: its settings, how it ended, and its measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any

from bprop.tuning.ranges import plain

COMPLETE, PRUNED, DIVERGED, FAILED = "complete", "pruned", "diverged", "failed"
STATES = (COMPLETE, PRUNED, DIVERGED, FAILED)


@dataclass(frozen=True)
class Trial:
    """number : 1, 2, ... settings : all that was set, searched or fixed.

    state : "complete"; "pruned", ended early because others did better; "diverged", a loss was no longer finite;
    "failed", with an error.
    value : the measure of the best epoch (with folds the mean of all folds); of a pruned trial, what it had reached.
    curve : the measure after each epoch, of the first fold. epochs : that were trained, in all folds.
    best_epoch : of the first fold. seconds : it took. at : seconds of searching when it ended, earlier runs included.
    measures : further measures of the same rows. why : the reason for its end, for people.
    """

    number: int
    state: str
    value: float | None
    settings: Mapping[str, Any]
    curve: Sequence[float | None] = ()
    epochs: int = 0
    best_epoch: int | None = None
    seconds: float = 0.0
    at: float = 0.0
    measures: Mapping[str, float] = field(default_factory=dict)
    why: str = ""

    def to_plain(self) -> dict[str, Any]:
        """As plain data, with settings in words where they are no numbers."""
        return {**asdict(self), "settings": plain(self.settings), "curve": list(self.curve)}

    @classmethod
    def from_plain(cls, data: Mapping[str, Any], settings: Mapping[str, Any]) -> Trial:
        """Of plain data, with its settings. Raises TypeError, KeyError and ValueError for data of another form."""
        numbers = [data["value"], *data["curve"]]
        counts = (data["number"], data["epochs"], data["best_epoch"])
        measures = {str(name): float(value) for name, value in data["measures"].items()}
        if data["state"] not in STATES or not all(value is None or isinstance(value, int | float) for value in numbers):
            raise ValueError("a trial has a state, and numbers")
        if not all(count is None or type(count) is int for count in counts):
            raise ValueError("the number of a trial, and its epochs, are whole numbers")
        return cls(
            data["number"], data["state"], data["value"], settings, tuple(data["curve"]), data["epochs"],
            data["best_epoch"], float(data["seconds"]), float(data["at"]), measures, str(data["why"]),
        )  # fmt: skip


def best_of(trials: Sequence[Trial], maximise: bool) -> Trial | None:
    """The complete trial with the best value, of equal ones the first; None where none is complete."""
    done = [trial for trial in trials if trial.state == COMPLETE and trial.value is not None]
    sign = -1 if maximise else 1
    return min(done, key=lambda trial: (sign * trial.value, trial.number), default=None)  # type: ignore[operator]


def finite(value: float | None) -> float | None:
    """The number; None for NaN and infinity."""
    return value if value is not None and isfinite(value) else None
