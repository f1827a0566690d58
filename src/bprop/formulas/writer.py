"""A term as mathematics with names: whole arrays where that says it all, h W + b, else elements, a_i / sum_j a_j.

Axes of one element, such as that of the one example, are not written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from bprop.formulas import pieces
from bprop.formulas.names import identifier
from bprop.formulas.operations import (
    ELEMENTWISE,
    LARGE,
    Letters,
    called,
    elementwise,
    literal,
    narrowed,
    part_of,
    places_of,
    reduced,
    squeezed,
)  # fmt: skip
from bprop.formulas.pieces import Piece
from bprop.formulas.term import Term, UnwritableError, terms_of

LETTERS = "ijklmpqr"
MOST_TERMS = 80
"""A formula of more operations is not written out: it would say less than the name of the box."""


class NeedsIndexError(Exception):
    """The formula has a sum for each element of the value, so it is written element by element."""


class Written(NamedTuple):
    """A formula: the right side, the index with which the left side is written, and what names in it stand for."""

    piece: Piece
    index: tuple[str, ...] = ()
    lets: tuple[tuple[str, Written], ...] = ()


def write(term: Term) -> Written:
    """The formula of a term. Raises UnwritableError where there is none, or none that is short.

    It is written element by element where it has sums for a value of several elements.
    """
    if sum(1 for _ in terms_of(term)) > MOST_TERMS:
        raise UnwritableError("a formula of many operations")
    ways = [by_elements, as_a_whole] if term.rank and has_sums(term) else [as_a_whole, by_elements]
    for way in ways[:1]:
        try:
            return way(term)
        except (NeedsIndexError, UnwritableError):
            pass
    try:
        return ways[1](term)
    except NeedsIndexError:
        raise UnwritableError("a sum for each element, and no index to write it with") from None


def has_sums(term: Term) -> bool:
    """Whether a formula has sums, apart from those of names that it explains below."""
    return term.op in LARGE or (term.op not in ("let", "known", "written") and any(map(has_sums, term.args)))


def as_a_whole(term: Term) -> Written:
    """The formula of a whole array."""
    writer = Writer(term)
    return Written(writer.whole(term), (), writer.explained())


def by_elements(term: Term) -> Written:
    """The formula of an element."""
    writer = Writer(term)
    letters = writer.fresh(term)
    piece = writer.at(term, letters)
    return Written(piece, tuple(letter for letter in letters if letter), writer.explained())


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

    def explained(self) -> tuple[tuple[str, Written], ...]:
        """The parts of the formula that have names of their own in it."""
        return tuple((name, write(term)) for name, term in self.lets.items())

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
        if term.rank:
            raise NeedsIndexError
        return literal(term)

    def at_places(self, term: Term, letters: Letters) -> Piece:
        return identifier(letters[-1] or "0")

    def whole_let(self, term: Term) -> Piece:
        self.lets[term.attr] = term.args[0]
        return identifier(term.attr)

    def whole_written(self, term: Term) -> Piece:
        return called(term, [self.whole(arg) for arg in term.args[1:]])

    def at_written(self, term: Term, letters: Letters) -> Piece:
        if term.attr[1] or any(arg.rank and arg.ndim > term.ndim for arg in term.args[1:]):
            raise UnwritableError("an element of a function of arrays")
        return called(term, [self.at(arg, narrowed(letters, arg)) for arg in term.args[1:]])

    whole_known: Any = whole_written
    at_known: Any = at_written

    def whole_matmul(self, term: Term) -> Piece:
        return pieces.multiplied(*(self.whole(arg) for arg in term.args), sign="")

    def whole_tensordot(self, term: Term) -> Piece:
        first, second = term.args
        if len(term.attr[0]) != 1 or second.ndim != 2:
            raise UnwritableError("a product over several axes")
        i, j = term.attr[0][0], term.attr[1][0]
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
        if squeezed(a) == squeezed(term):
            return inner
        sizes = "(" + ", ".join(map(str, squeezed(term))) + ")"
        return pieces.called("reshape", [inner, pieces.word(sizes)])

    def whole_broadcast(self, term: Term) -> Piece:
        return self.whole(term.args[0])

    def whole_getitem(self, term: Term) -> Piece:
        (a,) = term.args
        if squeezed(a) == squeezed(term):
            return self.whole(a)
        return part_of(self.whole(a), a, places_of(term.attr[1], a))

    def whole_take(self, term: Term) -> Piece:
        a, numbers = term.args
        return part_of(self.whole(a), a, [self.whole(numbers)])

    whole_at_label = whole_take

    def whole_take_along(self, term: Term) -> Piece:
        if term.rank:
            raise UnwritableError("elements of several rows")
        return self.whole_take(term)

    def whole_one_hot(self, term: Term) -> Piece:
        return pieces.called("e", [self.whole(term.args[0])])

    def whole_softmax(self, term: Term) -> Piece:
        """Of a box of the graph its name, f."""
        return term.attr.piece() if term.attr else pieces.called(term.op, [self.whole(term.args[0])])

    whole_sigmoid = whole_softmax

    def whole_concatenate(self, term: Term) -> Piece:
        parts = [self.whole(arg) for arg in term.args]
        below = term.attr % term.ndim != term.ndim - 1 and term.rank > 1
        return pieces.matrix([[part] for part in parts] if below else [parts])

    def whole_place(self, term: Term) -> Piece:
        inner = self.whole(term.args[0])
        numbers, _ = term.attr
        where = self.whole(term.args[1]).text if len(term.args) > 1 else ", ".join(places_of(numbers, term))
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
        return identifier(term.attr, [letter for letter in letters if letter])

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
        return pieces.indicator(pieces.related(label, "=", identifier(letters[-1] or "0")))

    def at_at_label(self, term: Term, letters: Letters) -> Piece:
        a, y = term.args
        label = self.at(y, narrowed(letters, y))
        return part_of(self.whole(a), a, [*(letter for letter in letters if letter), label])

    def at_take(self, term: Term, letters: Letters) -> Piece:
        a, numbers = term.args
        row = self.at(numbers, letters[: numbers.ndim])
        return part_of(self.whole(a), a, [row, *(letter for letter in letters[numbers.ndim :] if letter)])

    def at_softmax(self, term: Term, letters: Letters) -> Piece:
        if term.attr:
            return self.at_leaf(term, letters)
        return part_of(self.whole(term), None, [letter for letter in letters if letter])

    def at_sigmoid(self, term: Term, letters: Letters) -> Piece:
        return (
            term.attr.piece([one for one in letters if one])
            if term.attr
            else pieces.called("sigmoid", [self.at(term.args[0], letters)])
        )

    def total_at(self, term: Term, letters: Letters) -> Piece:
        """A reduction of each of several parts."""
        (a,) = term.args
        axes, keepdims = term.attr
        fresh = self.fresh(a, axes)
        others = iter([one for i, one in enumerate(letters) if not keepdims or i not in axes])
        inner = tuple(fresh[i] if i in axes else next(others) for i in range(a.ndim))
        return reduced(term.op, [letter for letter in fresh if letter], self.at(a, inner))
