"""How a product of two matrices is computed: which operand is read along its rows by whole vectors.

BROADCAST: C[m, n..] += A[m, k] B[k, n..], vectors along n. INNER: C[m, n] = sum over vectors along k of both.
"""

from __future__ import annotations

from dataclasses import dataclass

from bprop.engines.native.memory import lay_out
from bprop.engines.native.traced import Traced

BROADCAST, INNER = "broadcast", "inner"


@dataclass(frozen=True)
class Operand:
    """A matrix in memory: `base`, seen with these strides (in elements) along its two axes."""

    base: Traced
    strides: tuple[int, int]

    @property
    def turned(self) -> Operand:
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
    """How a matrix lies in memory: a transpose as what it is the transpose of, unless it is copied."""
    if array.op == "transpose" and not copied:
        return operand(array.args[0], lanes).turned
    first, second = lay_out(array.shape, array.dtype, lanes).strides
    return Operand(array, (first, second))


PARTS = 8
"""Sums that a product of few rows with large weights is cut into."""
WORTH = 256 * 1024
"""Bytes of weights from which on a thread had better keep to its own rows of them."""


def parts_of(a: Traced, b: Traced) -> int:
    """How many partial sums make up a product a b: several where b are large weights and a has few rows.

    A core keeps rows of W in its own cache from step to step if it reads in fprop those rows that it updates in bprop.
    The number depends on the shapes alone, and never on the number of threads: a sum's order decides its last bits.
    """
    (M, K), N = a.shape, b.shape[1]
    if b.op != "leaf" or N == 1 or K * N * b.dtype.itemsize < WORTH:
        return 1
    count = PARTS
    while count > 1 and 8 * count * M > K:  # what is written and read again is to be little beside W
        count //= 2
    return count


def form_of(dot: Traced, lanes: int) -> Form:
    """The form for a product: broadcast where the operands lie for it, as it is or turned; else inner."""
    a, b = dot.args
    (M, K), N = a.shape, b.shape[1]
    A, B = operand(a, lanes), operand(b, lanes)
    if dot.op == "partial_dots":
        return Form(BROADCAST, A, B, (M, K, N))
    rows, columns = lay_out(dot.shape, dot.dtype, lanes).strides
    if B.strides[1] == 1 and columns == 1:
        return Form(BROADCAST, A, B, (M, K, N))
    if A.strides[0] == 1 and rows == 1:
        return Form(BROADCAST, B.turned, A.turned, (N, K, M), swapped=True)
    if 2 * lanes > K and columns == 1 and M > 1:
        return Form(BROADCAST, A, operand(b, lanes, copied=True), (M, K, N))
    return Form(INNER, A, B, (M, K, N))
