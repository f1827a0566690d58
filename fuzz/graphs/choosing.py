"""Boxes that choose between two values, element by element."""

from __future__ import annotations

from collections.abc import Callable

from fuzz.graphs.children import compared, fits, floats, partner, whole
from fuzz.graphs.growth import Entry, Growth


def extreme(kind: str) -> Callable[[Growth], Entry]:
    """The larger or the smaller of two values."""

    def produce(g: Growth) -> Entry:
        a = compared(g, lambda e: floats(e) and len(e.dims) <= 3)
        b = g.pick(lambda e: fits(a, e)) if g.chance(0.1) else partner(g, a)
        return g.add(kind, *((a, b) if g.chance(0.5) else (b, a)))

    return produce


def where(g: Growth) -> Entry:
    a = g.pick(lambda e: floats(e) and e.rows_first and len(e.dims) <= 3)
    b = partner(g, a)
    if g.chance(0.5):
        shape = (g.rows + g.spare, *a.dims[1:])
        return g.add("Where", g.input(shape[1:], "bool", g.rng.random(size=shape) < 0.5), a, b)
    return g.add("Where", whole(g, 2, tuple(a.dims[1:])), *((a, b) if g.chance(0.5) else (b, a)))


def choose(g: Growth) -> Entry:
    a = compared(g, lambda e: floats(e) and len(e.dims) <= 3)
    b = compared(g, lambda e: floats(e) and e.dims == a.dims and e.at != a.at)
    return g.add("Choose", a, b)
