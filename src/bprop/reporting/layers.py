"""The layers of a network for its page: their sizes and their cost, and the weights of the first one as pictures."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.boxes import LinearEach, LinearTransposed, MatMul
from bprop.draw.meaning import has_automatic_name, meanings
from bprop.graph import Graph
from bprop.leaves import Input, Leaf, Parameter
from bprop.lower_case import snake
from bprop.model import Model
from bprop.reporting.plain import number, shortened

MOST_LAYERS = 200
MOST_BOXES = 500
MOST_PICTURES = 64
MOST_PIXELS = 60_000  # of all pictures together
LEAST_SIDE = 3  # of the kernel of a convolution that is drawn


def layers_of(graph: Graph) -> dict[str, Any]:
    """{"layers": [[name, what, shape, parameters, multiply-adds]], "more", "parameters", "multiply_adds"}: the boxes
    that have parameters, in the order of forward propagation, and the sums of all boxes of the outputs and losses."""
    rows, whole, counted = [], 0, set()
    for box in graph.order:
        if isinstance(box, Leaf):
            continue
        cost = multiply_adds(box)
        whole += cost
        own = [c for c in box.children if isinstance(c, Parameter) and c.trainable]
        if own or cost:
            fresh = sum(prod(c.shape) for c in own if c not in counted)
            counted.update(own)
            shape = " x ".join(map(str, box.dims[1:])) or "1"
            rows.append([shortened(graph.names[box], 60), snake(type(box).__name__), shape, fresh, cost])
    return {
        "layers": rows[:MOST_LAYERS], "more": max(0, len(rows) - MOST_LAYERS), "parameters": graph.weight_count,
        "multiply_adds": whole,
    }  # fmt: skip


def boxes_of(graph: Graph) -> dict[str, list[str | None]]:
    """{box: [what it computes, its name]} where nobody gave it a name, else {box: [None, what it computes]}."""
    outputs, texts = graph.outputs.values(), meanings(graph)
    boxes = {}
    for box, what in list(texts.items())[:MOST_BOXES]:
        name, what = graph.names[box], shortened(what, 60)
        boxes[name] = [what, name] if has_automatic_name(box, outputs) else [None, what]
    return boxes


def multiply_adds(box: Box) -> int:
    """The multiplications of a product or convolution for one example, each with an addition; 0 for other boxes.

    >>> multiply_adds(bp.conv2d(bp.Input("x", (9, 9, 1)), bp.Parameter("W", (3, 3, 1, 4))))
    1764
    """
    sizes = [size for size in box.dims if isinstance(size, int)]
    if isinstance(box, MatMul):
        depth = box.children[0].dims[-1]
        return prod(sizes) * (depth if isinstance(depth, int) else 0)
    if not isinstance(box, LinearEach) and not box.is_product:
        return 0
    weights = next((c.dims for c in box.children[1:] if len(c.dims) > 1 and "N" not in c.dims), ())
    inner = [size for size in (weights[1:] if isinstance(box, LinearEach) else weights) if isinstance(size, int)]
    width = box.dims[-1]
    return prod(sizes) * prod(inner) // width if inner and isinstance(width, int) else 0


def first_layer(model: Model, shape: Sequence[int]) -> dict[str, Any] | None:
    """The weights of the first layer as pictures, those of the largest norm first; None where they are none.

    shape : (height, width, channels) of the pictures that the network sees.
    {"layer", "height", "width", "channels", "units": [[number, norm, bytes in base64]], "more"}. A byte is 128
    at 0; the weight of the largest size of a unit is 1 or 255.
    """
    for box in model.graph.order:
        kernels = _kernels(model, box, tuple(shape))
        if kernels is not None:
            return _pictures(model.graph.names[box], kernels)
    return None


def _kernels(model: Model, box: Box, shape: tuple[int, ...]) -> np.ndarray | None:
    """(units, height, width, channels) of a layer that sees the pictures; None for another box."""
    names = [model.graph.names[c] for c in box.children if isinstance(c, Parameter) and len(c.shape) > 1]
    if not box.is_product or len(names) != 1 or names[0] not in model.params or not _sees_input(box.children[0]):
        return None
    W = np.asarray(model.params[names[0]], np.float64)
    if W.ndim == 4 and W.shape[2] in (1, 3) and min(W.shape[:2]) >= LEAST_SIDE:
        return W.transpose(3, 0, 1, 2)
    if W.ndim == 2 and not isinstance(box, LinearTransposed):
        W = W.T
    return W.reshape(-1, *shape) if W.ndim == 2 and W.shape[1] == prod(shape) else None


def _sees_input(box: Box) -> bool:
    while len(box.children) == 1 and not isinstance(box, Leaf):  # reshaped, with noise
        box = box.children[0]
    return isinstance(box, Input)


def _pictures(name: str, kernels: np.ndarray) -> dict[str, Any] | None:
    if not np.isfinite(kernels).all():
        return None
    norms = np.sqrt(np.square(kernels).sum(axis=(1, 2, 3)))
    most = max(1, min(MOST_PICTURES, MOST_PIXELS // kernels[0].size))
    shown = np.argsort(-norms, kind="stable")[:most]
    units = []
    for k in map(int, shown):
        size = float(np.abs(kernels[k]).max()) or 1.0
        grey = np.round(128 + 127 * kernels[k] / size).astype(np.uint8)
        units.append([k, number(norms[k]), b64encode(grey.tobytes()).decode()])
    _, height, width, channels = kernels.shape
    return {
        "layer": shortened(name, 60), "height": height, "width": width, "channels": channels, "units": units,
        "more": max(0, len(kernels) - most),
    }  # fmt: skip
