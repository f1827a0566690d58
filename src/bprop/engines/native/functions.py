"""The array namespace of traced arrays: NumPy's functions, as far as boxes, rules and metrics use them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from bprop.engines.native.forms import parts_of
from bprop.engines.native.indexing import Zeros, basic_index
from bprop.engines.native.traced import BOOL, INT, LONG, UINT, Shape, Tape, Traced
from bprop.errors import UnsupportedError

FOLDED: dict[str, Callable] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "gt": np.greater, "lt": np.less, "select": np.where,
    "neg": np.negative, "max": np.maximum, "min": np.minimum, "eq": np.equal,
}  # fmt: skip
"""Operations on numbers alone that are done at once."""


class Functions:
    """The functions of one tape: what `namespace(a)` gives for a traced array `a`."""

    inf, nan, pi, newaxis = np.inf, np.nan, np.pi, None
    float32, float64, bool_ = np.float32, np.float64, np.bool_
    int32, int64, uint32 = np.int32, np.int64, np.uint32

    def __init__(self, tape: Tape):
        self.tape = tape

    def __getattr__(self, name: str) -> Any:
        raise UnsupportedError(f"the array function {name!r}")

    # --- making arrays ---

    def asarray(self, value: Any, dtype: Any = None) -> Traced:
        return self.tape.read(value) if dtype is None else self.tape.read(value, np.dtype(dtype)).astype(dtype)

    def full(self, shape: Any, value: Any, dtype: Any = None) -> Traced:
        return self.broadcast_to(self.asarray(value, dtype), shape)

    def zeros(self, shape: Any, dtype: Any = None) -> Any:
        return Zeros(self.full(shape, 0, self.tape.dtype if dtype is None else dtype))

    def ones(self, shape: Any, dtype: Any = None) -> Traced:
        return self.full(shape, 1, self.tape.dtype if dtype is None else dtype)

    def full_like(self, a: Traced, value: Any, dtype: Any = None) -> Traced:
        return self.full(a.shape, value, a.dtype if dtype is None else dtype)

    def zeros_like(self, a: Traced) -> Traced:
        return self.full_like(a, 0)

    def ones_like(self, a: Traced) -> Traced:
        return self.full_like(a, 1)

    def arange(self, count: int, dtype: Any = np.int64) -> Traced:
        dtype = np.dtype(dtype)
        whole = dtype if dtype in (INT, UINT) else self.tape.integer
        return self.tape.make("iota", (), None, (int(count),), whole).astype(dtype)

    # --- elementwise ---

    def elementwise(self, op: str, *args: Traced, dtype: Any = None) -> Traced:
        """op of arrays broadcast against each other, all of the dtype that op wants."""
        shape = np.broadcast_shapes(*(a.shape for a in args))
        dtype = args[0].dtype if dtype is None else dtype
        if op in FOLDED and all(a.is_constant for a in args):
            return self.tape.constant(FOLDED[op](*(a.dtype.type(a.attr) for a in args)), dtype)
        return self.tape.make(op, args, None, shape, dtype)

    def binary(self, op: str, a: Any, b: Any) -> Traced:
        return self.elementwise(op, *self.tape.pair(a, b))

    def compare(self, op: str, a: Any, b: Any) -> Traced:
        return self.elementwise(op, *self.tape.pair(a, b), dtype=BOOL)

    def floating(self, op: str, a: Any) -> Traced:
        a = self.tape.read(a)
        return self.elementwise(op, a if a.dtype.kind == "f" else a.astype(self.tape.dtype))

    def add(self, a: Any, b: Any) -> Traced:
        a, b = self.tape.pair(a, b)
        if a.is_constant and a.attr == 0:
            return b
        if b.is_constant and b.attr == 0:
            return a
        return self.elementwise("or" if a.dtype == BOOL else "add", a, b)

    def subtract(self, a: Any, b: Any) -> Traced:
        a, b = self.tape.pair(a, b)
        return a if b.is_constant and b.attr == 0 else self.elementwise("sub", a, b)

    def multiply(self, a: Any, b: Any) -> Traced:
        a, b = self.tape.pair(a, b)
        for one, other in ((a, b), (b, a)):
            if is_filled(one, 1) and np.broadcast_shapes(a.shape, b.shape) == other.shape:
                return other
        return self.elementwise("and" if a.dtype == BOOL else "mul", a, b)

    def divide(self, a: Any, b: Any) -> Traced:
        a, b = self.tape.pair(a, b)
        if a.dtype.kind != "f":
            a, b = a.astype(self.tape.dtype), b.astype(self.tape.dtype)
        if is_filled(b, 1) and np.broadcast_shapes(a.shape, b.shape) == a.shape:
            return a
        return self.elementwise("div", a, b)

    def power(self, a: Any, b: Any) -> Traced:
        if isinstance(b, float) and isinstance(a, Traced) and a.dtype.kind != "f":
            a = a.astype(self.tape.dtype)
        if isinstance(b, int | float) and isinstance(a, Traced) and b in (0, 1, 2, 3, 4):
            return self.ones_like(a) if b == 0 else _times(a, int(b))
        if isinstance(b, int | float) and b in (0.5, -1):
            return self.sqrt(a) if b == 0.5 else self.divide(1.0, a)
        a, b = self.tape.pair(a, b)
        if a.dtype.kind != "f":
            a, b = a.astype(self.tape.dtype), b.astype(self.tape.dtype)
        return self.elementwise("pow", a, b)

    def negative(self, a: Traced) -> Traced:
        return self.elementwise("neg", a)

    def abs(self, a: Traced) -> Traced:
        return self.floating("abs", a) if a.dtype.kind == "f" else self.maximum(a, self.negative(a))

    def square(self, a: Traced) -> Traced:
        return self.multiply(a, a)

    def sign(self, a: Traced) -> Traced:
        return self.subtract((a > 0).astype(a.dtype), (a < 0).astype(a.dtype))

    def maximum(self, a: Any, b: Any) -> Traced:
        return self.binary("max", a, b)

    def minimum(self, a: Any, b: Any) -> Traced:
        return self.binary("min", a, b)

    def clip(self, a: Traced, low: Any, high: Any) -> Traced:
        return self.minimum(self.maximum(a, low), high)

    def where(self, condition: Any, a: Any, b: Any) -> Traced:
        condition = self.tape.read(condition).astype(BOOL)
        a, b = self.tape.pair(a, b)
        return self.elementwise("select", condition, a, b, dtype=a.dtype)

    def logaddexp(self, a: Any, b: Any) -> Traced:
        """log(exp(a) + exp(b)), infinities included, without overflow."""
        a, b = self.tape.pair(a, b)
        gap = self.where(self.equal(a, b), 0.0, self.abs(a - b))
        return self.maximum(a, b) + self.log1p(self.exp(-gap))

    def isfinite(self, a: Traced) -> Traced:
        return self.less(self.abs(a), np.inf)

    def invert(self, a: Traced) -> Traced:
        ones = True if a.dtype == BOOL else np.array(-1).astype(a.dtype)  # all bits, of words too
        return self.elementwise("xor", a, self.tape.constant(ones, a.dtype))

    logical_not = invert

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

    def broadcast_to(self, a: Traced, shape: Any) -> Traced:
        shape = (int(shape),) if isinstance(shape, int) else tuple(int(n) for n in shape)
        if shape == a.shape:
            return a
        if np.broadcast_shapes(a.shape, shape) != shape:
            raise ValueError(f"{a.shape} does not broadcast to {shape}")
        return self.tape.make("broadcast", (a,), None, shape, a.dtype)

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
        found = self.equal(index, self.arange(a.shape[-1]))
        return self.where(found, a, 0).sum(axis=-1, keepdims=True)

    # --- reducing ---

    def reduce(self, kind: str, a: Traced, axis: Any, keepdims: bool) -> Traced:
        axes = tuple(range(a.ndim)) if axis is None else tuple(sorted(int(i) % a.ndim for i in np.atleast_1d(axis)))
        kept = tuple(1 if i in axes else n for i, n in enumerate(a.shape))
        shape = kept if keepdims else tuple(n for i, n in enumerate(a.shape) if i not in axes)
        if all(a.shape[i] == 1 for i in axes):
            return self.reshape(a, shape)
        found = tuple(n for i, n in enumerate(a.shape) if i not in axes)
        return self.reshape(self.tape.make(f"reduce_{kind}", (a,), axes, found, a.dtype), shape)

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
        a, b = self.tape.read(a), self.tape.read(b)
        if b.ndim > 2:
            raise UnsupportedError("a product of two stacks of matrices")
        rows = self.reshape(a, (1, -1)) if a.ndim == 1 else self.reshape(a, (-1, a.shape[-1]))
        columns = self.reshape(b, (-1, 1)) if b.ndim == 1 else b
        found = self.dot(rows, columns)
        return self.reshape(found, (*a.shape[:-1], *b.shape[1:]))

    def tensordot(self, a: Any, b: Any, axes: tuple[Sequence[int], Sequence[int]]) -> Traced:
        a, b = self.tape.read(a), self.tape.read(b)
        first, second = ([i % x.ndim for i in given] for x, given in zip((a, b), axes, strict=True))
        kept = [i for i in range(a.ndim) if i not in first], [i for i in range(b.ndim) if i not in second]
        inner = prod(a.shape[i] for i in first)
        rows = self.reshape(self.transpose(a, [*kept[0], *first]), (-1, inner))
        columns = self.reshape(self.transpose(b, [*second, *kept[1]]), (inner, -1))
        shape = (*(a.shape[i] for i in kept[0]), *(b.shape[i] for i in kept[1]))
        return self.reshape(self.dot(rows, columns), shape)

    def dot(self, a: Traced, b: Traced) -> Traced:
        """(M, K) times (K, N)."""
        a, b = self.tape.pair(a, b)
        if a.shape[1] != b.shape[0]:
            raise ValueError(f"rows of {a.shape[1]} times columns of {b.shape[0]}")
        if a.dtype.kind != "f":
            raise UnsupportedError("a product of matrices of whole numbers")
        (M, K), N = a.shape, b.shape[1]
        count = parts_of(a, b)
        if count == 1:
            return self.tape.make("dot", (a, b), None, (M, N), a.dtype)
        parts = self.tape.make("partial_dots", (a, b), -(-K // count), (count, M, N), a.dtype)
        return _total([parts[i] for i in range(count)])


def as_rows(rows: Traced) -> Traced:
    """Numbers of rows, in a dtype with a sign."""
    return rows if rows.dtype.kind == "i" else rows.astype(LONG)


def is_filled(a: Traced, value: float) -> bool:
    """Whether all elements are known to be `value`."""
    while a.op in ("broadcast", "reshape"):
        a = a.args[0]
    return a.is_constant and a.attr == value


def _total(parts: list[Traced]) -> Traced:
    """Their sum, two by two."""
    half = len(parts) // 2
    return parts[0] if not half else _total(parts[:half]) + _total(parts[half:])


def _times(a: Traced, count: int) -> Traced:
    return a if count == 1 else _times(a, count // 2) * _times(a, count - count // 2)


def _whole(shape: Any, size: int) -> Shape:
    """A shape with its -1 worked out."""
    given = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
    known = prod(n for n in given if n >= 0)
    found = tuple(size // known if n < 0 else n for n in given)
    if prod(found) != size:
        raise ValueError(f"{size} elements in the shape {given}")
    return found


for _name, _op in {
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "tanh": "tanh", "sqrt": "sqrt", "floor": "floor",
    "cos": "cos", "sin": "sin",
}.items():  # fmt: skip
    setattr(Functions, _name, lambda self, a, op=_op: self.floating(op, a))
for _name, _op in {
    "bitwise_and": "and", "bitwise_or": "or", "bitwise_xor": "xor", "left_shift": "shl", "right_shift": "shr",
    "logical_and": "and", "logical_or": "or",
}.items():  # fmt: skip
    setattr(Functions, _name, lambda self, a, b, op=_op: self.binary(op, a, b))
for _name, _op in {
    "equal": "eq", "not_equal": "ne", "less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge",
}.items():  # fmt: skip
    setattr(Functions, _name, lambda self, a, b, op=_op: self.compare(op, a, b))


def new_tape(dtype: np.dtype, integer: np.dtype = LONG) -> Tape:
    """An empty tape with its array namespace."""
    tape = Tape(dtype, integer)
    tape.functions = Functions(tape)
    return tape
