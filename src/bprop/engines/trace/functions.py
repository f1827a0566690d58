"""The array namespace of traced arrays: NumPy's functions, as far as boxes, rules and metrics use them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from bprop.engines.trace.elementwise import Elementwise
from bprop.engines.trace.indexing import basic_index
from bprop.engines.trace.tape import LONG, Shape, Tape, Traced
from bprop.errors import UnsupportedError

MOST_PARTS = 8
"""Sums at most that a product of few rows with large weights is cut into."""
LARGE_WEIGHTS = 256 * 1024
"""Bytes of weights from which on it pays that a thread keeps to its own rows of them."""
MANY_ROWS = 48
"""So many rows of the other factor make computing the longer part, wherever the weights lie."""


class Functions(Elementwise):
    """The functions of one tape: what `namespace(a)` gives for a traced array `a`."""

    strided = True
    """Whether a product reads windows by their strides, without a copy of them."""

    # --- moving ---

    def reshape(self, a: Traced, shape: Any) -> Traced:
        shape = _whole(shape, a.size)
        if shape == a.shape:
            return a
        if a.op == "broadcast" and a.args[0].size == 1:
            return self.broadcast_to(self.reshape(a.args[0], ()), shape)
        if a.op == "reshape":
            return self.reshape(a.args[0], shape)
        return self.tape.make("reshape", (a,), None, shape, a.dtype)

    def transpose(self, a: Traced, axes: Sequence[int] | None = None) -> Traced:
        axes = tuple(range(a.ndim))[::-1] if axes is None else tuple(i % a.ndim for i in axes)
        if axes == tuple(range(a.ndim)):
            return a
        if a.op == "transpose":
            return self.transpose(a.args[0], [a.attr[i] for i in axes])
        return self.tape.make("transpose", (a,), axes, tuple(a.shape[i] for i in axes), a.dtype)

    def swapaxes(self, a: Traced, first: int, second: int) -> Traced:
        axes = list(range(a.ndim))
        axes[first], axes[second] = axes[second], axes[first]
        return self.transpose(a, axes)

    def getitem(self, a: Traced, index: Any) -> Traced:
        parts, shape = basic_index(index, a.shape)
        sizes = tuple(size for _, _, size in parts)
        steps = tuple((start, step) for start, step, _ in parts)
        if sizes != a.shape or any(step != (0, 1) for step in steps):
            a = self.tape.make("slice", (a,), steps, sizes, a.dtype)
        return self.reshape(a, shape)

    def concatenate(self, parts: Sequence[Traced], axis: int = 0) -> Traced:
        parts = [self.tape.read(p) for p in parts]
        axis %= parts[0].ndim
        dtype = reduce(self.tape.promote, (p.dtype for p in parts))
        parts = [p.astype(dtype) for p in parts]
        shape = list(parts[0].shape)
        shape[axis] = sum(p.shape[axis] for p in parts)
        starts = np.cumsum([0, *(p.shape[axis] for p in parts)]).tolist()
        places = tuple(tuple((start if i == axis else 0, 1) for i in range(len(shape))) for start in starts[:-1])
        return self.tape.make("place", tuple(parts), places, tuple(shape), dtype)

    def split(self, a: Traced, ends: Sequence[int], axis: int = 0) -> list[Traced]:
        axis %= a.ndim
        bounds = [0, *ends, a.shape[axis]]
        cut = [slice(None)] * a.ndim
        return [a[(*cut[:axis], slice(b, e), *cut[axis + 1 :])] for b, e in pairwise(bounds)]

    def take(self, a: Traced, rows: Traced, axis: int = 0) -> Traced:
        if axis != 0:
            raise UnsupportedError("take along another axis than the first")
        a, rows = self.tape.read(a), self.tape.read(rows)
        return self.tape.make("take", (a, as_rows(rows)), None, (*rows.shape, *a.shape[1:]), a.dtype)

    def take_along_axis(self, a: Traced, index: Traced, axis: int = -1) -> Traced:
        """One element of each row, by number. A sum over the row, of which one term is not 0."""
        if axis % a.ndim != a.ndim - 1 or index.shape[-1] != 1:
            raise UnsupportedError("take_along_axis of several elements, or along another axis than the last")
        chosen = self.equal(index, self.arange(a.shape[-1]))
        return self.where(chosen, a, 0).sum(axis=-1, keepdims=True)

    # --- reducing ---

    def reduce(self, kind: str, a: Traced, axis: Any, keepdims: bool) -> Traced:
        axes = tuple(range(a.ndim)) if axis is None else tuple(sorted(int(i) % a.ndim for i in np.atleast_1d(axis)))
        with_ones = tuple(1 if i in axes else n for i, n in enumerate(a.shape))
        shape = with_ones if keepdims else tuple(n for i, n in enumerate(a.shape) if i not in axes)
        if all(a.shape[i] == 1 for i in axes):
            return self.reshape(a, shape)
        rest = tuple(n for i, n in enumerate(a.shape) if i not in axes)
        return self.reshape(self.tape.make(f"reduce_{kind}", (a,), axes, rest, a.dtype), shape)

    def sum(self, a: Traced, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.reduce("add", a if a.dtype.kind == "f" else a.astype(LONG), axis, keepdims)

    def mean(self, a: Traced, axis: Any = None, keepdims: bool = False) -> Traced:
        """Of whole numbers in float64, whatever the precision, as NumPy does: their sum may need more digits."""
        total = self.sum(a if a.dtype.kind == "f" else a.astype(np.float64), axis, keepdims)
        mean = self.divide(total, a.size / total.size)
        return mean if a.dtype.kind == "f" else mean.astype(self.tape.dtype)

    def max(self, a: Traced, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.reduce("max", a, axis, keepdims)

    def min(self, a: Traced, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.reduce("min", a, axis, keepdims)

    def argmax(self, a: Traced, axis: Any = None) -> Traced:
        """The first place of the largest: the smallest number among those of the places that hold it."""
        if axis is None or axis % a.ndim != a.ndim - 1:
            raise UnsupportedError("argmax along another axis than the last")
        count = a.shape[-1]
        at_most = self.equal(a, self.max(a, -1, keepdims=True))
        return self.minimum(self.min(self.where(at_most, self.arange(count), count), -1), count - 1)

    # --- products ---

    def matmul(self, a: Any, b: Any) -> Traced:
        a, b = self.tape.pair(a, b)
        if b.ndim > 2:
            return self.stacked(a, b)
        rows = self.reshape(a, (1, -1)) if a.ndim == 1 else self.reshape(a, (-1, a.shape[-1]))
        columns = self.reshape(b, (-1, 1)) if b.ndim == 1 else b
        return self.reshape(self.dot(rows, columns), (*a.shape[:-1], *b.shape[1:]))

    def tensordot(self, a: Any, b: Any, axes: tuple[Sequence[int], Sequence[int]]) -> Traced:
        a, b = self.tape.read(a), self.tape.read(b)
        first, second = ([i % x.ndim for i in summed] for x, summed in zip((a, b), axes, strict=True))
        others = [i for i in range(a.ndim) if i not in first], [i for i in range(b.ndim) if i not in second]
        if self.strided and (has_windows(a) or has_windows(b)):
            return self.of_axes(a, b, (first, second), others)
        inner = prod(a.shape[i] for i in first)
        rows = self.reshape(self.transpose(a, [*others[0], *first]), (-1, inner))
        columns = self.reshape(self.transpose(b, [*second, *others[1]]), (inner, -1))
        shape = (*(a.shape[i] for i in others[0]), *(b.shape[i] for i in others[1]))
        return self.reshape(self.dot(rows, columns), shape)

    def stacked(self, a: Traced, b: Traced) -> Traced:
        """The products of stacks of matrices, whose leading axes broadcast. Shapes: (..., M, K), (..., K, N)."""
        if a.ndim == 1:
            product = self.stacked(self.reshape(a, (1, -1)), b)
            return self.reshape(product, (*product.shape[:-2], product.shape[-1]))
        stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        M, K, N = len(stack), len(stack) + 1, len(stack) + 2
        (a, of_a), (b, of_b) = (without_ones(self, x, stack) for x in (a, b))
        return self.labelled(a, b, (*of_a, M, K), (*of_b, K, N), (*range(len(stack)), M, N))

    def of_axes(self, a: Traced, b: Traced, summed: Any, others: Any) -> Traced:
        """A tensordot over several axes; b's axes in the order in which they come in the result."""
        labels_a = list(range(a.ndim))
        for i, axis in enumerate(summed[0]):
            labels_a[axis] = a.ndim + b.ndim + i
        order = [*summed[1], *others[1]]
        of_sum = [labels_a[axis] for axis in summed[0]]
        free = [a.ndim + i for i in others[1]]
        out = [*(labels_a[i] for i in others[0]), *free]
        return self.labelled(a, self.transpose(b, order), labels_a, (*of_sum, *free), out)

    def labelled(self, a: Traced, b: Traced, of_a: Any, of_b: Any, of_out: Any) -> Traced:
        """The sum of products over the labels that the result lacks, as in einsum."""
        a, b = self.tape.pair(a, b)
        if a.dtype.kind != "f":
            raise UnsupportedError("a product of matrices of whole numbers")
        sizes: dict[int, int] = {}
        for label, size in zip((*of_a, *of_b), (*a.shape, *b.shape), strict=True):
            if sizes.setdefault(label, size) != size:
                raise ValueError(f"a product of {a.shape} and {b.shape}: {sizes[label]} and {size} differ")
        shape = tuple(sizes[label] for label in of_out)
        return self.tape.make("tensordot", (a, b), (tuple(of_a), tuple(of_b), tuple(of_out)), shape, a.dtype)

    def windows(self, a: Traced, size: Sequence[int], step: Sequence[int], apart: Sequence[int]) -> Traced:
        """See `bprop.namespace.windows`."""
        axes = zip(a.shape[1:-1], size, step, apart, strict=True)
        counts = tuple((n - 1 - (k - 1) * d) // s + 1 for n, k, s, d in axes)
        shape = (a.shape[0], *counts, *size, a.shape[-1])
        return self.tape.make("windows", (a,), (tuple(step), tuple(apart)), shape, a.dtype)

    def fold(self, grad: Traced, sizes: Sequence[int], step: Sequence[int], apart: Sequence[int]) -> Traced:
        """See `bprop.namespace.fold`."""
        shape = (grad.shape[0], *sizes, grad.shape[-1])
        return self.tape.make("fold", (grad,), (tuple(step), tuple(apart)), shape, grad.dtype)

    def dot(self, a: Traced, b: Traced) -> Traced:
        """(M, K) times (K, N)."""
        a, b = self.tape.pair(a, b)
        if a.shape[1] != b.shape[0]:
            raise ValueError(f"rows of {a.shape[1]} times columns of {b.shape[0]}")
        if a.dtype.kind != "f":
            raise UnsupportedError("a product of matrices of whole numbers")
        (M, K), N = a.shape, b.shape[1]
        count = partial_sums(a, b)
        if count == 1:
            return self.tape.make("dot", (a, b), None, (M, N), a.dtype)
        parts = self.tape.make("partial_dots", (a, b), -(-K // count), (count, M, N), a.dtype)
        return _total([parts[i] for i in range(count)])


def partial_sums(a: Traced, b: Traced) -> int:
    """How many partial sums make up a product a b: several where b are large weights and a has few rows.

    A core keeps rows of W in its own cache from step to step if it reads in fprop the rows that it updates in bprop.
    The number depends on the shapes alone, never on the number of threads: the order of a sum decides its last bits.
    """
    (M, K), N = a.shape, b.shape[1]
    if b.op != "leaf" or N == 1 or M >= MANY_ROWS or K * N * b.dtype.itemsize < LARGE_WEIGHTS:
        return 1
    count = MOST_PARTS
    while count > 1 and 8 * count * M > K:  # the partial sums must be small beside W
        count //= 2
    return count


def has_windows(a: Traced) -> bool:
    """Whether an array is a view of windows."""
    while a.op in ("reshape", "transpose", "slice"):
        a = a.args[0]
    return a.op == "windows"


def without_ones(xp: Functions, a: Traced, stack: Shape) -> tuple[Traced, list[int]]:
    """(a stack of matrices without the axes that only broadcast, the places of the other axes in the whole stack)."""
    first = len(stack) - (a.ndim - 2)
    axes = [i for i, n in enumerate(a.shape[:-2]) if n == stack[first + i]]
    return xp.reshape(a, (*(a.shape[i] for i in axes), *a.shape[-2:])), [first + i for i in axes]


def as_rows(rows: Traced) -> Traced:
    """Numbers of rows, in a dtype with a sign."""
    return rows if rows.dtype.kind == "i" else rows.astype(LONG)


def _total(parts: list[Traced]) -> Traced:
    """Their sum, two by two."""
    half = len(parts) // 2
    return parts[0] if not half else _total(parts[:half]) + _total(parts[half:])


def _whole(shape: Any, size: int) -> Shape:
    """A shape with its -1 worked out."""
    lengths = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
    known = prod(n for n in lengths if n >= 0)
    whole = tuple(size // known if n < 0 else n for n in lengths)
    if prod(whole) != size:
        raise ValueError(f"{size} elements in the shape {lengths}")
    return whole


def new_tape(dtype: np.dtype, integer: np.dtype = LONG) -> Tape:
    """An empty tape with its array namespace."""
    tape = Tape(dtype, integer)
    tape.functions = Functions(tape)
    return tape
