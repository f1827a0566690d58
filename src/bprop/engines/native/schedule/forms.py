"""How a product of two matrices is computed: along which axis operands are read by whole vectors.

BROADCAST: C[m, n..] += A[m, k] B[k, n..], vectors along n. INNER: C[m, n] = sum over vectors along k of both.
PACKED: as BROADCAST, for large products: parts of both are copied first, so they may lie in any way.
"""

from __future__ import annotations

from dataclasses import dataclass

from bprop.engines.native.schedule.buffers import Layout
from bprop.engines.trace.tape import Traced

BROADCAST, INNER, PACKED = "broadcast", "inner", "packed"

MANY_ROWS, MANY_VECTORS, MANY_STEPS = 48, 4, 48
MUCH_WORK = 2**25
"""A product is large from so many rows of C, vectors in a row of it, and terms of a sum on. Copies pay if it is as many
products of numbers, too: smaller ones lie in the caches. Where vectors would run along k they always pay."""


@dataclass(frozen=True)
class Operand:
    """A matrix in memory: the array `base`, read with these strides (in elements) along its two axes."""

    base: Traced
    strides: tuple[int, int]

    @property
    def transposed(self) -> Operand:
        return Operand(self.base, (self.strides[1], self.strides[0]))


@dataclass(frozen=True)
class Form:
    """C = A B with C (M, N), or, where `swapped`, the same as C^T = B^T A^T with C^T (M, N)."""

    kind: str
    A: Operand
    B: Operand
    sizes: tuple[int, int, int]
    """M, K, N."""
    swapped: bool = False

    @property
    def operands(self) -> tuple[Traced, Traced]:
        return self.A.base, self.B.base


def operand(array: Traced, lanes: int, copied: bool = False) -> Operand:
    """How a matrix lies in memory. A transpose is read from the matrix under it, unless it is copied."""
    if array.op == "transpose" and not copied:
        return operand(array.args[0], lanes).transposed
    first, second = Layout.padded(array.shape, array.dtype, lanes).strides
    return Operand(array, (first, second))


def is_large(rows: int, steps: int, vectors: int) -> bool:
    """Whether a product has enough rows, terms of each sum, and vectors in a row to fill tiles and blocks."""
    return rows >= MANY_ROWS and vectors >= MANY_VECTORS and steps >= MANY_STEPS


def form_of(dot: Traced, lanes: int) -> Form:
    """The form of a product: BROADCAST if the operands lie for it, as they are or transposed; else INNER."""
    a, b = dot.args
    (M, K), N = a.shape, b.shape[1]
    A, B = operand(a, lanes), operand(b, lanes)
    if dot.op == "partial_dots":
        return Form(BROADCAST, A, B, (M, K, N))
    rows, columns = Layout.padded(dot.shape, dot.dtype, lanes).strides
    large = is_large(M, K, -(-N // lanes))
    if large and M * K * N >= MUCH_WORK:
        return Form(PACKED, A, B, (M, K, N))
    if B.strides[1] == 1 and columns == 1:
        return Form(BROADCAST, A, B, (M, K, N))
    if A.strides[0] == 1 and rows == 1:
        return Form(BROADCAST, B.transposed, A.transposed, (N, K, M), swapped=True)
    if 2 * lanes > K and columns == 1 and M > 1:
        return Form(BROADCAST, A, operand(b, lanes, copied=True), (M, K, N))
    return Form(PACKED if large else INNER, A, B, (M, K, N))
