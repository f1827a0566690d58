"""The screen of a stepper: the boxes, how far the pass is, and the last move with its numbers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence

import numpy as np

from bprop.box import Box
from bprop.graph.plan import Node
from bprop.graph.send import send
from bprop.namespace import Array
from bprop.shapes import show_shape
from bprop.stepper.figures import shown
from bprop.stepper.moves import Move, Moves
from bprop.structure.formula import formula
from bprop.visible import visible

AROUND = 10
"""The screen shows so many boxes above and below that of the last move."""
NOT_YET = "not yet"


def screen(stepper: Moves) -> str:
    """The whole screen as text."""
    fprops = len(stepper.plan.nodes)
    last, moves = stepper.last, stepper.position
    forward, back = min(moves, fprops), max(0, moves - fprops - 1)
    backs = max(0, len(stepper.moves) - fprops - 1)
    head = f"fprop {forward} of {fprops}, bprop {back} of {backs}; example {stepper.example} of {stepper.rows}"
    if last is None:
        detail = ["nothing is computed yet: only the leaves have values"]
    elif last.phase == "fprop":
        assert last.node is not None
        detail = _fprop(stepper, last.node)
    elif last.node is None:
        detail = _seed(stepper)
    else:
        detail = _bprop(stepper, last.node)
    return "\n".join(map(visible, [head, "", *_boxes(stepper), "", *detail]))


def _boxes(stepper: Moves) -> list[str]:
    """A line a box: whether its value and its gradient are computed."""
    plan = stepper.plan
    here = _place(stepper)
    first, end = max(0, here - AROUND), min(here + AROUND + 1, len(plan.boxes))
    width = max(len(name) for name in plan.names[first:end])
    partial = {
        child for move in stepper.moves[stepper.position :] if move.phase == "bprop" for child in _children(move)
    }
    lines = [f"    ... {first} boxes before"] if first else []
    for slot in range(first, end):
        mark = ">" if slot == here and stepper.last is not None and stepper.last.node is not None else " "
        box, name = plan.boxes[slot], plan.names[slot]
        kind = _formula(stepper, box) if box.children else type(box).__name__.lower()
        value = "value" if stepper.state.values[slot] is not None else NOT_YET
        state, why = _state(stepper, slot, slot in partial), _merged(stepper, name)
        lines.append(f"  {mark} {value:8}  {'none' if why else state:8}  {name:<{width}}  {kind}{why}")
    left = len(plan.boxes) - end
    return [*lines, f"    ... {left} boxes after"] if left else lines


def _place(stepper: Moves) -> int:
    """The slot of the box of the last move."""
    last = stepper.last
    if last is None:
        return 0
    return len(stepper.plan.boxes) - 1 if last.node is None else last.node.slot


def _children(move: Move) -> tuple[int, ...]:
    return () if move.node is None else move.node.children


def _state(stepper: Moves, slot: int, partial: bool) -> str:
    """The progress of a gradient: "gradient", "part", "not yet", or "" if none is needed."""
    if stepper.grads[slot] is None:
        return NOT_YET if stepper.on_way[slot] and (partial or stepper.position <= len(stepper.plan.nodes)) else ""
    return "part" if partial else "gradient"


def _merged(stepper: Moves, name: str) -> str:
    """The reason why a box has no gradient, if the box above is computed together with it (see graph.rewrites)."""
    if stepper.graph.loss is None or name not in stepper.graph.merged:
        return ""
    above, sources = stepper.graph.merged[name]
    return f"   (no gradient: {above} is computed from {', '.join(sources)} directly)"


def _fprop(stepper: Moves, node: Node) -> list[str]:
    lines = [f"fprop of {node.name}{_instead(stepper, node)}", f"  {node.name} = {_formula(stepper, node.box)}"]
    lines += [f"  {text}" for text in _doc(node.box)[:1]]
    lines += ["children"]
    for child in node.children:
        lines += _array(stepper, child, stepper.state.values[child])
    return [*lines, *_extras(stepper, node), "value", *_array(stepper, node.slot, stepper.state.values[node.slot])]


def _extras(stepper: Moves, node: Node) -> list[str]:
    lines = []
    for need, extra in zip(node.box.needs, stepper.state.extras[node.slot], strict=True):
        example = stepper.example if _has_batch(extra, stepper) else None
        lines += _entry(need, "handed over by the pass", shown(extra, example))
    return lines


def _seed(stepper: Moves) -> list[str]:
    graph, plan = stepper.graph, stepper.plan
    lines = ["the gradient of the objective begins at the loss: each example has its share w_t / sum w"]
    for root in (graph.loss, graph.penalty):
        if root is not None and stepper.grads[plan.slot_of[root]] is not None:
            lines += _array(stepper, plan.slot_of[root], stepper.grads[plan.slot_of[root]], "d objective / d ")
    return lines


def _bprop(stepper: Moves, node: Node) -> list[str]:
    grad, sent = stepper.grads[node.slot], stepper.sent[-1]
    lines = [f"bprop of {node.name}{_instead(stepper, node)}", f"  {node.name} = {_formula(stepper, node.box)}"]
    lines += [f"  {text}" for text in _doc(node.box) if re.search(r"grad|derivative|d/d", text, re.IGNORECASE)]
    lines += ["arrives", *_array(stepper, node.slot, grad, "d objective / d ")]
    if not sent:
        return [*lines, "sends nothing: what arrives is 0"]
    lines += ["with the values", *_used(stepper, node)]
    local = local_derivative(stepper, node, grad)
    if local is not None:
        lines += ["times the local derivative, element by element"]
        example = stepper.example if node.box.dims[:1] == ("N",) else None
        lines += _entry(f"d {node.name} / d {stepper.plan.names[node.children[0]]}", "", shown(local, example))
    lines += ["sends"]
    shares = _shares(stepper, node, grad)
    for child, part, share in zip(node.children, sent, shares, strict=True):
        name = stepper.plan.names[child]
        if part is None:
            why = (
                "none: this box has no gradient for it"
                if stepper.on_way[child]
                else "none: not on a way to a parameter"
            )
            lines += _entry(f"to {name}", "", [why])
            continue
        if share is not None:
            shape = show_shape(stepper.plan.boxes[child].dims)
            lines += _entry(f"to {name}", f"{shape}, from example {stepper.example} alone", shown(share))
            lines += _entry(f"to {name}", f"{shape}, the sum over all {stepper.rows} examples", shown(part))
        else:
            lines += _array(stepper, child, part, "to ")
        if stepper.grads[child] is not part:
            lines += _array(stepper, child, stepper.grads[child], "summed with what came before: d objective / d ")
    return lines


def _used(stepper: Moves, node: Node) -> list[str]:
    """The values that bprop can use: those of the children, with their names in the formula, and the box's own."""
    parameters = list(inspect.signature(node.box.fprop).parameters.values())
    roles = [p.name for p in parameters] if all(p.kind is not p.VAR_POSITIONAL for p in parameters) else []
    lines: list[str] = []
    for place, child in enumerate(node.children):
        role = roles[place] if place < len(roles) else ""
        before = f"{role} = " if role and role != stepper.plan.names[child] else ""
        lines += _array(stepper, child, stepper.state.values[child], before)
    for name, (above, _) in stepper.graph.merged.items():  # f of cross_entropy(a, y), whose gradient is f - e(y)
        slot = stepper.plan.slot_of.get(stepper.graph.boxes[name])
        if above == node.name and slot is not None:
            lines += _array(stepper, slot, stepper.state.values[slot])
    return [*lines, *_array(stepper, node.slot, stepper.state.values[node.slot]), *_extras(stepper, node)]


def _shares(stepper: Moves, node: Node, grad: Array) -> list[Array | None]:
    """The part of the shown example in each gradient that is a sum over the batch; None for other gradients.

    bprop sends this part if the gradients of all other examples are 0.
    """
    plan = stepper.plan
    summed = [node.box.dims[:1] == ("N",) and plan.boxes[child].dims[:1] != ("N",) for child in node.children]
    wanted = [which and stepper.on_way[child] for which, child in zip(summed, node.children, strict=True)]
    if not any(wanted) or stepper.rows == 1:
        return [None] * len(wanted)
    alone = np.zeros_like(grad)
    alone[stepper.example] = grad[stepper.example]
    with np.errstate(all="ignore"):
        parts = send(node, alone, stepper.state, wanted)
    return [part if which else None for part, which in zip(parts, wanted, strict=True)]


def local_derivative(stepper: Moves, node: Node, grad: Array) -> Array | None:
    """g'(a) of a box with one child that works element by element, else None. bprop of ones gives it."""
    if len(node.children) != 1 or stepper.state.values[node.children[0]].shape != grad.shape or grad.ndim == 0:
        return None
    probe = np.random.default_rng(0).normal(size=grad.shape).astype(grad.dtype)
    with np.errstate(all="ignore"):
        local, sent = (send(node, arriving, stepper.state, [True])[0] for arriving in (np.ones_like(grad), probe))
        if local is None or not np.allclose(sent, probe * local, rtol=1e-3, atol=1e-6 * np.abs(sent).max(initial=0)):
            return None
    return local


def _formula(stepper: Moves, box: Box) -> str:
    return formula(box, stepper.graph.names)


def _instead(stepper: Moves, node: Node) -> str:
    """A note if a box is not computed as it was written (see graph.rewrites)."""
    written = stepper.graph.boxes.get(node.name)
    if written is None or written is node.box:
        return ""
    return f" (written {formula(written, stepper.graph.names)})"


def _doc(box: Box) -> list[str]:
    """The sentences of a box's documentation."""
    text = " ".join((inspect.getdoc(type(box)) or "").split())
    return [part.strip() for part in re.split(r"(?<=[.;])\s+(?=[A-Za-z])", text) if part.strip()]


def _array(stepper: Moves, slot: int, array: Array, before: str = "") -> list[str]:
    box, name = stepper.plan.boxes[slot], stepper.plan.names[slot]
    example = stepper.example if box.dims[:1] == ("N",) else None
    shape = show_shape(box.dims)
    if example is not None and stepper.rows > 1:
        shape += f", of which example {example}"
    return _entry(before + name, shape, shown(array, example))


def _entry(label: str, note: str, lines: Sequence[str]) -> list[str]:
    return [f"  {label}" + (f"  {note}" if note else ""), *(f"      {line}" for line in lines)]


def _has_batch(extra: Array, stepper: Moves) -> bool:
    return extra.ndim > 0 and len(extra) == stepper.rows
