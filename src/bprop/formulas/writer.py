"""A term as mathematics with names: whole arrays where that says it all, h W + b, else elements, exp(a_i) / sum_j exp(a_j).

Axes of one element, such as that of the one example, are not written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from bprop.formulas import pieces
from bprop.formulas.pieces import Piece
from bprop.formulas.term import Term, UnwritableError, is_number, terms_of

LETTERS = "ijklmpqr"
RELATIONS = {
    "greater": ">", "less": "<", "greater_equal": ">=", "less_equal": "<=", "equal": "==", "not_equal": "!=",
}  # fmt: skip
LARGE = {"sum": "∑", "mean": "mean", "max": "max", "min": "min", "prod": "∏", "any": "any", "all": "all"}
CALLS = {"maximum": "max", "minimum": "min", "logaddexp": "logaddexp", "absolute": "abs", "logical_not": "not",
         "logical_and": "and", "logical_or": "or"}  # fmt: skip
MOST_TERMS = 80
"""A formula of more operations is not written out: it would say less than the name of the box."""

Letters = tuple[str | None, ...]


class Symbol(NamedTuple):
    """The name of a leaf: a value's, or with `of` the gradient of that loss with respect to the value."""

    name: str
    of: str = ""

    def piece(self, index: Sequence[Any] = ()) -> Piece:
        """The name, or that of an element."""
        return pieces.derivative(self.of, self.name, index) if self.of else pieces.identifier(self.name, index)


class NeedsIndexError(Exception):
    """The formula has a sum for each element of the value, so it is written element by element."""


class Written(NamedTuple):
    """A formula: the right side, and the index with which the left side is written."""

    piece: Piece
    index: tuple[str, ...]


def write(term: Term) -> Written:
    """The formula of a term. Raises UnwritableError where there is none, or none that is short."""
    if sum(1 for _ in terms_of(term)) > MOST_TERMS:
        raise UnwritableError("a formula of many operations")
    if not term.rank or not any(one.op in LARGE for one in terms_of(term)):
        try:
            return Written(Writer(term).whole(term), ())
        except NeedsIndexError:
            pass
    try:
        writer = Writer(term)
        letters = writer.fresh(term)
        return Written(writer.at(term, letters), tuple(letter for letter in letters if letter))
    except UnwritableError:
        return whole_or_not(term)


def whole_or_not(term: Term) -> Written:
    """The formula of a whole array with sums in it. Raises UnwritableError where a sum is one for each element."""
    try:
        return Written(Writer(term).whole(term), ())
    except NeedsIndexError:
        raise UnwritableError("a sum for each element, and no index to write it with") from None


class Writer:
    """Writes the terms of one formula."""

    def __init__(self, term: Term):
        used = {one.attr.name for one in terms_of(term) if one.op == "leaf"}
        self.letters: Iterator[str] = (letter for letter in LETTERS if letter not in used)
        self.lets: dict[str, Term] = {}

    def fresh(self, term: Term, axes: Sequence[int] | None = None) -> Letters:
        """A letter for each axis of more than one element."""
        try:
            return tuple(
                next(self.letters) if size != 1 and (axes is None or i in axes) else None
                for i, size in enumerate(term.shape)
            )
        except (StopIteration, RuntimeError):
            raise UnwritableError("more axes than letters") from None

    # --- whole arrays ---

    def whole(self, term: Term) -> Piece:
        """The formula of a whole array."""
        if term.op in ELEMENTWISE:
            return ELEMENTWISE[term.op](term, [self.whole(arg) for arg in term.args])
        if term.op in LARGE:
            return self.total(term)
        method: Callable[[Term], Piece] | None = getattr(self, f"whole_{term.op}", None)
        if method is not None:
            return method(term)
        return elementwise(term, [self.whole(arg) for arg in term.args])

    def whole_leaf(self, term: Term) -> Piece:
        return term.attr.piece()

    def whole_number(self, term: Term) -> Piece:
        return literal(term)

    def whole_unwritable(self, term: Term) -> Piece:
        raise UnwritableError("code that does not run on terms")

    def whole_places(self, term: Term) -> Piece:
        raise NeedsIndexError

    def at_places(self, term: Term, letters: Letters) -> Piece:
        return pieces.identifier(letters[-1] or "0")

    def whole_let(self, term: Term) -> Piece:
        self.lets[term.attr] = term.args[0]
        return pieces.identifier(term.attr)

    def whole_written(self, term: Term) -> Piece:
        return pieces.called(term.attr, [self.whole(arg) for arg in term.args[1:]])

    def whole_matmul(self, term: Term) -> Piece:
        return pieces.multiplied(*(self.whole(arg) for arg in term.args), sign="")

    def whole_tensordot(self, term: Term) -> Piece:
        first, second = term.args
        axes = term.attr
        one = all(not np.isscalar(part) and len(part) == 1 for part in axes) if not isinstance(axes, int) else False
        if not one or second.ndim != 2:
            raise UnwritableError("a product over several axes")
        (i,), (j,) = axes
        i, j = i % first.ndim, j % second.ndim
        left, right = self.whole(first), self.whole(second)
        if i == 0 and first.ndim == 2:
            left = pieces.transposed(left)
        elif i != first.ndim - 1:
            raise UnwritableError("a product over an axis in the middle")
        return pieces.multiplied(left, pieces.transposed(right) if j == 1 else right, sign="")

    def whole_transpose(self, term: Term) -> Piece:
        (a,) = term.args
        inner = self.whole(a)
        return pieces.transposed(inner) if a.ndim == 2 else pieces.called("transpose", [inner])

    def whole_reshape(self, term: Term) -> Piece:
        (a,) = term.args
        inner = self.whole(a)
        return inner if squeezed(a) == squeezed(term) else pieces.called("reshape", [inner])

    def whole_broadcast(self, term: Term) -> Piece:
        return self.whole(term.args[0])

    def whole_getitem(self, term: Term) -> Piece:
        (a,) = term.args
        if squeezed(a) == squeezed(term):
            return self.whole(a)
        return part_of(self.whole(a), a, places_of(term.attr[1], a))

    def whole_take(self, term: Term) -> Piece:
        a, numbers = term.args
        return part_of(self.whole(a), a, [self.whole(numbers).text])

    whole_at_label = whole_take

    def whole_take_along(self, term: Term) -> Piece:
        if term.rank:
            raise UnwritableError("elements of several rows")
        return self.whole_take(term)

    def whole_one_hot(self, term: Term) -> Piece:
        return pieces.called("e", [self.whole(term.args[0])])

    def whole_softmax(self, term: Term) -> Piece:
        return pieces.called(term.op, [self.whole(term.args[0])])

    whole_sigmoid = whole_softmax

    def whole_concatenate(self, term: Term) -> Piece:
        return pieces.matrix([[self.whole(arg) for arg in term.args]])

    def whole_place(self, term: Term) -> Piece:
        inner = self.whole(term.args[0])
        numbers, _ = term.attr
        where = self.whole(term.args[1]).text if len(term.args) > 1 else ", ".join(places_of(numbers, None))
        text = f" at [{where}], 0 elsewhere"
        return Piece(pieces.row(inner.mathml, pieces.word(text).mathml), inner.text + text, pieces.RELATION)

    def total(self, term: Term) -> Piece:
        """A reduction to one number, over the letters of all its elements."""
        if term.rank:
            raise NeedsIndexError
        (a,) = term.args
        letters = self.fresh(a)
        return reduced(term.op, [letter for letter in letters if letter], self.at(a, letters))

    # --- elements ---

    def at(self, term: Term, letters: Letters) -> Piece:
        """The formula of an element, for a letter an axis (None for axes of one element)."""
        if not any(letters):
            return self.whole(term)
        if term.op in LARGE:
            return self.total_at(term, letters)
        method: Callable[[Term, Letters], Piece] | None = getattr(self, f"at_{term.op}", None)
        if method is not None:
            return method(term, letters)
        if getattr(self, f"whole_{term.op}", None) is not None:
            raise UnwritableError(f"an element of {term.op}")
        parts = [self.at(arg, narrowed(letters, arg)) for arg in term.args]
        return ELEMENTWISE.get(term.op, elementwise)(term, parts)

    def at_leaf(self, term: Term, letters: Letters) -> Piece:
        return term.attr.piece([letter for letter in letters if letter])

    def at_let(self, term: Term, letters: Letters) -> Piece:
        self.lets[term.attr] = term.args[0]
        return pieces.identifier(term.attr, [letter for letter in letters if letter])

    def at_number(self, term: Term, letters: Letters) -> Piece:
        return literal(term)

    def at_matmul(self, term: Term, letters: Letters) -> Piece:
        first, second = term.args
        if first.ndim < 2 or second.ndim < 2:
            raise UnwritableError("an element of a product with a vector")
        inner = next(self.letters) if first.shape[-1] != 1 else None
        left = self.at(first, (*narrowed((*letters[:-2], None, None), first)[:-2], letters[-2], inner))
        right = self.at(second, (*narrowed((*letters[:-2], None, None), second)[:-2], inner, letters[-1]))
        product = pieces.multiplied(left, right)
        return product if inner is None else pieces.totalled([inner], product)

    def at_transpose(self, term: Term, letters: Letters) -> Piece:
        order = term.attr[1]
        inner: list[str | None] = [None] * len(order)
        for place, axis in enumerate(order):
            inner[axis] = letters[place]
        return self.at(term.args[0], tuple(inner))

    def at_reshape(self, term: Term, letters: Letters) -> Piece:
        (a,) = term.args
        if squeezed(a) != squeezed(term):
            raise UnwritableError("an element of a reshaped array")
        left = iter([letter for letter, size in zip(letters, term.shape, strict=True) if size != 1])
        return self.at(a, tuple(next(left) if size != 1 else None for size in a.shape))

    def at_broadcast(self, term: Term, letters: Letters) -> Piece:
        return self.at(term.args[0], narrowed(letters, term.args[0]))

    def at_getitem(self, term: Term, letters: Letters) -> Piece:
        (a,) = term.args
        if squeezed(a) != squeezed(term):
            raise UnwritableError("an element of a part")
        return self.at_reshape(term, letters)

    def at_one_hot(self, term: Term, letters: Letters) -> Piece:
        (y,) = term.args
        label = self.at(y, letters[:-1])
        return pieces.indicator(pieces.related(label, "=", pieces.identifier(letters[-1] or "0")))

    def at_softmax(self, term: Term, letters: Letters) -> Piece:
        inner = pieces.called("softmax", [self.at(term.args[0], (*letters[:-1], None))])
        return part_of(inner, None, [letters[-1] or "0"])

    def total_at(self, term: Term, letters: Letters) -> Piece:
        """A reduction of each of several parts."""
        (a,) = term.args
        axes, keepdims = term.attr
        fresh = self.fresh(a, axes)
        kept = iter([one for i, one in enumerate(letters) if not keepdims or i not in axes])
        inner = tuple(fresh[i] if i in axes else next(kept) for i in range(a.ndim))
        return reduced(term.op, [letter for letter in fresh if letter], self.at(a, inner))


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


def part_of(piece: Piece, term: Term | None, places: Sequence[str]) -> Piece:
    """a with an index: below a name, or below brackets."""
    if term is not None and term.op == "leaf":
        return term.attr.piece(places)
    inner = piece if piece.level == pieces.ATOM else pieces.fenced(piece)
    below = pieces.row(pieces.operator(",").join(pieces.place_of(place) for place in places))
    return Piece(f"<msub>{pieces.row(inner.mathml)}{below}</msub>", f"{inner.text}[{', '.join(places)}]")


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
    """a b: of a number and an array with a dot, of two arrays element by element."""
    first, second = parts
    arrays = bool(term.args) and all(arg.rank for arg in term.args) and not ("[" in first.text or "[" in second.text)
    return pieces.multiplied(first, second, "⊙" if arrays else "·")


def chosen(term: Term, parts: Sequence[Piece]) -> Piece:
    """a if the condition is true, else b."""
    condition, a, b = parts
    when = condition.inside or pieces.related(condition, "!=", pieces.number(0))
    return pieces.cases([(a, when), (b, None)])


def relation(term: Term, parts: Sequence[Piece]) -> Piece:
    return pieces.indicator(pieces.related(parts[0], RELATIONS[term.op], parts[1]))


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
    **dict.fromkeys(RELATIONS, relation),
}
