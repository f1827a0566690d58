"""Arrays as text: a few figures on a few lines."""

from __future__ import annotations

import numpy as np

from bprop.notebook.text import figure

MOST, LINES = 8, 4
NOT_YET = "not yet computed"


def shown(array: np.ndarray | None, example: int | None = None) -> list[str]:
    """The numbers of an array, or of one of its examples (along the first axis). Long lines are abbreviated."""
    if array is None:
        return [NOT_YET]
    chosen = np.asarray(array) if example is None else np.asarray(array[example])
    if chosen.ndim < 2:
        return [_line(chosen)]
    rows = chosen.reshape(-1, chosen.shape[-1])
    lines = [_line(row) for row in rows[:LINES]]
    return lines if len(rows) <= LINES else [*lines[:-1], f"... {len(rows) - LINES + 1:,} more rows"]


def _line(array: np.ndarray) -> str:
    if array.ndim == 0:
        return figure(array)
    figures = [figure(value) for value in array[:MOST]]
    more = f" ... {array.size - MOST:,} more" if array.size > MOST else ""
    return "[" + "  ".join(figures) + more + "]"
