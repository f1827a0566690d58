"""The two loops. Forward propagation visits the boxes of a plan in order; backpropagation visits them in reverse.

Every engine runs these functions: NumPy on arrays, native and XLA on traced values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bprop.graph.plan import Context, Node, Plan, State
from bprop.graph.send import extras_of, in_dtype, is_zero, send
from bprop.namespace import Array


def fprop(plan: Plan, leaves: Mapping[str, Array], context: Context) -> State:
    """Forward propagation: the value of every box. `leaves` are the values of the leaves by name."""
    values: list[Array] = [None] * len(plan.boxes)
    for name, slot in plan.leaves.items():
        values[slot] = leaves[name]
    return State(values, compute(plan, values, context))


def compute(
    plan: Plan, values: list[Array], context: Context, nodes: list[Node] | None = None
) -> dict[int, tuple[Any, ...]]:
    """Compute the values of `nodes` (default: all) and put them into their slots. Returns the extras by slot.

    The extras of a box are the arguments that follow its children: noise, weights.
    """
    extras: dict[int, tuple[Any, ...]] = {}
    dtype = context.dtype
    for node in plan.nodes if nodes is None else nodes:
        box, _, slot, _, children_of = node
        children = children_of(values)
        try:
            extras[slot] = extra = extras_of(node, context, children) if box.needs else ()
            value = box.fprop(*children, *extra)
            values[slot] = value if value.dtype == dtype else in_dtype(value, dtype)
        except Exception as error:
            error.add_note(f"in fprop of the box {node.name!r} ({type(box).__name__})")
            raise
    if plan.watch is not None:
        plan.watch({box: values[slot] for box, slot in plan.slot_of.items()})
    return extras


def refresh(plan: Plan, state: State, changed: Mapping[int, Array], context: Context) -> State:
    """The pass of `state` with other values in some slots. Only boxes that depend on these are computed again."""
    values = list(state.values)
    for slot, value in changed.items():
        values[slot] = value
    depends = plan.ways(changed)
    later = [node for node in plan.nodes if depends[node.slot] and node.slot not in changed]
    return State(values, state.extras | compute(plan, values, context, later))


def bprop(plan: Plan, state: State, seeds: Mapping[int, Array], targets: Iterable[int]) -> list[Array]:
    """Backpropagation: the gradients by slot; None for a box that is not between a target and a seed.

    `seeds` are the gradients at the roots, by slot. A box with several parents sums the gradients that they send.
    """
    on_way = plan.ways(targets, stopped=True)
    grads: list[Array] = [None] * len(plan.boxes)
    for slot, seed in seeds.items():
        if on_way[slot]:
            grads[slot] = seed if grads[slot] is None else grads[slot] + seed
    for node in reversed(plan.nodes):
        accumulate(node, grads, state, on_way)
    return grads


def accumulate(node: Node, grads: list[Array], state: State, on_way: Sequence[bool]) -> tuple[Array, ...]:
    """Add the gradients that one box sends to the gradients of its children on the way. Returns the sent ones."""
    grad = grads[node.slot]
    if grad is None or is_zero(grad):
        return ()
    wanted = [on_way[child] for child in node.children]
    sent = send(node, grad, state, wanted)
    for child, part, want in zip(node.children, sent, wanted, strict=True):
        if want and part is not None:
            grads[child] = part if grads[child] is None else grads[child] + part
    return sent
