"""Arrays as what JSON holds, nested lists of numbers; one that is not finite is the text "nan", "inf" or "-inf"."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np

MOST = 4096
"""A parameter of more numbers is summed up."""
HEAD = 64
"""Of a longer array of an example, so many numbers are sent."""


def plain(value: Any) -> Any:
    """An array as nested lists, a number as a number. Each number is sent in full: it reads back to the same bits."""
    array = np.asarray(value)
    if array.dtype.kind == "f":
        array = array.astype(np.float64)
        if not np.isfinite(array).all():
            return _named(array.tolist())
    return array.tolist()


def _named(value: Any) -> Any:
    if isinstance(value, list):
        return [_named(one) for one in value]
    return value if np.isfinite(value) else "nan" if value != value else "inf" if value > 0 else "-inf"


def some(value: Any) -> Any:
    """An array of one example: all of it, or {"head": the first numbers, "count": of how many}."""
    array = np.asarray(value)
    if array.size <= HEAD:
        return plain(array)
    return {"head": plain(array.ravel()[:HEAD]), "count": int(array.size)}


def parameter(value: np.ndarray) -> Any:
    """A parameter, or what sums it up where it has more numbers than a page shows."""
    if value.size <= MOST:
        return plain(value)
    wide = value.astype(np.float64)
    rms = np.sqrt(np.square(wide).mean())
    return {"shape": list(value.shape), "rms": plain(rms), "min": plain(wide.min()), "max": plain(wide.max())}


def parameters(arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    return {name: parameter(np.asarray(array)) for name, array in arrays.items()}


def levels(value: np.ndarray, low: float, high: float) -> str:
    """Numbers from low to high as levels 0 .. 255, a byte each, in base64: the pixels of a map."""
    span = high - low if high > low else 1.0
    share = np.nan_to_num((value - low) / span, nan=0.5, posinf=1.0, neginf=0.0)
    return b64encode((np.clip(share, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8).tobytes()).decode()
