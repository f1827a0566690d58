"""One box in full: its value and its gradient with all of their numbers, in pages; or why it has no gradient."""

from __future__ import annotations

from bprop.box import Box
from bprop.errors import SettingError
from bprop.notebook import sentence_of
from bprop.shapes import show_shape
from bprop.stepper.blocks import Block, Heading, Numbers, Remark, Sentence, text_of
from bprop.stepper.boxes import names_of, shape_note, why_no_gradient
from bprop.stepper.figures import NOT_YET, listed
from bprop.stepper.moves import Moves
from bprop.structure.formula import formula
from bprop.visible import visible

PAGE = 24
"""Lines of a page."""


def slot_of(stepper: Moves, box: str | Box) -> int:
    """The slot of any box of the graph. Raises UnknownNameError, SettingError for one that this pass leaves out."""
    name = stepper.graph.name_of(box)
    slot = stepper.plan.slot_of.get(stepper.graph.boxes[name])
    if slot is None:
        raise SettingError(f"{name!r} is not computed in this pass: nothing that the loss or an output needs uses it")
    return slot


def view(stepper: Moves, box: str | Box) -> list[Block]:
    """The blocks of a box, wherever the pass is."""
    slot = slot_of(stepper, box)
    name, here = stepper.plan.names[slot], stepper.plan.boxes[slot]
    kind = formula(here, names_of(stepper)) if here.children else type(here).__name__.lower()
    note, example = shape_note(stepper, slot)
    blocks: list[Block] = [Heading(f"{name} = {kind}" if here.children else f"{name}  {kind}")]
    if sentence := sentence_of(type(here)):
        blocks.append(Sentence(sentence))
    value, grad = stepper.state.values[slot], stepper.grads[slot]
    blocks += [Numbers("value", note, value, example) if value is not None else Remark("value", NOT_YET)]
    if grad is None or slot in stepper.graph.bypassed(stepper.plan):
        blocks.append(Remark("gradient", why_no_gradient(stepper, slot)))
    elif example is None and stepper.rows > 1:
        blocks.append(Numbers("gradient", f"{note}, of the objective: over all {stepper.rows} examples", grad))
    else:
        blocks.append(Numbers("gradient", f"{note}, of the objective", grad, example))
    if name in stepper.updated:
        shape = show_shape(here.dims)
        blocks.append(Numbers("after the update", shape, stepper.updated[name]))
    return blocks


def paged(stepper: Moves, box: str | Box, page: int = 1) -> str:
    """A page of the text of `view`, counted from 1. Raises SettingError for a page that there is not."""
    head, *lines = text_of(view(stepper, box), listed)
    pages = max(1, -(-len(lines) // PAGE))
    if not 1 <= page <= pages:
        raise SettingError(f"page {page}: the pages of {stepper.graph.name_of(box)} are 1 to {pages}")
    shown = lines[(page - 1) * PAGE : page * PAGE]
    more = f"  (page {page} of {pages})" if pages > 1 else ""
    return "\n".join(map(visible, [head + more, *shown]))
