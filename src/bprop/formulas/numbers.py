"""Arrays of numbers in a formula: vectors and matrices in brackets, cut with dots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bprop.formulas import pieces
from bprop.formulas.operations import ELEMENTWISE, squeezed
from bprop.formulas.pieces import Piece
from bprop.formulas.term import Term, UnwritableError
from bprop.formulas.writer import Writer

MOST = 5
"""An array with more rows or columns is cut."""
FIRST = 3


def matrix_of(value: Any) -> Piece:
    """A number, a vector or a matrix. Of more axes, only the size: an array of 2 x 3 x 4 numbers."""
    array = np.asarray(value)
    if array.ndim == 0:
        return pieces.number(array[()])
    if array.ndim == 1:
        return pieces.matrix([_cells(array)])
    shape = tuple(size for size in array.shape if size != 1)
    if len(shape) > 2:
        return pieces.word(f"an array of {' x '.join(map(str, array.shape))} numbers")
    table = array if array.ndim == 2 else array.reshape(shape if len(shape) == 2 else (1, -1))
    rows = [_cells(table[i]) for i in _kept(len(table))]
    if len(table) > MOST:
        rows.insert(FIRST, [pieces.VERTICAL_DOTS] * len(rows[0]))
    return pieces.matrix(rows)


def _cells(line: np.ndarray) -> list[Piece]:
    cells = [pieces.number(line[i]) for i in _kept(len(line))]
    if len(line) > MOST:
        cells.insert(FIRST, pieces.DOTS)
    return cells


def _kept(count: int) -> Sequence[int]:
    return range(count) if count <= MOST else [*range(FIRST), count - 1]


def with_numbers(term: Term, row: int | None) -> Piece:
    """A product of matrices, with matrices of numbers in the place of names. Raises UnwritableError for other terms."""
    if row is not None and term.shape[0] != 1:
        raise UnwritableError("matrices of a batch")
    return Matrices(term).whole(term)


class Matrices(Writer):
    """Writes products of matrices, and their leaves as numbers."""

    def whole(self, term: Term) -> Piece:
        fits = term.op not in ELEMENTWISE and term.op != "reshape"
        broadcast = not fits and any(squeezed(arg) not in ((), squeezed(term)) for arg in term.args)
        if term.op not in ("leaf", "let", "known", "one_hot", *PRODUCTS) or broadcast or term.rank > 2:
            raise UnwritableError("no product of matrices")
        return super().whole(term)

    def whole_leaf(self, term: Term) -> Piece:
        return matrix_of(term.value)

    def whole_transpose(self, term: Term) -> Piece:
        (a,) = term.args
        return matrix_of(term.value) if a.op in ("leaf", "one_hot") else super().whole_transpose(term)

    whole_let = whole_known = whole_one_hot = whole_leaf


PRODUCTS = ("matmul", "tensordot", "transpose", "reshape", "multiply", "negative")
