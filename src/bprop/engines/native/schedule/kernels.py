"""A kernel: one pass over the points of the arrays that it computes."""

from __future__ import annotations

from dataclasses import dataclass, field

from bprop.engines.trace.tape import Shape, Traced

VIEWS = {"reshape", "transpose", "broadcast", "slice", "windows"}
"""Operations that move no values: they only change the point that is read."""
FREE = VIEWS | {"leaf", "constant", "iota", "take"}
"""Operations that cost nothing."""
FUSIBLE = {"dot", "tensordot"}
"""Products whose value may be used element by element before it is stored."""
PRODUCTS = {*FUSIBLE, "partial_dots"}
ALONE = {*PRODUCTS, "place", "scatter", "fold"}
"""Operations around which a kernel of their own is made, as around reductions."""
MOVING = VIEWS | ALONE | {"take"}
"""Operations that read their arguments at other points."""


@dataclass(eq=False)
class Kernel:
    """Computes `outputs`: pairs (array, the leaf whose new value it is; None for an array with memory of its own)."""

    outputs: list[tuple[Traced, Traced | None]]
    core: Traced | None = None
    """The product, reduction, ... around which it is made; None for a plain loop."""
    reads: set[Traced] = field(default_factory=set)

    @property
    def shape(self) -> Shape:
        return self.outputs[0][0].shape

    @property
    def targets(self) -> set[Traced]:
        return {leaf for _, leaf in self.outputs if leaf is not None}

    @property
    def writes(self) -> set[Traced]:
        return {array if leaf is None else leaf for array, leaf in self.outputs}


def is_reduction(array: Traced) -> bool:
    return array.op.startswith("reduce_")


def stands_alone(array: Traced) -> bool:
    return array.op in ALONE or is_reduction(array)
