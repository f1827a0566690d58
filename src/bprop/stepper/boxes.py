"""All boxes of a pass in their order: how far the value and the gradient of each are, and why one has none."""

from __future__ import annotations

from bprop.box import Box
from bprop.namespace import Array
from bprop.shapes import show_shape
from bprop.stepper.blocks import Row
from bprop.stepper.moves import BPROP, UPDATE, Move, Moves
from bprop.structure.formula import formula

NOT_YET = "not yet"


def rows(stepper: Moves, first: int = 0, end: int | None = None) -> list[Row]:
    """The boxes from slot `first` to `end`."""
    plan = stepper.plan
    here = place(stepper) if stepper.last is not None and (stepper.last.node or stepper.last.parameter) else -1
    names, merges = names_of(stepper), merged_boxes(stepper)
    partial = {child for move in stepper.moves[stepper.position :] if move.phase == BPROP for child in children(move)}
    lines = []
    for slot in range(first, len(plan.boxes) if end is None else end):
        box, name = plan.boxes[slot], plan.names[slot]
        kind = formula(box, names) if box.children else type(box).__name__.lower()
        value = "value" if stepper.state.values[slot] is not None else NOT_YET
        why = merges.get(name, "")
        gradient = "none" if why else _gradient(stepper, slot, slot in partial)
        lines.append(Row(name, kind, value, "updated" if name in stepper.updated else gradient, why, slot == here))
    return lines


def place(stepper: Moves) -> int:
    """The slot of the box of the last move."""
    last = stepper.last
    if last is None:
        return 0
    if last.phase == UPDATE:
        return stepper.plan.leaves[last.parameter]
    return len(stepper.plan.boxes) - 1 if last.node is None else last.node.slot


def children(move: Move) -> tuple[int, ...]:
    """The slots of the children of the box of a move."""
    return () if move.node is None else move.node.children


def names_of(stepper: Moves) -> dict[Box, str]:
    """{box: name} of the boxes as they were written, and of those that are computed in their place."""
    return {**dict(zip(stepper.plan.boxes, stepper.plan.names, strict=True)), **stepper.graph.names}


def _gradient(stepper: Moves, slot: int, partial: bool) -> str:
    """The progress of a gradient: "gradient", "part", "not yet", or "" if none is needed."""
    if stepper.grads[slot] is None:
        return NOT_YET if stepper.on_way[slot] and (partial or stepper.position <= len(stepper.plan.nodes)) else ""
    return "part" if partial else "gradient"


def merged_boxes(stepper: Moves) -> dict[str, str]:
    """{name: why it has no gradient} of the boxes that the box above is computed together with (graph.rewrites)."""
    if stepper.graph.loss is None:
        return {}
    merges = stepper.graph.merged.items()
    return {
        name: f"no gradient: {above} is computed from {', '.join(below)} directly" for name, (above, below) in merges
    }


def why_no_gradient(stepper: Moves, slot: int) -> str:
    """The reason why a box has no gradient here, in a sentence."""
    name, box = stepper.plan.names[slot], stepper.plan.boxes[slot]
    if why := merged_boxes(stepper).get(name):
        return f"{why}. Graph(..., stable=False) computes {name} by itself, and then it has a gradient"
    if stepper.graph.loss is None:
        return "no gradient: the graph has no loss"
    if box.spec.kind != "float":
        return "no gradient: whole numbers have none"
    if not stepper.on_way[slot]:
        way = f"{name} is not between a parameter and the loss"
        return f"no gradient: {way}; Stepper(..., inputs=[{name!r}]) asks for it"
    waits = any(move.phase == BPROP and slot in children(move) for move in stepper.moves[stepper.position :])
    if waits or stepper.position <= len(stepper.plan.nodes):
        return "not yet: bprop has not come here"
    return "none: nothing has sent a gradient here, so it is 0"


def shape_note(stepper: Moves, slot: int) -> tuple[str, int | None]:
    """(the shape of a box in letters, and whose numbers are shown; the example, None where the box has no examples)."""
    box = stepper.plan.boxes[slot]
    example = stepper.example if box.dims[:1] == ("N",) else None
    of = f", of which example {example}" if example is not None and stepper.rows > 1 else ""
    return show_shape(box.dims) + of, example


def has_batch(extra: Array, stepper: Moves) -> bool:
    return extra.ndim > 0 and len(extra) == stepper.rows
