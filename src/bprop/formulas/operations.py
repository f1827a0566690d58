"""How operations are written, from the pieces of their arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bprop.formulas import pieces
from bprop.formulas.names import Symbol, place_of
from bprop.formulas.pieces import Piece
from bprop.formulas.term import Term, UnwritableError, is_number

RELATIONS = {
    "greater": ">", "less": "<", "greater_equal": ">=", "less_equal": "<=", "equal": "==", "not_equal": "!=",
}  # fmt: skip
LARGE = {"sum": "∑", "mean": "mean", "max": "max", "min": "min", "prod": "∏", "any": "any", "all": "all"}
CALLS = {"maximum": "max", "minimum": "min", "logaddexp": "logaddexp", "absolute": "abs", "logical_not": "not"}

Letters = tuple[str | None, ...]


def called(term: Term, args: Sequence[Piece]) -> Piece:
    """name(args); or two arguments with a sign between; or words around the argument: "{} over the batch"."""
    name, sign = term.attr
    if "{}" in name:
        before, after = name.split("{}")
        inner = pieces.binding(args[0], pieces.PRODUCT)
        around = [pieces.word(part).mathml if part else "" for part in (before, after)]
        return Piece(pieces.row(around[0], inner.mathml, around[1]), name.format(inner.text), pieces.RELATION)
    if not sign:
        return pieces.called(name, args)
    first, second = (pieces.binding(arg, pieces.SIGN) for arg in args)
    mathml = pieces.row(first.mathml, pieces.operator(sign), second.mathml)
    return Piece(mathml, f"{first.text} {name} {second.text}", pieces.PRODUCT)


def squeezed(term: Term) -> tuple[int, ...]:
    """The shape without axes of one element."""
    return tuple(size for size in term.shape if size != 1)


def narrowed(letters: Letters, arg: Term) -> Letters:
    """The letters of an argument that is broadcast."""
    own = letters[len(letters) - arg.ndim :]
    return tuple(None if size == 1 else letter for letter, size in zip(own, arg.shape, strict=True))


def literal(term: Term) -> Piece:
    """A number; an array of equal numbers as that number; a few others as a row."""
    values = term.value.ravel()
    if values.size and (values.size == 1 or np.all(values == values[0])):
        return pieces.number(values[0])
    if term.rank == 1 and values.size <= 6:
        return pieces.matrix([[pieces.number(value) for value in values]])
    raise UnwritableError("an array of numbers without a name")


def part_of(piece: Piece, term: Term | None, places: Sequence[Any]) -> Piece:
    """a with an index: below a name, or below brackets."""
    if term is not None and isinstance(term.attr, Symbol):
        return term.attr.piece(places)
    inner = piece if piece.level == pieces.ATOM else pieces.fenced(piece)
    shown = [place_of(place) for place in places]
    below = pieces.row(pieces.operator(",").join(place.mathml for place in shown))
    text = f"{inner.text}[{', '.join(place.text for place in shown)}]"
    return Piece(f"<msub>{pieces.row(inner.mathml)}{below}</msub>", text)


def places_of(index: Any, term: Term | None) -> list[str]:
    """An index as text: ["0"], ["1:3"]. The part for the examples, which takes all, is left out."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if term is not None and parts and parts[0] == slice(None):
        parts = parts[1:]
    shown = []
    for part in parts:
        if isinstance(part, slice):
            ends = ["" if end is None else str(end) for end in (part.start, part.stop, part.step)]
            shown.append(":".join(ends[: 2 if part.step is None else 3]))
        else:
            shown.append({None: "new", Ellipsis: "…"}.get(part, str(part)) if not isinstance(part, int) else str(part))
    return shown or [":"]


def reduced(kind: str, letters: list[str], body: Piece) -> Piece:
    """A sum, mean or maximum over letters."""
    return pieces.totalled(letters, body, LARGE[kind], kind) if letters else body


def product(term: Term, parts: Sequence[Piece]) -> Piece:
    """a b: of a number and an array side by side, of two arrays element by element."""
    first, second = parts
    arrays = bool(term.args) and all(arg.rank for arg in term.args) and not ("[" in first.text or "[" in second.text)
    beside = bool(term.args) and first.is_number and not second.is_number
    return pieces.multiplied(first, second, "⊙" if arrays else " " if beside else "·")


def chosen(term: Term, parts: Sequence[Piece]) -> Piece:
    """a if the condition is true, else b."""
    condition, a, b = parts
    is_truth = isinstance(condition.inside, Piece)
    when = condition.inside if is_truth else pieces.related(condition, "!=", pieces.number(0))
    return pieces.cases([(a, when), (b, None)])


def relation(term: Term, parts: Sequence[Piece]) -> Piece:
    return pieces.indicator(pieces.related(parts[0], RELATIONS[term.op], parts[1]))


def both(term: Term, parts: Sequence[Piece]) -> Piece:
    """Two conditions, with "and" or "or" between."""
    conditions = [part.inside if isinstance(part.inside, Piece) else part for part in parts]
    return pieces.indicator(pieces.joined(conditions, term.op.removeprefix("logical_")))


def exponent_of(term: Term, parts: Sequence[Piece]) -> Piece:
    if is_number(term.args[1], 0.5):
        return pieces.root(parts[0])
    return pieces.raised(*parts)


def elementwise(term: Term, parts: Sequence[Piece]) -> Piece:
    """Any other operation: its name and its arguments."""
    return pieces.called(CALLS.get(term.op, term.op), parts)


ELEMENTWISE: dict[str, Callable[[Term, Sequence[Piece]], Piece]] = {
    "add": lambda term, parts: pieces.added(parts),
    "subtract": lambda term, parts: pieces.subtracted(*parts),
    "multiply": product,
    "divide": lambda term, parts: pieces.divided(*parts),
    "negative": lambda term, parts: pieces.negated(*parts),
    "power": exponent_of,
    "exp": lambda term, parts: pieces.exponential(*parts),
    "expm1": lambda term, parts: pieces.subtracted(pieces.exponential(*parts), pieces.number(1)),
    "log1p": lambda term, parts: pieces.called("log", [pieces.added([pieces.number(1), *parts])]),
    "sqrt": lambda term, parts: pieces.root(*parts),
    "abs": lambda term, parts: pieces.absolute(*parts),
    "where": chosen,
    "logical_and": both,
    "logical_or": both,
    **dict.fromkeys(RELATIONS, relation),
}
