"""Names of variables for boxes."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

TAKEN = {"bp", "np", "b64decode", "data", "held_out", "graph", "theta", "rule", "values", "gradients", "fit", "table"}


def variables(names: Iterable[str]) -> dict[str, str]:
    """{name of a box: its variable}. Any text is a legal name of a box; a variable is an identifier of its own."""
    taken = set(TAKEN) | set(dir(builtins))
    chosen: dict[str, str] = {}
    for name in names:
        word = re.sub(r"[^0-9a-zA-Z_]", "_", name)[:40] or "box"
        word = f"box_{word}" if word[0].isdigit() or word.startswith("__") or keyword.iskeyword(word) else word
        variable, number = word, 2
        while variable in taken:
            variable, number = f"{word}_{number}", number + 1
        taken.add(variable)
        chosen[name] = variable
    return chosen
