"""The parts of a screen: texts, formulas and arrays. A terminal and a notebook write them each in its way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bprop.formulas import Formula
from bprop.namespace import Array


class Heading(NamedTuple):
    """A line that begins a part."""

    text: str


class Sentence(NamedTuple):
    """A line of the part above it."""

    text: str


class Maths(NamedTuple):
    """A formula, with names or with numbers."""

    formula: Formula


class Numbers(NamedTuple):
    """An array with a label and a note on its shape. example : the row that is shown, None for the whole array."""

    label: str
    note: str
    array: Array | None
    example: int | None = None


class Remark(NamedTuple):
    """A label with words in place of an array."""

    label: str
    text: str


Block = Heading | Sentence | Maths | Numbers | Remark


class Row(NamedTuple):
    """A box in the list of all: how far its value and its gradient are.

    here : whether the last move was its. value : "value" or "not yet". gradient : "gradient", "part", "not yet", "none"
    or "". why : the reason why it has none.
    """

    name: str
    formula: str
    value: str
    gradient: str
    why: str = ""
    here: bool = False


def text_of(blocks: Sequence[Block], lines_of) -> list[str]:
    """Blocks as lines of text. lines_of(array, example) : the lines of an array."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            lines.append(block.text)
        elif isinstance(block, Sentence):
            lines.append(f"  {block.text}")
        elif isinstance(block, Maths):
            lines += [f"  {line}" for line in block.formula.text.split("\n")]
        else:
            note, texts = ("", [block.text]) if isinstance(block, Remark) else (block.note, None)
            lines.append(f"  {block.label}" + (f"  {note}" if note else ""))
            shown = lines_of(block.array, block.example) if isinstance(block, Numbers) else texts
            lines += [f"      {line}" for line in shown or []]
    return lines
