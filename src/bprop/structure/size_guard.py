"""How much memory a description could make us take: boxes find out their shapes by computing values of examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.errors import BpropError, GraphError
from bprop.shapes import BATCHES

Shape = tuple[int, ...]
SMALL = 16  # whole numbers up to this in the hyper-parameters make no box large


def check_size(entry: Mapping[str, Any], made: Mapping[str, Box], room: int) -> None:
    """Raise GraphError where the value of the box described would hold more numbers than `room`."""
    shapes = [made[child].spec.shapes[1] for child in entry["children"]]
    size = numbers(entry["type"], entry["hyper"], shapes)
    if size > room:
        raise GraphError(f"the box {entry['name']!r} would hold {size:,} numbers: more than what the file tells of")


def numbers(kind: str, hyper: Mapping[str, Any], shapes: list[Shape]) -> int:
    """How many numbers the value of one of our boxes holds, at most: but for those named here, as a child does."""
    if kind in ("Input", "Parameter"):
        shape = hyper["shape"]["tuple"]
        return (BATCHES[1] if kind == "Input" else 1) * prod(int(size) for size in shape)
    if not shapes:
        return 0
    sizes = [prod(shape) for shape in shapes]
    if kind == "Concat":
        return sum(sizes)
    if kind == "MatMul" and min(map(len, shapes)) > 1:
        return prod(np.broadcast_shapes(shapes[0][:-2], shapes[1][:-2])) * shapes[0][-2] * shapes[1][-1]
    if kind in ("Linear", "LinearTransposed"):
        return max(*sizes, prod(shapes[0][:-1]) * prod(shapes[2]))
    if kind == "Take":
        return sizes[1] * prod(shapes[0][1:])
    if kind in ("Add", "Subtract", "Multiply", "Divide"):
        return prod(np.broadcast_shapes(*shapes))
    return max(sizes)


def check_growth(entry: Mapping[str, Any], make: Callable[[Mapping[str, Any]], Box], room: int) -> None:
    """Raise GraphError where hyper-parameters make a box of the user's own larger than `room` numbers.

    How large it gets, only its code says. So the box is made (by `make`, of an entry) with the whole numbers among its
    hyper-parameters cut down, first to 16, then to a little more: it is refused before it is far too large.
    """
    hyper, limit = entry["hyper"], SMALL
    while (small := cut_down(hyper, limit)) != hyper:
        try:
            size = prod(make({**entry, "hyper": small}).spec.shapes[1])
        except BpropError:  # too small to be legal
            size = 0
        if size > room:
            raise GraphError(
                f"the box {entry['name']!r} ({entry['type']}) would hold more than {room:,} numbers with these "
                "hyper-parameters: more than what the file tells of"
            )
        limit += limit // 8


def cut_down(value: Any, limit: int) -> Any:
    """A hyper-parameter as JSON, with whole numbers no further from 0 than `limit`; arrays are as long as the file."""
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-limit, min(limit, value))
    if isinstance(value, list):
        return [cut_down(one, limit) for one in value]
    if isinstance(value, Mapping) and not {"array", "initialiser"} & value.keys():
        return {key: cut_down(one, limit) for key, one in value.items()}
    return value
