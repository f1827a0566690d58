"""Examples as pictures, if the input is one."""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt
from typing import Any

import numpy as np

from bprop.notes import TABLE, words

LEAST, MOST = 8, 64  # pixels of a side


class Pictures:
    """The rows of an array as grey or coloured pictures: black for the least number, white for the largest."""

    low: float
    high: float

    def __init__(self, array: np.ndarray):
        self.array = array  # (N, height, width, channels)
        self.low, self.high = float(array.min()), float(array.max())

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray], notes: Mapping[str, Any]) -> Pictures | None:
        """The pictures among the inputs, or None.

        Arrays (N, H, W), (N, H, W, 1) and (N, H, W, 3) count as pictures. So does an array (N, D) without negative
        numbers if D is the square of at least 8 and the columns have no names of their own.
        """
        for name, array in arrays.items():
            shape = array.shape[1:]
            if len(shape) == 2:
                shape = (*shape, 1)
            elif len(shape) == 1 and _are_pixels(name, array, notes):
                shape = (isqrt(shape[0]), isqrt(shape[0]), 1)
            if len(shape) == 3 and shape[2] in (1, 3) and all(LEAST <= side <= MOST for side in shape[:2]):
                return cls(array.reshape(len(array), *shape))
        return None

    def picture(self, row: int) -> dict[str, Any]:
        """The picture of an example as bytes, row by row."""
        _, height, width, channels = self.array.shape
        room = (self.high - self.low) or 1.0
        grey = np.round(255 * (self.array[row].astype(np.float64) - self.low) / room).astype(int)
        return {"height": height, "width": width, "channels": channels, "bytes": grey.ravel().tolist()}


def _are_pixels(name: str, array: np.ndarray, notes: Mapping[str, Any]) -> bool:
    size = array.shape[1]
    named = TABLE in notes or not all(name.startswith(("pixel", "x")) for name in words(notes, "columns"))
    return name == "x" and not named and isqrt(size) ** 2 == size and size >= LEAST**2 and bool((array >= 0).all())
