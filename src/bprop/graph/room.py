"""How much memory a description could make us take: boxes find out their shapes by computing values of examples."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.errors import GraphError
from bprop.shapes import BATCHES

Shape = tuple[int, ...]


def need_room(entry: Mapping[str, Any], made: Mapping[str, Box], room: int) -> None:
    """Raise GraphError where the value of the box described would hold more numbers than `room`."""
    shapes = [made[child].spec.shapes[1] for child in entry["children"]]
    size = numbers(entry["type"], entry["hyper"], shapes)
    if size > room:
        raise GraphError(f"the box {entry['name']!r} would hold {size:,} numbers: more than what the file tells of")


def numbers(kind: str, hyper: Mapping[str, Any], shapes: list[Shape]) -> int:
    """How many numbers the value of a box holds, at most. Only the boxes named here can hold more than a child does."""
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
