"""A random case from a seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from fuzz.graphs.case import Case, Rule
from fuzz.graphs.growth import Growth, RefusedError, single
from fuzz.graphs.losses import LOSSES, PENALTIES, loss, penalty
from fuzz.graphs.productions import PRODUCTIONS
from fuzz.graphs.whole import SOURCES

STARS = (*PRODUCTIONS, *LOSSES, *PENALTIES)
"""Every class of box, in turn: case number k has box k % len(STARS) in it."""
ATTEMPTS = 50


def generate(seed: int) -> Case:
    """The case of a seed: a function of it alone."""
    for attempt in range(ATTEMPTS):
        rng = np.random.default_rng([seed, attempt, 10])
        try:
            return _case(rng, STARS[seed % len(STARS)])
        except RefusedError:
            continue
    raise RefusedError(f"no graph with a {STARS[seed % len(STARS)]} came of seed {seed}")


def _case(rng: np.random.Generator, star: str) -> Case:
    rows = int(rng.choice([1, 2, 3, 5, 7, 8, 10, 13, 33]))
    held = int(rng.choice([0, 0, 1, 3, 6, 11]))
    g = Growth(rng, rows, held)
    _leaves(g)
    _grow(g, int(rng.integers(1, 10)), star)
    root = loss(g, star)
    extra = penalty(g, star)
    outputs = {f"f{k}": _output(g) for k in range(g.choose([0, 1, 1, 2, 3]))}
    case = _settings(g, root.at, None if extra is None else extra.at, outputs)
    case = pruned(case)
    if star not in case.kinds() or not any(n.kind == "Parameter" and n.hyper["trainable"] for n in case.nodes):
        raise RefusedError("without the box, or nothing to learn")
    return case


def _leaves(g: Growth) -> None:
    for _ in range(g.choose([1, 1, 2])):
        shape = g.choose([(3,), (4,), (2,), (5,), (), (2, 3), (3, 2), (1,)])
        array = single(g.rng.normal(size=(g.rows + g.spare, *shape)))
        x = g.input(shape, "float", array.astype(np.float32) if g.chance(0.2) else array)
        if shape and g.chance(0.8):
            kind = g.choose(["Multiply", "MatMul", "Linear", "Add"])
            if kind == "Linear":
                units = g.choose([2, 3, 4])
                g.add(kind, x, g.parameter((shape[-1], units)), g.parameter((units,)))
            elif kind == "MatMul":
                g.add(kind, x, g.parameter((shape[-1], g.choose([2, 3, 4]))))
            else:
                g.add(kind, x, g.parameter(shape))
        else:
            g.add("Multiply", x, g.parameter(()))
    if g.chance(0.3):
        _try(g, g.choose(SOURCES.values()))


def _grow(g: Growth, count: int, star: str) -> None:
    at = int(g.rng.integers(count))
    for k in range(count):
        if k == at and star in PRODUCTIONS:
            for _ in range(8):
                if _try(g, PRODUCTIONS[star]):
                    break
            else:
                raise RefusedError(f"no place for a {star}")
        elif g.chance(0.07):
            _try(g, g.choose(SOURCES.values()))
        else:
            _try(g, PRODUCTIONS[g.choose(PRODUCTIONS)])


def _try(g: Growth, production: Any) -> bool:
    try:
        production(g)
    except RefusedError:
        return False
    return True


def _output(g: Growth) -> int:
    """A node, or something with a parameter that only this output needs."""
    a = g.pick(lambda e: e.kind == "float" and len(e.dims) <= 3)
    if g.chance(0.3):
        a = g.add("Multiply", a, g.parameter((), fresh=1))
    return a.at


def pruned(case: Case) -> Case:
    """The case without nodes that nothing needs."""
    needed = case.below(case.loss, case.penalty, *case.outputs.values())
    order = sorted(needed)
    place = {old: new for new, old in enumerate(order)}
    nodes = tuple(
        type(n)(n.kind, tuple(place[c] for c in n.children), n.hyper, n.name) for n in (case.nodes[i] for i in order)
    )
    names = {n.name for n in nodes}
    keep = lambda arrays: None if arrays is None else {k: v for k, v in arrays.items() if k in names}  # noqa: E731
    if not keep(case.data):
        raise RefusedError("without data")
    return case.changed(
        nodes=nodes, loss=place[case.loss], penalty=None if case.penalty is None else place[case.penalty],
        outputs={k: place[v] for k, v in case.outputs.items()}, theta=keep(case.theta), data=keep(case.data),
        validation=keep(case.validation), exact=frozenset(names & case.exact),
    )  # fmt: skip


def _settings(g: Growth, root: int, extra: int | None, outputs: dict[str, int]) -> Case:
    rng, rows = g.rng, g.rows
    batch = int(g.choose([b for b in (1, 2, 3, 4, 5, rows) if b <= rows]))
    weigh = lambda n: single(rng.choice([0.0, 0.5, 1.0, 2.0, 3.5], p=[0.1, 0.2, 0.3, 0.2, 0.2], size=n)) + 0.0  # noqa: E731
    weights = weigh(rows) if g.chance(0.4) else None
    if weights is not None and not weights.any():
        weights[0] = 1.0
    held = {name: array[rows:] for name, array in g.data.items()} if g.spare else None
    held_weights = weigh(g.spare) + 0.25 if g.spare and g.chance(0.3) else None
    return Case(
        nodes=tuple(g.nodes), loss=root, penalty=extra, outputs=outputs, theta=dict(g.theta),
        data={name: array[:rows] for name, array in g.data.items()}, validation=held, weights=weights,
        validation_weights=held_weights, rule=_rule(g), batch_size=batch, epochs=int(g.choose([1, 1, 2])),
        seed=int(rng.integers(1000)), shuffle=g.chance(0.3), stable=g.chance(0.9), exact=frozenset(g.exact),
    )  # fmt: skip


def _rule(g: Growth) -> Rule:
    rate = float(g.choose([0.25, 0.125, 0.03125]))
    numbers: dict[str, Any] = {"learning_rate": rate}
    if g.chance(0.25):
        numbers["clip_norm"] = float(g.choose([0.5, 2.0, 20.0]))
    schedule = _schedule(g, rate) if g.chance(0.3) else None
    kind = g.choose(["SGD", "SGD", "SGD", "Adam", "AdamW"])
    if kind == "SGD":
        if g.chance(0.5):
            numbers |= {"momentum": float(g.choose([0.5, 0.9])), "nesterov": g.chance(0.5)}
        if g.chance(0.2):
            numbers["decrease_constant"] = 0.125
    else:
        numbers |= {"learning_rate": rate / 4, "epsilon": 2.0**-10}
        numbers |= {"weight_decay": 0.125} if kind == "AdamW" else {}
    return Rule(kind, numbers, schedule)


def _schedule(g: Growth, rate: float) -> tuple[str, dict[str, Any]]:
    plain = [
        ("constant", {"rate": rate}),
        ("decreasing", {"rate": rate, "decrease_constant": 0.25}),
        ("step", {"rate": rate, "factor": 0.5, "every": 2}),
        ("exponential", {"rate": rate, "factor": 0.75, "every": 3}),
        ("cosine", {"rate": rate, "updates": 5, "final": 0.015625}),
    ]
    if g.chance(0.25):
        return "warm_up", {"updates": 3, "after": g.choose(plain)}
    return g.choose(plain)
