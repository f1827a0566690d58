"""Arrays as text: a few figures on a few lines, or all of them with their places."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from bprop.notebook.text import figure

MOST, LINES = 8, 4
NOT_YET = "not yet computed"
EXACT, WIDTH = 4096, 10
"""The columns of arrays up to so many numbers are as wide as their widest; of others, so wide: -1.235e-07."""


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


class Listing(Sequence[str]):
    """All numbers of an array as lines, `across` numbers in each, with the place of the first: "[2, 8]  0.5  -1".

    A line is written when it is asked for, so that an array of millions costs nothing until someone looks.
    """

    def __init__(self, array: np.ndarray, example: int | None = None, across: int = MOST):
        self.array: np.ndarray = np.asarray(array) if example is None else np.asarray(array[example])
        self.across = across
        *rows, width = self.array.shape or (1,)
        self.rows: tuple[int, ...] = tuple(rows)
        self.parts: int = -(-width // across)
        self.label: int = len(str([*(size - 1 for size in rows), max(0, self.parts - 1) * across]))
        few = self.array.ravel() if self.array.size <= EXACT else None
        self.cell: int = WIDTH if few is None else max((len(figure(value)) for value in few), default=0)

    def __len__(self) -> int:
        return prod(self.rows) * self.parts

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        row, part = divmod(index % len(self), self.parts)
        if self.array.ndim == 0:
            return figure(self.array)
        place = [int(k) for k in np.unravel_index(row, self.rows)] if self.rows else []
        start = part * self.across
        numbers = self.array[(*place, slice(start, start + self.across))]
        cells = [figure(value).rjust(self.cell) for value in numbers]
        return "  ".join([str([*place, start]).ljust(self.label), *cells])


def listed(array: np.ndarray, example: int | None = None, across: int = MOST) -> list[str]:
    """The lines of a `Listing`."""
    return list(Listing(array, example, across))


def _line(array: np.ndarray) -> str:
    if array.ndim == 0:
        return figure(array)
    figures = [figure(value) for value in array[:MOST]]
    more = f" ... {array.size - MOST:,} more" if array.size > MOST else ""
    return "[" + "  ".join(figures) + more + "]"
