"""A graph as text: one line a box, with its formula and its shape."""

from __future__ import annotations

from collections.abc import Collection
from math import prod

from bprop.leaves import Constant, Input, Leaf
from bprop.shapes import show_shape
from bprop.structure.formula import formula, is_bare_number
from bprop.structure.structure import Structure
from bprop.visible import visible

WIDEST = 100
"""The largest width of a column, in letters. A longer formula sticks out of its own line only."""


def show(graph: Structure) -> str:
    """The whole graph, leaves first, then the boxes in the order of forward propagation."""
    trained = frozenset(graph.trained)
    weights = sum(prod(box.shape) for name, box in graph.parameters.items() if name in trained)
    rows = [_leaf_row(graph, box, trained) for box in graph.order if isinstance(box, Leaf)]
    rows += [
        (graph.names[box], formula(box, graph.names), show_shape(box.dims))
        for box in graph.order
        if not isinstance(box, Leaf)
    ]
    rows = [tuple(map(visible, row)) for row in rows if row]
    widths = [min(WIDEST, max(len(row[i]) for row in rows)) for i in range(2)]
    lines = [f"Graph of {len(graph.order)} boxes, {weights:,} weights and biases to learn"]
    lines += [f"  {a:<{widths[0]}}  {b:<{widths[1]}}  {c}".rstrip() for a, b, c in rows]
    return "\n".join([*lines, *map(visible, _ends(graph))])


def _leaf_row(graph: Structure, box: Leaf, trained: Collection[str]) -> tuple[str, str, str] | tuple[()]:
    if is_bare_number(box):
        return ()  # formulas show its value
    kind = type(box).__name__.lower()
    if isinstance(box, Input):
        kind += "" if box.dtype == "float" else f" ({box.dtype})"
    elif not isinstance(box, Constant) and graph.names[box] not in trained:
        kind += " (not trained)"
    return graph.names[box], kind, show_shape(box.dims)


def _ends(graph: Structure) -> list[str]:
    lines = []
    if graph.loss is not None:
        lines.append(f"loss: the mean over the examples of {graph.names[graph.loss]}")
    if graph.penalty is not None:
        lines.append(f"penalty: {graph.names[graph.penalty]}")
    if graph.outputs:
        lines.append("outputs: " + ", ".join(
            name if name == graph.names[box] else f"{name} = {graph.names[box]}" for name, box in graph.outputs.items()
        ))  # fmt: skip
    return lines + [f"computed stably: {name} as {text}" for name, text in graph.rewrites.items()]
