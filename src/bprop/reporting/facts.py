"""What a page cannot know from a fit alone, given as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Cells = Callable[[int], tuple[str, Sequence[tuple[str, Any]]]]
"""From the number of a row of the examples to its place, for people, and its cells: ("pets.csv, line 3", [...])."""


@dataclass(frozen=True)
class Facts:
    """Further facts for a report.

    parts : {what the examples are for: how many}. classes : {part: {class: examples}}.
    command : the command line that trains the same again. cells : how to show a row of the examples.
    """

    parts: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    command: str | None = None
    cells: Cells | None = None
