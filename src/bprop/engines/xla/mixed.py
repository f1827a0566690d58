"""Mixed precision: products in a narrow dtype, everything else in the precision of theta.

The products of layers are where the time goes and what a device has narrow arithmetic for; each rounds its result once
and adds up in float32 inside. Activations, softmax, losses, sums and the update stay in float32, so that a step much
smaller than theta is not lost: bfloat16 has 8 bits of mantissa, and theta + 0.001 theta would be theta.
"""

from __future__ import annotations

from typing import Any, ClassVar

from bprop.box import Box
from bprop.graph.plan import Plan
from bprop.graph.send import takes_wanted
from bprop.namespace import Array


class Mixed:
    """A box computed in `narrow`, between values in the precision of the plan."""

    needs: ClassVar[tuple[str, ...]] = ()
    stops_gradient: ClassVar[bool] = False  # products let gradients pass

    def updates(self, value: Array, *children: Array) -> dict[int, Array]:
        return {}

    box: Box
    narrow: Any

    def __init__(self, box: Box, narrow: Any):
        self.box, self.narrow = box, narrow

    def fprop(self, *children: Array) -> Array:
        return self.box.fprop(*map(self._down, children)).astype(children[0].dtype)

    def bprop(self, grad: Array, value: Array, *children: Array, wanted: tuple[bool, ...]) -> tuple[Array | None, ...]:
        more = {"wanted": wanted} if takes_wanted(type(self.box).bprop) else {}
        sent = self.box.bprop(*map(self._down, (grad, value, *children)), **more)
        parts = sent if isinstance(sent, tuple | list) else (sent,)
        return tuple(part if part is None else part.astype(grad.dtype) for part in parts)

    def _down(self, array: Array) -> Array:
        return array.astype(self.narrow)


def is_product(box: Box) -> bool:
    """Whether the class that says what the box computes also says that it is a product (`Box.is_product`)."""
    author = next(cls for cls in type(box).__mro__ if "fprop" in vars(cls))
    return bool(vars(author).get("is_product", False))


def mix(plan: Plan, narrow: Any) -> Plan:
    """The plan with the products of floats computed in `narrow`."""
    boxes: dict[str, Any] = {
        node.name: Mixed(node.box, narrow)
        for node in plan.nodes
        if is_product(node.box) and all(child.spec.kind == "float" for child in node.box.children)
    }
    return plan.with_boxes(boxes)
