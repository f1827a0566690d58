"""Finds boxes that mix the rows of a batch: row i of their value depends on other rows, too.

Only without such a box may an engine fill up a batch with rows of weight 0, or compute a data set in parts. Shapes show
most cases: a value that depends on data must have one row an example, (N, fixed sizes). Our own boxes declare whether
they keep such rows apart (`Box.keeps_rows`). All other boxes are tried out on a batch and on some of its rows, which
takes NumPy some tens of microseconds.
"""

from __future__ import annotations

from collections.abc import Sequence

from bprop.box import Box
from bprop.graph.plan import Plan
from bprop.graph.trial import try_out
from bprop.leaves import Input
from bprop.shapes import Dim

ROWS, SAME = "rows", "same"
"""ROWS: row i of the value depends on row i of the children alone. SAME: the value does not depend on the rows."""


class Rows:
    """How the values of a plan depend on the rows of a batch, in training or outside.

    In training, rows of weight 0 may be added to a batch, and must change nothing for the others. Outside training, the
    rows of a data set may be computed in parts.

    mixing : the name of the first box that mixes rows, or None.
    kinds : ROWS or SAME by slot, up to that box.
    """

    def __init__(self, plan: Plan, training: bool):
        self.mixing: str | None = None
        self.kinds: dict[int, str] = {
            slot: ROWS if isinstance(plan.boxes[slot], Input) else SAME for slot in plan.leaves.values()
        }
        for node in plan.nodes:
            kind = row_kind(node.box, [self.kinds[child] == ROWS for child in node.children], training)
            if kind is None:
                self.mixing = node.name
                return
            self.kinds[node.slot] = kind


def row_kind(box: Box, moving: Sequence[bool], training: bool) -> str | None:
    """ROWS, SAME, or None for a box that mixes rows, or may mix them. `moving`: which children are of kind ROWS."""
    weighs = "weights" in box.needs
    if not any(moving) and not weighs:
        return SAME
    by_example = has_rows(box.dims)
    if not by_example and not (weighs and all(isinstance(size, int) for size in box.dims)):
        return None
    if "noise" in box.needs and not training:
        return None  # the noise of a row depends on its place in the batch
    ours, declared = ":" not in type(box).type_key, box.keeps_rows
    if declared is False:
        return None
    keeps = declared if ours and not (weighs and not training) else None
    if keeps is None:
        keeps = try_out(box, moving, training)
    if keeps is None:  # the trial decided nothing: a declaration of the class itself counts, an inherited one does not
        keeps = "keeps_rows" in vars(type(box)) and declared
    return (ROWS if by_example else SAME) if keeps else None


def has_rows(dims: Sequence[Dim]) -> bool:
    """True if a shape is (N, fixed sizes)."""
    return bool(dims) and dims[0] == "N" and all(isinstance(size, int) for size in dims[1:])
