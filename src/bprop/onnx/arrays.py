"""The arrays on which fprop runs to be translated to ONNX: they have shapes but no values.

They are those of the tape of `bprop.engines`, with functions of their own: the tape breaks a mean into a sum and a
division, and so on; here an operation that ONNX has stays whole. No other module of this room imports the tape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bprop.engines.trace.functions import Functions
from bprop.engines.trace.indexing import basic_index
from bprop.engines.trace.tape import BOOL, LONG, Shape, Tape, Traced, reachable
from bprop.errors import UnsupportedError

__all__ = ["END", "Arrays", "Tape", "Traced", "new_tape", "reachable"]

END = 2**63 - 1
"""The end of a slice in ONNX that goes as far as the axis does."""


def new_tape(dtype: Any) -> Tape:
    """An empty tape for the translation to ONNX."""
    tape = Tape(np.dtype(dtype))
    tape.functions = Arrays(tape)
    return tape


class Arrays(Functions):
    """The functions that `namespace(a)` gives for such an array `a`."""

    def asarray(self, value: Any, dtype: Any = None) -> Traced:
        return super().asarray(value if isinstance(value, Traced) else np.asarray(value), dtype)

    array = asarray

    # --- elementwise ---

    def elementwise(self, op: str, *args: Traced, dtype: Any = None) -> Traced:
        """An operation of arrays that ONNX broadcasts: an argument that was broadcast before need not be."""
        shape = np.broadcast_shapes(*(a.shape for a in args))
        narrow = [a.args[0] if a.op == "broadcast" else a for a in args]
        if np.broadcast_shapes(*(a.shape for a in narrow)) == shape:
            args = tuple(narrow)
        return super().elementwise(op, *args, dtype=dtype)

    def where(self, condition: Any, a: Any, b: Any) -> Traced:
        a, b = self.tape.pair(a, b)
        if a.dtype != BOOL:
            return super().where(condition, a, b)
        condition = self.tape.read(condition).astype(BOOL)
        return (condition & a) | (~condition & b)

    def not_equal(self, a: Any, b: Any) -> Traced:
        return self.invert(self.equal(a, b))

    def power(self, a: Any, b: Any) -> Traced:
        if isinstance(a, Traced) and a.dtype.kind == "f" and isinstance(b, int | float) and b not in (1, 2):
            return self.elementwise("pow", *self.tape.pair(a, b))
        return super().power(a, b)

    def abs(self, a: Traced) -> Traced:
        return self.elementwise("abs", a)

    def sign(self, a: Traced) -> Traced:
        return self.elementwise("sign", a)

    def isnan(self, a: Traced) -> Traced:
        return self.elementwise("isnan", a, dtype=BOOL)

    def invert(self, a: Traced) -> Traced:
        return self.elementwise("not", a) if a.dtype == BOOL else super().invert(a)

    logical_not = invert

    def clip(self, a: Traced, low: Any = None, high: Any = None) -> Traced:
        low, high = -np.inf if low is None else low, np.inf if high is None else high
        if a.dtype.kind != "f" or any(isinstance(bound, Traced) or np.ndim(bound) for bound in (low, high)):
            return super().clip(a, low, high)
        return self.elementwise("clip", a, *(self.tape.constant(bound, a.dtype) for bound in (low, high)))

    def logaddexp(self, a: Any, b: Any) -> Traced:
        return self.binary("logaddexp", a, b)

    # --- moving ---

    strided = False
    windows: Any = None
    """ONNX has no such operation: windows are slices, put together (see `bprop.namespace.windows`)."""

    def getitem(self, a: Traced, index: Any) -> Traced:
        """a[index]. The bounds of slices stay as they are written, so that they hold for any number of examples."""
        if isinstance(index, Traced):
            return self.take(a, index)
        steps, shape = basic_index(index, a.shape)
        cuts, dropped, added = onnx_slice(index, a.ndim)
        if any(cut != (0, END, 1) for cut in cuts):
            a = self.tape.make("cut", (a,), cuts, tuple(size for _, _, size in steps), a.dtype)
        a = self.drop(a, dropped)
        return self.tape.make("unsqueeze", (a,), added, shape, a.dtype) if added else a

    def drop(self, a: Traced, axes: tuple[int, ...]) -> Traced:
        """a without some axes, which have one element."""
        shape = tuple(size for axis, size in enumerate(a.shape) if axis not in axes)
        return self.tape.make("squeeze", (a,), axes, shape, a.dtype) if axes else a

    def expand_dims(self, a: Traced, axis: int) -> Traced:
        axis %= a.ndim + 1
        return self.tape.make("unsqueeze", (a,), (axis,), (*a.shape[:axis], 1, *a.shape[axis:]), a.dtype)

    def concatenate(self, parts: Sequence[Traced], axis: int = 0) -> Traced:
        whole = super().concatenate(parts, axis)
        if len(whole.args) == 1:
            return whole.args[0]
        return self.tape.make("concat", whole.args, axis % whole.ndim, whole.shape, whole.dtype)

    def stack(self, parts: Sequence[Traced], axis: int = 0) -> Traced:
        axis %= parts[0].ndim + 1
        return self.concatenate([self.expand_dims(part, axis) for part in parts], axis)

    def take(self, a: Traced, rows: Traced, axis: int = 0) -> Traced:
        a, rows, axis = self.tape.read(a), self.tape.read(rows), axis % a.ndim
        shape = (*a.shape[:axis], *rows.shape, *a.shape[axis + 1 :])
        return self.tape.make("gather", (a, rows.astype(LONG)), axis, shape, a.dtype)

    def take_along_axis(self, a: Traced, index: Traced, axis: int = -1) -> Traced:
        axis %= a.ndim
        index = self.broadcast_to(index, tuple(m if i == axis else a.shape[i] for i, m in enumerate(index.shape)))
        return self.tape.make("gather_elements", (a, index.astype(LONG)), axis, index.shape, a.dtype)

    # --- reducing ---

    def reduce(self, kind: str, a: Traced, axis: Any, keepdims: bool) -> Traced:
        axes = tuple(range(a.ndim)) if axis is None else tuple(sorted(int(i) % a.ndim for i in np.atleast_1d(axis)))
        shape = tuple(1 if i in axes else n for i, n in enumerate(a.shape) if keepdims or i not in axes)
        return self.tape.make(f"reduce_{kind}", (a,), (axes, int(keepdims)), shape, a.dtype) if axes else a

    def mean(self, a: Traced, axis: Any = None, keepdims: bool = False) -> Traced:
        """Of whole numbers in float64, as NumPy does."""
        mean = self.reduce("mean", a if a.dtype.kind == "f" else a.astype(np.float64), axis, keepdims)
        return mean if a.dtype.kind == "f" else mean.astype(self.tape.dtype)

    def prod(self, a: Traced, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.reduce("prod", a if a.dtype.kind == "f" else a.astype(LONG), axis, keepdims)

    def var(self, a: Traced, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.mean(self.square(a - self.mean(a, axis, keepdims=True)), axis, keepdims)

    def std(self, a: Traced, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.sqrt(self.var(a, axis, keepdims))

    def cumsum(self, a: Traced, axis: int) -> Traced:
        a = a if a.dtype.kind == "f" else a.astype(LONG)
        return self.tape.make("cumsum", (a,), axis % a.ndim, a.shape, a.dtype)

    def any(self, a: Traced, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.reduce("max", a.astype(BOOL), axis, keepdims)

    def all(self, a: Traced, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.reduce("min", a.astype(BOOL), axis, keepdims)

    def argmax(self, a: Traced, axis: Any = None) -> Traced:
        return self.place("argmax", a, axis)

    def argmin(self, a: Traced, axis: Any = None) -> Traced:
        return self.place("argmin", a, axis)

    def place(self, op: str, a: Traced, axis: Any) -> Traced:
        """The place of the largest or smallest along an axis."""
        a, axis = (a.reshape(-1), 0) if axis is None else (a, axis % a.ndim)
        return self.tape.make(op, (a,), axis, (*a.shape[:axis], *a.shape[axis + 1 :]), LONG)

    # --- products ---

    def matmul(self, a: Any, b: Any) -> Traced:
        a, b = self.tape.pair(a, b)
        if a.dtype.kind != "f":
            raise UnsupportedError("a product of matrices of whole numbers")
        return self.tape.make("matmul", (a, b), None, product_shape(a.shape, b.shape), a.dtype)

    dot = matmul


for _name in ("tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "arcsinh", "arccosh", "arctanh", "ceil", "rint"):
    setattr(Arrays, _name, lambda self, a, op=_name: self.floating(op, a))


def product_shape(a: Shape, b: Shape) -> Shape:
    """The shape of the product of two (stacks of) matrices, or vectors. Raises ValueError where they do not fit."""
    one, other = (1, *a) if len(a) == 1 else a, (*b, 1) if len(b) == 1 else b
    if not a or not b or one[-1] != other[-2]:
        raise ValueError(f"{a} @ {b}")
    stack = np.broadcast_shapes(one[:-2], other[:-2])
    return (*stack, *one[-2 : len(one) - 1][: len(a) > 1], *other[-1:][: len(b) > 1])


def onnx_slice(index: Any, rank: int) -> tuple[tuple[tuple[int, int, int], ...], tuple[int, ...], tuple[int, ...]]:
    """a[index] in ONNX: (start, end and step of every axis; axes that integers take away; axes that None adds)."""
    parts = list(index) if isinstance(index, tuple) else [index]
    rest = [slice(None)] * (rank - sum(p is not None and p is not Ellipsis for p in parts))
    at = next((i for i, p in enumerate(parts) if p is Ellipsis), len(parts))
    parts[at : at + 1] = rest
    cuts, dropped, added, rank_after = [], [], [], 0
    for part in parts:
        if part is None:
            added.append(rank_after)
        elif isinstance(part, slice):
            step = int(part.step or 1)
            first, last = (0, END) if step > 0 else (END, -END)
            start, stop = part.start, part.stop
            cuts.append((first if start is None else int(start), last if stop is None else int(stop), step))
        else:
            dropped.append(len(cuts))
            cuts.append((int(part), int(part) + 1 or END, 1))
        rank_after += part is None or isinstance(part, slice)
    return tuple(cuts), tuple(dropped), tuple(added)
