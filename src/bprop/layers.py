"""Layers: functions from box to box that make and name their parameters.

The layers of a network count themselves, as `bp.mlp` does: W1, b1, W2, b2, ... They count the layers below them. Layers
side by side, which cannot see each other, need a name: `name="left"` gives W_left and b_left.

>>> x, y = bp.Input("x", (64,)), bp.Input("y", dtype="int")
>>> h = bp.layers.dense(x, 50, activation="relu")
>>> h = bp.layers.dropout(h, 0.2)
>>> f = bp.layers.dense(h, 10, activation="softmax")
>>> graph = bp.Graph(loss=bp.nll(f, y), outputs={"f": f})
>>> list(graph.parameters)
['W1', 'b1', 'W2', 'b2']
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import prod
from typing import Any

from bprop import boxes
from bprop import init as initialisers
from bprop.architecture import activations, named
from bprop.box import Box
from bprop.errors import BoxError, ShapeError
from bprop.leaves import Input, Parameter
from bprop.structure.order import topological_order

__all__ = ["batch_norm", "dense", "dropout", "embedding", "flatten", "layer_norm"]

Initialiser = Callable[..., Any] | None
OUTPUTS: dict[str, type[Box]] = {"softmax": boxes.Softmax, "log_softmax": boxes.LogSoftmax}


def dense(
    h: Box, units: int, activation: Any = None, *, bias: bool = True, init: Initialiser = None,
    bias_init: Initialiser = None, name: str | None = None,
) -> Box:  # fmt: skip
    """g(h W + b). Shapes: h (N, ..., D), W (D, units), b (units,) -> (N, ..., units).

    Parameters
    ----------
    activation : g, a name ("relu", "tanh", "softmax", ...) or a function from box to box; None: there is none.
    bias : False leaves out b.
    init, bias_init : initialisers of W (default Glorot uniform) and of b (default zeros).
    name : of the layer; its parameters are W_NAME and b_NAME. Default: a number.

    Raises ShapeError for a box without axes to multiply, UnknownNameError for an activation that is not known.

    >>> bp.layers.dense(bp.Input("x", (4,)), 3, activation="tanh")
    <Tanh 'h1' (N, 3)>
    """
    width, of = _width(h, "dense"), _suffix(h, "W", name)
    W = Parameter(f"W{of}", (width, units), init=init)
    a_name = name if name is not None and activation is None else f"a{of}"
    if bias:
        a = boxes.linear(h, W, Parameter(f"b{of}", (units,), init=bias_init), name=a_name)
    else:
        a = boxes.matmul(h, W, name=a_name)
    return _activated(a, activation, name or f"h{of}")


def embedding(rows: Box, count: int, size: int, *, init: Initialiser = None, name: str | None = None) -> Box:
    """E[rows], a learned row for each of `count` categories.

    Shapes: rows (N, ...) int, E (count, size) -> (N, ..., size).

    name : E is called E_NAME. Default: the name of the input `rows`. init : default small normal numbers.

    >>> bp.layers.embedding(bp.Input("city", dtype="int"), 40, 5).children[0]
    <Parameter 'E_city' (40, 5)>
    """
    _need_box(rows, "embedding")
    name = rows.name if name is None and isinstance(rows, Input) else name
    of = _suffix(rows, "E", name)
    E = Parameter(f"E{of}", (count, size), init=initialisers.normal(0.05) if init is None else init)
    return boxes.take(E, rows, name=f"e{of}")


def batch_norm(a: Box, *, name: str | None = None, **hyper: Any) -> Box:
    """Batch normalisation of the last axis, with parameters gain and shift and running averages: see `bp.batch_norm`.

    hyper : its hyper-parameters. Put it between a layer without activation and its activation.

    >>> a = bp.layers.dense(bp.Input("x", (4,)), 3)
    >>> bp.relu(bp.layers.batch_norm(a))
    <Relu (N, 3)>
    """
    gain, shift, of = _gain_and_shift(a, "batch_norm", name)
    mean = Parameter(f"mean{of}", gain.shape, trainable=False)
    variance = Parameter(f"variance{of}", gain.shape, init=initialisers.ones, trainable=False)
    return boxes.batch_norm(a, gain, shift, mean, variance, name=name or f"n{of}", **hyper)


def layer_norm(a: Box, *, name: str | None = None, **hyper: Any) -> Box:
    """Layer normalisation of the last axis, with parameters gain and shift: see `bp.layer_norm`.

    >>> bp.layers.layer_norm(bp.layers.dense(bp.Input("x", (4,)), 3))
    <LayerNorm 'n1' (N, 3)>
    """
    gain, shift, of = _gain_and_shift(a, "layer_norm", name)
    return boxes.layer_norm(a, gain, shift, name=name or f"n{of}", **hyper)


def dropout(h: Box, rate: float, *, name: str | None = None) -> Box:
    """In training, each value is 0 with probability `rate`, else divided by 1 - rate: see `bp.dropout`.

    >>> bp.layers.dropout(bp.Input("h", (3,)), 0.5)
    <Dropout (N, 3)>
    """
    _need_box(h, "dropout")
    return boxes.dropout(h, rate, name=name)


def flatten(h: Box, *, name: str | None = None) -> Box:
    """All axes of an example as one. Shapes: (N, 28, 28) -> (N, 784).

    >>> bp.layers.flatten(bp.Input("image", (28, 28)))
    <Reshape (N, 784)>
    """
    _need_box(h, "flatten")
    sizes = [size for size in h.dims[1:] if isinstance(size, int)]
    if h.dims[:1] != ("N",) or len(sizes) < len(h.dims) - 1:
        raise ShapeError(f"flatten needs a box with one value an example, not {h!r}")
    return boxes.reshape(h, (-1, prod(sizes)), name=name)


def _activated(a: Box, activation: Any, name: str) -> Box:
    """g(a), called `name` where a class of box makes it."""
    if activation is None:
        return a
    if isinstance(activation, str):
        activation = OUTPUTS.get(activation) or named(activation, "activation", lambda: {**activations(), **OUTPUTS})
    h = activation(a, name=name) if isinstance(activation, type) else activation(a)
    if not isinstance(h, Box):
        raise BoxError(f"dense: an activation is a name or a function from box to box, but it gave {h!r}")
    return h


def _gain_and_shift(a: Box, who: str, name: str | None) -> tuple[Parameter, Parameter, str]:
    width, of = _width(a, who), _suffix(a, "gain", name)
    return Parameter(f"gain{of}", (width,), init=initialisers.ones), Parameter(f"shift{of}", (width,)), of


def _width(h: Any, who: str) -> int:
    """The size of the last axis."""
    _need_box(h, who)
    width = h.dims[-1] if len(h.dims) > 1 else None
    if not isinstance(width, int):
        raise ShapeError(f"{who} needs a box of shape (N, ..., D), not {h!r}: give its input a shape, such as (D,)")
    return width


def _need_box(h: Any, who: str) -> None:
    if not isinstance(h, Box):
        raise BoxError(f"bp.layers.{who} takes a box, such as bp.Input('x', (64,)), not {type(h).__name__}")


def _suffix(h: Box, letters: str, name: str | None) -> str:
    """The end of the names of a layer: "_NAME", or the number after those of the layers below h."""
    if name is not None:
        return f"_{name}"
    numbered = re.compile(re.escape(letters) + r"(\d+)")
    names = [box.name or "" for box in topological_order([h], lambda box: box.children) if isinstance(box, Parameter)]
    return str(1 + max((int(match[1]) for one in names if (match := numbered.fullmatch(one))), default=0))
