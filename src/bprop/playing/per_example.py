"""The gradient of each example's own loss with respect to one weight: dL_n/dw."""

from __future__ import annotations

import numpy as np

from bprop.errors import GraphError
from bprop.graph import Graph
from bprop.graph.passes import bprop
from bprop.graph.plan import Node, State
from bprop.graph.send import send
from bprop.graph.values import Values
from bprop.namespace import Array

MOST = 200


def gradients_of_examples(graph: Graph, values: Values, name: str, index: tuple[int, ...], count: int) -> Array | None:
    """(count,) dL_n/dw of the first `count` rows of a pass of `graph`, which has no penalty.

    None where examples have no gradients of their own, as in batch normalisation.
    """
    plan, slot = values.plan, values.plan.leaves[name]
    loss = plan.slot_of[graph.need_loss()]
    if graph.mixing() is not None or any("weights" in node.box.needs for node in plan.nodes):
        return None
    users = [node for node in plan.nodes if slot in node.children]
    on_way = plan.ways([slot], stopped=True)
    if any(plan.boxes[node.slot].dims[:1] != ("N",) for node in users if on_way[node.slot]):
        return _one_by_one(graph, values, name, index, count)
    with np.errstate(all="ignore"):
        grads = bprop(plan, values.state, {loss: np.ones_like(values.state.values[loss])}, [slot])
        total = np.zeros(count, values.context.dtype)
        for node in users:
            if grads[node.slot] is not None:
                total += [_sent(node, slot, grads, values, row)[index] for row in range(count)]
    return total


def _sent(node: Node, slot: int, grads: list[Array], values: Values, row: int) -> Array:
    """The gradient that a box sends to the parameter in `slot`, of one row alone."""
    cut, plan, state = slice(row, row + 1), values.plan, values.state

    def of_row(at: int) -> Array:
        return state.values[at][cut] if plan.boxes[at].dims[:1] == ("N",) else state.values[at]

    alone: list[Array] = [None] * len(state.values)
    for at in (node.slot, *node.children):
        alone[at] = of_row(at)
    extras = tuple(
        e[cut] if np.ndim(e) and len(e) == len(values.context.weights) else e for e in state.extras[node.slot]
    )
    sent = send(node, grads[node.slot][cut], State(alone, {node.slot: extras}), [c == slot for c in node.children])
    parts = [part for part, child in zip(sent, node.children, strict=True) if child == slot and part is not None]
    return sum(parts[1:], parts[0]) if parts else np.zeros_like(state.values[slot])


def _one_by_one(graph: Graph, values: Values, name: str, index: tuple[int, ...], count: int) -> Array | None:
    """The same where a parameter is changed before it meets the examples: each example has a pass of its own."""
    of = graph.functions("numpy", dtype=values.context.dtype.name, check=False)
    theta = {name: values[name] for name in graph.parameters if name in values}
    batch = {name: values[name][:count] for name in graph.inputs}
    try:
        return of.gradients(theta, batch, per_example=True)[name][(slice(None), *index)]
    except GraphError:
        return None
