"""How wide whole numbers are in compiled code: 64 bits, or 32 if that is known to give the same.

A label or a row number is compared and looked up, never added to another: if whole numbers are nothing else, and the
data fits, 32 bits give the same, and a vector holds twice as many.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bprop.box import Box
from bprop.boxes.normalisation import BatchWeight
from bprop.boxes.rearrange import Reshape, Slice
from bprop.data import DataSet
from bprop.graph.graph import Graph
from bprop.leaves import Leaf

INT32, INT64 = np.dtype(np.int32), np.dtype(np.int64)
MOVES = (Reshape, Slice)


def integer_dtype(graph: Graph, sets: Iterable[DataSet | None]) -> np.dtype:
    """The dtype in which compiled code computes whole numbers of the graph."""
    if not are_numbers_alone(graph):
        return INT64
    arrays = [data.arrays[name] for data in sets if data is not None for name in graph.inputs if name in data.arrays]
    whole = [array for array in arrays if array.dtype.kind in "iu"]
    whole += [box.value for box in graph.constants.values() if box.spec.kind == "int"]
    return INT32 if all(fits(array, INT32) for array in whole) else INT64


def are_numbers_alone(graph: Graph) -> bool:
    """Whether whole numbers are labels and row numbers alone, or become floats before anything is computed."""
    if not all(is_ours(box) for box in graph.order):
        return False
    users: dict[Box, list[tuple[Box, int]]] = {}
    for box in graph.order:
        for position, child in enumerate(box.children):
            users.setdefault(child, []).append((box, position))
    whole = [box for box in graph.order if box.spec.kind == "int"]
    return all(isinstance(box, (Leaf, *MOVES)) for box in whole) and all(
        _only_looks_up(user, position) for box in whole for user, position in users.get(box, ())
    )


def _only_looks_up(user: Box, position: int) -> bool:
    """Whether a box does no arithmetic on the whole numbers of one of its children."""
    if isinstance(user, (*MOVES, BatchWeight)):  # the weight of a batch asks a child for its batch axis alone
        return True
    if user.as_floats:
        return any(child.spec.kind == "float" for child in user.children)
    low, high = user.limits().get(position, (-np.inf, np.inf))
    return np.iinfo(np.int32).min <= low and high <= np.iinfo(np.int32).max


def is_ours(box: Box) -> bool:
    """Whether the library itself defines the box: what it computes is known."""
    return ":" not in type(box).type_key


def fits(array: np.ndarray, dtype: np.dtype) -> bool:
    """Whether whole numbers of this size can hold all elements."""
    limits = np.iinfo(dtype)
    if array.dtype.kind == "b" or not array.size or np.can_cast(array.dtype, dtype):
        return True
    return bool(array.max() <= limits.max and array.min() >= limits.min)
