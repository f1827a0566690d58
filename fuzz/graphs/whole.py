"""Whole numbers and truth values that enter a graph, also near 2^31 and 2^53, where 32 bits or a float lose them."""

from __future__ import annotations

import numpy as np

from fuzz.graphs.growth import Entry, Growth, single

CENTRES = (0, 100, 60_000, 2**31 - 2, -(2**31), 2**32 + 7, 1_700_000_000_000, 2**53 - 1, 2**53 + 6, -(2**53) - 11)


def large(g: Growth) -> Entry:
    """An int input near one of the centres; what is left of it after exact arithmetic, as a float of moderate size."""
    centre, shape = int(g.choose(CENTRES)), g.choose([(), (3,), (2,)])
    array = centre + g.rng.integers(-9, 10, size=(g.rows + g.spare, *shape))
    a = g.input(shape, "int", array.astype(_narrowest(g, array)), exact=True)
    how = g.rng.random()
    if how < 0.4:
        a = g.add("Subtract", a, g.constant(np.int64(centre)))
    elif how < 0.6:
        a = g.add("Add", g.add("Negative", a), g.constant(np.int64(centre + int(g.rng.integers(3)))))
    elif how < 0.8 and shape:
        a = g.add("Subtract", a, g.add("Slice", a, index=(Ellipsis, slice(0, 1))))
    elif abs(centre) < 2**31:
        a = g.add("Square", a) if g.chance(0.5) else g.add("Multiply", a, a)
    if shape and g.chance(0.3):
        a = g.add(g.choose(["Sum", "Max"]), a, axis=1)
    return as_float(g, a)


def _narrowest(g: Growth, array: np.ndarray) -> str:
    fits = [w for w in ("uint8", "int16", "int32", "uint32", "int64", "uint64") if _holds(array, w)]
    return g.choose([*fits, "int64"])


def _holds(array: np.ndarray, width: str) -> bool:
    info = np.iinfo(width)
    return bool(info.min <= array.min() and array.max() <= info.max)


def as_float(g: Growth, a: Entry) -> Entry:
    """Floats of moderate size from whole numbers."""
    size = float(np.abs(a.value.astype(float)).max(initial=1))
    scale = single(2.0 ** -np.floor(np.log2(max(size, 1))) * g.rng.uniform(0.5, 1.5))
    if g.chance(0.5):
        return g.add("Multiply", a, g.constant(scale))
    if size < 30:
        return (
            g.add(g.choose(["Tanh", "Sigmoid", "Softplus", "Gelu"]), a)
            if g.chance(0.6)
            else g.add("Multiply", a, g.parameter(()))
        )
    return g.add("Divide", a, g.constant(1 / scale))


def small(g: Growth) -> Entry:
    """Small whole numbers that meet floats."""
    width = g.choose(["uint8", "int8", "int16", "int64", "uint32"])
    low = 0 if width[0] == "u" else -4
    shape = g.choose([(), (3,), (2, 2)])
    return g.input(shape, "int", g.rng.integers(low, 7, size=(g.rows + g.spare, *shape)).astype(width), exact=True)


def truth(g: Growth) -> Entry:
    """Truth values that meet floats by multiplication or addition."""
    shape = g.choose([(), (3,), (2,)])
    b = g.input(shape, "bool", g.rng.random(size=(g.rows + g.spare, *shape)) < 0.6, exact=True)
    w = g.parameter(g.choose([(), shape]))
    return g.add(g.choose(["Multiply", "Add"]), *((b, w) if g.chance(0.5) else (w, b)))


def odd_floats(g: Growth) -> Entry:
    """A float input whose data is of another dtype."""
    shape = g.choose([(), (2,), (3,)])
    width = g.choose(["uint8", "int16", "int64", "bool", "float32", ">f8", ">i4"])
    array = g.rng.integers(0, 2 if width == "bool" else 9, size=(g.rows + g.spare, *shape)).astype(width)
    return g.input(shape, "float", array)


SOURCES = {"large": large, "small": small, "truth": truth, "odd_floats": odd_floats}
