"""What a drawing shows of the numbers in a box: their size, spread and shape, and units that have stopped to learn."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

import numpy as np

from bprop.box import Box

BINS = 17
NEAR_BOUND = 0.99
"""Of the way from the middle of a box's bounds to one of them: from here on a value counts as saturated."""
MANY = 0.3
"""So large a share of saturated values or dead units stands out."""
LOWEST, HIGHEST = -8, 2
"""Magnitudes are coloured by decade, from 1e-8 and below to 1e2 and above."""


@dataclass(frozen=True)
class Summary:
    """Numbers about an array.

    rms : the root of the mean square of the finite entries; low, high : their range; (0, 0, 0) where there are none.
    bars : a histogram of the finite entries over [low, high], BINS counts.
    nan, infinite : how many entries are not finite; count : of all entries.
    note : "38% saturated" or "12% of units dead", or "". stuck : that share.
    distinct : how many different entries there are, of whole numbers and truth values: labels and codes are names,
        of which only that and their range can be told; None of other numbers.
    """

    count: int
    rms: float
    low: float
    high: float
    bars: tuple[int, ...]
    nan: int = 0
    infinite: int = 0
    note: str = ""
    stuck: float = 0.0
    distinct: int | None = None

    @property
    def alarming(self) -> bool:
        """Whether the last of the lines is to be seen at once: entries that are not finite, or many stuck units."""
        return bool(self.spoiled) or self.stuck >= MANY

    @property
    def decade(self) -> int | None:
        """floor(log10(rms)), kept within LOWEST..HIGHEST; None where all finite entries are 0, and of whole numbers."""
        return None if self.rms == 0 or self.distinct is not None else min(max(floor(log10(self.rms)), LOWEST), HIGHEST)

    @property
    def spoiled(self) -> str:
        """ "3 NaN, 1 inf", or "" where all is finite."""
        named = ((self.nan, "NaN"), (self.infinite, "inf"))
        return ", ".join(f"{number:,} {what}" for number, what in named if number)

    def lines(self) -> list[str]:
        """What is written beside the histogram."""
        if self.spoiled:
            return [self.spoiled, f"of {self.count:,}"]
        notes = [self.note] if self.note else []
        if self.low == self.high:
            return [f"all {self.low + 0.0:.3g}", *notes]  # + 0.0: -0 is 0
        if self.distinct is not None:
            return [f"{self.distinct:,} different", f"{self.low:.10g} … {self.high:.10g}", *notes]
        return [f"rms {self.rms:.2g}", f"{self.low:.2g} … {self.high:.2g}", *notes]


def summarise(array: np.ndarray, note: str = "", stuck: float = 0.0) -> Summary:
    """The summary of any array of numbers, whole numbers and truth values included."""
    entries = np.asarray(array).astype(np.float64).ravel()
    finite = entries[np.isfinite(entries)]
    nan = int(np.isnan(entries).sum())
    infinite = entries.size - finite.size - nan
    if finite.size == 0:
        return Summary(entries.size, 0.0, 0.0, 0.0, (0,) * BINS, nan, infinite, note, stuck)
    low, high, top = float(finite.min()), float(finite.max()), float(np.abs(finite).max())
    rms = 0.0 if top == 0 else top * float(np.sqrt(np.mean((finite / top) ** 2)))  # the squares alone may overflow
    distinct = len(np.unique(array)) if np.asarray(array).dtype.kind in "biu" else None
    return Summary(entries.size, rms, low, high, _bars(finite, low, high), nan, infinite, note, stuck, distinct)


def _bars(finite: np.ndarray, low: float, high: float) -> tuple[int, ...]:
    half = high / 2 - low / 2  # high - low may overflow
    if half == 0:
        places = np.full(finite.shape, BINS // 2)
    else:
        places = np.clip(((finite / 2 - low / 2) / half * BINS).astype(int), 0, BINS - 1)
    return tuple(int(n) for n in np.bincount(places, minlength=BINS))


def note_of(box: Box, value: np.ndarray) -> tuple[str, float]:
    """What keeps units from learning, in words and as a share: saturated values (tanh, sigmoid), dead units (relu)."""
    value = np.asarray(value)
    if value.size == 0 or value.ndim == 0:
        return "", 0.0
    for share, what in ((saturated(box, value), "saturated"), (dead(box, value), "of units dead")):
        if share is not None:
            return _share(share, what)
    return "", 0.0


def saturated(box: Box, value: np.ndarray) -> float | None:
    """The share of values near a bound of the box (`Box.bounds`); None where it has none."""
    if box.bounds is None:
        return None
    low, high = box.bounds
    return float((np.abs(value - (low + high) / 2) > NEAR_BOUND * (high - low) / 2).mean())


def dead(box: Box, value: np.ndarray) -> float | None:
    """The share of units that are 0 for all examples of the batch; None of a box without (`Box.rectifies`)."""
    return float((value == 0).all(axis=0).mean()) if box.rectifies else None


def _share(share: float, what: str) -> tuple[str, float]:
    text = f"{100 * share:.0f}%" if share == 0 or share >= 0.01 else "<1%"
    return f"{text} {what}", share
