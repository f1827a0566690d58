"""The arrays on which bprop runs to become boxes: they have shapes but no values.

They are those of the tape of `bprop.engines`, with operations that are boxes: a product of stacks, a slice as it is
written, a sum over axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bprop.engines.trace.functions import Functions
from bprop.engines.trace.indexing import basic_index
from bprop.engines.trace.tape import BOOL, LONG, Shape, Tape, Traced


def new_tape() -> Tape:
    """An empty tape for boxes."""
    tape = Tape(np.dtype(np.float64))
    tape.functions = Symbols(tape)
    return tape


class Symbols(Functions):
    """The functions that `namespace(a)` gives for such an array."""

    strided = False

    def elementwise(self, op: str, *args: Traced, dtype: Any = None) -> Traced:
        """An operation on arrays that it broadcasts itself: an argument that was broadcast before need not be."""
        shape = np.broadcast_shapes(*(a.shape for a in args))
        narrow = tuple(a.args[0] if a.op == "broadcast" else a for a in args)
        fits = np.broadcast_shapes(*(a.shape for a in narrow)) == shape
        return super().elementwise(op, *(narrow if fits else args), dtype=dtype)

    def zeros(self, shape: Any, dtype: Any = None) -> Any:
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        return Empty(self.full(shape, 0, self.tape.dtype if dtype is None else dtype))

    def getitem(self, a: Traced, index: Any) -> Traced:
        _, shape = basic_index(index, a.shape)
        if shape == a.shape and is_whole(index):
            return a
        return self.tape.make("index", (a,), encoded(index), shape, a.dtype)

    def concatenate(self, parts: Sequence[Traced], axis: int = 0) -> Traced:
        whole = super().concatenate(parts, axis)
        if len(whole.args) == 1:
            return whole.args[0]
        return self.tape.make("concat", whole.args, axis % whole.ndim, whole.shape, whole.dtype)

    def reduce(self, kind: str, a: Traced, axis: Any, keepdims: bool) -> Traced:
        axes = tuple(range(a.ndim)) if axis is None else tuple(sorted(int(i) % a.ndim for i in np.atleast_1d(axis)))
        if not axes:
            return a
        if kind == "min":
            return self.negative(self.reduce("max", self.negative(a), axis, keepdims))
        shape = tuple(1 if i in axes else n for i, n in enumerate(a.shape) if keepdims or i not in axes)
        return self.tape.make(f"reduce_{kind}", (a,), (axes, bool(keepdims)), shape, a.dtype)

    def not_equal(self, a: Any, b: Any) -> Traced:
        """Truth values that are compared with 0 stay as they are."""
        if isinstance(a, Traced) and a.dtype == BOOL and not isinstance(b, Traced) and np.ndim(b) == 0 and b == 0:
            return a
        return self.compare("ne", a, b)

    def matmul(self, a: Any, b: Any) -> Traced:
        a, b = self.tape.pair(a, b)
        return self.tape.make("matmul", (a, b), None, product_shape(a.shape, b.shape), a.dtype)

    dot = matmul


class Empty(Traced):
    """An array of zeros with `.at[index].add(a)`, the transpose of a[index]."""

    __slots__ = ()

    def __init__(self, zeros: Traced):
        super().__init__(zeros.tape, zeros.op, zeros.args, zeros.attr, zeros.shape, zeros.dtype, zeros.number)

    @property
    def at(self) -> Empty:
        return self

    def __getitem__(self, index: Any) -> Any:
        return At(self, index)


class At:
    zeros: Empty
    index: Any

    def __init__(self, zeros: Empty, index: Any):
        self.zeros, self.index = zeros, index

    def add(self, a: Traced) -> Traced:
        zeros, index = self.zeros, self.index
        if isinstance(index, Traced):
            numbers = index if index.dtype.kind == "i" else index.astype(LONG)
            return zeros.tape.make("add_rows", (a, numbers), None, zeros.shape, zeros.dtype)
        return zeros.tape.make("place", (a,), encoded(index), zeros.shape, zeros.dtype)


def encoded(index: Any) -> tuple[Any, ...]:
    """An index of integers, slices, None and ... that can be a key: Python's slices cannot."""
    parts = index if isinstance(index, tuple) else (index,)
    return tuple(("slice", p.start, p.stop, p.step) if isinstance(p, slice) else p for p in parts)


def decoded(index: tuple[Any, ...]) -> tuple[Any, ...]:
    """The inverse of `encoded`."""
    return tuple(slice(*p[1:]) if isinstance(p, tuple) else p for p in index)


def is_whole(index: Any) -> bool:
    """Whether an index takes everything, in order."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(p is Ellipsis or (isinstance(p, slice) and p == slice(None)) for p in parts)


def product_shape(a: Shape, b: Shape) -> Shape:
    """The shape of the product of two (stacks of) matrices, or vectors. Raises ValueError where they do not fit."""
    one, other = (1, *a) if len(a) == 1 else a, (*b, 1) if len(b) == 1 else b
    if not a or not b or one[-1] != other[-2]:
        raise ValueError(f"{a} @ {b}")
    stack = np.broadcast_shapes(one[:-2], other[:-2])
    return (*stack, *one[-2:-1][: len(a) > 1], *other[-1:][: len(b) > 1])
