"""Mixed precision: products in a narrow dtype, everything else in the precision of theta.

The products of layers are where the time goes and what a device has narrow arithmetic for; each rounds its result once
and adds up in float32 inside. Activations, softmax, losses, sums and the update stay in float32, so that a step much
smaller than theta is not lost: bfloat16 has 8 bits of mantissa, and theta + 0.001 theta would be theta.
"""

from __future__ import annotations

from typing import Any

from bprop.box import Box
from bprop.boxes.affine import Linear, LinearTransposed
from bprop.boxes.arithmetic import MatMul
from bprop.graph.plan import Plan
from bprop.namespace import Array

PRODUCTS = (Linear, LinearTransposed, MatMul)


class Mixed:
    """A box computed in `narrow`, between values in the precision of the plan."""

    needs = ()
    updates = Box.updates

    def __init__(self, box: Box, narrow: Any):
        self.box, self.narrow = box, narrow

    def fprop(self, *children: Array) -> Array:
        return self.box.fprop(*map(self._down, children)).astype(children[0].dtype)

    def bprop(self, grad: Array, value: Array, *children: Array, wanted: tuple[bool, ...]) -> tuple[Array | None, ...]:
        given = map(self._down, (grad, value, *children))
        sent = self.box.bprop(*given, wanted=wanted)  # type: ignore[call-arg]  # all PRODUCTS take it
        return tuple(part if part is None else part.astype(grad.dtype) for part in sent)

    def _down(self, array: Array) -> Array:
        return array.astype(self.narrow)


def mix(plan: Plan, narrow: Any) -> Plan:
    """The plan with the products of floats computed in `narrow`."""
    boxes: dict[str, Any] = {
        node.name: Mixed(node.box, narrow)
        for node in plan.nodes
        if type(node.box) in PRODUCTS and all(child.spec.kind == "float" for child in node.box.children)
    }
    return plan.with_boxes(boxes)
