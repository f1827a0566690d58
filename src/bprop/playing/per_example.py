"""The gradient of each example's own loss with respect to one weight: dL_n/dw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from bprop.errors import GraphError
from bprop.graph import Graph
from bprop.graph.passes import bprop
from bprop.graph.plan import Node, State
from bprop.graph.send import send
from bprop.graph.values import Values
from bprop.namespace import Array

MOST = 200


def gradients_of_examples(
    graph: Graph, theta: Mapping[str, Array], values: Values, name: str, index: tuple[int, ...], count: int
) -> Array | None:
    """(count,) dL_n/dw of the first `count` rows of a pass of `graph`, which has no penalty, with theta.

    None where examples have no gradients of their own, as in batch normalisation.
    """
    if name not in values.plan.leaves:  # a parameter of the penalty alone
        return np.zeros(count, values.context.dtype)
    plan, slot = values.plan, values.plan.leaves[name]
    loss = plan.slot_of[graph.need_loss()]
    if graph.mixing() is not None or any("weights" in node.box.needs for node in plan.nodes):
        return None
    users = [node for node in plan.nodes if slot in node.children]
    on_way = plan.ways([slot], stopped=True)
    if any(plan.boxes[node.slot].dims[:1] != ("N",) for node in users if on_way[node.slot]):
        return _one_by_one(graph, theta, values, name, index, count)
    with np.errstate(all="ignore"):
        grads = bprop(plan, values.state, {loss: np.ones_like(values.state.values[loss])}, [slot])
        total = np.zeros(count, values.context.dtype)
        for node in users:
            if grads[node.slot] is not None:
                total += [sent[index] for sent in _sent(node, slot, grads[node.slot], values, count)]
    return total


def _sent(node: Node, slot: int, grad: Array, values: Values, count: int) -> Iterator[Array]:
    """The gradients that a box sends to the parameter in `slot`, for each row alone."""
    plan, state, rows = values.plan, values.state, len(values.context.weights)
    used = {at: state.values[at] for at in (node.slot, *node.children)}
    by_row = [at for at in used if plan.boxes[at].dims[:1] == ("N",)]
    extras = state.extras[node.slot]
    alone: list[Array] = [None] * len(state.values)
    for at, array in used.items():
        alone[at] = array
    wanted = [child == slot for child in node.children]
    for row in range(count):
        cut = slice(row, row + 1)
        for at in by_row:
            alone[at] = used[at][cut]
        own = tuple(e[cut] if np.ndim(e) and len(e) == rows else e for e in extras)
        sent = send(node, grad[cut], State(alone, {node.slot: own}), wanted)
        parts = [part for part in sent if part is not None]
        yield sum(parts[1:], parts[0]) if parts else np.zeros_like(used[slot])


def _one_by_one(
    graph: Graph, theta: Mapping[str, Array], values: Values, name: str, index: tuple[int, ...], count: int
) -> Array | None:
    """The same where a parameter is changed before it meets the examples: each example has a pass of its own."""
    of = graph.functions("numpy", dtype=values.context.dtype.name, check=False)
    batch = {one: values[one][:count] for one in graph.inputs}
    try:
        gradients = of.gradients(theta, batch, per_example=True)
    except GraphError:
        return None
    if name not in gradients:  # nothing reaches it without the penalty
        return np.zeros(count, values.context.dtype)
    return gradients[name][(slice(None), *index)]
