"""An element of a term with its numbers: 0.5 * 1.2 + (-0.3) * 0.7 + 0.1. Long sums are cut with dots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from bprop.formulas import pieces
from bprop.formulas.operations import CALLS, ELEMENTWISE, RELATIONS
from bprop.formulas.pieces import Piece
from bprop.formulas.term import Term, UnwritableError
from bprop.namespace import windows

MOST = 6
"""A sum of more terms shows the first and the last, with dots between them."""
FIRST = 3
Place = tuple[int, ...]


def element(term: Term, place: Place) -> Piece:
    """The formula of one element with its numbers."""
    handler = HANDLERS.get(term.op)
    if handler is not None:
        return handler(term, place)
    if term.op in MOVES:
        return element(term.args[0], moved(term, place))
    if term.op in RELATIONS or term.op in TRUTHS:
        return value_at(term, place)
    parts = [element(arg, narrowed(place, arg)) for arg in term.args]
    if term.op in ELEMENTWISE:
        return ELEMENTWISE[term.op](SCALARS[term.op] if term.op == "multiply" else term, parts)
    return pieces.called(CALLS.get(term.op, term.op), parts)


def value_at(term: Term, place: Place) -> Piece:
    """The number itself."""
    return pieces.number(term.value[place])


def narrowed(place: Place, arg: Term) -> Place:
    """The place in an argument that is broadcast."""
    own = place[len(place) - arg.ndim :]
    return tuple(0 if size == 1 else at for at, size in zip(own, arg.shape, strict=True))


def moved(term: Term, place: Place) -> Place:
    """The place that an element of a moved array comes from: the move of the values also moves their places."""
    (a,) = term.args
    how = term.attr[0]
    places = np.arange(a.size).reshape(a.shape)
    return unravel(np.asarray(how(places))[place], a)


def unravel(flat: Any, a: Term) -> Place:
    return tuple(int(i) for i in np.unravel_index(int(flat), a.shape))


def joined(term: Term, place: Place) -> Piece:
    """An element of a concatenation."""
    axis = term.attr % term.ndim
    at = place[axis]
    for part in term.args:
        if at < part.shape[axis]:
            return element(part, (*place[:axis], at, *place[axis + 1 :]))
        at -= part.shape[axis]
    raise UnwritableError("a place outside of all parts")


def taken(term: Term, place: Place) -> Piece:
    a, numbers = term.args
    at = place[: numbers.ndim]
    return element(a, (int(numbers.value[at]) % a.shape[0], *place[numbers.ndim :]))


def at_label(term: Term, place: Place) -> Piece:
    a, y = term.args
    own = (*place, int(y.value[place]))
    return of_softmax(a, own) if a.op == "softmax" else element(a, own)


def taken_along(term: Term, place: Place) -> Piece:
    a, numbers = term.args
    axis = term.attr % a.ndim
    return element(a, (*place[:axis], int(numbers.value[place]), *place[axis + 1 :]))


def of_product(term: Term, place: Place) -> Piece:
    """An element of a product of matrices: a sum of products."""
    first, second = term.args
    count = first.shape[-1]
    stack_place = place[: term.ndim - (first.ndim > 1) - (second.ndim > 1)]
    row = place[len(stack_place)] if first.ndim > 1 else None
    column = place[-1] if second.ndim > 1 else None
    before_a = narrowed_stack(stack_place, first)
    before_b = narrowed_stack(stack_place, second)

    def pair(k: int) -> Piece:
        left = (*before_a, *(() if row is None else (row,)), k)
        right = (*before_b, k, *(() if column is None else (column,)))
        return pieces.multiplied(element(first, left), element(second, right))

    return summed(pair, count)


def narrowed_stack(place: Place, a: Term) -> Place:
    """The place in the leading axes of a stack of matrices, which broadcast."""
    sizes = a.shape[:-2] if a.ndim > 1 else ()
    own = place[len(place) - len(sizes) :]
    return tuple(0 if size == 1 else at for at, size in zip(own, sizes, strict=True))


def of_tensordot(term: Term, place: Place) -> Piece:
    """An element of a product over several axes."""
    first, second = term.args
    one, other = term.attr
    free = [i for i in range(first.ndim) if i not in one], [i for i in range(second.ndim) if i not in other]
    sizes = tuple(first.shape[i] for i in one)

    def pair(k: int) -> Piece:
        inner = np.unravel_index(k, sizes)
        left, right = [0] * first.ndim, [0] * second.ndim
        for axis, at in (*zip(one, inner, strict=True), *zip(free[0], place, strict=False)):
            left[axis] = int(at)
        for axis, at in (*zip(other, inner, strict=True), *zip(free[1], place[len(free[0]) :], strict=True)):
            right[axis] = int(at)
        return pieces.multiplied(element(first, tuple(left)), element(second, tuple(right)))

    return summed(pair, prod(sizes))


def reduced(term: Term, place: Place) -> Piece:
    """A sum, mean, maximum, ... written out."""
    (a,) = term.args
    axes, keepdims = term.attr
    others = [at for i, at in enumerate(place) if not keepdims or i not in axes]
    sizes = tuple(a.shape[i] for i in axes)
    count = prod(sizes)

    def part(k: int) -> Piece:
        along, left = iter(np.unravel_index(k, sizes)), iter(others)
        return element(a, tuple(int(next(along)) if i in axes else next(left) for i in range(a.ndim)))

    if term.op == "sum":
        return summed(part, count)
    if term.op == "mean":
        return pieces.divided(summed(part, count), pieces.number(count))
    if term.op in ("any", "all", "prod"):
        return value_at(term, place)
    return pieces.called(term.op, listed(part, count))


def listed(part: Callable[[int], Piece], count: int) -> list[Piece]:
    """The parts by number; of many the first ones, dots, and the last."""
    if count <= MOST:
        return [part(k) for k in range(count)]
    return [*(part(k) for k in range(FIRST)), pieces.DOTS, part(count - 1)]


def summed(part: Callable[[int], Piece], count: int) -> Piece:
    """The sum of parts by number."""
    return pieces.added(listed(part, count)) if count else pieces.number(0)


def placed(term: Term, place: Place) -> Piece:
    """An element of zeros to which parts were added."""
    part = term.args[0]
    numbers, shape = term.attr
    targets = np.arange(int(np.prod(shape))).reshape(shape)[numbers]
    return from_places(part, targets, np.ravel_multi_index(place, shape) if shape else 0)


def folded(term: Term, place: Place) -> Piece:
    """An element of a fold: the sum over the windows that see it."""
    (grad,) = term.args
    return from_places(grad, sources_of_fold(term), np.ravel_multi_index(place, term.shape))


def sources_of_fold(term: Term) -> np.ndarray:
    """For each element of the windows, the place that it is added to."""
    sizes, step, apart = term.attr
    (grad,) = term.args
    axes = len(sizes)
    size = grad.shape[axes + 1 : -1]
    counts = grad.shape[1 : axes + 1]
    places = np.arange(term.size).reshape(term.shape)
    inside = np.array(windows(places, size, step, apart))
    return inside[(slice(None), *(slice(0, n) for n in counts))]


def from_places(part: Term, targets: np.ndarray, flat: Any) -> Piece:
    """The sum of the elements of a part whose target is this place; 0 where none is."""
    sources = np.flatnonzero(np.broadcast_to(targets, part.shape).ravel() == flat)
    return summed(lambda k: element(part, unravel(sources[k], part)), len(sources))


def branch(term: Term, place: Place) -> Piece:
    """Of a where: the branch that was taken."""
    condition, a, b = term.args
    taken = a if condition.value[narrowed(place, condition)] else b
    return element(taken, narrowed(place, taken))


def of_softmax(term: Term, place: Place) -> Piece:
    if term.attr:
        return value_at(term, place)
    (a,) = term.args
    own = pieces.exponential(element(a, place))
    total = summed(lambda k: pieces.exponential(element(a, (*place[:-1], k))), a.shape[-1])
    return pieces.divided(own, total)


def of_sigmoid(term: Term, place: Place) -> Piece:
    return value_at(term, place) if term.attr else pieces.called("sigmoid", [element(term.args[0], place)])


def first_argument(term: Term, place: Place) -> Piece:
    return element(term.args[0], place)


class _Scalars:
    """A stand-in for the term of a product of two numbers, whose sign is a dot."""

    op = "multiply"
    args: Sequence[Any] = ()


SCALARS: dict[str, Any] = {"multiply": _Scalars()}
MOVES = ("reshape", "transpose", "broadcast", "getitem", "windows")
TRUTHS = ("logical_and", "logical_or", "logical_not", "isnan", "isinf", "isfinite")
HANDLERS: dict[str, Callable[[Term, Place], Piece]] = {
    "leaf": value_at, "number": value_at, "places": value_at, "argmax": value_at, "one_hot": value_at,
    "let": value_at, "written": first_argument, "known": value_at, "concatenate": joined, "take": taken,
    "take_along": taken_along, "at_label": at_label, "matmul": of_product, "tensordot": of_tensordot,
    "place": placed, "fold": folded,
    "where": branch, "softmax": value_at, "sigmoid": of_sigmoid,
    **dict.fromkeys(("sum", "mean", "max", "min", "prod", "any", "all"), reduced),
}  # fmt: skip
