"""An objective for the check of a graph of gradients, which has none: the squares of its outputs."""

from __future__ import annotations

from collections.abc import Sequence

from bprop.box import Box
from bprop.boxes.arithmetic import Add, Multiply
from bprop.boxes.elementwise import Square
from bprop.boxes.reduction import Sum
from bprop.draw.gradients import GRADIENT
from bprop.graph import Graph


def with_objective(graph: Graph) -> Graph:
    """The graph itself; a backward graph with an objective: the mean over the examples of the squares of the gradients
    (N, ...), plus the sum of the squares of the others.

    Its gradients pass every box on which an output depends. Raises GraphError for any other graph without a loss.
    """
    if graph.loss is not None or not graph.inputs or not all(map(GRADIENT.fullmatch, graph.outputs)):
        graph.need_loss()
        return graph
    squares = [Square(box) for box in dict.fromkeys(graph.outputs.values())]
    by_example = [square for square in squares if square.dims[:1] == ("N",)]
    others = [Sum(square) for square in squares if square not in by_example]
    rows = Multiply(next(iter(graph.inputs.values())), 0.0)  # if all outputs are numbers for the batch
    loss = total([per_example(square) for square in (by_example or [rows])])
    return Graph(loss=loss, penalty=total(others) if others else None, outputs=graph.outputs, stable=graph.stable)


def per_example(box: Box) -> Box:
    """The sum over all axes but the first. Shapes: (N, ...) -> (N,)."""
    return Sum(box, axis=tuple(range(1, len(box.dims)))) if len(box.dims) > 1 else box


def total(parts: Sequence[Box]) -> Box:
    result = parts[0]
    for part in parts[1:]:
        result = Add(result, part)
    return result
