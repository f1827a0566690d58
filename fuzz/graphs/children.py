"""Which children a box gets: nodes that fit, what broadcasts with them, what is worth comparing, whole numbers."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from fuzz.graphs.growth import Entry, Growth, single


def floats(entry: Entry) -> bool:
    return entry.kind == "float"


def numbers(entry: Entry) -> bool:
    return entry.kind != "bool"


def matrix(entry: Entry) -> bool:
    """(N, ..., D) of floats."""
    return floats(entry) and len(entry.dims) >= 2 and entry.rows_first


def fits(a: Entry, b: Entry) -> bool:
    """Whether the two broadcast for any number of rows."""
    try:
        two, three = (np.broadcast_shapes(s, t) for s, t in zip(a.box.spec.shapes, b.box.spec.shapes, strict=True))
    except ValueError:
        return False
    return len(two) <= 3 and max(prod(two), prod(three)) <= 300


def partner(g: Growth, a: Entry) -> Entry:
    """What a broadcasts with: another node, a parameter, a constant or itself."""
    tail = tuple(d for d in a.dims if isinstance(d, int))
    shapes = [tail, tail[-1:], (), *([(1, *tail[1:])] if len(tail) > 1 and tail == a.dims else [])]
    how = g.rng.random()
    if how < 0.5:
        return g.pick(lambda e: fits(a, e) and e.kind != "bool")
    if how < 0.8:
        return g.parameter(g.choose(s for s in shapes if len(s) < 3))
    if how < 0.9:
        return g.constant(single(g.rng.normal(size=g.choose(shapes))))
    return a


def compared(g: Growth, wanted: Callable[[Entry], bool]) -> Entry:
    """What is to be compared: half of the time a b - c, where a b is used elsewhere too.

    An engine may fuse the two in one place and not in the other, and then the value differs from itself.
    """
    if g.chance(0.5):
        return g.pick(wanted)
    a = g.pick(lambda e: wanted(e) and len(e.dims) <= 3)
    products = [e for e in g.entries if g.nodes[e.at].kind == "Multiply" and e.dims == a.dims and e.kind == "float"]
    product = g.choose(products) if products and g.chance(0.7) else g.add("Multiply", g.tame(a, 8), partner(g, a))
    other = partner(g, product)
    if g.chance(0.6):  # what is computed once and kept
        other = g.add(
            g.choose(["Tanh", "Sigmoid", "Softplus", "Gelu"]), g.pick(lambda e: e.dims == a.dims and floats(e))
        )
    found = g.add(g.choose(["Subtract", "Add"]), product, other)
    g.shared.append(product)  # the loss will use it once more
    return found if wanted(found) else a


def whole(g: Growth, count: int, shape: tuple[int, ...]) -> Entry:
    """Whole numbers in 0..count-1, (N, *shape): an input of some width, or a part of one."""
    width = g.choose(["int64", "int64", "int32", "uint32", *(["uint8", "int8"] if count < 128 else [])])
    if g.chance(0.6):
        return g.input(shape, "int", g.rng.integers(count, size=(g.rows + g.spare, *shape)).astype(width), exact=True)
    columns = int(g.choose([2, 3]))
    array = g.rng.integers(count, size=(g.rows + g.spare, *shape, columns)).astype(width)
    return g.add(
        "Slice", g.input((*shape, columns), "int", array, exact=True), index=(Ellipsis, int(g.rng.integers(-1, 2)))
    )
