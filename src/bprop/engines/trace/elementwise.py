"""The array functions that make arrays and that compute element by element, on traced arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bprop.engines.trace.indexing import Zeros
from bprop.engines.trace.tape import BOOL, INT, UINT, Tape, Traced
from bprop.errors import UnsupportedError

FOLDED: dict[str, Callable[..., Any]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "gt": np.greater, "lt": np.less, "select": np.where,
    "neg": np.negative, "max": np.maximum, "min": np.minimum, "eq": np.equal,
}  # fmt: skip
"""Operations that are done while tracing if all arguments are constants."""


class Elementwise:
    """The functions of one tape that make arrays and compute element by element."""

    inf: float = np.inf
    nan: float = np.nan
    pi: float = np.pi
    newaxis: None = None
    float32: type = np.float32
    float64: type = np.float64
    bool_: type = np.bool_
    int32: type = np.int32
    int64: type = np.int64
    uint32: type = np.uint32

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

    def broadcast_to(self, a: Traced, shape: Any) -> Traced:
        shape = (int(shape),) if isinstance(shape, int) else tuple(int(n) for n in shape)
        if shape == a.shape:
            return a
        if np.broadcast_shapes(a.shape, shape) != shape:
            raise ValueError(f"{a.shape} does not broadcast to {shape}")
        return self.tape.make("broadcast", (a,), None, shape, a.dtype)

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


def is_filled(a: Traced, value: float) -> bool:
    """Whether all elements are known to be `value`."""
    while a.op in ("broadcast", "reshape"):
        a = a.args[0]
    return a.is_constant and a.attr == value


def _times(a: Traced, count: int) -> Traced:
    return a if count == 1 else _times(a, count // 2) * _times(a, count - count // 2)


for _name, _op in {
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "tanh": "tanh", "sqrt": "sqrt", "floor": "floor",
    "cos": "cos", "sin": "sin",
}.items():  # fmt: skip
    setattr(Elementwise, _name, lambda self, a, op=_op: self.floating(op, a))
for _name, _op in {
    "bitwise_and": "and", "bitwise_or": "or", "bitwise_xor": "xor", "left_shift": "shl", "right_shift": "shr",
    "logical_and": "and", "logical_or": "or",
}.items():  # fmt: skip
    setattr(Elementwise, _name, lambda self, a, b, op=_op: self.binary(op, a, b))
for _name, _op in {
    "equal": "eq", "not_equal": "ne", "less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge",
}.items():  # fmt: skip
    setattr(Elementwise, _name, lambda self, a, b, op=_op: self.compare(op, a, b))
