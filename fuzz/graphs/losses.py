"""How a graph gets its loss, of shape (N,), and its penalty, of shape (): by box class, as in `productions`."""

from __future__ import annotations

import numpy as np

from fuzz.graphs.children import compared, floats, matrix, whole
from fuzz.graphs.growth import Entry, Growth, RefusedError, single
from fuzz.graphs.productions import Production


def target(g: Growth, f: Entry, array: np.ndarray, dtype: str = "float") -> Entry:
    """An input of the shape of f, with these values."""
    return g.input(tuple(f.dims[1:]), dtype, array, exact=True)


def shape_of(g: Growth, f: Entry) -> tuple[int, ...]:
    return (g.rows + g.spare, *f.dims[1:])


def residual(kind: str, **hyper) -> Production:
    """A loss of f - y: y is data, or another node. hyper : for each hyper-parameter, the values that it may have."""

    def produce(g: Growth) -> Entry:
        f = compared(g, lambda e: floats(e) and e.rows_first)
        if g.chance(0.3):
            y = g.pick(lambda e: floats(e) and e.dims == f.dims and e.at != f.at)
        else:
            values = g.rng.normal(size=shape_of(g, f))
            whole_numbers = g.chance(0.2)
            y = target(g, f, np.rint(values).astype("int8") if whole_numbers else single(values))
        more = {name: g.choose(values) for name, values in hyper.items()}
        return g.add(kind, *((f, y) if g.chance(0.85) else (y, f)), **more)

    return produce


def quantile(g: Growth) -> Entry:
    f = compared(g, lambda e: floats(e) and e.rows_first and len(e.dims) > 1 and 0 < e.dims[-1] < 20)
    count = f.dims[-1]
    levels = tuple(sorted({round(float(tau), 6) for tau in g.rng.uniform(0.02, 0.98, size=count)}))
    if len(levels) < count:
        levels = tuple((k + 1) / (count + 1) for k in range(count))
    values = g.rng.normal(size=shape_of(g, f)[:-1])
    whole_numbers = g.chance(0.2)
    y = g.input(
        tuple(f.dims[1:-1]), "float", np.rint(values).astype("int8") if whole_numbers else single(values), exact=True
    )
    return g.add("Quantile", f, y, levels=levels)


def poisson(g: Growth) -> Entry:
    a = g.tame(g.pick(lambda e: floats(e) and e.rows_first), 3)
    return g.add("Poisson", a, target(g, a, g.rng.poisson(2.0, size=shape_of(g, a)), g.choose(["int", "float"])))


def binary_cross_entropy(g: Growth) -> Entry:
    a = g.tame(compared(g, lambda e: floats(e) and e.rows_first), 10)
    how = g.rng.random()
    if how < 0.5:
        return g.add(
            "BinaryCrossEntropy", a, target(g, a, g.rng.integers(2, size=shape_of(g, a)), g.choose(["int", "float"]))
        )
    if how < 0.8:
        return g.add("BinaryCrossEntropy", a, target(g, a, single(g.rng.uniform(size=shape_of(g, a)))))
    y = g.add("Sigmoid", g.pick(lambda e: floats(e) and e.dims == a.dims))
    g.exact.add(g.nodes[y.at].name)  # it must stay within 0 and 1
    return g.add("BinaryCrossEntropy", a, y)


def bernoulli(kind: str) -> Production:
    """A loss of probabilities, or of their pre-activations, against values in [0, 1]."""

    def produce(g: Growth) -> Entry:
        a = g.tame(compared(g, lambda e: floats(e) and e.rows_first), 5)
        y = target(g, a, single(g.rng.uniform(size=shape_of(g, a))))
        if kind == "BernoulliNll":
            a = g.add("Sigmoid", a)
            if g.chance(0.3):  # not to be merged with it
                a = g.add("Add", g.add("Multiply", a, g.constant(0.75)), g.constant(0.0625))
        return g.add(kind, a, y)

    return produce


def ordinal(g: Growth) -> Entry:
    a = compared(g, lambda e: matrix(e) and e.dims[-1] < 50)
    return g.add("Ordinal", a, whole(g, a.dims[-1] + 1, tuple(a.dims[1:-1])))


def hinge(g: Growth) -> Entry:
    a = compared(g, lambda e: floats(e) and e.rows_first)
    y = g.rng.choice([-1, 1], size=shape_of(g, a))
    return g.add(
        "Hinge", a, target(g, a, y, "int") if g.chance(0.5) else target(g, a, y.astype(g.choose(["int8", "float"])))
    )


def of_classes(kind: str, **hyper: tuple) -> Production:
    def produce(g: Growth) -> Entry:
        a = compared(g, lambda e: matrix(e) and 1 < e.dims[-1] < 50)
        if kind == "Nll":
            a = g.add("Softmax", g.tame(a, 8))
            if g.chance(0.3):  # not to be merged with it
                a = g.add("Add", g.add("Multiply", a, g.constant(0.75)), g.constant(0.0625))
        settings = {key: g.choose(values) for key, values in hyper.items()}
        return g.add(kind, a, whole(g, a.dims[-1], tuple(a.dims[1:-1])), **settings)

    return produce


def reduced(g: Growth) -> Entry:
    """(N,) from any node: the sum, mean or maximum over what is not the batch."""
    a = g.pick(lambda e: floats(e) and e.rows_first)
    axes = tuple(range(1, len(a.dims)))
    if not axes:
        return a
    return g.add(g.choose(["Sum", "Mean", "Max"]), a, axis=g.choose([axes, *axes]) if len(axes) == 1 else axes)


LOSSES: dict[str, Production] = {
    "SquaredError": residual("SquaredError"),
    "AbsoluteError": residual("AbsoluteError"),
    "Huber": residual("Huber", delta=[1.0, 0.3]),
    **{kind: of_classes(kind) for kind in ("CrossEntropy", "MulticlassHinge", "Nll")},
    **{kind: bernoulli(kind) for kind in ("BernoulliNll", "BernoulliCrossEntropy")},
    "LabelSmoothing": of_classes("LabelSmoothing", smoothing=(0.125, 0.0, 0.5)),
    "Focal": of_classes("Focal", gamma=(2.0, 1.0, 0.0)),
    "Ordinal": ordinal,
    "Poisson": poisson,
    "Quantile": quantile,
    "BinaryCrossEntropy": binary_cross_entropy,
    "Hinge": hinge,
}


def loss(g: Growth, star: str | None = None) -> Entry:
    """One to three losses, weighted and added: `star` is among them if it is one."""
    count = g.choose([1, 1, 1, 2, 2, 3])
    kinds = [g.choose([*LOSSES, "reduced", "reduced"]) for _ in range(count)]
    if star in LOSSES:
        kinds[0] = star
    total: Entry | None = None
    for kind in kinds:
        try:
            term = (LOSSES.get(kind) or reduced)(g)
        except RefusedError:
            if kind == star:
                raise
            term = reduced(g)
        if g.chance(0.2) and kind != "reduced":
            term = g.add("Multiply", term, g.constant(float(g.choose([0.5, 2.0, 0.125]))))
        total = term if total is None else g.add("Add", total, term)
    assert total is not None
    for entry in g.shared[:2]:
        if entry.rows_first:
            total = g.add("Add", total, once_more(g, entry))
    return total


ONCE_MORE = (("Softplus", "Log", "Tanh"), ("Softplus", "Log"), ("Sigmoid", "Log"), ("Square", "Sigmoid"), ("Gelu",))


def once_more(g: Growth, entry: Entry) -> Entry:
    """(N,) from a node by way of some functions of it."""
    for kind in g.choose(ONCE_MORE):
        entry = g.add(kind, entry)
    axes = tuple(range(1, len(entry.dims)))
    return g.add(g.choose(["Sum", "Mean"]), entry, axis=axes) if axes else entry


def over_weights(kind: str) -> Production:
    def produce(g: Growth) -> Entry:
        found = [e for e in g.entries if g.nodes[e.at].kind == "Parameter" and g.nodes[e.at].hyper["trainable"]]
        if not found:
            raise RefusedError("no parameters")
        count = int(g.rng.integers(1, len(found) + 1))
        return g.add(kind, *(found[i] for i in g.rng.permutation(len(found))[:count]))

    return produce


def over_values(g: Growth) -> Entry:
    """A penalty on what boxes compute: of parameters alone, or of activations."""
    a = g.pick(floats)
    return g.add(g.choose(["Sum", "Mean", "Max"]), g.add(g.choose(["Square", "Abs", "Softplus"]), a))


PENALTIES: dict[str, Production] = {"L1": over_weights("L1"), "L2": over_weights("L2")}


def penalty(g: Growth, star: str | None = None) -> Entry | None:
    """Nothing, or a weighted sum of one or two penalties."""
    if star not in PENALTIES and g.chance(0.5):
        return None
    kinds = [star if star in PENALTIES else g.choose(["L1", "L2", "values"]), *g.choose([[], ["L2"], ["values"]])]
    total: Entry | None = None
    for kind in kinds:
        term = PENALTIES.get(kind, over_values)(g)
        term = g.add("Multiply", g.constant(float(g.choose([0.125, 0.0078125, 0.0, 0.5]))), term)
        total = term if total is None else g.add("Add", total, term)
    return total
