"""Every box of a graph has one name: its own, the name of an output, or a name made from its type (`tanh_3`)."""

from collections.abc import Iterable, Mapping

from bprop.box import Box
from bprop.errors import GraphError
from bprop.leaves import Input, Parameter
from bprop.lower_case import snake

SAVED = "automatic_name"
"""The attribute of a box of a description: the name that was made for it."""
RESERVED = ("params", "training", "seed", "weights", "dtype")


def name_boxes(order: Iterable[Box], outputs: Mapping[str, Box]) -> dict[Box, str]:
    """{box: name}, in order. Boxes of a file keep the names that were made for them when it was written.

    Raises GraphError for two boxes with one name, and for an output with the name of another box.
    """
    order = list(order)
    names: dict[Box, str] = {}
    owners: dict[str, Box] = {}
    chosen = [(box, box.name) for box in order if box.name]
    chosen += [(box, name) for name, box in outputs.items() if not box.name and box not in names]
    for box, name in chosen:
        if owners.setdefault(name, box) is not box:
            raise GraphError(
                f"two boxes have the name {name!r}: {owners[name]!r} and {box!r}; names must be unique"
                + (": give one of the layers a name" if isinstance(box, Parameter) else "")
            )
        names.setdefault(box, name)
        if isinstance(box, Input) and name in RESERVED:
            raise GraphError(
                f"an Input cannot be called {name!r}: that is an argument of fprop ({', '.join(RESERVED)})"
            )
    for name, box in outputs.items():
        if owners.setdefault(name, box) is not box:
            raise GraphError(f"the output {name!r} is {box!r}, but that is the name of {owners[name]!r}")
    unnamed = [box for box in order if box not in names]
    saved = {box: box.__dict__.get(SAVED) for box in unnamed}
    if all(saved.values()) and len({*saved.values()} - owners.keys()) == len(unnamed):
        return {box: names.get(box) or str(saved[box]) for box in order}
    counts: dict[str, int] = {}
    for box in _as_computed(order, unnamed):
        while box not in names:
            base = snake(type(box).__name__)
            counts[base] = counts.get(base, 0) + 1
            name = f"{base}_{counts[base]}"
            if name not in owners:
                names[box] = name
                owners[name] = box
    return {box: names[box] for box in order}


def _as_computed(order: list[Box], unnamed: list[Box]) -> list[Box]:
    """The boxes in the order in which their values are needed: step by step in an unrolled network.

    A box is as deep as the box that needs it first allows. Boxes of one depth keep their order.
    """
    deep: dict[Box, int] = {}
    needed: dict[Box, int] = {}
    for box in order:
        deep[box] = 1 + max((deep[child] for child in box.children), default=0)
    for box in reversed(order):
        depth = needed.setdefault(box, deep[box])  # nobody needs a root earlier
        for child in box.children:
            needed[child] = min(depth - 1, needed.get(child, depth - 1))
    return sorted(unnamed, key=needed.__getitem__)
