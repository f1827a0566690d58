"""Natural units: how far an element may be moved, in proportion to its own magnitude and that of its tensor."""

from __future__ import annotations

import numpy as np

SMALL = 0.1
"""An element that is smaller than this share of the typical one is moved as far as if it were that large."""


def natural_units(x: np.ndarray) -> np.ndarray:
    """max(|x_i|, 0.1 r) with r the root mean square of what is finite and not 0 (1 where nothing is), for every i."""
    size = np.abs(x)
    counted = size[np.isfinite(size) & (size > 0)]
    if not counted.size:
        return np.ones_like(x)
    largest = counted.max()
    typical = largest * np.sqrt(np.mean((counted / largest) ** 2))
    return np.where(np.isfinite(size), np.maximum(size, SMALL * typical), typical)
