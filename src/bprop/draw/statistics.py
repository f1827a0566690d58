"""Statistics of the numbers in a box, for a drawing: size, spread, histogram, and units that no longer learn."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

import numpy as np

from bprop.box import Box

BINS = 17
NEAR_BOUND = 0.99
"""A value beyond this share of the way from the middle of the bounds to a bound counts as saturated."""
MANY = 0.3
"""A larger share of saturated values or dead units is shown as an alarm."""
LOWEST, HIGHEST = -8, 2
"""The decades of the colours: the lowest is for 1e-8 and below, the highest for 1e2 and above."""


@dataclass(frozen=True)
class Summary:
    """The statistics of an array.

    count : the number of entries. nan, infinite : the numbers of those that are NaN or infinite.
    rms : the root mean square of the finite entries. low, high : their range. All three are 0 without finite entries.
    bars : a histogram of the finite entries over [low, high], BINS counts.
    note : "38% saturated", "12% of units dead" or "". stuck : that share.
    distinct : the number of different entries, for whole numbers and truth values. Labels and codes are names, so this
        and the range are their only statistics. None for other numbers.
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
        """Whether the last line is an alarm: entries that are not finite, or many stuck units."""
        return bool(self.spoiled) or self.stuck >= MANY

    @property
    def decade(self) -> int | None:
        """floor(log10(rms)), clipped to LOWEST..HIGHEST; None for whole numbers, or if all finite entries are 0."""
        return None if self.rms == 0 or self.distinct is not None else min(max(floor(log10(self.rms)), LOWEST), HIGHEST)

    @property
    def spoiled(self) -> str:
        """ "3 NaN, 1 inf", or "" if all entries are finite."""
        named = ((self.nan, "NaN"), (self.infinite, "inf"))
        return ", ".join(f"{number:,} {what}" for number, what in named if number)

    def lines(self) -> list[str]:
        """The lines beside the histogram."""
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
    """A note on units that no longer learn, and their share: saturated values (tanh, sigmoid), dead units (relu)."""
    value = np.asarray(value)
    if value.size == 0 or value.ndim == 0:
        return "", 0.0
    for share, what in ((saturated(box, value), "saturated"), (dead(box, value), "of units dead")):
        if share is not None:
            return _share(share, what)
    return "", 0.0


def saturated(box: Box, value: np.ndarray) -> float | None:
    """The share of values near a bound of the box (`Box.bounds`); None for a box without bounds."""
    if box.bounds is None:
        return None
    low, high = box.bounds
    return float((np.abs(value - (low + high) / 2) > NEAR_BOUND * (high - low) / 2).mean())


def dead(box: Box, value: np.ndarray) -> float | None:
    """The share of units that are 0 for all examples of the batch; None for a box that does not rectify."""
    return float((value == 0).all(axis=0).mean()) if box.rectifies else None


def _share(share: float, what: str) -> tuple[str, float]:
    text = f"{100 * share:.0f}%" if share == 0 or share >= 0.01 else "<1%"
    return f"{text} {what}", share
