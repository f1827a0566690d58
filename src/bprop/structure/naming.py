"""Every box of a graph has one name: its own, the name of an output, or a name made from its type (`tanh_3`)."""

from collections.abc import Iterable, Mapping

from bprop.box import Box
from bprop.errors import GraphError
from bprop.leaves import Input, Parameter
from bprop.lower_case import snake

RESERVED = ("params", "training", "seed", "weights", "dtype")


def name_boxes(order: Iterable[Box], outputs: Mapping[str, Box]) -> dict[Box, str]:
    """{box: name}, in order.

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
    counts: dict[str, int] = {}
    for box in order:
        while box not in names:
            base = snake(type(box).__name__)
            counts[base] = counts.get(base, 0) + 1
            name = f"{base}_{counts[base]}"
            if name not in owners:
                names[box] = name
                owners[name] = box
    return {box: names[box] for box in order}
