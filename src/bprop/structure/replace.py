"""A graph in which other boxes stand in the place of some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bprop.box import Box, as_box
from bprop.errors import GraphError, SettingError
from bprop.structure.order import topological_order
from bprop.structure.structure import Structure


def replaced(graph: Structure, places: Mapping[Box, Box]) -> dict[str, Any]:
    """The arguments of a Graph in which places[box] stands in the place of a box, for its parents, loss and outputs.

    The boxes below are the same objects. The boxes above are made anew, with their names. A new box may have the old
    one among its children, at any depth: there the old one stays. A new box without a name takes over that of an old
    one that is gone.
    """
    within = {old: set(topological_order([new], lambda box: box.children)) for old, new in places.items()}

    def at(box: Box, child: Box) -> Box:
        """The box that is a child of `box` in the new graph."""
        return places[child] if child in places and box not in within[child] else child

    roots = [places.get(box, box) for box in graph.roots]
    order = topological_order(roots, lambda box: [at(box, child) for child in box.children])
    there = set(order)
    gone = {new: old.name for old, new in places.items() if old not in there and new not in graph.names}
    now: dict[Box, Box] = {}
    for box in order:
        children = tuple(now[at(box, child)] for child in box.children)
        same = all(one is other for one, other in zip(children, box.children, strict=True))
        now[box] = box if same else type(box)(*children, name=box.name, **box.hyper)
        if box.name is None and gone.get(box) is not None:
            now[box] = now[box].bind(name=gone[box])
    for old, new in places.items():
        if new not in now:
            raise GraphError(f"the box in the place of {graph.names[old]!r} is not used in the new graph")
    new_of = {box: now[places.get(box, box)] for box in graph.roots}
    return {
        "loss": None if graph.loss is None else new_of[graph.loss],
        "penalty": None if graph.penalty is None else new_of[graph.penalty],
        "outputs": {name: new_of[box] for name, box in graph.outputs.items()},
        "stable": graph.stable,
    }


def read_places(graph: Structure, old: Any, new: Any = None) -> dict[Box, Box]:
    """{box of the graph: the box in its place} of the arguments of `Graph.replace`.

    Raises UnknownNameError for a box or a name that is not in the graph.
    """
    if isinstance(old, Mapping):
        if new is not None:
            raise SettingError("replace takes a box and the box in its place, or {name: box}, not both")
        return {graph.boxes[graph.name_of(key)]: as_box(box) for key, box in old.items()}
    if new is None:
        raise SettingError('replace needs the box that stands in the place: graph.replace("h1", box)')
    return {graph.boxes[graph.name_of(old)]: as_box(new)}
