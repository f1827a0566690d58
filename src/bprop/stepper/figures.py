"""Arrays as text: a few figures on a few lines, or all of them with their places."""

from __future__ import annotations

from itertools import product

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


def listed(array: np.ndarray, example: int | None = None, across: int = MOST) -> list[str]:
    """All numbers, `across` in a line, each line with the place of its first number: "[2, 8]  0.5  -1"."""
    chosen = np.asarray(array) if example is None else np.asarray(array[example])
    if chosen.ndim == 0:
        return [figure(chosen)]
    *rows, width = chosen.shape
    places = [(*row, start) for row in product(*map(range, rows)) for start in range(0, width, across)]
    texts = [
        [figure(value) for value in chosen[(*place[:-1], slice(place[-1], place[-1] + across))]] for place in places
    ]
    labels = [str(list(place)) for place in places]
    label, cell = max(map(len, labels), default=0), max((len(text) for line in texts for text in line), default=0)
    return [
        "  ".join([name.ljust(label), *(text.rjust(cell) for text in line)])
        for name, line in zip(labels, texts, strict=True)
    ]


def _line(array: np.ndarray) -> str:
    if array.ndim == 0:
        return figure(array)
    figures = [figure(value) for value in array[:MOST]]
    more = f" ... {array.size - MOST:,} more" if array.size > MOST else ""
    return "[" + "  ".join(figures) + more + "]"
