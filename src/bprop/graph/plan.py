"""A plan: the boxes of a graph in order, as fprop and bprop visit them.

The plan is what every engine runs. It knows nothing of engines: values live on whichever array namespace
the leaves are given in.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np

from bprop import noise
from bprop.box import Box
from bprop.errors import ShapeError
from bprop.graph.order import topological_order
from bprop.leaves import Leaf
from bprop.namespace import Array, namespace


class Context(NamedTuple):
    """What a pass knows beside the leaves: example weights (N,), the noise key (seed, update), the dtype.

    divisor : what the weighted sum of the losses is divided by, for backpropagation; None: the sum of the weights.
    """

    weights: Array
    key: tuple[Array, Array]
    dtype: Any
    divisor: Array | None = None

    @classmethod
    def of(cls, rows: int, dtype: np.dtype, seed: int = 0, weights: Array | None = None) -> Context:
        """That of a single pass on NumPy: weights that are 1 by default, the noise of the first update."""
        key = (np.array([noise.key_of(seed)], np.uint32), np.zeros(1, np.uint32))
        return cls(np.ones(rows, dtype) if weights is None else weights.astype(dtype), key, dtype)


class Step(NamedTuple):
    """One box at its place in the order: the slot of its value, those of its children's, and how to get these."""

    box: Box
    name: str
    slot: int
    children: tuple[int, ...]
    pick: Callable[[list[Array]], Sequence[Array]]


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
        self.steps = []
        for box in computed:
            if not isinstance(box, Leaf):
                children = tuple(slots[resolve(c)] for c in box.children)
                self.steps.append(Step(box, name_of[box], slots[box], children, picker(children)))
        self.leaves = {name_of[box]: slots[box] for box in computed if isinstance(box, Leaf)}
        self.boxes = computed
        self.slot_of = {box: slots[resolve(box)] for box in names if resolve(box) in slots} | slots
        self._ways: dict[frozenset[int], list[bool]] = {}
        self.watch: Callable[[Mapping[Box, Array]], None] | None = None
        """Told of the values of every pass on NumPy, by box: see `ranges.Ranges.watch`."""

    def bind(self, hyper: Mapping[str, Mapping[str, Any]]) -> Plan:
        """A copy whose boxes have other hyper-parameter values: {box name: {hyper-parameter: value}}."""
        return self.with_boxes({s.name: s.box.bind(**hyper[s.name]) for s in self.steps if s.name in hyper})

    def with_boxes(self, boxes: Mapping[str, Box]) -> Plan:
        """A copy that computes some boxes, by name, as others do, with the same children."""
        copy = object.__new__(Plan)
        copy.__dict__.update(self.__dict__)
        copy.steps = [step._replace(box=boxes.get(step.name, step.box)) for step in self.steps]
        return copy

    def fprop(self, leaves: Mapping[str, Array], context: Context) -> State:
        """Forward propagation: the value of every box, given those of the leaves by name."""
        values: list[Array] = [None] * len(self.boxes)
        for name, slot in self.leaves.items():
            values[slot] = leaves[name]
        return State(values, self.compute(values, context))

    def refresh(self, state: State, changed: Mapping[int, Array], context: Context) -> State:
        """The pass of `state` with other values in some slots: only what depends on them is computed again."""
        values = list(state.values)
        for slot, value in changed.items():
            values[slot] = value
        depends = self.ways(changed)
        later = [step for step in self.steps if depends[step.slot] and step.slot not in changed]
        return State(values, state.extras | self.compute(values, context, later))

    def compute(self, values: list[Array], context: Context, steps: list[Step] | None = None) -> dict[int, tuple]:
        """Put the values of boxes (default: all but the leaves) into their slots; gives their extras by slot."""
        extras: dict[int, tuple] = {}
        dtype = context.dtype
        for step in self.steps if steps is None else steps:
            box, _, slot, _, pick = step
            children = pick(values)
            try:
                extras[slot] = more = _extras(step, context, children) if box.needs else ()
                value = box.fprop(*children, *more)
                values[slot] = value if value.dtype == dtype else _in_dtype(value, dtype)
            except Exception as error:
                error.add_note(f"in fprop of the box {step.name!r} ({type(step.box).__name__})")
                raise
        if self.watch is not None:
            self.watch({box: values[slot] for box, slot in self.slot_of.items()})
        return extras

    def bprop(self, state: State, seeds: Mapping[int, Array], targets: Iterable[int]) -> list[Array]:
        """Backpropagation: the gradients by slot, None where a box is not on a way from a target to a seed.

        `seeds` gives the gradient at the roots. A box with several parents sums what they send.
        """
        on_way = self.ways(targets)
        grads: list[Array] = [None] * len(self.boxes)
        for slot, seed in seeds.items():
            if on_way[slot]:
                grads[slot] = seed if grads[slot] is None else grads[slot] + seed
        for step in reversed(self.steps):
            pass_on(step, grads, state, on_way)
        return grads

    def ways(self, targets: Iterable[int]) -> list[bool]:
        """For each slot, whether it depends on one of the target slots: where gradients need to go."""
        key = frozenset(targets)
        if key not in self._ways:
            found = [slot in key for slot in range(len(self.boxes))]
            for step in self.steps:
                found[step.slot] = found[step.slot] or any(found[c] for c in step.children)
            self._ways[key] = found
        return self._ways[key]

    def updates(self, state: State) -> dict[str, Array]:
        """New values of the non-trainable parameters that boxes of this pass update, by parameter name."""
        found: dict[str, Array] = {}
        for step in self.steps:
            if type(step.box).updates is not Box.updates:
                children = [state.values[c] for c in step.children]
                new = step.box.updates(state.values[step.slot], *children, *state.extras[step.slot])
                found.update((self.names[step.children[i]], value) for i, value in new.items())
        return found


def picker(slots: tuple[int, ...]) -> Callable[[list[Array]], Sequence[Array]]:
    """What takes the values of some slots from the list of all: the quickest way, for it is gone for every box."""
    if len(slots) > 1:
        return itemgetter(*slots)
    return itemgetter(slice(slots[0], slots[0] + 1) if slots else slice(0))


def pass_on(step: Step, grads: list[Array], state: State, on_way: Sequence[bool]) -> tuple[Array, ...]:
    """Add to the gradients, by slot, what one box sends to those of its children that are on the way; gives that."""
    grad = grads[step.slot]
    if grad is None or _is_zero(grad):
        return ()
    wanted = [on_way[c] for c in step.children]
    sent = send(step, grad, state, wanted)
    for child, part, want in zip(step.children, sent, wanted, strict=True):
        if want and part is not None:
            grads[child] = part if grads[child] is None else grads[child] + part
    return sent


def send(step: Step, grad: Array, state: State, wanted: Sequence[bool]) -> tuple[Array, ...]:
    """What one box sends to each of its children: its bprop, checked for number, shape and dtype."""
    children = [state.values[c] for c in step.children]
    more = {"wanted": tuple(wanted)} if _takes_wanted(type(step.box).bprop) else {}
    try:
        sent = step.box.bprop(grad, state.values[step.slot], *children, *state.extras[step.slot], **more)
        sent = tuple(sent) if isinstance(sent, tuple | list) else (sent,)
        if len(sent) != len(children):
            raise ShapeError(f"bprop gave {len(sent)} gradients for {len(children)} children")
        return tuple(
            _like(g, c, i) if w else None for i, (g, c, w) in enumerate(zip(sent, children, wanted, strict=True))
        )
    except Exception as error:
        kind = type(step.box).__name__
        if isinstance(error, ShapeError):
            raise ShapeError(f"the box {step.name!r} ({kind}): {error}") from None
        error.add_note(f"in bprop of the box {step.name!r} ({kind})")
        raise


def _like(grad: Array, child: Array, position: int) -> Array:
    """The gradient in the dtype of the child's value; its shape must be the child's."""
    if grad is None:
        return None
    if grad.shape != child.shape:
        raise ShapeError(
            f"bprop gave a gradient of shape {grad.shape} for child {position}, whose value has shape {child.shape}"
            " (was a sum over broadcast axes forgotten?)"
        )
    return grad if grad.dtype == child.dtype else grad.astype(child.dtype)


def _in_dtype(value: Array, dtype: Any) -> Array:
    """A value of floats in the dtype of the pass: NumPy makes float64 of a float32 array and whole numbers."""
    return value if value.dtype == dtype or value.dtype.kind != "f" else value.astype(dtype)


def _is_zero(grad: Array) -> bool:
    """Whether a NumPy gradient is the number 0, as below a regulariser of weight 0: nothing need be sent."""
    return grad.ndim == 0 and namespace(grad) is np and grad == 0


def _extras(step: Step, context: Context, children: Sequence[Array]) -> tuple:
    """What the box asks for in `needs`, in that order."""
    stream = crc32(step.name.encode())
    made = {
        "weights": lambda: context.weights,
        "noise": lambda: step.box.noise(
            lambda shape: noise.uniform(context.key, stream, shape, context.dtype), *children
        ),
    }
    return tuple(made[need]() for need in step.box.needs)


@cache
def _takes_wanted(bprop: Callable[..., Any]) -> bool:
    return "wanted" in inspect.signature(bprop).parameters
