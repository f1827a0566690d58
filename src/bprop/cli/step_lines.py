"""The blocks of a stepper as lines for a window of a terminal, which are written when they are seen."""

from __future__ import annotations

import textwrap
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from bprop.stepper.blocks import Block, Heading, Maths, Numbers, Remark
from bprop.stepper.figures import NOT_YET, Listing
from bprop.visible import visible

LEAST = 24
HEADING, LABEL, TEXT, MATHS, NUMBERS = "heading", "label", "text", "maths", "numbers"
"""The kinds of lines, which have a style each."""


class Document:
    """The lines of blocks at a width: (kind, text). No word and no number is broken where it fits a line.

    Numbers are written when their line is asked for; all of them are there.
    """

    width: int

    def __init__(self, blocks: Sequence[Block], width: int):
        self.width = max(LEAST, width)
        self.parts: list[tuple[str, Sequence[str], int]] = []
        for block in blocks:
            self._add(block)
        self.ends: list[int] = list(accumulate(len(lines) for _, lines, _ in self.parts))

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0

    def line(self, number: int) -> tuple[str, str]:
        """(kind, text) of a line, from 0 on; ("text", "") beyond the last."""
        part = bisect_right(self.ends, number)
        if part >= len(self.parts):
            return TEXT, ""
        kind, lines, indent = self.parts[part]
        start = self.ends[part - 1] if part else 0
        return kind, " " * indent + visible(lines[number - start])

    def _add(self, block: Block) -> None:
        if isinstance(block, Heading):
            self._words(HEADING, block.text, 0)
        elif isinstance(block, Maths):
            for line in block.formula.text.split("\n"):
                self._words(MATHS, line, 2, hanging=4)
        elif isinstance(block, Numbers):
            self._words(LABEL, f"{block.label}  {block.note}".rstrip(), 2)
            self._numbers(block)
        elif isinstance(block, Remark):
            self._words(LABEL, block.label, 2)
            self._words(TEXT, block.text, 4)
        else:
            self._words(TEXT, block.text, 2)

    def _words(self, kind: str, text: str, indent: int, hanging: int = 0) -> None:
        lines = textwrap.wrap(
            visible(text), self.width - indent, subsequent_indent=" " * hanging, break_long_words=True,
            break_on_hyphens=False,
        )  # fmt: skip
        self.parts.append((kind, lines or [""], indent))

    def _numbers(self, block: Numbers) -> None:
        if block.array is None:
            self.parts.append((TEXT, [NOT_YET], 4))
            return
        narrow = Listing(block.array, block.example)
        across = max(1, (self.width - 4 - narrow.label) // (narrow.cell + 2))
        across = max(1, across - 2) if across > 2 and narrow.array.ndim and narrow.array.shape[-1] > 100 else across
        self.parts.append((NUMBERS, Listing(block.array, block.example, across), 4))
