"""How a graph grows by one box of each class: PRODUCTIONS[class name](growth) picks children that fit, and adds it."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from fuzz.graphs.children import compared, fits, floats, matrix, numbers, partner, whole
from fuzz.graphs.choosing import choose, extreme, where
from fuzz.graphs.growth import Entry, Growth, RefusedError, single
from fuzz.graphs.pictures import PICTURES

Production = Callable[[Growth], Entry]


KINKED = ("Relu", "LeakyRelu", "Elu", "Abs")


def elementwise(
    kind: str, most: float = 30.0, least: float | None = None, **hyper: Callable[[Growth], Any]
) -> Production:
    """One child of any shape, kept within `most`, and above `least` where the box needs that."""

    def produce(g: Growth) -> Entry:
        find = compared if kind in KINKED else Growth.pick
        a = find(g, numbers if g.chance(0.15) and least is None else floats)
        return g.add(kind, g.tame(a, most, least), **{key: value(g) for key, value in hyper.items()})

    return produce


def one_of(*values: Any) -> Callable[[Growth], Any]:
    return lambda g: g.choose(values)


def binary(kind: str) -> Production:
    def produce(g: Growth) -> Entry:
        a = g.pick(lambda e: floats(e) and len(e.dims) <= 3)
        b = g.pick(lambda e: fits(a, e)) if g.chance(0.1) else partner(g, a)
        if kind == "Divide":
            return (
                g.add(kind, a, g.tame(b, 30, 0.3))
                if g.chance(0.7) or a.at == b.at
                else g.add(kind, b, g.tame(a, 30, 0.3))
            )
        if b.kind == "bool" and kind == "Subtract":
            return g.add(kind, a, b)
        a, b = g.tame(a, 8), b if b.kind == "bool" else g.tame(b, 8)
        return g.add(kind, *((a, b) if g.chance(0.5) else (b, a)))

    return produce


def gaussian_noise(g: Growth) -> Entry:
    a = g.pick(lambda e: floats(e) and e.rows_first)
    return g.add("GaussianNoise", g.tame(a), scale=g.choose([0.0, 0.125, 0.5]))


def rms_norm(g: Growth) -> Entry:
    a = g.pick(matrix)
    return g.add("RmsNorm", a, g.parameter(a.dims[-1:]), epsilon=g.choose([1e-2, 0.1]))


def power(g: Growth) -> Entry:
    exponent = g.choose([2.0, 3.0, 1.0, 0.0, -1.0, 0.5, -1.5])
    smooth = exponent in (0.0, 1.0, 2.0, 3.0)
    a = g.pick(floats)
    return g.add("Power", g.tame(a, 4) if smooth else g.tame(a, 10, 0.4), exponent=exponent)


def clip(g: Growth) -> Entry:
    a = compared(g, floats)
    low, high = sorted(float(single(v)) for v in g.rng.normal(size=2))
    return g.add("Clip", a, low=low, high=high)


def linear(g: Growth) -> Entry:
    h, units = g.pick(matrix), g.choose([1, 2, 3, 5])
    return g.add("Linear", g.tame(h, 8), g.parameter((h.dims[-1], units)), g.parameter((units,)))


def linear_transposed(g: Growth) -> Entry:
    h, units = g.pick(matrix), g.choose([1, 2, 3, 5])
    return g.add("LinearTransposed", g.tame(h, 8), g.parameter((units, h.dims[-1])), g.parameter((units,)))


def ensemble_linear(g: Growth) -> Entry:
    h = g.pick(lambda e: floats(e) and len(e.dims) == 3 and e.rows_first)
    members = g.choose([1, 2, 3]) if h.dims[1] == 1 else h.dims[1]
    units, width = g.choose([1, 2, 3]), h.dims[2]
    shapes = [(width, units), (members, width), (members, units), (members, units)]
    return g.add("EnsembleLinear", g.tame(h, 8), *(g.parameter(shape) for shape in shapes))


def waves(g: Growth) -> Entry:
    x, count = g.pick(lambda e: matrix(e) and e.rows_first), g.choose([1, 2, 4])
    shape = (x.dims[1], count)
    return g.add("Waves", g.tame(x, 4), g.parameter(shape), g.parameter(shape), scale=g.choose([0.5, 1.0]))


def linear_each(g: Growth) -> Entry:
    h = g.pick(lambda e: floats(e) and len(e.dims) == 3 and e.rows_first)
    return g.add("LinearEach", g.tame(h, 8), g.parameter((h.dims[1], h.dims[2], g.choose([1, 2, 3]))))


def matmul(g: Growth) -> Entry:
    a = g.tame(g.pick(lambda e: floats(e) and 1 <= len(e.dims) <= 3), 6)
    how, last = g.rng.random(), a.dims[-1]
    if how < 0.35 and last != "N":
        return g.add("MatMul", a, g.parameter((last, g.choose([1, 2, 4]))))
    if how < 0.5 and last != "N":
        return g.add("MatMul", a, g.parameter((last,)))
    if how < 0.6 and len(a.dims) == 2 and a.dims[0] != "N":
        return g.add("MatMul", g.parameter((g.choose([1, 3]), a.dims[0])), a)
    b = g.pick(lambda e: floats(e) and 1 <= len(e.dims) <= 3 and e.dims[-2:][:1] == (last,))
    return g.add("MatMul", a, g.tame(b, 6))


def transpose(g: Growth) -> Entry:
    a = g.pick(lambda e: len(e.dims) >= 2)
    return g.add("Transpose", a, axes=tuple(int(i) for i in g.rng.permutation(len(a.dims))))


def reshape(g: Growth) -> Entry:
    a = g.pick(lambda e: len(e.dims) >= 1 and (e.rows_first or "N" not in e.dims))
    sizes = [d for d in a.dims if isinstance(d, int)]
    total = prod(sizes)
    lead = (-1,) if a.dims[0] == "N" else ()
    splits = [(total,), (1, total), (total, 1), *((k, total // k) for k in (2, 3, 4) if total % k == 0)]
    if total == 1 and lead:
        splits.append(())
    if lead and g.chance(0.15) and total > 1 and total % 2 == 0:  # rows of the batch are cut: it mixes with other rows
        return g.add("Reshape", g.add("Reshape", a, shape=(2, -1)), shape=(-1, total))
    return g.add("Reshape", a, shape=(*lead, *g.choose(splits)))


def stop_gradient(g: Growth) -> Entry:
    a = g.tame(g.pick(floats), 10)
    return g.add("Multiply", a, g.add("StopGradient", a))


def concat(g: Growth) -> Entry:
    a = g.pick(lambda e: floats(e) and 1 <= len(e.dims) <= 3)
    axes = [i for i, d in enumerate(a.dims) if d != "N"]
    axis = g.choose(axes)

    def alike(e: Entry) -> bool:
        other = [*e.dims[:axis], a.dims[axis], *e.dims[axis + 1 :]]
        return len(e.dims) == len(a.dims) and other == list(a.dims) and e.dims[axis] != "N"

    parts = [a, *(g.pick(alike) for _ in range(g.choose([1, 1, 2])))]
    order = g.rng.permutation(len(parts))
    return g.add("Concat", *(parts[i] for i in order), axis=axis - len(a.dims) if g.chance(0.5) else axis)


def stack(g: Growth) -> Entry:
    a = g.pick(lambda e: floats(e) and len(e.dims) <= 2)
    parts = [a, *(g.pick(lambda e: floats(e) and e.dims == a.dims) for _ in range(g.choose([0, 1, 2])))]
    rank = len(a.dims) + 1
    axis = g.choose(range(1 if "N" in a.dims else 0, rank))
    return g.add("Stack", *parts, axis=axis - rank if g.chance(0.5) else axis)


def cut(g: Growth) -> Entry:
    a = g.pick(lambda e: len(e.dims) >= 1)
    parts = [_part(g, dim) for dim in a.dims]
    if all(isinstance(p, int) for p in parts) and g.chance(0.7):
        parts[-1] = slice(None)
    if g.chance(0.2):
        parts.insert(int(g.rng.integers(len(parts) + 1)), None)
    if g.chance(0.2) and len(a.dims) > 1 and parts[0] is not None:
        parts = [Ellipsis, *parts[1:]] if None not in parts else parts
    return g.add("Slice", a, index=tuple(parts))


def _part(g: Growth, dim: Any) -> Any:
    if dim == "N":
        mixed = [slice(None, None, -1), 0, -1, slice(0, 1), slice(-1, None)]
        return g.choose(mixed) if g.chance(0.25) else slice(None)
    everything = [slice(None), slice(None, None, -1), int(g.rng.integers(-dim, dim))]
    if dim > 1:
        start = int(g.rng.integers(dim - 1))
        everything += [
            slice(start, None),
            slice(None, -1),
            slice(None, None, 2),
            slice(dim - 1, None, -2),
            slice(-1, 0, -1),
        ]
    return g.choose(everything)


def take(g: Growth) -> Entry:
    rows = int(g.choose([2, 3, 6]))
    table = g.parameter(g.choose([(rows, 2), (rows, 3), (rows,)]))
    if g.chance(0.3) and floats(table):
        table = g.add("Tanh", table)
    return g.add("Take", table, whole(g, rows, g.choose([(), (), (2,)])))


def reduction(kind: str) -> Production:
    def produce(g: Growth) -> Entry:
        a = g.pick(lambda e: numbers(e) and len(e.dims) >= 1)
        if kind == "Max" and g.chance(0.8):
            a = compared(g, lambda e: floats(e) and len(e.dims) >= 1)
        rank = len(a.dims)
        mixes = g.chance(0.2)
        legal = [i for i in range(rank) if a.dims[i] != "N" or mixes]
        axes = sorted(int(i) for i in g.rng.permutation(legal)[: g.choose([1, 1, 2])])
        if not axes:
            raise RefusedError("no axis")
        signed = tuple(i - rank if g.chance(0.5) else i for i in axes)
        axis = None if mixes and g.chance(0.3) else next(iter(signed)) if len(signed) == 1 else signed
        return g.add(kind, a, axis=axis, keepdims=g.chance(0.4))

    return produce


def over_classes(kind: str) -> Production:
    return lambda g: g.add(kind, g.pick(lambda e: floats(e) and len(e.dims) >= 1 and isinstance(e.dims[-1], int)))


def layer_norm(g: Growth) -> Entry:
    a = g.pick(lambda e: matrix(e) and e.dims[-1] > 1)
    return g.add("LayerNorm", a, g.parameter(a.dims[-1:]), g.parameter(a.dims[-1:]), epsilon=g.choose([1e-5, 0.1]))


def batch_norm(g: Growth) -> Entry:
    a = g.pick(matrix)
    return _normal(g, a, "BatchNorm", epsilon=g.choose([1e-2, 0.1]), decay=g.choose([0.9, 0.5]))


def normalise(g: Growth) -> Entry:
    return _normal(g, g.pick(matrix), "Normalise", epsilon=g.choose([1e-5, 0.1]))


def _normal(g: Growth, a: Entry, kind: str, **hyper: Any) -> Entry:
    size = a.dims[-1:]
    running = [g.parameter(size, fresh=1, positive=k == 1, trainable=False) for k in range(2)]
    return g.add(kind, a, g.parameter(size), g.parameter(size), *running, **hyper)


def batch_weight(g: Growth) -> Entry:
    a = g.pick(lambda e: floats(e) and e.rows_first)
    return g.add("Divide", g.tame(g.pick(floats), 10), g.add("BatchWeight", a))


def table(g: Growth) -> Entry:
    a = g.pick(lambda e: matrix(e) and len(e.dims) == 2)
    long = g.add("Multiply", g.tame(g.add("Sum", a, axis=1, keepdims=True), 5), g.parameter((1200,), fresh=1))
    long = g.add("Table", long, table=np.ones(1200))
    return g.add("Mean", g.add("Sigmoid", long), axis=1, keepdims=g.chance(0.5))


def leader(g: Growth) -> Entry:
    return g.add("Leader", compared(g, lambda e: floats(e) and len(e.dims) >= 1 and isinstance(e.dims[-1], int)))


ACTIVATIONS = ("Sigmoid", "Tanh", "Relu", "Gelu", "Silu", "Softplus", "Negative", "Abs")
PRODUCTIONS: dict[str, Production] = {
    **{kind: elementwise(kind) for kind in ACTIVATIONS},
    **{kind: binary(kind) for kind in ("Add", "Subtract", "Multiply", "Divide")},
    **{kind: reduction(kind) for kind in ("Sum", "Mean", "Max", "LogMeanExp", "LogSumExp")},
    **{kind: extreme(kind) for kind in ("Maximum", "Minimum")},
    **{kind: elementwise(kind, 6.0) for kind in ("Sin", "Cos")},
    **{kind: over_classes(kind) for kind in ("Softmax", "LogSoftmax")},
    **PICTURES,
    "LeakyRelu": elementwise("LeakyRelu", slope=one_of(0.01, 0.25)),
    "Elu": elementwise("Elu", alpha=one_of(1.0, 0.5)),
    "Exp": elementwise("Exp", 3.0),
    "Square": elementwise("Square", 5.0),
    "Log": elementwise("Log", 10.0, 0.2),
    "Sqrt": elementwise("Sqrt", 20.0, 0.1),
    "Dropout": elementwise("Dropout", rate=one_of(0.0, 0.25, 0.5)),
    "GaussianNoise": gaussian_noise,
    "Where": where,
    "Power": power,
    "Clip": clip,
    "Linear": linear,
    "LinearTransposed": linear_transposed,
    "EnsembleLinear": ensemble_linear,
    "LinearEach": linear_each,
    "Waves": waves,
    "MatMul": matmul,
    "Transpose": transpose,
    "Reshape": reshape,
    "StopGradient": stop_gradient,
    "Concat": concat,
    "Stack": stack,
    "Slice": cut,
    "Take": take,
    "LayerNorm": layer_norm,
    "RmsNorm": rms_norm,
    "BatchNorm": batch_norm,
    "Normalise": normalise,
    "BatchWeight": batch_weight,
    "Choose": choose,
    "Leader": leader,
    "Centre": lambda g: g.add("Centre", g.pick(lambda e: floats(e) and e.rows_first)),
    "Table": table,
    "Apply": lambda g: g.add("Apply", g.pick(floats), f=Half(g.choose([0.5, -1.25]))),
}


class Half:
    """A function that gives a number; another number is another function."""

    def __init__(self, number: float):
        self.number = number

    def __call__(self) -> float:
        return self.number
