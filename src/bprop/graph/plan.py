"""A plan: the boxes of a graph in order, as fprop and bprop visit them.

The plan is what every engine runs. It knows nothing of engines: values live on whichever array namespace
the leaves are given in.
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
    """What a pass knows beside the leaves: example weights (N,), the noise key (seed, update), the dtype.

    divisor : what the weighted sum of the losses is divided by, for backpropagation; None: the sum of the weights.
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
        """The context of a single pass on NumPy: weights that are 1 by default, the noise of the first update."""
        word = np.array([noise.key_of(seed)], np.uint32)
        weights = np.ones(rows, dtype) if weights is None else weights.astype(dtype)
        return cls.at(weights, word, np.zeros(1, np.uint32), dtype)


class Node(NamedTuple):
    """One box at its place in the order: the slot of its value, those of its children's, and how to get these."""

    box: Box
    name: str
    slot: int
    children: tuple[int, ...]
    children_of: Callable[[list[Array]], Sequence[Array]]


class State(NamedTuple):
    """The values of one pass, by slot, and what was handed to each box after its children, by slot."""

    values: list[Array]
    extras: dict[int, tuple]


class Plan:
    """The order of the boxes that `roots` need, with every box replaced by what `resolve` says of it."""

    def __init__(self, roots: Iterable[Box], names: Mapping[Box, str], resolve: Callable[[Box], Box]):
        roots = list(roots)
        computed = topological_order(map(resolve, roots), lambda box: [resolve(c) for c in box.children])
        slots = {box: slot for slot, box in enumerate(computed)}
        name_of = {resolve(box): name for box, name in names.items() if resolve(box) not in names}
        name_of.update((box, names[box]) for box in computed if box in names)
        self.names = [name_of[box] for box in computed]
        self.nodes = []
        for box in computed:
            if not isinstance(box, Leaf):
                children = tuple(slots[resolve(c)] for c in box.children)
                self.nodes.append(Node(box, name_of[box], slots[box], children, getter(children)))
        self.leaves = {name_of[box]: slots[box] for box in computed if isinstance(box, Leaf)}
        self.boxes = computed
        self.slot_of = {box: slots[resolve(box)] for box in names if resolve(box) in slots} | slots
        self._ways: dict[frozenset[int], list[bool]] = {}
        self.watch: Callable[[Mapping[Box, Array]], None] | None = None
        """Told of the values of every pass on NumPy, by box: see `ranges.Ranges.watch`."""

    def bind(self, hyper: Mapping[str, Mapping[str, Any]]) -> Plan:
        """A copy whose boxes have other hyper-parameter values: {box name: {hyper-parameter: value}}."""
        return self.with_boxes({s.name: s.box.bind(**hyper[s.name]) for s in self.nodes if s.name in hyper})

    def with_boxes(self, boxes: Mapping[str, Box]) -> Plan:
        """A copy that computes some boxes, by name, as others do, with the same children."""
        copy = object.__new__(Plan)
        copy.__dict__.update(self.__dict__)
        copy.nodes = [node._replace(box=boxes.get(node.name, node.box)) for node in self.nodes]
        return copy

    def ways(self, targets: Iterable[int]) -> list[bool]:
        """For each slot, whether it depends on one of the target slots: where gradients need to go."""
        key = frozenset(targets)
        if key not in self._ways:
            found = [slot in key for slot in range(len(self.boxes))]
            for node in self.nodes:
                found[node.slot] = found[node.slot] or any(found[c] for c in node.children)
            self._ways[key] = found
        return self._ways[key]

    def updates(self, state: State) -> dict[str, Array]:
        """New values of the non-trainable parameters that boxes of this pass update, by parameter name."""
        found: dict[str, Array] = {}
        for node in self.nodes:
            if type(node.box).updates is not Box.updates:
                children = [state.values[c] for c in node.children]
                new = node.box.updates(state.values[node.slot], *children, *state.extras[node.slot])
                found.update((self.names[node.children[i]], value) for i, value in new.items())
        return found


def getter(slots: tuple[int, ...]) -> Callable[[list[Array]], Sequence[Array]]:
    """A fast getter of the children's values from the list of all values; it is called once per box and pass."""
    if len(slots) > 1:
        return itemgetter(*slots)
    return itemgetter(slice(slots[0], slots[0] + 1) if slots else slice(0))
