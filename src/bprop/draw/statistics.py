"""What a drawing shows of the numbers in a box: their size, spread and shape, and units that have stopped to learn."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

import numpy as np

from bprop.box import Box
from bprop.boxes.activations import Relu, Sigmoid, Tanh

BINS = 17
NEAR = 0.01
"""A tanh is saturated within this of -1 or 1, a sigmoid within this of 0 or 1."""
LOWEST, HIGHEST = -8, 2
"""Magnitudes are coloured by decade, from 1e-8 and below to 1e2 and above."""


@dataclass(frozen=True)
class Summary:
    """Numbers about an array.

    rms : the root of the mean square of the finite entries; low, high : their range; (0, 0, 0) where there are none.
    bars : a histogram of the finite entries over [low, high], BINS counts.
    nan, infinite : how many entries are not finite; count : of all entries.
    note : "38% saturated" or "12 of 500 units dead", or "".
    """

    count: int
    rms: float
    low: float
    high: float
    bars: tuple[int, ...]
    nan: int = 0
    infinite: int = 0
    note: str = ""

    @property
    def decade(self) -> int | None:
        """floor(log10(rms)), kept within LOWEST..HIGHEST; None where all finite entries are 0."""
        return None if self.rms == 0 else min(max(floor(log10(self.rms)), LOWEST), HIGHEST)

    @property
    def spoiled(self) -> str:
        """ "3 NaN, 1 inf", or "" where all is finite."""
        named = ((self.nan, "NaN"), (self.infinite, "inf"))
        return ", ".join(f"{number:,} {what}" for number, what in named if number)

    def lines(self) -> list[str]:
        """What is written beside the histogram."""
        if self.spoiled:
            return [self.spoiled, f"of {self.count:,}"]
        if self.low == self.high:
            return [f"all {self.low:.3g}"]
        return [f"rms {self.rms:.2g}", f"{self.low:.2g} … {self.high:.2g}", *([self.note] if self.note else [])]


def summarise(array: np.ndarray, note: str = "") -> Summary:
    """The summary of any array of numbers, whole numbers and truth values included."""
    entries = np.asarray(array).astype(np.float64).ravel()
    finite = entries[np.isfinite(entries)]
    nan = int(np.isnan(entries).sum())
    infinite = entries.size - finite.size - nan
    if finite.size == 0:
        return Summary(entries.size, 0.0, 0.0, 0.0, (0,) * BINS, nan, infinite, note)
    low, high, top = float(finite.min()), float(finite.max()), float(np.abs(finite).max())
    rms = 0.0 if top == 0 else top * float(np.sqrt(np.mean((finite / top) ** 2)))  # the squares alone may overflow
    return Summary(entries.size, rms, low, high, _bars(finite, low, high), nan, infinite, note)


def _bars(finite: np.ndarray, low: float, high: float) -> tuple[int, ...]:
    half = high / 2 - low / 2  # high - low may overflow
    if half == 0:
        places = np.full(finite.shape, BINS // 2)
    else:
        places = np.clip(((finite / 2 - low / 2) / half * BINS).astype(int), 0, BINS - 1)
    return tuple(int(n) for n in np.bincount(places, minlength=BINS))


def note_of(box: Box, value: np.ndarray) -> str:
    """What keeps units from learning: the share of saturated values (tanh, sigmoid), or of dead units (relu).

    A unit of relu is dead if it is 0 for all examples of the batch.
    """
    value = np.asarray(value)
    if value.size == 0 or value.ndim == 0:
        return ""
    if isinstance(box, Tanh | Sigmoid):
        near = np.abs(value) > 1 - NEAR if isinstance(box, Tanh) else np.abs(value - 0.5) > 0.5 - NEAR
        return _share(float(near.mean()), "saturated")
    if isinstance(box, Relu):
        dead = (value == 0).all(axis=0)
        return _share(float(dead.mean()), "of units dead")
    return ""


def _share(share: float, what: str) -> str:
    text = f"{100 * share:.0f}%" if share == 0 or share >= 0.01 else "<1%"
    return f"{text} {what}"
