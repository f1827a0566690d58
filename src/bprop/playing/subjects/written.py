"""The lines of Python that make the rows of a subject, where no name of a file or of a toy says it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bprop.playing.code.literals import arrays as lines_of
from bprop.playing.subjects.subject import Code

MOST_NUMBERS = 20_000
"""Data of more numbers is not written out: the code takes it from the person's own program."""
Arrays = Mapping[str, np.ndarray]


def data_code(data: Arrays, held_out: Arrays | None = None) -> Code:
    """The code of the arrays: their numbers, where these are few."""
    sets = {"data": data, "held_out": held_out}
    count = sum(array.size for arrays in sets.values() if arrays is not None for array in arrays.values())
    if count > MOST_NUMBERS:
        held = "None" if held_out is None else "held_out_of_play"
        needs = ("data_of_play", *(() if held_out is None else ("held_out_of_play",)))
        return Code(("data = data_of_play", f"held_out = {held}"), needs)
    lines: list[str] = []
    for name, arrays in sets.items():
        first, *rest = ["None"] if arrays is None else lines_of(arrays)
        lines += [f"{name} = {first}", *rest]
    return Code(tuple(lines))
