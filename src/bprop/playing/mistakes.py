"""Mistakes that people make in bprop, to plant one in a graph: the box computes what it did, and sends wrong ones.

`plant(graph, "tanh_without_its_square", "h1")` is a graph whose h1 has the mistake; gradient checking finds it. A new
mistake is a function with the decorator `mistake`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from bprop.box import Box
from bprop.boxes import (
    L1,
    L2,
    BinaryCrossEntropy,
    CrossEntropy,
    Linear,
    Nll,
    Relu,
    Sigmoid,
    Softmax,
    SquaredError,
    Tanh,
)
from bprop.graph import Graph
from bprop.leaves import Input
from bprop.names import known
from bprop.namespace import Array
from bprop.playing.refused import RefusedError
from bprop.structure.order import topological_order

Wrong = Callable[..., Any]
"""A bprop with a mistake: (the box, bprop as it should be, grad, value, *children and extras) -> what it sends."""


@dataclass(frozen=True)
class Mistake:
    """A mistake in bprop. text : the mistake in plain words. kinds : the classes of the boxes that can have it.

    fits : further says of a box of a graph whether the mistake would make a difference there.
    """

    name: str
    text: str
    kinds: tuple[type[Box], ...]
    wrong: Wrong
    fits: Callable[[Graph, Box], bool]


MISTAKES: dict[str, Mistake] = {}
"""The mistakes by name."""


def mistake(
    text: str, *kinds: type[Box], fits: Callable[[Graph, Box], bool] = lambda graph, box: True
) -> Callable[[Wrong], Wrong]:
    """The function that it decorates is the bprop of a mistake of the function's name."""

    def enter(wrong: Wrong) -> Wrong:
        MISTAKES[wrong.__name__] = Mistake(wrong.__name__, text, kinds, wrong, fits)
        return wrong

    return enter


def places(graph: Graph, name: str) -> list[str]:
    """The names of the boxes of a graph that can have a mistake. Raises RefusedError for a name that is none."""
    of = named(name)
    on_way = trained_boxes(graph)
    return [
        graph.names[box]
        for box in graph.order
        if box in on_way and isinstance(box, of.kinds) and is_ours(box) and of.fits(graph, box)
    ]


def plant(graph: Graph, name: str, box: str | Box) -> Graph:
    """The graph with a mistake in one of its boxes. Names and parameters are the same, and so are all values.

    Raises RefusedError for a mistake that there is not, or that does not fit the box; UnknownNameError for a box that
    is not in the graph.

    >>> graph = plant(bp.mlp([2, 3, 2], activation="tanh"), "tanh_without_its_square", "h1")
    >>> bp.check_gradients(graph, graph.init(seed=0), x=np.eye(2), y=[0, 1]).culprits[0].box
    "'h1' (Tanh)"
    """
    where, there = graph.name_of(box), places(graph, name)
    if where not in there:
        cure = f"it fits {', '.join(there)}" if there else "no box of this graph can have it"
        raise RefusedError(f"the mistake {name!r} does not fit the box {where!r}", cure)
    old = graph.boxes[where]
    new = wrong_class(type(old), name, shared_child(graph, old))(*old.children, name=old.name, **old.hyper)
    if old.name is None:
        new = new.bind(name=where)
    return graph.replace(old, new)


@cache
def wrong_class(kind: type[Box], name: str, shared: int | None = None) -> type[Box]:
    """The class of box with the mistake. It has the name of the right one; its bprop gives it away.

    shared : the place of a child that has other parents too.
    """
    wrong = MISTAKES[name].wrong

    def bprop(self: Any, grad: Array, value: Array, *arguments: Any) -> Any:
        return wrong(self, lambda g: kind.bprop(self, g, value, *arguments), grad, value, *arguments)

    own = {
        "bprop": bprop, "shared": shared, "in_catalogue": False,
        "__module__": "planted", "__qualname__": f"{name}.{kind.__name__}",
    }  # fmt: skip
    meta: Any = type(kind)
    return meta(kind.__name__, (kind,), own)


def named(name: str) -> Mistake:
    """The mistake of that name. Raises RefusedError."""
    if name not in MISTAKES:
        raise RefusedError(f"there is no mistake {name!r}", f"there is: {known(name, MISTAKES)}")
    return MISTAKES[name]


def is_ours(box: Box) -> bool:
    """Whether the class is one of bprop's own, as it is."""
    return ":" not in type(box).type_key


def trained_boxes(graph: Graph) -> set[Box]:
    """The boxes that gradients of the objective pass on their way to a parameter."""
    roots = [box for box in (graph.loss, graph.penalty) if box is not None]
    order = topological_order(roots, lambda box: () if box.stops_gradient else box.children)
    way: set[Box] = {graph.boxes[name] for name in graph.trainable}
    for box in order:
        if not box.stops_gradient and any(child in way for child in box.children):
            way.add(box)
    return way & set(order)


def sends_below(graph: Graph, box: Box) -> bool:
    """Whether the first child needs a gradient: it is no input, which nothing trains."""
    return not isinstance(box.children[0], Input) and box.children[0] in trained_boxes(graph)


# --- the mistakes ---


@mistake("The derivative of tanh is 1 - h^2. Here the square was forgotten: 1 - h.", Tanh)
def tanh_without_its_square(box: Box, right: Wrong, grad: Array, value: Array, a: Array) -> Array:
    return grad * (1 - value)


@mistake("The derivative of sigmoid is h (1 - h). Here the factor 1 - h was forgotten.", Sigmoid)
def sigmoid_without_its_complement(box: Box, right: Wrong, grad: Array, value: Array, a: Array) -> Array:
    return grad * value


@mistake(
    "The slope of relu is 0 where a is negative. Here the gradient passes there too, as if the slope were 1.", Relu
)
def relu_with_slope_1_everywhere(box: Box, right: Wrong, grad: Array, value: Array, a: Array) -> Array:
    return grad


@mistake("The sign is turned: training would go uphill. With softmax, e(y) - f was sent in the place of f - e(y).",
         CrossEntropy, Nll, BinaryCrossEntropy, SquaredError)  # fmt: skip
def loss_with_its_sign_turned(box: Box, right: Wrong, grad: Array, value: Array, *children: Array) -> Any:
    return right(-grad)


@mistake("The derivative of (f - y)^2 is 2 (f - y). Here the factor 2 was forgotten.", SquaredError)
def square_without_its_two(box: Box, right: Wrong, grad: Array, value: Array, *children: Array) -> Any:
    return right(0.5 * grad)


@mistake("The derivative of W^2 is 2 W. Here the factor 2 was forgotten.", L2)
def penalty_without_its_two(box: Box, right: Wrong, grad: Array, value: Array, *W: Array) -> Any:
    return right(0.5 * grad)


@mistake("The derivative of |W| is the sign of W. Here it is W itself.", L1)
def penalty_without_its_sign(box: Box, right: Wrong, grad: Array, value: Array, *W: Array) -> Any:
    return tuple(grad * w for w in W)


def _has_a_wide_matrix(graph: Graph, box: Box) -> bool:
    return sends_below(graph, box) and all(size > 1 for size in box.children[1].spec.shapes[0])


@mistake("The gradient of h is that of a times the transpose of W. Here W was only given another shape.", Linear,
         fits=_has_a_wide_matrix)  # fmt: skip
def linear_without_its_transpose(
    box: Box, right: Wrong, grad: Array, value: Array, h: Array, W: Array, b: Array
) -> Any:
    _, grad_W, grad_b = right(grad)
    return grad @ W.reshape(W.shape[1], W.shape[0]), grad_W, grad_b


@mistake("The bias gets no gradient, so it never learns. Its gradient is that of a.", Linear)
def linear_without_its_bias(box: Box, right: Wrong, grad: Array, value: Array, h: Array, W: Array, b: Array) -> Any:
    grad_h, grad_W, grad_b = right(grad)
    return grad_h, grad_W, 0 * grad_b


@mistake(
    "The gradient of W is the sum over the examples of the batch. Here it is their mean, which is too small.", Linear
)
def linear_with_the_mean_of_its_batch(
    box: Box, right: Wrong, grad: Array, value: Array, h: Array, W: Array, b: Array
) -> Any:
    grad_h, grad_W, grad_b = right(grad)
    return grad_h, grad_W / grad.shape[0], grad_b


@mistake(
    "Each probability depends on every score. Here only its own was counted, f (1 - f), and the others were forgotten.",
    Softmax,
)
def softmax_of_each_class_alone(box: Box, right: Wrong, grad: Array, value: Array, a: Array) -> Array:
    return grad * value * (1 - value)


def _shares_a_child(graph: Graph, box: Box) -> bool:
    return shared_child(graph, box) is not None


@mistake("A box with several parents sums what they send. Here what this parent sends to it is lost.", Box,
         fits=_shares_a_child)  # fmt: skip
def sum_over_parents_forgotten(box: Any, right: Wrong, grad: Array, value: Array, *arguments: Array) -> Any:
    sent = right(grad)
    parts = list(sent) if isinstance(sent, tuple | list) else [sent]
    parts[box.shared] = 0 * parts[box.shared]
    return tuple(parts) if isinstance(sent, tuple | list) else parts[0]


def shared_child(graph: Graph, box: Box) -> int | None:
    """The place of a child that has other parents too, and needs a gradient; None where there is none."""
    way = trained_boxes(graph)
    others = {child for other in way if other is not box for child in other.children}
    both = [i for i, child in enumerate(box.children) if child in others and child in way and child.children]
    return both[0] if both else None
