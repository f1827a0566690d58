"""A plan: the boxes of a graph in order, as fprop and bprop visit them.

Every engine runs the plan, and the plan knows no engine: the values are arrays of the leaves' namespace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from bprop import noise
from bprop.box import Box
from bprop.leaves import Leaf
from bprop.namespace import Array
from bprop.structure.order import topological_order


class Context(NamedTuple):
    """The arguments of a pass beside the leaves.

    weights : the example weights (N,). key : the key of the noise, (seed, update). dtype : that of floats.
    divisor : the divisor of the weighted sum of losses in backpropagation; None: the sum of the weights.
    """

    weights: Array
    key: tuple[Array, Array]
    dtype: Any
    divisor: Array | None = None

    @classmethod
    def at(cls, weights: Array, seed: Array, t: Array, dtype: Any, divisor: Array | None = None) -> Context:
        """The context of update number `t`, a whole number; `seed` is the word of `noise.key_of`, an array (1,)."""
        return cls(weights, noise.key_at(seed, t), dtype, divisor)

    @classmethod
    def of(cls, rows: int, dtype: np.dtype, seed: int = 0, weights: Array | None = None) -> Context:
        """The context of a single pass on NumPy, with the noise of the first update. The default weights are 1."""
        word = np.array([noise.key_of(seed)], np.uint32)
        weights = np.ones(rows, dtype) if weights is None else weights.astype(dtype)
        return cls.at(weights, word, np.zeros(1, np.uint32), dtype)


class Node(NamedTuple):
    """One box at its place in a plan.

    slot : the slot of its value. children : the slots of its children's values. children_of : gets these values.
    """

    box: Box
    name: str
    slot: int
    children: tuple[int, ...]
    children_of: Callable[[list[Array]], Sequence[Array]]


class State(NamedTuple):
    """The values of one pass by slot, and the extras by slot: the arguments after a box's children (noise, weights)."""

    values: list[Array]
    extras: dict[int, tuple[Any, ...]]


class Plan:
    """The order of the boxes that `roots` need. `resolve` returns the box to compute in the place of each box."""

    def __init__(self, roots: Iterable[Box], names: Mapping[Box, str], resolve: Callable[[Box], Box]):
        roots = list(roots)
        computed = topological_order(map(resolve, roots), lambda box: [resolve(c) for c in box.children])
        slots = {box: slot for slot, box in enumerate(computed)}
        name_of = {resolve(box): name for box, name in names.items() if resolve(box) not in names}
        name_of.update((box, names[box]) for box in computed if box in names)
        self.names: list[str] = [name_of[box] for box in computed]
        self.nodes: list[Node] = []
        for box in computed:
            if not isinstance(box, Leaf):
                children = tuple(slots[resolve(c)] for c in box.children)
                self.nodes.append(Node(box, name_of[box], slots[box], children, getter(children)))
        self.leaves: dict[str, int] = {name_of[box]: slots[box] for box in computed if isinstance(box, Leaf)}
        self.boxes: list[Box] = computed
        self.slot_of: dict[Box, int] = {box: slots[resolve(box)] for box in names if resolve(box) in slots} | slots
        self._ways: dict[tuple[frozenset[int], bool], list[bool]] = {}
        self.watch: Callable[[Mapping[Box, Array]], None] | None = None
        """Called with the values of every pass on NumPy, by box (see `ranges.Ranges.watch`)."""

    def bind(self, hyper: Mapping[str, Mapping[str, Any]]) -> Plan:
        """A copy whose boxes have other hyper-parameter values: {box name: {hyper-parameter: value}}."""
        return self.with_boxes({s.name: s.box.bind(**hyper[s.name]) for s in self.nodes if s.name in hyper})

    def with_boxes(self, boxes: Mapping[str, Box]) -> Plan:
        """A copy in which other boxes, by name, are computed in the place of some, with the same children."""
        copy = object.__new__(Plan)
        copy.__dict__.update(self.__dict__)
        copy.nodes = [node._replace(box=boxes.get(node.name, node.box)) for node in self.nodes]
        return copy

    def ways(self, targets: Iterable[int], stopped: bool = False) -> list[bool]:
        """For each slot, True if its value depends on a target slot. Gradients need to reach these slots only.

        stopped : leave out dependence through boxes that stop gradients.
        """
        slots = frozenset(targets)
        key = slots, stopped
        if key not in self._ways:
            depends = [slot in slots for slot in range(len(self.boxes))]
            for node in self.nodes:
                if not (stopped and node.box.stops_gradient):
                    depends[node.slot] = depends[node.slot] or any(depends[c] for c in node.children)
            self._ways[key] = depends
        return self._ways[key]

    def updates(self, state: State) -> dict[str, Array]:
        """New values of the non-trainable parameters that boxes update in this pass, by parameter name."""
        updated: dict[str, Array] = {}
        for node in self.nodes:
            if type(node.box).updates is not Box.updates:
                children = [state.values[c] for c in node.children]
                new = node.box.updates(state.values[node.slot], *children, *state.extras[node.slot])
                updated.update((self.names[node.children[i]], value) for i, value in new.items())
        return updated


def getter(slots: tuple[int, ...]) -> Callable[[list[Array]], Sequence[Array]]:
    """A fast getter of the children's values from the list of all values; it is called once per box and pass."""
    if len(slots) > 1:
        return itemgetter(*slots)
    return itemgetter(slice(slots[0], slots[0] + 1) if slots else slice(0))
