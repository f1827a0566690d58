"""Classes of other packages, offered by entry points: boxes, losses, rules, engines, file formats, kinds of columns and
commands.

A package names its modules in pyproject.toml. bprop imports them when a user names something that it does not know, and
for the help of the command line:

    [project.entry-points.bprop]
    my_boxes = "my_package.boxes"
"""

from __future__ import annotations

import warnings
from functools import cache
from importlib.metadata import entry_points

GROUP = "bprop"


@cache
def load() -> tuple[str, ...]:
    """Import the entry points of installed packages, once in a process. Returns the names of the imported ones.

    A warning names each entry point that cannot be imported; the others are imported all the same.
    """
    loaded = []
    for entry in entry_points(group=GROUP):
        try:
            entry.load()
        except Exception as error:
            warnings.warn(
                f"the entry point {entry.name!r} ({entry.value}) cannot be used: {type(error).__name__}: {error}",
                stacklevel=2,
            )
        else:
            loaded.append(entry.name)
    return tuple(loaded)
