"""Text of a few lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MOST_LINES = 30


def shortened(text: str, cure: str, most: int = MOST_LINES) -> str:
    """The first lines of a text, and how to get the others: `cure`, such as "print(report)"."""
    lines = text.split("\n")
    if len(lines) <= most:
        return text
    left = len(lines) - most + 1
    return "\n".join([*lines[: most - 1], f"... {left:,} more lines: {cure} shows all"])


def few(names: Sequence[str], most: int = 20) -> str:
    """Names with commas between; of many the first, and how many more there are."""
    more = [f"... {len(names) - most:,} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])


def figure(value: object) -> str:
    """A number with four digits: 0.1235, -2, 3.142e-07."""
    array = np.asarray(value)
    if array.dtype.kind in "biu":
        return str(array[()])
    return f"{float(array):.4g}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines of text, each column to the right but for the first."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
