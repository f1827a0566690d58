"""Layers by the lecture's numbering: W1, b1, a1, h1 are layer 1."""

from __future__ import annotations

import re
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from bprop.box import Box
from bprop.leaves import Input, Leaf
from bprop.structure.formula import is_bare_number
from bprop.structure.structure import Structure

NUMBERED = re.compile(r"[A-Za-z]+([0-9]+)")
MANY = 30
"""So many boxes that are no leaves, and layers are collapsed if nothing else is asked for."""


def wants_collapse(graph: Structure, collapse: bool | str) -> bool:
    """Whether layers are drawn as one box each."""
    return sum(not isinstance(box, Leaf) for box in graph.order) > MANY if collapse == "auto" else bool(collapse)


def layers_of(graph: Structure, apart: Iterable[Box]) -> dict[Box, int]:
    """{box: number of its layer}, for the boxes of layers that can each be drawn as one box.

    A box counts to layer k if its own name is letters and k (a1, h1), or if it has no name of its own and hangs on
    boxes of layer k alone; parameters and constants go with the layer that alone uses them. Boxes in `apart` (loss,
    penalties, ...) are in no layer. A layer that would make a circle with others is left as it is.
    """
    apart = set(apart)
    found: dict[Box, int] = {}
    for box in graph.order:
        number = None if box in apart or isinstance(box, Leaf) else _number(box, found)
        if number is not None:
            found[box] = number
    users = users_of(graph)
    for box in graph.order:
        if isinstance(box, Leaf) and not isinstance(box, Input) and box not in apart:
            owners = {found.get(user) for user in users[box] if user not in apart}
            if len(owners) == 1 and None not in owners:
                found[box] = owners.pop()  # type: ignore[assignment]
    return _without_circles(graph, found)


def users_of(graph: Structure) -> dict[Box, list[Box]]:
    """{box: the boxes that it is a child of}."""
    users: dict[Box, list[Box]] = {box: [] for box in graph.order}
    for box in graph.order:
        for child in dict.fromkeys(box.children):
            users[child].append(box)
    return users


def _number(box: Box, found: dict[Box, int]) -> int | None:
    if box.name:
        match = NUMBERED.fullmatch(box.name)
        return int(match[1]) if match else None
    below = {found.get(child) for child in box.children if not isinstance(child, Leaf) and not is_bare_number(child)}
    return below.pop() if len(below) == 1 else None


def _without_circles(graph: Structure, found: dict[Box, int]) -> dict[Box, int]:
    """What is left of the layers when those that lie on a circle are taken apart."""
    while True:
        edges: dict[Box | int, set[Box | int]] = {}
        for box in graph.order:
            unit = found.get(box, box)
            edges.setdefault(unit, set()).update(found.get(c, c) for c in box.children if found.get(c, c) != unit)
        try:
            TopologicalSorter(edges).prepare()
            return found
        except CycleError as error:
            circle = set(error.args[1])
            found = {box: number for box, number in found.items() if number not in circle}
