"""Limits on the memory and time that an untrusted description can cost: inferring its shapes computes values."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from bprop.box import Box
from bprop.errors import BpropError, GraphError
from bprop.shapes import BATCHES

EACH = 2**24  # numbers in one box: 128 MiB
TOGETHER = 2**26  # numbers in all boxes: about a second of computing
VARIABLE = "BPROP_MODEL_NUMBERS"
ADVICE = f"; if you trust the file, set the environment variable {VARIABLE} to a larger number"
SMALL = 16  # hyper-parameters that are whole numbers up to this make no box large


class SizeLimit:
    """How many numbers the boxes of a description may hold, for 3 examples: each box, and all boxes together.

    Both limits grow with `stored`, the count of numbers in the file. So the time and memory of inferring shapes are
    small, or in proportion to the file. The environment variable BPROP_MODEL_NUMBERS replaces both limits.
    """

    def __init__(self, stored: int):
        limit = _configured()
        self.each: int = max(EACH, 4 * stored) if limit is None else limit
        self.together: int = max(TOGETHER, 32 * stored) if limit is None else limit
        self.used: int = 0

    def check(self, entry: Mapping[str, Any], built: Mapping[str, Box], cls: type[Box]) -> None:
        """Raise GraphError if the value of the described box would exceed a limit.

        built : the boxes before it, by name. cls : the class of the box.
        """
        shapes = [built[child].spec.shapes[1] for child in entry["children"]]
        size = cls.size_limit(entry["hyper"], shapes)
        self.used += size if shapes else 0  # a leaf computes nothing
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


def _configured() -> int | None:
    """The value of BPROP_MODEL_NUMBERS; None if it is not set, or no whole number."""
    text = os.environ.get(VARIABLE, "").replace("_", "").replace(",", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 19 else None


def check_growth(entry: Mapping[str, Any], make: Callable[[Mapping[str, Any]], Box], limit: int) -> None:
    """Raise GraphError if hyper-parameters make a box of a user's class larger than `limit` numbers.

    Only the code of the class knows how large the box gets. So `make` makes it from the entry with the whole numbers
    among its hyper-parameters cut down, first to 16, then to a little more. It is refused before it gets far too large.
    """
    hyper, largest = entry["hyper"], SMALL
    while (small := cut_down(hyper, largest)) != hyper:
        try:
            size = prod(make({**entry, "hyper": small}).spec.shapes[1])
        except BpropError:  # too small to be legal
            size = 0
        if size > limit:
            raise GraphError(
                f"the box {entry['name']!r} ({entry['type']}) would hold more than the {limit:,} numbers that this "
                f"file may ask for{ADVICE}"
            )
        largest += largest // 8


def cut_down(value: Any, largest: int) -> Any:
    """A hyper-parameter as JSON, with whole numbers cut to -largest..largest. Arrays stay: they are in the file."""
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-largest, min(largest, value))
    if isinstance(value, list):
        return [cut_down(part, largest) for part in value]
    if isinstance(value, Mapping) and not {"array", "initialiser"} & value.keys():
        return {key: cut_down(part, largest) for key, part in value.items()}
    return value
