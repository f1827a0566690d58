"""How much memory and time a description could cost: boxes find out their shapes by computing values of examples."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from bprop.box import Box
from bprop.errors import BpropError, GraphError
from bprop.shapes import BATCHES

EACH = 2**24  # numbers: 128 MiB
TOGETHER = 2**26  # about a second
VARIABLE = "BPROP_MODEL_NUMBERS"
ADVICE = f"; if you trust the file, set the environment variable {VARIABLE} to a larger number"
SMALL = 16  # whole numbers up to this in the hyper-parameters make no box large


class Room:
    """How many numbers the boxes of a description may hold, for 3 examples: each, and all of them together.

    Both follow from the numbers in the file: to find out the shapes of what it describes then takes a time and memory
    that are in proportion to the file, or small. BPROP_MODEL_NUMBERS sets another bound for both.
    """

    def __init__(self, stored: int):
        told = _told()
        self.each = max(EACH, 4 * stored) if told is None else told
        self.together = max(TOGETHER, 32 * stored) if told is None else told
        self.used = 0

    def need(self, entry: Mapping[str, Any], made: Mapping[str, Box], cls: type[Box]) -> None:
        """Raise GraphError where there is no room for the value of the box described, of class `cls`."""
        shapes = [made[child].spec.shapes[1] for child in entry["children"]]
        size = cls.size_limit(entry["hyper"], shapes)
        self.used += size if shapes else 0  # of a leaf, nothing is computed
        if size > self.each:
            raise GraphError(
                f"the box {entry['name']!r} would hold {size:,} numbers for {BATCHES[1]} examples: more than the "
                f"{self.each:,} that this file may ask for{ADVICE}"
            )
        if self.used > self.together:
            raise GraphError(
                f"the boxes up to {entry['name']!r} would together hold more numbers for {BATCHES[1]} examples than "
                f"the {self.together:,} that this file may ask for{ADVICE}"
            )


def _told() -> int | None:
    """What the environment says; None where it says nothing that can be read."""
    text = os.environ.get(VARIABLE, "").replace("_", "").replace(",", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 19 else None


def check_growth(entry: Mapping[str, Any], make: Callable[[Mapping[str, Any]], Box], room: int) -> None:
    """Raise GraphError where hyper-parameters make a box of the user's own larger than `room` numbers.

    How large it gets, only its code says. So the box is made (by `make`, of an entry) with the whole numbers among its
    hyper-parameters cut down, first to 16, then to a little more: it is refused before it is far too large.
    """
    hyper, limit = entry["hyper"], SMALL
    while (small := cut_down(hyper, limit)) != hyper:
        try:
            size = prod(make({**entry, "hyper": small}).spec.shapes[1])
        except BpropError:  # too small to be legal
            size = 0
        if size > room:
            raise GraphError(
                f"the box {entry['name']!r} ({entry['type']}) would hold more than {room:,} numbers with these "
                "hyper-parameters: more than what the file tells of"
            )
        limit += limit // 8


def cut_down(value: Any, limit: int) -> Any:
    """A hyper-parameter as JSON, with whole numbers no further from 0 than `limit`; arrays are as long as the file."""
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-limit, min(limit, value))
    if isinstance(value, list):
        return [cut_down(one, limit) for one in value]
    if isinstance(value, Mapping) and not {"array", "initialiser"} & value.keys():
        return {key: cut_down(one, limit) for key, one in value.items()}
    return value
