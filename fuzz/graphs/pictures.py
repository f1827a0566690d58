"""Convolution and pooling, of sequences and pictures: of what is there, or of an input of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fuzz.graphs.children import compared, floats
from fuzz.graphs.growth import Entry, Growth, single


def picture(g: Growth, axes: int) -> Entry:
    """(N, *S, C): what has so many axes already, or an input."""
    fit = [e for e in g.entries if floats(e) and e.rows_first and len(e.dims) == axes + 2 and min(e.dims[1:-1]) > 1]
    if fit and g.chance(0.6):
        return compared(g, lambda e: e in fit) if g.chance(0.5) else g.choose(fit)
    shape = (*(int(g.choose([3, 4, 5])) for _ in range(axes)), int(g.choose([1, 2, 4])))
    return g.input(shape, "float", single(g.rng.normal(size=(g.rows + g.spare, *shape))))


def convolution(axes: int) -> Callable[[Growth], Entry]:
    def produce(g: Growth) -> Entry:
        x = picture(g, axes)
        channels = x.dims[-1]
        groups = g.choose([n for n in (1, 1, 2, channels) if channels % n == 0])
        size = tuple(int(g.choose([1, 2, 3])) for _ in range(axes))
        W = g.parameter((*size, channels // groups, groups * int(g.choose([1, 2]))))
        how: dict[str, Any] = {"stride": g.choose([1, 1, 2]), "dilation": g.choose([1, 1, 2])}
        how["padding"] = g.choose(["valid", "same", 1, (2, 0)[:axes]])
        return g.add(f"Conv{axes}d", g.tame(x, 8), W, groups=groups, **how)

    return produce


def pooling(kind: str, axes: int) -> Callable[[Growth], Entry]:
    def produce(g: Growth) -> Entry:
        size = tuple(int(g.choose([1, 2, 2, 3])) for _ in range(axes))
        stride = g.choose([None, None, 1, 2])
        return g.add(f"{kind}{axes}d", picture(g, axes), size=size, stride=stride)

    return produce


PICTURES = {
    **{f"Conv{axes}d": convolution(axes) for axes in (1, 2)},
    **{f"{kind}{axes}d": pooling(kind, axes) for kind in ("MaxPool", "MeanPool") for axes in (1, 2)},
}
