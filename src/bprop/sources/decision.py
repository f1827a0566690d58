"""The class that probabilities lead to: the most probable one, or a positive class from a threshold on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.errors import SettingError
from bprop.sources.noted import damaged

KEY = "decision"
AIMS = ("balanced", "f1")
"""The best threshold on the validation set: for the balanced accuracy, or for F1."""


@dataclass(frozen=True)
class Decision:
    """Between two classes.

    positive : the number of the class that is looked for: the rarer one in training.
    threshold : it is predicted where p >= threshold; None: where it is the more probable one.
    aim : of the choice of the threshold ("balanced", "f1"); "": the user chose it.
    """

    positive: int
    threshold: float | None = None
    aim: str = ""

    @classmethod
    def of(cls, counts: np.ndarray) -> Decision:
        """For classes with so many rows to train on. Of equal ones the second is positive."""
        return cls(0 if counts[0] < counts[1] else 1)

    def labels(self, f: np.ndarray) -> np.ndarray:
        """(N,) for probabilities f (N, 2)."""
        if self.threshold is None:
            return f.argmax(axis=1)
        return np.where(f[:, self.positive] >= f.dtype.type(self.threshold), self.positive, 1 - self.positive)

    def to_notes(self) -> dict[str, Any]:
        """As plain data."""
        threshold = {} if self.threshold is None else {"threshold": self.threshold}
        return {"positive": self.positive, **threshold, **({"aim": self.aim} if self.aim else {})}

    @classmethod
    def from_notes(cls, notes: Any, classes: tuple[Any, ...] | None) -> Decision:
        """From plain data. Raises DataError, naming the entry, where it is damaged."""
        if not isinstance(notes, Mapping) or classes is None or len(classes) != 2:
            raise damaged(KEY, notes, "how to choose between two classes")
        positive, threshold, aim = notes.get("positive"), notes.get("threshold"), notes.get("aim", "")
        if isinstance(positive, bool) or positive not in (0, 1):
            raise damaged("positive", positive, "0 or 1")
        if threshold is not None and not (isinstance(threshold, float) and 0 < threshold < 1):
            raise damaged("threshold", threshold, "a number between 0 and 1")
        if aim not in ("", *AIMS):
            raise damaged("aim", aim, f"one of {', '.join(AIMS)}")
        return cls(int(positive), threshold, aim)


def parsed(word: str, aims: tuple[str, ...] = ()) -> float | str:
    """The value of --threshold: a probability, or one of `aims`. Raises SettingError."""
    if word in aims:
        return word
    try:
        threshold = float(word)
    except ValueError:
        threshold = np.nan
    if not 0 < threshold < 1:
        more = "".join(f", or {aim}" for aim in aims)
        raise SettingError(f"--threshold {word}: give a probability between 0 and 1, such as 0.3{more}")
    return threshold


def best(p: np.ndarray, positive: np.ndarray, w: np.ndarray, aim: str) -> tuple[float, float]:
    """(threshold, its value) for probabilities p (N,) of examples, some of which are positive, with weights w.

    The value is F1 = 2 TP / (2 TP + FP + FN), or the balanced accuracy, (TP / P + TN / N) / 2. Among equals, the
    threshold nearest to 1/2 is taken, half way between two probabilities.
    """
    values, place = np.unique(p, return_inverse=True)
    up = np.bincount(place.ravel(), w * positive, len(values))[::-1].cumsum()[::-1]
    down = np.bincount(place.ravel(), w * ~positive, len(values))[::-1].cumsum()[::-1]
    score = 2 * up / (up + down + up[0]) if aim == "f1" else (up / up[0] + 1 - down / down[0]) / 2
    below = np.concatenate([[0.0], values[:-1]])
    middles = (below.astype(np.float64) + values) / 2
    near = np.where(score >= score.max() - 1e-12, abs(middles - 0.5), np.inf)
    k = int(near.argmin())
    return _short(float(below[k]), float(values[k])), float(score[k])


def _short(low: float, high: float) -> float:
    """A number above `low`, and up to `high`, near the middle and with few digits."""
    middle = (low + high) / 2
    for digits in range(2, 17):
        short = float(f"{middle:.{digits}g}")
        if low < short <= high and 0 < short < 1:
            return short
    return min(high, np.nextafter(1.0, 0.0))
