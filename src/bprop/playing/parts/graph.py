"""The part `graph`: the boxes, in order, the drawing, and the units where the network is small."""

from __future__ import annotations

from typing import Any

from bprop.box import Box
from bprop.boxes import Activation, Concat, Linear
from bprop.draw import draw
from bprop.graph import Graph
from bprop.leaves import Constant, Input, Leaf, Parameter
from bprop.playing.computed import Computed
from bprop.playing.network import Network
from bprop.playing.work import State
from bprop.structure.formula import formula

LARGE = 400
"""A graph of more boxes is drawn layer by layer."""


def graph(state: State, computed: Computed) -> dict[str, Any]:
    network = state.work.network
    of = network.graph
    collapse = False if len(of.order) <= LARGE else "auto"
    merged = {name: above for name, (above, _) in of.merged.items()}
    return {
        "boxes": [_box(of, box, name, merged) for name, box in of.boxes.items()],
        "order": [of.names[box] for box in of.order],
        "loss": None if of.loss is None else of.names[of.loss],
        "penalty": None if of.penalty is None else of.names[of.penalty],
        "outputs": {name: of.names[box] for name, box in of.outputs.items()},
        "weights": of.weight_count,
        "svg": draw(of, collapse, fold=False).svg(),
        "wide": draw(of, collapse, fold=False, direction="right").svg(),
        "units": units(network),
    }


def _box(of: Graph, box: Box, name: str, merged: dict[str, str]) -> dict[str, Any]:
    batched = box.dims[:1] == ("N",)
    return {
        "name": name,
        "kind": type(box).__name__,
        "role": role(of, box),
        "text": name if isinstance(box, Leaf) else formula(box, of.names),
        "shape": [size if isinstance(size, int) else str(size) for size in (box.dims[1:] if batched else box.dims)],
        "batch": batched,
        "children": [of.names[child] for child in box.children],
        "computed_in": merged.get(name),
    }


def role(of: Graph, box: Box) -> str:
    """The place of a box in its graph, in a word."""
    for kind, word in ((Input, "input"), (Parameter, "parameter"), (Constant, "constant")):
        if isinstance(box, kind):
            return word
    if box is of.loss:
        return "loss"
    if box is of.penalty:
        return "penalty"
    return "output" if box in of.outputs.values() else "box"


def units(network: Network) -> list[dict[str, Any]] | None:
    """The layers of a small network, from the input up: their units, and the weights of their edges.

    None for a network with more than `network.FEW` weights, and for one without layers.
    """
    of, layers = network.graph, []
    if not network.few:
        return None
    for box in of.order:
        if isinstance(box, Linear) and isinstance(box.children[1], Parameter) and len(box.dims) == 2:
            below, weights, *bias = box.children
            unit = _unit(of, box)
            sources = below.children if isinstance(below, Concat) else (below,)
            layers.append({
                "box": of.names[unit], "before": of.names[box], "count": int(box.dims[1]),
                "from": [of.names[source] for source in sources], "weights": [of.names[weights]],
                "bias": of.names[bias[0]] if bias and isinstance(bias[0], Parameter) else None,
            })  # fmt: skip
    return layers or None


def _unit(of: Graph, before: Box) -> Box:
    """The box of the units of a layer: the activation, softmax or the like of its pre-activations."""
    users = [box for box in of.order if before in box.children]
    shown = [box for box in users if isinstance(box, Activation) or box in of.outputs.values()]
    return shown[0] if len(shown) == 1 else before
