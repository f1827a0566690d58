"""A case: a graph as plain data, with all that a training run of it needs. Engines and oracles start from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import bprop as bp
from bprop.box import Box
from fuzz.graphs import boxes as own

LEAVES = ("Input", "Parameter", "Constant")
OWN = {cls.__name__: cls for cls in own.ALL}


@dataclass(frozen=True)
class Node:
    """A box: its class by name, its children by position in the case, its hyper-parameters."""

    kind: str
    children: tuple[int, ...] = ()
    hyper: dict[str, Any] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True)
class Rule:
    """An update rule as data: its class, its numbers, and the schedule (name, numbers) where it has one."""

    kind: str = "SGD"
    numbers: dict[str, Any] = field(default_factory=lambda: {"learning_rate": 0.25})
    schedule: tuple[str, dict[str, Any]] | None = None

    def make(self) -> bp.Rule:
        more = {} if self.schedule is None else {"learning_rate": schedule(*self.schedule)}
        return getattr(bp, self.kind)(**{**self.numbers, **more})


@dataclass(frozen=True)
class Case:
    """A graph (nodes in order, children first), theta, data and settings.

    exact : names whose values must stay as they are (labels, targets). All floats are representable in float32, so that
    both precisions start from the same numbers.
    """

    nodes: tuple[Node, ...]
    loss: int
    theta: dict[str, np.ndarray]
    data: dict[str, np.ndarray]
    penalty: int | None = None
    outputs: dict[str, int] = field(default_factory=dict)
    validation: dict[str, np.ndarray] | None = None
    weights: np.ndarray | None = None
    validation_weights: np.ndarray | None = None
    rule: Rule = field(default_factory=Rule)
    batch_size: int = 1
    epochs: int = 1
    seed: int = 0
    shuffle: bool = False
    stable: bool = True
    exact: frozenset[str] = frozenset()

    @property
    def rows(self) -> int:
        return len(next(iter(self.data.values())))

    def kinds(self) -> set[str]:
        """The classes of the boxes that compute something."""
        return {node.kind for node in self.nodes} - set(LEAVES)

    def below(self, *roots: int | None) -> set[int]:
        """The positions of the roots and of all that they are computed from."""
        found: set[int] = set()
        stack = [at for at in roots if at is not None]
        while stack:
            at = stack.pop()
            if at not in found:
                found.add(at)
                stack += self.nodes[at].children
        return found

    def changed(self, **parts: Any) -> Case:
        return replace(self, **parts)


def schedule(name: str, numbers: dict[str, Any]) -> Any:
    numbers = {k: schedule(*v) if isinstance(v, tuple) else v for k, v in numbers.items()}
    return getattr(bp.schedules, name)(**numbers)


def make_box(node: Node, children: list[Box]) -> Box:
    if node.kind == "Constant":
        return bp.Constant(node.hyper["value"], name=node.name)
    if node.kind in LEAVES:
        return getattr(bp, node.kind)(node.name, **node.hyper)
    cls = OWN.get(node.kind) or getattr(bp, node.kind)
    return cls(*children, name=node.name, **node.hyper)


def make_graph(case: Case, jitter: tuple[float, int] | None = None) -> bp.Graph:
    """The graph of the case. `jitter` (size, seed): every value is a little off, as another way of rounding has it."""
    boxes: list[Box] = []
    for number, node in enumerate(case.nodes):
        children = [boxes[c] for c in node.children]
        if jitter is not None:
            children = [_once_more(jitter, number, place, children) for place in range(len(children))]
        box = make_box(node, children)
        if jitter is not None and _may_be_off(case, node, box):
            box = own.Jitter(box, name=f"{node.name}~", size=jitter[0], seed=jitter[1] * 1000 + number)
        boxes.append(box)
    return bp.Graph(
        loss=boxes[case.loss],
        penalty=None if case.penalty is None else boxes[case.penalty],
        outputs={name: boxes[at] for name, at in case.outputs.items()},
        stable=case.stable,
    )


def _once_more(jitter: tuple[float, int], number: int, place: int, children: list[Box]) -> Box:
    """The child at a place. One that has come before is off in another way: what cancels within a box shows only so."""
    child = children[place]
    if not isinstance(child, own.Jitter) or child not in children[:place]:
        return child
    name = f"{child.name}{number}.{place}"
    return own.Jitter(child, name=name, size=jitter[0], seed=(jitter[1] * 1000 + number) * 10 + place)


def _may_be_off(case: Case, node: Node, box: Box) -> bool:
    # a rewritten pair must stay a pair; running averages are leaves that their box updates
    fixed = node.name in case.exact or node.kind == "Softmax" or not node.hyper.get("trainable", True)
    return box.spec.kind == "float" and not fixed
