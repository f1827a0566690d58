"""Which boxes mix the rows of a batch: row i of the value comes from other rows, too.

An engine may fill up a batch with rows of weight 0, or compute a set in parts, where no box mixes rows; else it must
not. The structure shows most: a value that depends on data has one row an example, (N, fixed sizes). Our own boxes say
of themselves whether they keep such rows apart (`Box.keeps_rows`); all others are tried out, which takes NumPy some
tens of microseconds: on a batch, and on some of its rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from bprop.box import Box
from bprop.graph.plan import Plan
from bprop.graph.trial import try_out
from bprop.leaves import Input
from bprop.shapes import Dim

ROWS, SAME = "rows", "same"
"""What a box does to rows: row i comes from row i of the children; or the value is the same whatever rows there are."""


class Rows:
    """What the boxes of a plan do to the rows of a batch, as it is used in training or outside.

    In training, rows of weight 0 may be added to a batch: nothing may change for the others. Outside, the rows of a
    set may be computed apart.

    mixing : the name of the first box that mixes rows, or None. kinds : ROWS or SAME by slot, up to that box.
    """

    def __init__(self, plan: Plan, training: bool):
        self.mixing: str | None = None
        self.kinds: dict[int, str] = {
            slot: ROWS if isinstance(plan.boxes[slot], Input) else SAME for slot in plan.leaves.values()
        }
        for node in plan.nodes:
            kind = kind_of(node.box, [self.kinds[child] == ROWS for child in node.children], training)
            if kind is None:
                self.mixing = node.name
                return
            self.kinds[node.slot] = kind


def kind_of(box: Box, moving: Sequence[bool], training: bool) -> str | None:
    """ROWS or SAME, or None where a box mixes rows, or may. `moving`: which children have rows of the data."""
    weighs = "weights" in box.needs
    if not any(moving) and not weighs:
        return SAME
    by_example = has_rows(box.dims)
    if not by_example and not (weighs and all(isinstance(size, int) for size in box.dims)):
        return None
    if "noise" in box.needs and not training:
        return None  # what a row draws depends on its place in the batch
    ours, said = ":" not in type(box).type_key, box.keeps_rows
    if said is False:
        return None
    keeps = said if ours and not (weighs and not training) else None
    if keeps is None:
        keeps = try_out(box, moving, training)
    if keeps is None:  # it could not be tried: what a class says of itself, but not what it has inherited
        keeps = "keeps_rows" in vars(type(box)) and said
    return (ROWS if by_example else SAME) if keeps else None


def has_rows(dims: Sequence[Dim]) -> bool:
    """Whether a shape is (N, fixed sizes)."""
    return bool(dims) and dims[0] == "N" and all(isinstance(size, int) for size in dims[1:])
