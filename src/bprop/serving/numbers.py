"""Lists of numbers in a document, as an array."""

from __future__ import annotations

from typing import Any

import numpy as np


def array_of(value: Any) -> np.ndarray | None:
    """A number, or lists of numbers in each other, as an array of numbers. None where something else is among them:
    texts, null, true and false, lists of different lengths, and whole numbers that no float holds."""
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O":  # whole numbers of more than 64 bits
            array = np.asarray(value, dtype=np.float64) if sorts_of(value) <= {int, float} else array
    except (ValueError, OverflowError):
        return None
    return array if array.dtype.kind in "iuf" and bool not in sorts_of(value) else None


def sorts_of(value: Any) -> set[type]:
    """The types of all that lists in each other hold."""
    if not isinstance(value, list):
        return {type(value)}
    sorts = {*map(type, value)}
    return set().union(*map(sorts_of, value)) if list in sorts else sorts
