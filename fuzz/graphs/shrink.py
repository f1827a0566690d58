"""A failing case made small: whatever can be left out, and the fault stays, is left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bprop.errors import BpropError
from fuzz.graphs.case import LEAVES, Case, Node, Rule, make_graph
from fuzz.graphs.generate import pruned
from fuzz.graphs.growth import RefusedError, single


def shrink(case: Case, fails: Callable[[Case], bool], seconds: float = 120.0) -> Case:
    """The smallest case on the way down that still fails, within about so many seconds."""
    until = time.monotonic() + seconds
    smaller: Case | None = case
    while smaller is not None:
        case, smaller = smaller, None
        for candidate in candidates(case):
            if time.monotonic() > until:
                return case
            if size(candidate) < size(case) and legal(candidate) and fails(candidate):
                smaller = candidate
                break
    return case


def size(case: Case) -> tuple[int, ...]:
    """What gets smaller: boxes that compute, nodes, settings, rows, numbers with many digits."""
    computing = sum(node.kind not in LEAVES for node in case.nodes)
    given = (case.validation, case.validation_weights, case.weights, case.penalty, case.rule.schedule)
    settings = sum(part is not None for part in given) + len(case.outputs) + case.epochs + len(case.rule.numbers)
    settings += case.shuffle + (case.batch_size != case.rows) + (not case.stable) + (case.rule.kind != "SGD")
    held = case.validation or {}
    arrays = [a for part in (case.data, case.theta, held) for a in part.values() if a.dtype.kind == "f"]
    digits = sum(not np.array_equal(a, single(np.round(a, 1))) for a in arrays)
    return computing, len(case.nodes), settings, case.rows + sum(len(a) for a in held.values()), digits


def legal(case: Case) -> bool:
    try:
        make_graph(case)
    except BpropError:
        return False
    trained = (case.nodes[at] for at in case.below(case.loss, case.penalty))
    return any(node.kind == "Parameter" and node.hyper["trainable"] for node in trained)


def candidates(case: Case) -> Iterator[Case]:
    """Cases that are a little smaller, those that lose most first. Settings, then boxes, then rows, then numbers."""
    for change in (*_settings(case), *_roots(case), *_boxes(case)):
        try:
            yield pruned(change)
        except RefusedError:
            continue
    yield from _rows(case)
    yield from _rounded(case)


def _settings(case: Case) -> Iterator[Case]:
    plain: list[dict[str, Any]] = [
        {"outputs": {}}, {"penalty": None}, {"validation": None, "validation_weights": None},
        {"validation_weights": None}, {"weights": None}, {"epochs": 1}, {"shuffle": False}, {"rule": Rule()},
        {"batch_size": case.rows}, {"stable": True}, *({"outputs": {k: v}} for k, v in case.outputs.items()),
    ]  # fmt: skip
    for parts in plain:
        if any(_differ(getattr(case, key), value) for key, value in parts.items()) and not (
            "outputs" in parts and len(parts["outputs"]) >= len(case.outputs)
        ):
            yield case.changed(**parts)


def _differ(one: Any, two: Any) -> bool:
    return (one is None) != (two is None) if two is None or isinstance(one, np.ndarray) else one != two


def _roots(case: Case) -> Iterator[Case]:
    """The loss one of the nodes below it, as it is or summed to one number an example."""
    dims = [box.dims for box in _boxes_of(case)]
    for at in range(len(case.nodes)):
        if at != case.loss and dims[at] == ("N",) and at < case.loss:
            yield case.changed(loss=at)
        elif len(dims[at]) > 1 and dims[at][0] == "N" and len(case.nodes) > at + 2:
            axes = tuple(range(1, len(dims[at])))
            node = Node("Sum", (at,), {"axis": axes}, f"sum_{len(case.nodes)}")
            yield case.changed(nodes=(*case.nodes, node), loss=len(case.nodes))


def _boxes_of(case: Case) -> list[Any]:
    boxes = make_graph(case).boxes
    return [boxes[node.name] for node in case.nodes]


def _boxes(case: Case) -> Iterator[Case]:
    """A node replaced by an earlier one of its shape, or by a leaf."""
    boxes = _boxes_of(case)
    for at in reversed(range(len(case.nodes))):
        box, node = boxes[at], case.nodes[at]
        if node.kind in LEAVES:
            continue
        for other in range(at):
            if boxes[other].dims == box.dims and boxes[other].spec.kind == box.spec.kind:
                yield _instead(case, at, other)
        if box.spec.kind == "float" and all(isinstance(d, int) for d in box.dims):
            leaf = Node("Parameter", (), {"shape": box.dims, "trainable": True}, node.name)
            values = single(np.random.default_rng(at).normal(size=box.dims))
            yield _with_leaf(case, at, leaf).changed(theta={**case.theta, node.name: values})
        elif box.spec.kind == "float" and box.dims[0] == "N" and "N" not in box.dims[1:]:
            leaf = Node("Input", (), {"shape": box.dims[1:], "dtype": "float"}, node.name)
            yield _with_data(_with_leaf(case, at, leaf), node.name, box.dims[1:])


def _instead(case: Case, at: int, other: int) -> Case:
    swap = lambda child: other if child == at else child  # noqa: E731
    nodes = tuple(Node(n.kind, tuple(map(swap, n.children)), n.hyper, n.name) for n in case.nodes)
    return case.changed(
        nodes=nodes, loss=swap(case.loss), penalty=None if case.penalty is None else swap(case.penalty),
        outputs={k: swap(v) for k, v in case.outputs.items()},
    )  # fmt: skip


def _with_leaf(case: Case, at: int, leaf: Node) -> Case:
    return case.changed(nodes=(*case.nodes[:at], leaf, *case.nodes[at + 1 :]))


def _with_data(case: Case, name: str, shape: tuple[int, ...]) -> Case:
    rng = np.random.default_rng(len(name))
    data = {**case.data, name: single(rng.normal(size=(case.rows, *shape)))}
    held = case.validation
    if held is not None:
        rows = len(next(iter(held.values())))
        held = {**held, name: single(rng.normal(size=(rows, *shape)))}
    return case.changed(data=data, validation=held)


def _rows(case: Case) -> Iterator[Case]:
    """Fewer rows, of the training set and of the validation set."""
    for kept in _parts(case.rows):
        weights = None if case.weights is None else case.weights[kept]
        if weights is None or weights.any():
            data = {k: v[kept] for k, v in case.data.items()}
            yield case.changed(data=data, weights=weights, batch_size=min(case.batch_size, len(kept)))
    if case.validation is not None:
        for kept in _parts(len(next(iter(case.validation.values())))):
            weights = None if case.validation_weights is None else case.validation_weights[kept]
            held = {k: v[kept] for k, v in case.validation.items()}
            yield case.changed(validation=held, validation_weights=weights)


def _parts(rows: int) -> Iterator[np.ndarray]:
    everything = np.arange(rows)
    if rows > 3:
        yield everything[: rows // 2]
        yield everything[rows // 2 :]
    if rows > 1:
        yield from (np.delete(everything, i) for i in range(rows))


def _rounded(case: Case) -> Iterator[Case]:
    """Numbers with one digit after the point."""
    short = lambda a: np.round(a, 1) if a.dtype.kind == "f" else a  # noqa: E731
    for part in ("data", "theta", "validation"):
        arrays = getattr(case, part) or {}
        rounded = {k: single(short(v)) if v.dtype.kind == "f" else v for k, v in arrays.items()}
        if any(not np.array_equal(arrays[k], rounded[k]) for k in arrays):
            yield case.changed(**{part: rounded})
