"""The gradients that a box sends to its children in backpropagation, and the checks of values and gradients."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np

from bprop import noise
from bprop.errors import ShapeError
from bprop.graph.plan import Context, Node, State
from bprop.namespace import Array, namespace


def send(node: Node, grad: Array, state: State, wanted: Sequence[bool]) -> tuple[Array, ...]:
    """The gradients that a box sends to its children, checked for number, shape and dtype; None for unwanted ones."""
    children = [state.values[c] for c in node.children]
    more = {"wanted": tuple(wanted)} if takes_wanted(type(node.box).bprop) else {}
    try:
        sent = node.box.bprop(grad, state.values[node.slot], *children, *state.extras[node.slot], **more)
        sent = tuple(sent) if isinstance(sent, tuple | list) else (sent,)
        if len(sent) != len(children):
            raise ShapeError(f"bprop gave {len(sent)} gradients for {len(children)} children")
        return tuple(
            _like(g, c, i) if w else None for i, (g, c, w) in enumerate(zip(sent, children, wanted, strict=True))
        )
    except Exception as error:
        kind = type(node.box).__name__
        if isinstance(error, ShapeError):
            raise ShapeError(f"the box {node.name!r} ({kind}): {error}") from None
        error.add_note(f"in bprop of the box {node.name!r} ({kind})")
        raise


def _like(grad: Array, child: Array, position: int) -> Array:
    """The gradient in the dtype of the child's value. Raises ShapeError unless it has the child's shape."""
    if grad is None:
        return None
    if grad.shape != child.shape:
        raise ShapeError(
            f"bprop gave a gradient of shape {grad.shape} for child {position}, whose value has shape {child.shape}"
            " (was a sum over broadcast axes forgotten?)"
        )
    return grad if grad.dtype == child.dtype else grad.astype(child.dtype)


def in_dtype(value: Array, dtype: Any) -> Array:
    """Floats in the dtype of the pass, other values unchanged. (NumPy makes float64 from float32 and whole numbers.)"""
    return value if value.dtype == dtype or value.dtype.kind != "f" else value.astype(dtype)


def is_zero(grad: Array) -> bool:
    """True if a NumPy gradient is the number 0, as below a regulariser of weight 0. Then nothing needs to be sent."""
    return grad.ndim == 0 and namespace(grad) is np and grad == 0


def extras_of(node: Node, context: Context, children: Sequence[Array]) -> tuple[Any, ...]:
    """The extra arguments that the box `needs`, in that order."""
    return tuple(context.weights if need == "weights" else _noise(node, context, children) for need in node.box.needs)


def _noise(node: Node, context: Context, children: Sequence[Array]) -> Any:
    stream = crc32(node.box.hyper.get("stream_of", node.name).encode())  # a box may draw the numbers of another
    return node.box.noise(lambda shape: noise.uniform(context.key, stream, shape, context.dtype), *children)


@cache
def takes_wanted(bprop: Callable[..., Any]) -> bool:
    return "wanted" in inspect.signature(bprop).parameters
