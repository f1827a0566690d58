"""The content of a drawing: the boxes of a graph with their text, as nodes, and the edges between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.draw.gradients import SHOWN, is_gradient, owner_of, parts_of, step_of
from bprop.draw.layers import is_same, layers_of, users_of, wants_collapse
from bprop.draw.letters import one_line
from bprop.draw.meaning import has_automatic_name, meanings
from bprop.draw.nodes import Edge, Node, Scene
from bprop.draw.statistics import Summary, note_of, summarise
from bprop.leaves import Constant, Input, Leaf
from bprop.lower_case import snake
from bprop.shapes import show_shape
from bprop.structure.formula import formula, is_bare_number, term
from bprop.structure.show import show
from bprop.structure.structure import Structure

Arrays = Mapping[str, np.ndarray]
"""{box name: array}"""


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
        turned: bool,
    ):
        self.turned: bool = turned
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
        self.meanings: dict[Box, str] = meanings(graph)

    def scene(self) -> Scene:
        units: dict[Box | int, list[Box]] = {}
        for box in self.graph.order:
            if not self._hidden(box):
                units.setdefault(self._unit(box), []).append(box)
        nodes = {unit: self._node(unit, boxes) for unit, boxes in units.items()}
        lines = self._edges(nodes)
        if self.graph.loss is not None:
            top = self._objective()
            roots = [box for box in (self.graph.loss, self.graph.penalty) if box is not None and not self._hidden(box)]
            lines += [Edge(nodes[self._unit(box)], top, isinstance(box, Leaf)) for box in dict.fromkeys(roots)]
            return Scene([*nodes.values(), top], lines, self._caption(), self.collapsed, self.turned)
        return Scene(list(nodes.values()), lines, self._caption(), self.collapsed, self.turned)

    def _edges(self, nodes: Mapping[Box | int, Node]) -> list[Edge]:
        """The edges without doubles, and those of boxes that are computed from others than their children."""
        edges: dict[tuple[Box | int, Box | int], Edge] = {}
        for box in self.graph.order:
            for child in box.children:
                ends = self._unit(child), self._unit(box)
                if not self._hidden(child) and not is_same(*ends):
                    leaf = isinstance(child, Leaf) and (ends not in edges or edges[ends].leaf)  # a layer's value wins
                    edges[ends] = Edge(nodes[ends[0]], nodes[ends[1]], leaf)
        for above, sources in self.merged.values():
            for source in sources:
                ends = self._unit(self.graph.boxes[source]), self._unit(self.graph.boxes[above])
                if not is_same(*ends):
                    leaf = isinstance(self.graph.boxes[source], Leaf)
                    edges.setdefault(ends, Edge(nodes[ends[0]], nodes[ends[1]], leaf, computed=True))
        return list(edges.values())

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
        says = "" if isinstance(box, Leaf) else self.meanings[box]
        automatic = has_automatic_name(box, self.outputs)
        title = [f"{name}: {self._declares(box)}", f"shape {shape}"]
        lines = ["" if automatic else says]
        if name in self.rewrites:
            lines = ["computed as" if automatic else f"{says}, computed as", self.rewrites[name]]
            title.append(f"computed stably as {self.rewrites[name]}")
        lines += self._marks(box, name)
        if self.graph.loss is not None and name in self.merged:
            above, sources = self.merged[name]
            lines += [f"no gradient: {above} is", f"computed from {', '.join(sources)} directly"]
            title.append(f"no gradient of its own: {above} is computed from {', '.join(sources)} directly")
        panels = self._panels([box])
        text = ", ".join([*title, *_summaries(panels)])
        return Node(
            self._kind(box), name, lines, text, (name,), shape, box in self.outputs, panels,
            says if automatic else "", self.turned, step_of(box), self._like([box]),
        )  # fmt: skip

    def _like(self, boxes: list[Box]) -> tuple[Any, ...]:
        """A key that units share if they compute the same, each with its own parameters and children."""
        places = {box: place for place, box in enumerate(boxes)}
        return tuple(
            (
                type(box), () if isinstance(box, Leaf) else _exact(box), box.dims,
                self.graph.names[box] in self.trained,
                tuple(places.get(child, _exact(child) if self._hidden(child) else None) for child in box.children),
            )
            for box in boxes
        )  # fmt: skip

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
            "layer", f"layer {number}", [steps], title, tuple(names[box] for box in boxes), shape, False, panels,
            turned=self.turned, steps=steps, like=self._like(boxes),
        )  # fmt: skip

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
        return Node(
            "gradient", names[top], lines, title, members, shape, top in self.outputs, panels, turned=self.turned
        )

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
        lines = [f"mean of {self._short(graph.loss)}"]  # type: ignore[arg-type]
        if graph.penalty is not None:
            lines.append(f"+ {self._short(graph.penalty)}")
        if len(" ".join(lines)) < 28:
            lines = [" ".join(lines)]
        if self.objective is not None:
            lines.append(f"= {self.objective:.4g}")
        title = f"objective: the mean over the examples of {loss}" + ("" if graph.penalty is None else " + penalty")
        return Node("objective", "objective", lines, title, (), turned=self.turned)

    def _short(self, box: Box) -> str:
        """A box by the name that people gave it, else by what it computes."""
        if has_automatic_name(box, self.outputs):
            return self.meanings[box]
        return one_line(term(box, self.graph.names))


def _exact(box: Box) -> tuple[Any, ...]:
    """The hyper-parameters of a box, in a form that can be compared."""
    return tuple(
        (key, value.tobytes() if isinstance(value, np.ndarray) else repr(value)) for key, value in box.hyper.items()
    )


def _summaries(panels: list[tuple[str, Summary]]) -> list[str]:
    return [f"{what}: {', '.join(summary.lines())}" for what, summary in panels]


def build(
    graph: Structure,
    collapse: bool | str = "auto",
    values: Arrays | None = None,
    grads: Arrays | None = None,
    objective: float | None = None,
    turned: bool = False,
) -> Scene:
    """The scene of a graph, also with the values, gradients and objective of a pass. turned : from left to right."""
    return Builder(graph, collapse, values, grads, objective, turned).scene()
