"""A stepper as a card for notebooks: the boxes on one side, the last move with its mathematics on the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from bprop.formulas import STYLE
from bprop.notebook import card, numbers_of, safe
from bprop.notebook.style import CARD
from bprop.stepper.blocks import Block, Heading, Maths, Numbers, Remark, Sentence
from bprop.stepper.boxes import place, rows
from bprop.stepper.details import details
from bprop.stepper.figures import NOT_YET
from bprop.stepper.moves import Moves
from bprop.stepper.screen import progress
from bprop.stepper.view import view

MOST_BOXES = 60
MOST_NUMBERS = 1024
MARKS = {"value": "●", "gradient": "●", "part": "◐", "not yet": "○", "none": "–", "updated": "✓", "": ""}
"""The signs of how far a value or gradient is. A title says it in words."""


OWN = "".join(
    f"{CARD} {where}{{{rules}}}"
    for where, rules in {
        ".bprop-boxes": "flex:0 1 24em;max-width:100%",
        ".bprop-part": "flex:1 1 26em;min-width:0;max-width:100%",
        ".bprop-label": "font-weight:600;margin-top:8px",
        ".bprop-array": "max-width:100%",
    }.items()
)


def html(stepper: Moves, buttons: str = "", chosen: str = "") -> str:
    """The card. buttons : HTML above the parts. chosen : the name of a box that is shown in full below the move."""
    return card("Stepper", progress(stepper), buttons, body(stepper, chosen), wide=True)


def body(stepper: Moves, chosen: str = "") -> str:
    """The boxes and the last move."""
    more = f"<div class='bprop-part'>{blocks_html(view(stepper, chosen))}</div>" if chosen else ""
    move = f"<div class='bprop-part'>{blocks_html(details(stepper))}</div>"
    style = "".join(f"{CARD} {line}\n" for line in STYLE.strip().split("\n"))
    return f"<style>{style}{OWN}</style><div class='bprop-row'>{_boxes(stepper)}{move}{more}</div>"


def _boxes(stepper: Moves) -> str:
    """The boxes around that of the last move, each with its marks."""
    count, here = len(stepper.plan.boxes), place(stepper)
    first = max(0, min(here - MOST_BOXES // 2, count - MOST_BOXES))
    end = min(count, first + MOST_BOXES)
    lines = [f"<tr><td colspan='4' class='bprop-faint'>{first:,} boxes before</td></tr>"] if first else []
    for row in rows(stepper, first, end):
        name = f"<td data-box='{safe(row.name)}'><b>{safe(row.name, 30)}</b></td>"
        why = f" <span class='bprop-faint'>({safe(row.why)})</span>" if row.why else ""
        marks = _mark("value", row.value) + _mark("gradient", row.gradient)
        cells = f"{marks}{name}<td>{safe(row.formula, 60)}{why}</td>"
        lines.append(f"<tr class='bprop-here' aria-current='step'>{cells}</tr>" if row.here else f"<tr>{cells}</tr>")
    if end < count:
        lines.append(f"<tr><td colspan='4' class='bprop-faint'>{count - end:,} boxes after</td></tr>")
    head = "<tr><th scope='col'>value</th><th scope='col'>gradient</th><th scope='col'>box</th><th></th></tr>"
    return (
        "<div class='bprop-scroll bprop-boxes' tabindex='0' style='max-height:34em'><table>"
        f"<thead>{head}</thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _mark(of: str, state: str) -> str:
    return f"<td style='text-align:center' title='{of}: {state or 'needs none'}'>{MARKS[state]}</td>"


def blocks_html(blocks: Sequence[Block]) -> str:
    """Blocks as HTML."""
    parts = []
    for numbers, group in groupby(blocks, lambda block: isinstance(block, Numbers)):
        html_of = "".join(f"<div class='bprop-array'>{_block(one)}</div>" if numbers else _block(one) for one in group)
        parts.append(f"<div class='bprop-row'>{html_of}</div>" if numbers else html_of)
    return "".join(parts)


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<div class='bprop-label'>{safe(block.text, 400)}</div>"
    if isinstance(block, Sentence):
        return f"<p class='bprop-note'>{safe(block.text, 2000)}</p>"
    if isinstance(block, Maths):
        return f"<div class='bprop-maths' tabindex='0'>{block.formula.mathml}</div>"
    if isinstance(block, Remark):
        return f"<div>{safe(block.label)} <span class='bprop-faint'>{safe(block.text, 400)}</span></div>"
    label = f"<div>{safe(block.label)} <span class='bprop-faint'>{safe(block.note)}</span></div>"
    return label + _numbers(block)


def _numbers(block: Numbers) -> str:
    if block.array is None:
        return f"<p class='bprop-note'>{NOT_YET}</p>"
    array = np.asarray(block.array)
    return numbers_of(array if block.example is None else array[block.example], MOST_NUMBERS)
