"""A graph in which other boxes stand in the place of some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bprop.box import Box
from bprop.structure.structure import Structure


def replaced(graph: Structure, places: Mapping[Box, Box]) -> dict[str, Any]:
    """The arguments of a Graph in which places[box] stands in the place of a box, for its parents, loss and outputs.

    The boxes below are the same objects. The boxes above are made anew, with their names. A new box may have the old
    one among its children.
    """
    now = dict(places)
    for box in graph.order:
        if box not in now:
            children = tuple(now[child] for child in box.children)
            same = all(one is other for one, other in zip(children, box.children, strict=True))
            now[box] = box if same else type(box)(*children, name=box.name, **box.hyper)
    return {
        "loss": None if graph.loss is None else now[graph.loss],
        "penalty": None if graph.penalty is None else now[graph.penalty],
        "outputs": {name: now[box] for name, box in graph.outputs.items()},
        "stable": graph.stable,
    }
