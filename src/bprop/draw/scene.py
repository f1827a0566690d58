"""The contents of a drawing, without places: nodes with their text, and the edges between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.draw.gradients import SHOWN, is_gradient, owner_of, parts_of, step_of
from bprop.draw.layers import is_same, layers_of, users_of, wants_collapse
from bprop.draw.letters import BODY, NAME, SMALL, fit, one_line, widest, width
from bprop.draw.statistics import Summary, note_of, summarise
from bprop.leaves import Constant, Input, Leaf
from bprop.lower_case import snake
from bprop.shapes import show_shape
from bprop.structure.formula import changed, formula, is_bare_number
from bprop.structure.show import show
from bprop.structure.structure import Structure

Arrays = Mapping[str, np.ndarray]
"""{box name: array}"""
WIDEST = 210
"""The most pixels of a line of a node. A longer name is shortened; the node's title has all of it."""
PADDING, HEAD_LINE, LINE = 10, 17, 14
BARS_WIDTH, PANEL_GAP, PANEL_LINE = 76, 8, 13


@dataclass(eq=False)
class Node:
    """A box, a layer of boxes, or the objective in a drawing.

    kind : "input", "parameter", "constant", "box", "penalty", "loss", "layer", "gradient" or "objective".
    name : the first line. lines : the lines below. title : the text that browsers show under the pointer.
    members : the names of its boxes. shape : the shape of its value.
    panels : [("value" or "gradient", its summary)].
    """

    kind: str
    name: str
    lines: list[str]
    title: str
    members: tuple[str, ...]
    shape: str = ""
    output: bool = False
    panels: list[tuple[str, Summary]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shown: str = fit(self.name, NAME, WIDEST)
        self.lines = [fit(line, BODY, WIDEST) for line in self.lines if line]

    @property
    def is_leaf(self) -> bool:
        return self.kind in ("input", "parameter", "constant")

    @property
    def head(self) -> float:
        """The height of the lines."""
        return 8 + HEAD_LINE + LINE * len(self.lines)

    @cached_property
    def width(self) -> float:
        text = max(width(self.shown, NAME), widest(self.lines, BODY))
        panel = max((self.panel_width(what, summary) for what, summary in self.panels), default=0.0)
        return max(text, panel) + 2 * PADDING

    @cached_property
    def height(self) -> float:
        return self.head + sum(self.panel_height(summary) + PANEL_GAP for _, summary in self.panels)

    @staticmethod
    def panel_width(what: str, summary: Summary) -> float:
        return BARS_WIDTH + PANEL_GAP + widest([what, *summary.lines()], SMALL)

    @staticmethod
    def panel_height(summary: Summary) -> float:
        return PANEL_LINE * (1 + len(summary.lines()))


@dataclass(frozen=True)
class Edge:
    """A value that goes from one node to another. leaf : it is a parameter, a constant or an input."""

    source: Node
    target: Node
    leaf: bool


@dataclass
class Scene:
    """All nodes, and the edges between them without doubles."""

    nodes: list[Node]
    edges: list[Edge]
    caption: str
    collapsed: bool


class Builder:
    """Makes the scene of a graph."""

    graph: Any
    values: Arrays | None
    grads: Arrays | None
    objective: float | None
    users: dict[Box, list[Box]]
    trained: frozenset[Any]
    rewrites: Any
    merged: Any

    def __init__(
        self,
        graph: Structure,
        collapse: bool | str,
        values: Arrays | None,
        grads: Arrays | None,
        objective: float | None,
    ):
        self.graph, self.values, self.grads, self.objective = graph, values, grads, objective
        self.users, self.trained = users_of(graph), frozenset(graph.trained)
        self.rewrites, self.merged = graph.rewrites, graph.merged
        self.penalties: set[Box] = self._penalties()
        outputs = set(graph.outputs.values())
        apart = self.penalties | {box for box in (graph.loss, graph.penalty) if box is not None} | outputs
        self.parts: dict[Box, Box] = parts_of(graph, apart) if collapse is not False else {}
        self.collapsed: bool = wants_collapse(graph, collapse, len(self.parts))
        self.layers: dict[Box, int] = layers_of(graph, apart | set(self.parts)) if self.collapsed else {}
        self.outputs: dict[Box, list[str]] = {}
        for name, box in graph.outputs.items():
            self.outputs.setdefault(box, []).append(name)

    def scene(self) -> Scene:
        units: dict[Box | int, list[Box]] = {}
        for box in self.graph.order:
            if not self._hidden(box):
                units.setdefault(self._unit(box), []).append(box)
        nodes = {unit: self._node(unit, boxes) for unit, boxes in units.items()}
        edges = {
            (self._unit(child), self._unit(box)): Edge(
                nodes[self._unit(child)], nodes[self._unit(box)], isinstance(child, Leaf)
            )
            for box in self.graph.order
            for child in sorted(box.children, key=lambda child: not isinstance(child, Leaf))  # a layer's value wins
            if not self._hidden(child) and not is_same(self._unit(child), self._unit(box))
        }
        lines = list(edges.values())
        if self.graph.loss is not None:
            top = self._objective()
            roots = [box for box in (self.graph.loss, self.graph.penalty) if box is not None and not self._hidden(box)]
            lines += [Edge(nodes[self._unit(box)], top, isinstance(box, Leaf)) for box in dict.fromkeys(roots)]
            return Scene([*nodes.values(), top], lines, self._caption(), self.collapsed)
        return Scene(list(nodes.values()), lines, self._caption(), self.collapsed)

    def _unit(self, box: Box) -> Box | int:
        return self.parts.get(box) or self.layers.get(box, box)

    def _hidden(self, box: Box) -> bool:
        return is_bare_number(box) and box not in self.outputs and box is not self.graph.loss

    def _penalties(self) -> set[Box]:
        """The boxes (no leaves) that only the penalty needs."""
        wanted = [box for box in (self.graph.loss, *self.graph.outputs.values()) if box is not None]
        needed: set[Box] = set()
        while wanted:
            box = wanted.pop()
            if box not in needed:
                needed.add(box)
                wanted.extend(box.children)
        return {box for box in self.graph.order if box not in needed and not isinstance(box, Leaf)}

    def _caption(self) -> str:
        return show(self.graph).partition("\n")[0] + (", layers collapsed" if self.layers else "")

    def _node(self, unit: Box | int, boxes: list[Box]) -> Node:
        if isinstance(unit, Box):
            return self._box(unit) if len(boxes) == 1 else self._gradient(unit, boxes)
        return self._layer(unit, boxes)

    def _box(self, box: Box) -> Node:
        name = self.graph.names[box]
        shape = show_shape(box.dims)
        kind = self._kind(box)
        lines = [] if isinstance(box, Leaf) else [self._says(box)]
        title = [f"{name}: {self._declares(box)}", f"shape {shape}"]
        if name in self.rewrites:
            lines = [f"{lines[0]}, computed as", self.rewrites[name]]
            title.append(f"computed stably as {self.rewrites[name]}")
        lines += self._marks(box, name)
        if self.graph.loss is not None and name in self.merged:
            above, sources = self.merged[name]
            lines += [f"no gradient: {above} is", f"computed from {', '.join(sources)} directly"]
            title.append(f"no gradient of its own: {above} is computed from {', '.join(sources)} directly")
        panels = self._panels([box])
        return Node(
            kind, name, lines, ", ".join([*title, *_summaries(panels)]), (name,), shape, box in self.outputs, panels
        )

    def _kind(self, box: Box) -> str:
        if isinstance(box, Input):
            return "input"
        if isinstance(box, Leaf):
            return "constant" if isinstance(box, Constant) else "parameter"
        if box is self.graph.loss:
            return "loss"
        if is_gradient(box):
            return "gradient"
        return "penalty" if box in self.penalties else "box"

    def _says(self, box: Box) -> str:
        """The type of a box, or its formula if that says more."""
        if type(box).symbol:
            return formula(box, self.graph.names)
        return " ".join([snake(type(box).__name__), *changed(box)])

    def _declares(self, box: Box) -> str:
        return snake(type(box).__name__) if isinstance(box, Leaf) else formula(box, self.graph.names)

    def _marks(self, box: Box, name: str) -> list[str]:
        marks = []
        if isinstance(box, Leaf) and name in self.graph.parameters and name not in self.trained:
            marks.append("not trained")
        if box in self.outputs:
            others = [output for output in self.outputs[box] if output != name]
            marks.append("output" + (f" {', '.join(others)}" if others else ""))
        return marks

    def _layer(self, number: int, boxes: list[Box]) -> Node:
        names = self.graph.names
        inner = [box for box in boxes if not isinstance(box, Leaf)]
        top = inner[-1]
        shape = show_shape(top.dims)
        weights = [f"{names[box]} {show_shape(box.dims)}" for box in boxes if isinstance(box, Leaf)]
        steps = " → ".join(snake(type(box).__name__) for box in inner)
        panels = self._panels(inner, f"{names[top]} ")
        formulas = "; ".join(f"{names[box]} = {formula(box, names)}" for box in inner)
        title = ", ".join([f"layer {number}: {formulas}", *weights, f"shape {shape}", *_summaries(panels)])
        return Node(
            "layer", f"layer {number}", [steps], title, tuple(names[box] for box in boxes), shape, False, panels
        )

    def _gradient(self, top: Box, boxes: list[Box]) -> Node:
        """A gradient with the boxes of the bprop that computes it."""
        names, shape = self.graph.names, show_shape(top.dims)
        inner = [box for box in boxes if not isinstance(box, Leaf)]
        owners = " + ".join(f"bprop {owner}" for owner in dict.fromkeys(filter(None, map(owner_of, boxes))))
        steps = " → ".join(map(step_of, inner)) if len(inner) <= SHOWN else f"{len(inner)} boxes"
        formulas = "; ".join(f"{names[box]} = {formula(box, names)}" for box in inner)
        panels = self._panels([top])
        title = ", ".join([f"{names[top]}: {formulas}", f"shape {shape}", *_summaries(panels)])
        lines = [owners, steps, *self._marks(top, names[top])]
        members = tuple(names[box] for box in boxes)
        return Node("gradient", names[top], lines, title, members, shape, top in self.outputs, panels)

    def _panels(self, boxes: list[Box], prefix: str = "") -> list[tuple[str, Summary]]:
        """The panels of the last of some boxes, with a note on the last one that can saturate or die."""
        panels: list[tuple[str, Summary]] = []
        name = self.graph.names[boxes[-1]]
        if self.values is not None and name in self.values:
            drawn = [(box, self.graph.names[box]) for box in boxes]
            notes = [note_of(box, self.values[own]) for box, own in drawn if own in self.values]
            text, stuck = next((note for note in reversed(notes) if note[0]), ("", 0.0))
            panels.append((f"{prefix}value", summarise(self.values[name], text, stuck)))
        if self.grads is not None and name in self.grads:
            panels.append((f"{prefix}gradient", summarise(self.grads[name])))
        return panels

    def _objective(self) -> Node:
        graph = self.graph
        loss = graph.names[graph.loss]  # type: ignore[index]
        lines = [f"mean of {one_line(loss)}"]
        if graph.penalty is not None:
            lines.append(f"+ {one_line(self._penalty_name())}")
        if len(" ".join(lines)) < 28:
            lines = [" ".join(lines)]
        if self.objective is not None:
            lines.append(f"= {self.objective:.4g}")
        title = f"objective: the mean over the examples of {loss}" + ("" if graph.penalty is None else " + penalty")
        return Node("objective", "objective", lines, title, ())

    def _penalty_name(self) -> str:
        penalty = self.graph.penalty
        bare = penalty is not None and self._hidden(penalty)
        return f"{penalty.value[()]:g}" if bare else self.graph.names[penalty]  # type: ignore


def _summaries(panels: list[tuple[str, Summary]]) -> list[str]:
    return [f"{what}: {', '.join(summary.lines())}" for what, summary in panels]


def build(
    graph: Structure,
    collapse: bool | str = "auto",
    values: Arrays | None = None,
    grads: Arrays | None = None,
    objective: float | None = None,
) -> Scene:
    """The scene of a graph, also with the values, gradients and objective of a pass."""
    return Builder(graph, collapse, values, grads, objective).scene()
