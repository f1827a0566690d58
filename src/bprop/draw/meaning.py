"""The work of a box, in a few words: the first line of a box without a name of its own.

A child that has no name of its own either stands in the formula with its own formula, if that is short: the sum of
`multiply_1` and b reads `x * w + b`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bprop.box import Box
from bprop.draw.letters import cut
from bprop.leaves import Leaf
from bprop.lower_case import snake
from bprop.structure.formula import changed, formula, is_operation, term, with_terms
from bprop.structure.structure import Structure

LONGEST, SHORTEST = 24, 8
"""Letters of a formula, and of a name in it that is cut."""
STRONGEST = 3
BINDS = {"[]": STRONGEST, "@": 2, "*": 2, "/": 2, "-": 1, "+": 1}
"""How strongly operators bind, as in Python. Those of other people's boxes get brackets on both sides."""
CUT = "(…)"


def has_automatic_name(box: Box, outputs: Iterable[Box]) -> bool:
    """Whether the name of a box was made from its type."""
    return not box.name and not isinstance(box, Leaf) and box not in set(outputs)


def meanings(graph: Structure) -> dict[Box, str]:
    """{box: its work}, for all boxes but leaves: `x * w + b`, `a1[:, 0]`, `dropout rate=0.2`."""
    outputs = set(graph.outputs.values())
    automatic = {box for box in graph.order if has_automatic_name(box, outputs)}
    texts: dict[Box, str] = {}
    for box in graph.order:
        if not isinstance(box, Leaf):
            texts[box] = _meaning(box, graph.names, automatic, texts)
    return texts


def _meaning(box: Box, names: Mapping[Box, str], automatic: set[Box], texts: Mapping[Box, str]) -> str:
    if not is_operation(box):
        return " ".join([snake(type(box).__name__), *changed(box)])
    terms = [
        _within(child, box, place, texts[child]) if is_operation(child) else _call(child, names, automatic)
        if child in automatic else term(child, names)
        for place, child in enumerate(box.children)
    ]  # fmt: skip
    formulas = [place for place, child in enumerate(box.children) if child in automatic and is_operation(child)]
    for place in sorted(formulas, key=lambda place: -len(terms[place])):
        if len(with_terms(box, terms)) > LONGEST:
            terms[place] = CUT
    if len(with_terms(box, terms)) > LONGEST:  # names are cut as well, so that the operator is seen
        terms = [cut(text, max(SHORTEST, LONGEST // len(terms) - 2)) for text in terms]
    return with_terms(box, terms)


def _call(child: Box, names: Mapping[Box, str], automatic: set[Box]) -> str:
    """A function as a term: `l2(W1, W2)` if that is short, else `l2(…)`."""
    whole = formula(child, names)
    short = len(whole) <= LONGEST and automatic.isdisjoint(child.children)
    return whole if short else f"{snake(type(child).__name__)}{CUT}"


def _within(child: Box, box: Box, place: int, text: str) -> str:
    """The work of an operation, as a term of the formula of a box, in brackets if it needs them."""
    if len(text) > LONGEST:
        return CUT
    own, outer = BINDS.get(_operator(child), 0), BINDS.get(_operator(box), STRONGEST)
    return text if own > outer or (own == outer and place == 0) else f"({text})"  # of equals the left one comes first


def _operator(box: Box) -> str:
    return type(box).symbol or "[]"
