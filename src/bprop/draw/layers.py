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
"""By default, layers are collapsed in a graph with more boxes than these, leaves not counted."""


def wants_collapse(graph: Structure, collapse: bool | str, parts: int = 0) -> bool:
    """Whether to draw each layer as one box. `parts` : so many boxes are drawn with others anyway."""
    return (
        sum(not isinstance(box, Leaf) for box in graph.order) - parts > MANY if collapse == "auto" else bool(collapse)
    )


def layers_of(graph: Structure, apart: Iterable[Box]) -> dict[Box, int]:
    """{box: number of its layer}, for the boxes of layers that can each be drawn as one box.

    A box belongs to layer k if its own name is letters and k (a1, h1), or if it has no name of its own and all its
    children belong to layer k. A parameter or a constant belongs to a layer if no other box uses it. The boxes in
    `apart` (loss, penalties, ...) belong to no layer. A layer that would form a circle with others is not collapsed.
    """
    apart = set(apart)
    layers: dict[Box, int] = {}
    for box in graph.order:
        number = None if box in apart or isinstance(box, Leaf) else _number(box, layers)
        if number is not None:
            layers[box] = number
    users = users_of(graph)
    for box in graph.order:
        if isinstance(box, Leaf) and not isinstance(box, Input) and box not in apart:
            owners = {layers.get(user) for user in users[box] if user not in apart}
            if len(owners) == 1 and None not in owners:
                layers[box] = owners.pop()  # type: ignore[assignment]
    return _without_circles(graph, layers)


def users_of(graph: Structure) -> dict[Box, list[Box]]:
    """{box: the boxes whose child it is}."""
    users: dict[Box, list[Box]] = {box: [] for box in graph.order}
    for box in graph.order:
        for child in dict.fromkeys(box.children):
            users[child].append(box)
    return users


def _number(box: Box, layers: dict[Box, int]) -> int | None:
    if box.name:
        match = NUMBERED.fullmatch(box.name)
        return int(match[1]) if match else None
    below = {layers.get(child) for child in box.children if not isinstance(child, Leaf) and not is_bare_number(child)}
    return below.pop() if len(below) == 1 else None


def _without_circles(graph: Structure, layers: dict[Box, int]) -> dict[Box, int]:
    """The layers without those that lie on a circle."""
    while True:
        edges: dict[Box | int, set[Box | int]] = {}
        for box in graph.order:
            unit = layers.get(box, box)
            edges.setdefault(unit, set()).update(
                other for other in (layers.get(c, c) for c in box.children) if not is_same(other, unit)
            )
        try:
            TopologicalSorter(edges).prepare()
            return layers
        except CycleError as error:
            circle = set(error.args[1])
            layers = {box: number for box, number in layers.items() if number not in circle}


def is_same(one: Box | int, other: Box | int) -> bool:
    """Whether two units, boxes or numbers of layers, are the same. A box cannot be compared with a number."""
    return one is other or (isinstance(one, int) and isinstance(other, int) and one == other)
