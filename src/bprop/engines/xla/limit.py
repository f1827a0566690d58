"""How many boxes XLA is asked to compile: its time and memory grow with their square.

Measured on a chain of small boxes: 1,000 take 8 s and 1.2 GB, 2,000 take 35 s and 4 GB, 4,000 take 160 s and 16 GB.
The environment variable BPROP_XLA_BOXES sets how many are compiled at most.
"""

from __future__ import annotations

import os

from bprop.console import say
from bprop.errors import UnsupportedError

MANY = 1000  # boxes from which on it is said how long compiling may take
MOST = 3000  # boxes that are compiled, unless the environment says otherwise
VARIABLE = "BPROP_XLA_BOXES"
SECONDS, GIGABYTES = 10.0, 1.1  # for 1,000 boxes


def need_few(boxes: int) -> None:
    """Say what compiling so many boxes may cost, before it begins. Raises UnsupportedError beyond the bound."""
    if boxes <= MANY:
        return
    square, most = (boxes / 1000) ** 2, most_boxes()
    cost = f"about {SECONDS * square:,.0f} seconds and {GIGABYTES * square:,.0f} GB of memory"
    if boxes > most:
        raise UnsupportedError(
            f"a graph of {boxes:,} boxes, of which XLA compiles {most:,} at most: it may take {cost}; use "
            f"engine='numpy', or set the environment variable {VARIABLE} to a larger number"
        )
    say(f"bprop: compiling {boxes:,} boxes with XLA may take {cost}; engine='numpy' begins at once", error=True)


def most_boxes() -> int:
    """How many boxes are compiled at most."""
    text = os.environ.get(VARIABLE, "").replace("_", "").replace(",", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else MOST
