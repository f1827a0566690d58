"""The screen of a stepper as text: the boxes, how far the pass is, and the last move with its numbers."""

from __future__ import annotations

from bprop.stepper.blocks import text_of
from bprop.stepper.boxes import place, rows
from bprop.stepper.details import details
from bprop.stepper.figures import shown
from bprop.stepper.moves import Moves
from bprop.visible import visible

AROUND = 10
"""The screen shows so many boxes above and below that of the last move."""


def screen(stepper: Moves) -> str:
    """The whole screen as text."""
    return "\n".join(map(visible, [progress(stepper), "", *_boxes(stepper), "", *text_of(details(stepper), shown)]))


def progress(stepper: Moves) -> str:
    """The moves that are made, and whose numbers are shown."""
    fprops, updates = len(stepper.plan.nodes), len(stepper.update.names) if stepper.update is not None else 0
    backs = max(0, len(stepper.moves) - fprops - 1 - updates)
    forward, back = min(stepper.position, fprops), min(backs, max(0, stepper.position - fprops - 1))
    updated = f", update {len(stepper.updated)} of {updates}" if updates else ""
    whose = f"example {stepper.example} of {stepper.rows}"
    return f"fprop {forward} of {fprops}, bprop {back} of {backs}{updated}; {whose}"


def _boxes(stepper: Moves) -> list[str]:
    """A line a box: whether its value and its gradient are computed."""
    here, count = place(stepper), len(stepper.plan.boxes)
    first, end = max(0, here - AROUND), min(here + AROUND + 1, count)
    width = max(len(name) for name in stepper.plan.names[first:end])
    lines = [f"    ... {first} boxes before"] if first else []
    for row in rows(stepper, first, end):
        mark, why = ">" if row.here else " ", f"   ({row.why})" if row.why else ""
        lines.append(f"  {mark} {row.value:8}  {row.gradient:8}  {row.name:<{width}}  {row.formula}{why}")
    left = count - end
    return [*lines, f"    ... {left} boxes after"] if left else lines
