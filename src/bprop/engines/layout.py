"""How compiled programs lay out weights in memory and unroll loops. Engines choose by shape; users see nothing of it.

Weights (inputs, outputs) that only linear boxes and elementwise sums use may lie as (outputs, inputs): then the
product of fprop and the update of W go through memory in the same order, row by row, on the same core. Measured
on a 2-core AMD EPYC with JAX 0.10 (time of a step, transposed / not, medians of 7 rounds in one run): 64-100-10 at 1
example 0.67, 784-500-10 at 1 example 0.65, at 10 0.94, at 32 0.96, at 128 0.97; but 784-1000x5-10 at 10 examples
1.08. Two steps in one turn of the loop: 64-100-10 at 1 example 0.85, 784-1000x5-10 at 10 examples 0.75, where they save
copies of the weights; 64-100-10 at 32 examples 1.1, others within 0.05 of 1.
"""

from __future__ import annotations

from bprop.box import Box
from bprop.boxes.affine import Linear, LinearTransposed
from bprop.boxes.regularisers import L1, L2
from bprop.engines.engine import Job
from bprop.graph.graph import Graph
from bprop.graph.plan import Plan
from bprop.leaves import Parameter

SKINNY = range(2, 32)
"""Batch sizes at which large weights are better left as they are."""
LARGE, SMALL = 2 * 1024 * 1024, 256 * 1024
"""Bytes of one weight matrix in float32."""


def transposed_weights(graph: Graph, batch_size: int) -> frozenset[str]:
    """The names of the weights to lay out as (outputs, inputs)."""
    weights = graph.parameters
    return frozenset(
        name for name in only_in_products(graph) if not (batch_size in SKINNY and _bytes(weights[name]) > LARGE)
    )


def only_in_products(graph: Graph) -> frozenset[str]:
    """The names of the weights whose layout an engine may choose."""
    used: dict[Box, list[tuple[Box, int]]] = {}
    for box in graph.order:
        for position, child in enumerate(box.children):
            used.setdefault(child, []).append((box, position))
    return frozenset(
        name
        for name, weights in graph.parameters.items()
        if weights not in graph.roots and _only_products(used.get(weights, []))
    )


def _only_products(users: list[tuple[Box, int]]) -> bool:
    """Whether boxes use a parameter only as the weights of linear boxes and in sums over all elements."""
    products = [type(box) is Linear and position == 1 for box, position in users]
    sums = [type(box) in (L1, L2) for box, _ in users]
    return any(products) and all(p or s for p, s in zip(products, sums, strict=True))


def with_transposed(plan: Plan, transposed: frozenset[str]) -> Plan:
    """The plan with the linear boxes of transposed weights computed on (outputs, inputs)."""
    boxes = {}
    for node in plan.nodes:
        if type(node.box) is Linear and plan.names[node.children[1]] in transposed:
            boxes[node.name] = object.__new__(LinearTransposed)
            boxes[node.name].__dict__.update(node.box.__dict__)
    return plan.with_boxes(boxes)


def narrow_weights(job: Job, lanes: int) -> frozenset[str]:
    """The names of weights (inputs, outputs) with fewer outputs than a vector has lanes, and at least as many inputs.

    Their rows would hardly fill a vector, so the native engine keeps them as (outputs, inputs).
    """
    if not getattr(job.rule, "elementwise", False):
        return frozenset()
    weights = job.graph.parameters
    return frozenset(
        name for name in only_in_products(job.graph) if 1 < weights[name].shape[1] < lanes <= weights[name].shape[0]
    )


def unrolled_steps(graph: Graph, batch_size: int) -> int:
    """How many steps one turn of the compiled loop does."""
    weights = [_bytes(p) for p in graph.parameters.values()]
    tiny = batch_size == 1 and max(weights, default=0) <= SMALL
    deep = batch_size in SKINNY and sum(size > LARGE for size in weights) > 1
    return 2 if tiny or deep else 1


def _bytes(parameter: Parameter) -> int:
    size = 4
    for length in parameter.shape:
        size *= length
    return size
