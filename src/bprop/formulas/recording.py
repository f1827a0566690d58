"""fprop and bprop of a box, run on terms: what leaves a formula behind."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bprop.box import Box
from bprop.formulas.functions import FUNCTIONS
from bprop.formulas.names import Symbol
from bprop.formulas.term import Term, UnwritableError, constant, leaf, terms_of
from bprop.lower_case import snake
from bprop.shapes import BATCHES
from bprop.structure.formula import is_bare_number

MOST_NUMBERS = 5_000_000
"""A box with more numbers in a child or its value is not run for its formula."""
EXTRAS = {"noise": "u", "weights": "w"}


class Arrays(NamedTuple):
    """The arrays of one box in a pass: those of its children, the noise and weights that it was handed, its value, and
    the gradient that arrived at it."""

    children: Sequence[Any]
    extras: Sequence[Any] = ()
    value: Any = None
    grad: Any = None


def name_of(box: Box, names: Mapping[Box, str]) -> str:
    """The name of a box; of one that is not in the graph, its own or that of its class."""
    return names.get(box) or box.name or snake(type(box).__name__)


def dummies(box: Box) -> Arrays:
    """Arrays of one example, of ones (zeros for whole numbers), for the formula with names; of two, where one will not
    do (a[1] of the batch)."""
    for rows in (1, BATCHES[0]):
        children = [stand_in(child, rows) for child in box.children]
        extras = [np.full(np.shape(children[0])[: 1 if need == "weights" else None], 0.5) for need in box.needs]
        with np.errstate(all="ignore"):
            try:
                value = np.asarray(box.fprop(*children, *extras))
            except Exception:
                continue
        if value.shape == stand_in(box, rows).shape:
            return Arrays(children, extras, value, np.ones(value.shape))
    raise UnwritableError("fprop does not run on one or two examples")


def stand_in(box: Box, rows: int) -> np.ndarray:
    """An array with the shape of the box's value for so many examples."""
    if is_bare_number(box):
        return np.asarray(box.hyper["value"])
    two, three = box.spec.shapes
    shape = tuple(a + (rows - BATCHES[0]) * (b - a) for a, b in zip(two, three, strict=True))
    if any(size < 1 for size in shape) or np.prod(shape) > MOST_NUMBERS:
        raise UnwritableError("too many numbers for a formula, or too few examples")
    dummy = box.spec.dummy(0)
    return np.broadcast_to(dummy[(0,) * dummy.ndim], shape)


def child_terms(box: Box, names: Mapping[Box, str], arrays: Arrays) -> list[Term]:
    """A leaf for each child and each extra; a bare number is a number."""
    children = [
        constant(array) if is_bare_number(child) else leaf(array, Symbol(name_of(child, names)))
        for child, array in zip(box.children, arrays.children, strict=True)
    ]
    extras = [leaf(array, Symbol(EXTRAS.get(need, need))) for need, array in zip(box.needs, arrays.extras, strict=True)]
    return [*children, *extras]


def fprop_term(box: Box, names: Mapping[Box, str], arrays: Arrays) -> Term:
    """The term that fprop computes, or that of the class's `formula`, if it has one. Raises UnwritableError."""
    terms = child_terms(box, names, arrays)
    term = ran(lambda: constant(written(box, "formula", "fprop", terms)))
    name_results(term, results_of(box, names, terms))
    return term


def bprop_terms(
    box: Box, names: Mapping[Box, str], arrays: Arrays, wanted: Sequence[bool], loss: str
) -> list[Term | None]:
    """The terms that bprop sends to the children; None where it sends nothing. Raises UnwritableError."""
    name = name_of(box, names)
    grad, value = leaf(arrays.grad, Symbol(name, loss)), leaf(arrays.value, Symbol(name))
    terms = [grad, value, *child_terms(box, names, arrays)]
    sent = ran(lambda: written(box, "bprop_formula", "bprop", terms, wanted))
    parts = list(sent) if isinstance(sent, tuple | list) else [sent]
    if len(parts) != len(box.children):
        raise UnwritableError("bprop sends another number of gradients")
    results = results_of(box, names, terms[2:])
    for part in parts:
        if part is not None:
            name_results(constant(part), results)
    return [constant(part) if which and part is not None else None for part, which in zip(parts, wanted, strict=True)]


def results_of(box: Box, names: Mapping[Box, str], terms: Sequence[Term]) -> dict[tuple[str, int], Symbol]:
    """{(operation, its argument): name} of boxes of the graph that compute a softmax or sigmoid of a child of the box.

    So the gradient of a loss that was written with f, and is computed without it, still reads f - e(y).
    """
    place = {id(child): term for child, term in zip(box.children, terms, strict=False)}
    return {
        (OPERATIONS[type(other).__name__], id(place[id(other.children[0])])): Symbol(name)
        for other, name in names.items()
        if type(other).type_key in OPERATIONS and other is not box and id(other.children[0]) in place
    }


OPERATIONS = {"Softmax": "softmax", "Sigmoid": "sigmoid"}


def name_results(term: Term, results: Mapping[tuple[str, int], Symbol]) -> None:
    """Give the operations that a box of the graph has computed the name of this box."""
    for one in terms_of(term):
        if one.op in ("softmax", "sigmoid"):
            one.attr = results.get((one.op, id(one.args[0])))


def written(box: Box, formula: str, code: str, terms: Sequence[Term], wanted: Sequence[bool] = ()) -> Any:
    """The result of a method with the plain mathematics, if it belongs to this code, else of the code itself."""
    cls = type(box)
    if callable(getattr(cls, formula, None)) and depth(cls, formula) <= depth(cls, code):
        result = by_formula(getattr(box, formula), terms)
        if result is not None:
            return result
    method = getattr(box, code)
    takes_wanted = "wanted" in inspect.signature(method).parameters and wanted
    return method(*terms, **({"wanted": tuple(wanted)} if takes_wanted else {}))


def by_formula(method: Any, terms: Sequence[Term]) -> Any:
    """The terms of a method of this name; None where it is something else: a class may have had it for other ends."""
    try:
        result = method(FUNCTIONS, *terms)
    except Exception:
        return None
    parts = result if isinstance(result, tuple | list) else [result]
    return result if any(isinstance(part, Term) for part in parts) else None


def depth(cls: type, attribute: str) -> int:
    """How far up the class is that defines an attribute: a subclass with its own fprop has a formula of its own."""
    return next((i for i, one in enumerate(cls.__mro__) if attribute in vars(one)), len(cls.__mro__))


def ran(code: Any) -> Any:
    """The result of box code on terms. Whatever it raises, the box has no formula."""
    try:
        with np.errstate(all="ignore"):
            return code()
    except UnwritableError:
        raise
    except Exception as error:
        raise UnwritableError(f"{type(error).__name__}: {error}") from error
