"""The part `pass`: forward propagation and backpropagation of one example, move by move.

Gradients here are those of this example's own loss, L_n: it has the weight 1, and no penalty is added.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.formulas import Arrays, Formula, formula_of, numbers_of
from bprop.graph.plan import Node
from bprop.leaves import Constant
from bprop.namespace import Array
from bprop.playing.computed import Computed
from bprop.playing.plain import some
from bprop.playing.work import State
from bprop.stepper import Move, Stepper
from bprop.stepper.moves import BPROP


def walk(state: State, computed: Computed) -> dict[str, Any]:
    stepper = computed.stepper(state)
    bypassed = stepper.graph.bypassed(stepper.plan)
    values = {name: _one(stepper, slot, stepper.state.values[slot]) for name, slot in _shown(stepper)}
    gradients = {
        name: None if slot in bypassed else _one(stepper, slot, stepper.grads[slot]) for name, slot in _shown(stepper)
    }
    return {
        "example": state.view.row,
        "own": state.view.own is not None,
        "position": stepper.position,
        "moves": [{"phase": move.phase, "box": move.name} for move in stepper.moves],
        "done": stepper.done,
        "values": values,
        "gradients": gradients,
        "last": None if stepper.last is None else _last(stepper, stepper.last),
    }


def _shown(stepper: Stepper) -> list[tuple[str, int]]:
    """(name, slot) of the boxes whose numbers are sent."""
    return [
        (name, slot)
        for slot, (name, box) in enumerate(zip(stepper.plan.names, stepper.plan.boxes, strict=True))
        if not (isinstance(box, Constant) and box.value.size > 64)
    ]


def _one(stepper: Stepper, slot: int, array: Array) -> Any:
    """The numbers of the example in a slot."""
    if array is None:
        return None
    return some(np.asarray(array)[0] if stepper.plan.boxes[slot].dims[:1] == ("N",) else array)


def _last(stepper: Stepper, move: Move) -> dict[str, Any]:
    """The last move: its formula, and what it sent."""
    if move.node is None:
        text = "the gradient of the loss of this example with respect to itself is 1"
        return {"phase": move.phase, "box": "", "formula": "", "numbers": "", "text": text, "sent": None}
    names = {**stepper.graph.names, move.node.box: move.name}
    named, numbers = _formulas(stepper, move.node, names, move.phase)
    sent = None
    if move.phase == BPROP:
        parts = zip(move.node.children, stepper.sent[-1], strict=False)
        sent = {stepper.plan.names[child]: _one(stepper, child, part) for child, part in parts if part is not None}
    return {
        "phase": move.phase, "box": move.name, "formula": named.mathml, "numbers": numbers.mathml,
        "text": f"{named.text}\n{numbers.text}".strip(), "sent": sent,
    }  # fmt: skip


def _formulas(stepper: Stepper, node: Node, names: Mapping[Box, str], phase: str) -> tuple[Formula, Formula]:
    """The formula of a move with names, and with the numbers of the example."""
    arrays = Arrays(
        [stepper.state.values[child] for child in node.children], stepper.state.extras.get(node.slot, ()),
        stepper.state.values[node.slot], stepper.grads[node.slot],
    )  # fmt: skip
    wanted = [stepper.on_way[child] for child in node.children] if phase == BPROP else None
    with np.errstate(all="ignore"):
        named = formula_of(node.box, names, phase, wanted)
        return named, numbers_of(node.box, names, arrays, phase, wanted=wanted)
