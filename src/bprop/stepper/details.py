"""The last move of a stepper: its formula, with names and with an example's numbers, and all that went in and out."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.formulas import Arrays, Formula, formula_of, numbers_of
from bprop.graph.plan import Node
from bprop.graph.send import send
from bprop.namespace import Array
from bprop.shapes import show_shape
from bprop.stepper.blocks import Block, Heading, Maths, Numbers, Remark, Sentence
from bprop.stepper.boxes import has_batch, names_of, shape_note
from bprop.stepper.moves import BPROP, FPROP, UPDATE, Moves
from bprop.structure.formula import formula

OBJECTIVE = "J"
"""The letter of the objective in the formulas of gradients."""


def details(stepper: Moves) -> list[Block]:
    """The blocks of the last move."""
    last = stepper.last
    if last is None:
        return [Heading("nothing is computed yet: only the leaves have values")]
    if last.phase == UPDATE:
        return _updated(stepper, last.parameter)
    if last.node is None:
        return _seed(stepper)
    return _fprop(stepper, last.node) if last.phase == FPROP else _bprop(stepper, last.node)


def share(stepper: Moves) -> str:
    """The share that the example has in the objective, in words: the gradients of its row have this factor."""
    weights = np.asarray(stepper.context.weights, np.float64)
    total = weights.sum() or 1.0
    part = f"1/{stepper.rows}" if np.all(weights == 1) else f"{weights[stepper.example] / total:.4g}"
    penalty = " + the penalty" if stepper.graph.penalty is not None else ""
    mean = "the loss of the one example" if stepper.rows == 1 else f"the mean loss of the {stepper.rows} examples"
    return f"{OBJECTIVE} is {mean}{penalty}; the share of example {stepper.example} is {part}"


# --- fprop ---


def _fprop(stepper: Moves, node: Node) -> list[Block]:
    blocks: list[Block] = [Heading(f"fprop of {node.name}{_instead(stepper, node)}")]
    blocks.append(Sentence(f"{node.name} = {_formula(stepper, node.box)}"))
    blocks += [Sentence(text) for text in _doc(node.box)[:1]]
    blocks += _mathematics(stepper, node, FPROP)
    blocks.append(Heading("children"))
    blocks += [_array(stepper, child, stepper.state.values[child]) for child in node.children]
    blocks += _extras(stepper, node)
    return [*blocks, Heading("value"), _array(stepper, node.slot, stepper.state.values[node.slot])]


def _mathematics(stepper: Moves, node: Node, phase: str) -> list[Block]:
    """The formula with names, and with the numbers of the example."""
    names, wanted = names_of(stepper), [stepper.on_way[child] for child in node.children]
    children = [stepper.state.values[child] for child in node.children]
    grad = stepper.grads[node.slot] if phase == BPROP else None
    arrays = Arrays(children, stepper.state.extras[node.slot], stepper.state.values[node.slot], grad)
    more: dict[str, Any] = {} if phase == FPROP else {"wanted": wanted, "loss": OBJECTIVE}
    try:
        named = formula_of(node.box, names, phase, **more)
        numbers = numbers_of(node.box, names, arrays, phase, example=stepper.example, **more)
    except Exception:  # the code of a box is anybody's, and its formula an extra: all numbers are shown anyway
        return []
    blocks: list[Block] = []
    if phase == BPROP and any(_summed(stepper, node)):
        blocks.append(Sentence("from one example (what goes to a parameter is then summed over the examples):"))
    if named.text != f"{node.name} = {_formula(stepper, node.box)}":
        blocks.append(Maths(named))
    if _tells_more(numbers, named):
        blocks += [Heading(f"with the numbers of example {stepper.example}"), Maths(numbers)]
    return blocks


def _tells_more(numbers: Formula, named: Formula) -> bool:
    """Whether a line with numbers has more than a result, which is shown anyway."""
    return numbers.text != named.text and any(line.count(" = ") > 1 for line in numbers.text.split("\n"))


def _extras(stepper: Moves, node: Node) -> list[Block]:
    blocks: list[Block] = []
    for need, extra in zip(node.box.needs, stepper.state.extras[node.slot], strict=True):
        example = stepper.example if has_batch(extra, stepper) else None
        blocks.append(Numbers(need, "handed over by the pass", extra, example))
    return blocks


# --- bprop ---


def _seed(stepper: Moves) -> list[Block]:
    graph, plan = stepper.graph, stepper.plan
    slots = [plan.slot_of[root] for root in (graph.loss, graph.penalty) if root is not None]
    return [
        Heading("the gradient of the objective begins at the loss: each example has its share w_t / sum w"),
        Sentence(share(stepper)),
        *(
            _array(stepper, slot, stepper.grads[slot], "d objective / d ")
            for slot in slots
            if stepper.grads[slot] is not None
        ),
    ]


def _bprop(stepper: Moves, node: Node) -> list[Block]:
    grad, sent = stepper.grads[node.slot], stepper.sent[-1]
    blocks: list[Block] = [Heading(f"bprop of {node.name}{_instead(stepper, node)}")]
    blocks.append(Sentence(f"{node.name} = {_formula(stepper, node.box)}"))
    blocks += [Sentence(text) for text in _doc(node.box) if re.search(r"grad|derivative|d/d", text, re.IGNORECASE)]
    if sent:
        blocks += _mathematics(stepper, node, BPROP)
    if node.box.dims[:1] == ("N",):
        blocks.append(Sentence(share(stepper)))
    blocks.append(Heading("arrives"))
    blocks.append(_array(stepper, node.slot, grad, "d objective / d "))
    if not sent:
        return [*blocks, Heading("sends nothing: what arrives is 0")]
    blocks += [Heading("with the values"), *_used(stepper, node)]
    local = local_derivative(stepper, node, grad)
    if local is not None:
        example = stepper.example if node.box.dims[:1] == ("N",) else None
        label = f"d {node.name} / d {stepper.plan.names[node.children[0]]}"
        blocks += [Heading("times the local derivative, element by element"), Numbers(label, "", local, example)]
    return [*blocks, Heading("sends"), *_sends(stepper, node, grad, sent)]


def _sends(stepper: Moves, node: Node, grad: Array, sent: tuple[Array, ...]) -> list[Block]:
    """A block for each child, or several: of a sum over the batch also its parts, which add up to it."""
    blocks: list[Block] = []
    for child, part, own in zip(node.children, sent, _shares(stepper, node, grad), strict=True):
        name = stepper.plan.names[child]
        if part is None:
            on_way = stepper.on_way[child]
            why = "none: this box has no gradient for it" if on_way else "none: not on a way to a parameter"
            blocks.append(Remark(f"to {name}", why))
            continue
        if own is not None:
            shape, others = show_shape(stepper.plan.boxes[child].dims), stepper.rows - 1
            rest = f"the other {others} example{'s' * (others > 1)}"
            blocks += [
                Numbers(f"to {name}", f"{shape}, from example {stepper.example} alone", own),
                Numbers(f"to {name}", f"{shape}, from {rest}", part - own),
                Numbers(f"to {name}", f"{shape}, the sum over all {stepper.rows} examples", part),
            ]
        else:
            blocks.append(_array(stepper, child, part, "to "))
        if stepper.grads[child] is not part:
            blocks.append(
                _array(stepper, child, stepper.grads[child], "summed with what came before: d objective / d ")
            )
    return blocks


def _used(stepper: Moves, node: Node) -> list[Block]:
    """The values that bprop can use: those of the children, with their names in the formula, and the box's own."""
    parameters = list(inspect.signature(node.box.fprop).parameters.values())
    roles = [p.name for p in parameters] if all(p.kind is not p.VAR_POSITIONAL for p in parameters) else []
    blocks: list[Block] = []
    for place, child in enumerate(node.children):
        role = roles[place] if place < len(roles) else ""
        before = f"{role} = " if role and role != stepper.plan.names[child] else ""
        blocks.append(_array(stepper, child, stepper.state.values[child], before))
    for name, (above, _) in stepper.graph.merged.items():  # f of cross_entropy(a, y), whose gradient is f - e(y)
        slot = stepper.plan.slot_of.get(stepper.graph.boxes[name])
        if above == node.name and slot is not None:
            blocks.append(_array(stepper, slot, stepper.state.values[slot]))
    return [*blocks, _array(stepper, node.slot, stepper.state.values[node.slot]), *_extras(stepper, node)]


def _shares(stepper: Moves, node: Node, grad: Array) -> list[Array | None]:
    """The part of the shown example in each gradient that is a sum over the batch; None for other gradients.

    bprop sends this part if the gradients of all other examples are 0.
    """
    wanted = _summed(stepper, node)
    if not any(wanted) or stepper.rows == 1:
        return [None] * len(wanted)
    alone = np.zeros_like(grad)
    alone[stepper.example] = grad[stepper.example]
    with np.errstate(all="ignore"):
        parts = send(node, alone, stepper.state, wanted)
    return [part if which else None for part, which in zip(parts, wanted, strict=True)]


def _summed(stepper: Moves, node: Node) -> list[bool]:
    """For each child, whether its gradient is a sum over the batch that is asked for."""
    plan = stepper.plan
    summed = [node.box.dims[:1] == ("N",) and plan.boxes[child].dims[:1] != ("N",) for child in node.children]
    return [which and stepper.on_way[child] for which, child in zip(summed, node.children, strict=True)]


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


# --- update ---


def _updated(stepper: Moves, name: str) -> list[Block]:
    """A parameter before and after: after = before + change, number by number."""
    update, slot = stepper.update, stepper.plan.leaves[name]
    assert update is not None
    before, after, grad = stepper.state.values[slot], stepper.updated[name], stepper.grads[slot]
    shape = show_shape(before.shape)
    blocks: list[Block] = [Heading(f"update of {name} by {update.rule!r}"), Sentence(update.formula)]
    if update.rate is not None:
        blocks.append(Sentence(f"alpha = {update.rate:.6g}, at the first update of a training"))
    blocks.append(Sentence(f"the gradient is that of the objective, over all {stepper.rows} examples"))
    blocks.append(Numbers(name, f"{shape}, before", before))
    if grad is None:
        blocks.append(Remark(f"d objective / d {name}", "0: nothing has sent a gradient here"))
    else:
        blocks.append(Numbers(f"d objective / d {name}", shape, grad))
    return [*blocks, Numbers("change", f"{shape}, added", after - before), Numbers(name, f"{shape}, after", after)]


def _formula(stepper: Moves, box: Box) -> str:
    return formula(box, stepper.graph.names)


def _instead(stepper: Moves, node: Node) -> str:
    """A note if a box is not computed as it was written (see graph.rewrites)."""
    written = stepper.graph.boxes.get(node.name)
    if written is None or written is node.box:
        return ""
    return f" (written {formula(written, stepper.graph.names)})"


def _doc(box: Box) -> list[str]:
    """The sentences of a box's documentation; none of a class without its own."""
    text = " ".join((inspect.cleandoc(type(box).__doc__ or "")).split())
    return [part.strip() for part in re.split(r"(?<=[.;])\s+(?=[A-Za-z])", text) if part.strip()]


def _array(stepper: Moves, slot: int, array: Array, before: str = "") -> Numbers:
    note, example = shape_note(stepper, slot)
    return Numbers(before + stepper.plan.names[slot], note, array, example)
