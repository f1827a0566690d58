"""The formulas of a box: fprop and what bprop sends, with names and with the numbers of one example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

import numpy as np

from bprop.box import Box
from bprop.formulas import pieces
from bprop.formulas.elements import element
from bprop.formulas.layout import Formula, Line, equal, laid_out
from bprop.formulas.names import Symbol
from bprop.formulas.numbers import matrix_of, with_numbers
from bprop.formulas.pieces import Piece
from bprop.formulas.recording import Arrays, bprop_terms, dummies, fprop_term, name_of
from bprop.formulas.term import Term, UnwritableError, terms_of
from bprop.formulas.writer import NeedsIndexError, Written, write
from bprop.structure.formula import is_bare_number

FPROP, BPROP = "fprop", "bprop"
MOST_LINES = 5
"""Of a vector of more elements, the first ones and the last are shown."""
FIRST_LINES = 3


def formula_of(
    box: Box, names: Mapping[Box, str], phase: str = FPROP, wanted: Sequence[bool] | None = None, loss: str = "L"
) -> Formula:
    """The formula of a box with the names of its children: h1 = tanh(a1); or of what its bprop sends to each child.

    names : {box: name}, as `graph.names`; a box without a name has that of its class. phase : "fprop" or "bprop".
    wanted : one bool a child, for bprop: which gradients are shown (default: all that bprop sends). loss : the letter
    of the loss.

    >>> a = bp.Input("a", (3,))
    >>> h = bp.tanh(a, name="h")
    >>> formula_of(h, {}).text, formula_of(h, {}, "bprop").text
    ('h = tanh(a)', 'dL/da = dL/dh * (1 - h^2)')
    """
    lines = _named_fprop(box, names) if phase == FPROP else _named_bprop(box, names, _wanted(box, wanted), loss)
    return laid_out(lines)


def numbers_of(
    box: Box, names: Mapping[Box, str], arrays: Arrays, phase: str = FPROP, *, example: int = 0,
    wanted: Sequence[bool] | None = None, at: Sequence[int] | None = None, loss: str = "L",
) -> Formula:  # fmt: skip
    """The same with the numbers of one example: a1[0] = 0.5 * 1.2 + (-0.3) * 0.7 + 0.1 = 0.49.

    arrays : of the box in a pass, with the batch axis: `Arrays(children, extras, value, grad)`. example : the row.
    at : the one element to show, as an index without the batch axis; of bprop, of the one child that is wanted.

    >>> x, w = bp.Input("x", (2,)), bp.Parameter("w", (2,))
    >>> box = bp.matmul(x, w, name="a")
    >>> arrays = Arrays([np.array([[0.5, -0.3]]), np.array([1.2, 0.7])], value=np.array([0.39]))
    >>> numbers_of(box, {}, arrays).text
    'a = 0.5 * 1.2 + (-0.3) * 0.7 = 0.39'
    """
    arrays, row = _of_example(box, arrays, example)
    if phase == FPROP:
        lines = _numbers_fprop(box, names, arrays, row, at)
    else:
        lines = _numbers_bprop(box, names, arrays, row, at, _wanted(box, wanted), loss)
    return laid_out(lines)


def _wanted(box: Box, wanted: Sequence[bool] | None) -> list[bool]:
    chosen = [True] * len(box.children) if wanted is None else list(wanted)
    return [which and not is_bare_number(child) for which, child in zip(chosen, box.children, strict=True)]


# --- with names ---


def _named_fprop(box: Box, names: Mapping[Box, str]) -> list[Line]:
    own = Symbol(name_of(box, names))
    try:
        return _with_lets({own: write(fprop_term(box, names, dummies(box)))})
    except UnwritableError:
        return [Line(own.piece(), _call(box, names))]


def _named_bprop(box: Box, names: Mapping[Box, str], wanted: Sequence[bool], loss: str) -> list[Line]:
    try:
        sent = bprop_terms(box, names, dummies(box), wanted, loss)
    except UnwritableError:
        sent = [UNWRITABLE if which else None for which in wanted]
    formulas: dict[Symbol, Written] = {}
    for child, term in zip(box.children, sent, strict=True):
        if term is None:
            continue
        to = Symbol(name_of(child, names), loss)
        try:
            formulas[to] = write(term)
        except UnwritableError:
            formulas[to] = Written(_call(box, names, loss))
    return _with_lets(formulas) if formulas else [_nothing(box, names)]


def _with_lets(formulas: Mapping[Symbol, Written]) -> list[Line]:
    """A line for each formula, and below one for each name that they gave to a part of them."""
    lines = [Line(own.piece(one.index), one.piece) for own, one in formulas.items()]
    lets = {name: let for one in formulas.values() for name, let in one.lets}
    return lines + [Line(Symbol(name).piece(let.index), let.piece, word="where") for name, let in lets.items()]


UNWRITABLE = Term("unwritable", (), None, 0.0)


def _nothing(box: Box, names: Mapping[Box, str]) -> Line:
    return Line(pieces.word(f"{name_of(box, names)} sends no gradient"), None)


def _call(box: Box, names: Mapping[Box, str], loss: str = "") -> Piece:
    """name(children): the formula of a box whose code has none."""
    children = [Symbol(name_of(child, names)).piece() for child in box.children]
    kind = type(box).__name__
    if not loss:
        return pieces.called(kind, children)
    own = name_of(box, names)
    return pieces.called(f"bprop of {kind}", [Symbol(own, loss).piece(), Symbol(own).piece(), *children])


# --- with numbers ---


def _of_example(box: Box, arrays: Arrays, example: int) -> tuple[Arrays, int]:
    """(the arrays of the example alone where the box treats each row for itself, the row that is shown in them)."""
    batched = [one.dims[:1] == ("N",) for one in (box, *box.children)]
    mixes = any(batched) and not batched[0]
    plain = all(map(_has_plain_rows, (box, *box.children)))
    if box.keeps_rows is not True or "weights" in box.needs or mixes or not plain:
        return arrays, example
    own = slice(example, example + 1)
    children = [a[own] if c.dims[:1] == ("N",) else a for c, a in zip(box.children, arrays.children, strict=True)]
    has_rows = box.dims[:1] == ("N",)
    value, grad = (a[own] if has_rows and a is not None else a for a in (arrays.value, arrays.grad))
    return Arrays(children, [extra[own] for extra in arrays.extras], value, grad), 0


def _has_plain_rows(box: Box) -> bool:
    """Whether the value has a row an example, or none that depends on the examples."""
    return not any(isinstance(size, str) for size in box.dims[1:]) and box.dims[:1] in (
        ("N",),
        (),
        box.spec.shapes[0][:1],
    )


def _numbers_fprop(
    box: Box, names: Mapping[Box, str], arrays: Arrays, row: int, at: Sequence[int] | None
) -> list[Line]:
    own = Symbol(name_of(box, names))
    if arrays.value is None:
        with np.errstate(all="ignore"):
            arrays = arrays._replace(value=box.fprop(*arrays.children, *arrays.extras))
    value = np.asarray(arrays.value)
    has_rows = box.dims[:1] == ("N",)
    try:
        term = fprop_term(box, names, arrays)
        needequal(term.value, value)
    except UnwritableError:
        return [Line(own.piece(), matrix_of(value[row] if has_rows else value))]
    return [*_lines(own, term, value, row if has_rows else None, at), *_lets([term])]


def _numbers_bprop(
    box: Box, names: Mapping[Box, str], arrays: Arrays, row: int, at: Sequence[int] | None, wanted: Sequence[bool],
    loss: str,
) -> list[Line]:  # fmt: skip
    sent = _sent(box, arrays, wanted)
    try:
        terms = bprop_terms(box, names, arrays, wanted, loss)
    except UnwritableError:
        terms = [None] * len(sent)
    lines: list[Line] = []
    for child, term, array in zip(box.children, terms, sent, strict=True):
        if array is None:
            continue
        to, has_rows = Symbol(name_of(child, names), loss), child.dims[:1] == ("N",)
        try:
            if term is None:
                raise UnwritableError("no formula")
            needequal(term.value, array)
            lines += _lines(to, term, array, row if has_rows else None, at)
        except UnwritableError:
            lines.append(Line(to.piece(), matrix_of(array[row] if has_rows else array)))
    return [*lines, *_lets([term for term in terms if term is not None])] or [_nothing(box, names)]


def _lets(terms: Sequence[Term]) -> list[Line]:
    """A line for each single number to which a formula gives a name."""
    lets = {one.attr: one for term in terms for one in terms_of(term) if one.op == "let" and not one.rank}
    places = {name: (0,) * one.ndim for name, one in lets.items()}
    return [_line(Symbol(name), one.args[0], one.value, places[name], one.ndim)._replace(word="where")
            for name, one in lets.items()]  # fmt: skip


def _sent(box: Box, arrays: Arrays, wanted: Sequence[bool]) -> list[np.ndarray | None]:
    """The gradients that bprop sends, computed by bprop itself."""
    with np.errstate(all="ignore"):
        sent = box.bprop(arrays.grad, arrays.value, *arrays.children, *arrays.extras)
    parts = sent if isinstance(sent, tuple | list) else (sent,)
    return [np.asarray(part) if which and part is not None else None for part, which in zip(parts, wanted, strict=True)]


def needequal(written: np.ndarray, computed: np.ndarray) -> None:
    """Raise UnwritableError where the formula gives other numbers than the code: it is not the code's formula.

    Where the formula, which is not written for stability, overflows, there is nothing to compare.
    """
    if written.shape != computed.shape:
        raise UnwritableError("the formula has another shape than the value")
    known = np.isfinite(written) & np.isfinite(computed)
    narrow = computed.dtype.kind == "f" and computed.dtype.itemsize < 8
    tolerance = 1e-3 if narrow else 1e-6
    size = np.abs(computed[known].astype(float)).max(initial=0.0)
    if np.any(np.abs(written[known].astype(float) - computed[known]) > tolerance * max(size, 1e-3)):
        raise UnwritableError("the formula gives other numbers than the code")


def _lines(own: Symbol, term: Term, value: np.ndarray, row: int | None, at: Sequence[int] | None) -> list[Line]:
    """A line for each element of a vector, with dots for many; one line with matrices for a matrix."""
    shown = value if row is None else value[row]
    before = () if row is None else (row,)
    if at is not None:
        return [_line(own, term, value, (*before, *at), len(before))]
    if sum(size != 1 for size in shown.shape) == 2:
        try:
            return [equal(own.piece(), with_numbers(term, row), matrix_of(shown))]
        except (UnwritableError, NeedsIndexError):
            pass
    places = list(product(*map(range, shown.shape))) if prod(shown.shape) <= MOST_LINES else _few(shown.shape)
    return [
        Line(pieces.VERTICAL_DOTS, None) if place is None else _line(own, term, value, (*before, *place), len(before))
        for place in places
    ]


def _few(shape: tuple[int, ...]) -> list[tuple[int, ...] | None]:
    """The first places of an array, None for dots, and the last place."""
    first = [tuple(int(i) for i in np.unravel_index(k, shape)) for k in range(FIRST_LINES)]
    return [*first, None, tuple(size - 1 for size in shape)]


def _line(own: Symbol, term: Term, value: np.ndarray, place: tuple[int, ...], batch_axes: int) -> Line:
    right, result = element(term, place), pieces.number(value[place])
    return equal(own.piece(place[batch_axes:]), right, result)
