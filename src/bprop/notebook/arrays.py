"""Arrays as tables of HTML, with all of their numbers where that is sensible."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.notebook.text import figure

MOST_NUMBERS = 4096
MOST_COLUMNS = 64


def numbers_of(array: Any, most: int = MOST_NUMBERS) -> str:
    """The numbers of an array, with four digits: a row for each along all axes but the last, in a table that scrolls.

    Of an array of more than `most` numbers, the first rows, and how many more there are.
    """
    array = np.asarray(array)
    rows = array.reshape(1, -1) if array.ndim < 2 else array.reshape(-1, array.shape[-1])
    width = min(rows.shape[1], MOST_COLUMNS)
    lines = max(1, most // max(1, width))
    wider = f"<td>… {rows.shape[1] - width:,} more" if rows.shape[1] > width else ""
    body = "".join("<tr><td>" + "<td>".join(map(figure, row[:width])) + wider for row in rows[:lines])
    if len(rows) > lines:
        body += f"<tr><td colspan='{width + bool(wider)}'>… {len(rows) - lines:,} more rows"
    return f"<div class='bprop-scroll' tabindex='0'><table class='bprop-numbers'><tbody>{body}</tbody></table></div>"
