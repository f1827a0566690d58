"""What other packages offer, by entry points: boxes, losses, rules, engines, file formats, kinds of columns, commands.

A package names its modules in pyproject.toml. They are imported when somebody asks for a name that bprop does not know,
and for the help of the command line:

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
    """Import what installed packages offer, once in a process; the names of what was imported.

    A package that cannot be imported is named in a warning, and the others still count.
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
