"""The parts of a drawing, without places: nodes with their text, and the edges between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bprop.draw.letters import BODY, NAME, SMALL, fit, widest, width
from bprop.draw.statistics import Summary

WIDEST = 210
"""The most pixels of a line of a node. A longer name is shortened; the node's title has all of it."""
PADDING, HEAD_LINE, LINE = 10, 17, 14
BARS_WIDTH, PANEL_GAP, PANEL_LINE = 76, 8, 13


@dataclass(eq=False)
class Node:
    """A box, a layer of boxes, or the objective in a drawing.

    kind : "input", "parameter", "constant", "box", "penalty", "loss", "layer", "gradient" or "objective".
    name : its name in the graph. lines : the lines below the first. title : the text that browsers show under the
        pointer, and that screen readers say.
    members : the names of its boxes. shape : the shape of its value.
    panels : [("value" or "gradient", its summary)].
    headline : the first line, if it is not the name. An automatic name (`multiply_1`) then stands below, small.
    turned : in a drawing from left to right. There the shape is a line of the node; else it is beside the edge.
    steps : its work in words, "linear → tanh".
    like : a key that nodes share if they compute the same, each with its own parameters.
    times : how many equal ones it stands for.
    """

    kind: str
    name: str
    lines: list[str]
    title: str
    members: tuple[str, ...]
    shape: str = ""
    output: bool = False
    panels: list[tuple[str, Summary]] = field(default_factory=list)
    headline: str = ""
    turned: bool = False
    steps: str = ""
    like: tuple[Any, ...] = ()
    times: int = 1

    def __post_init__(self) -> None:
        self.shown: str = fit(self.headline or self.name, NAME, WIDEST)
        self.small: str = fit(self.name, SMALL, WIDEST) if self.headline else ""
        own = [*self.lines, self.shape if self.turned else ""]
        self.lines = [fit(line, BODY, WIDEST) for line in own if line]

    @property
    def is_leaf(self) -> bool:
        return self.kind in ("input", "parameter", "constant")

    @property
    def label(self) -> str:
        """The text beside the edge that leaves it."""
        return "" if self.turned else self.shape

    @property
    def head(self) -> float:
        """The height of the lines."""
        return 8 + HEAD_LINE + LINE * (len(self.lines) + bool(self.small))

    @cached_property
    def width(self) -> float:
        text = max(width(self.shown, NAME), width(self.small, SMALL), widest(self.lines, BODY))
        panel = max((self.panel_width(what, summary) for what, summary in self.panels), default=0.0)
        return max(text, panel) + 2 * PADDING

    @cached_property
    def height(self) -> float:
        return self.head + sum(self.panel_height(summary) + PANEL_GAP for _, summary in self.panels)

    @property
    def across(self) -> float:
        """The pixels that it takes across the direction of the edges."""
        return self.height if self.turned else self.width

    @property
    def along(self) -> float:
        """The pixels that it takes in the direction of the edges."""
        return self.width if self.turned else self.height

    @staticmethod
    def panel_width(what: str, summary: Summary) -> float:
        return BARS_WIDTH + PANEL_GAP + widest([what, *summary.lines()], SMALL)

    @staticmethod
    def panel_height(summary: Summary) -> float:
        return PANEL_LINE * (1 + len(summary.lines()))


@dataclass(frozen=True)
class Edge:
    """A value that goes from one node to another.

    leaf : it is a parameter, a constant or an input. computed : the target is computed from it, instead of from the box
    between them, for numerical stability; so its gradient goes this way.
    """

    source: Node
    target: Node
    leaf: bool
    computed: bool = False

    @property
    def penalised(self) -> bool:
        """Whether it leads to a penalty, or from one."""
        return "penalty" in (self.source.kind, self.target.kind)


@dataclass
class Scene:
    """All nodes, and the edges between them without doubles. turned : from left to right, else upwards."""

    nodes: list[Node]
    edges: list[Edge]
    caption: str
    collapsed: bool
    turned: bool = False
