"""Arrays that remember how they were computed: box code run on them leaves the graph of array operations.

A `Traced` has a static shape and a dtype, but no values. Equal operations on equal arguments are one object,
because the tape keeps them. So what boxes compute twice is compiled once.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from bprop.errors import UnsupportedError

Shape = tuple[int, ...]

MOST_OPERATIONS = 400_000
"""Array operations of a trace. More would take minutes, and gigabytes."""
ARGUMENT = "arguments"
"""The role of leaves whose values every call of the program brings (see `tracer.Trace`)."""
BOOL, INT, UINT, LONG = np.dtype(bool), np.dtype(np.int32), np.dtype(np.uint32), np.dtype(np.int64)


class Tape:
    """The operations of one trace.

    dtype : that of floats. integer : that of whole numbers, LONG, or INT where 32 bits are known to do.
    functions : the array namespace (set by it).
    """

    dtype: np.dtype
    integer: np.dtype

    def __init__(self, dtype: np.dtype, integer: np.dtype = LONG):
        self.dtype, self.integer = dtype, integer
        self.most = MOST_OPERATIONS
        self.known: dict[tuple[Any, ...], Traced] = {}
        self.arrays: dict[str, np.ndarray] = {}
        """The arrays that box code holds, by the names of their leaves."""
        self.functions: Any = None

    def make(self, op: str, args: tuple[Traced, ...], attr: Any, shape: Shape, dtype: np.dtype) -> Traced:
        """The result of `op` with the parameters `attr` on `args`. Equal operations give the same object."""
        exact = repr(attr) if op == "constant" else attr  # 0.0 == -0.0, but they are two numbers
        key = (op, tuple(id(a) for a in args), exact, shape, dtype.str)
        if key not in self.known:
            if len(self.known) >= self.most:
                raise UnsupportedError(
                    f"a step of more than {self.most:,} array operations, which would take minutes to compile: use "
                    "engine='numpy'"
                )
            self.known[key] = Traced(self, op, args, attr, shape, dtype, len(self.known))
        return self.known[key]

    def leaf(self, name: str, shape: Shape, dtype: np.dtype) -> Traced:
        """An array whose values come when the program runs."""
        return self.make("leaf", (), name, shape, dtype)

    def constant(self, value: Any, dtype: np.dtype) -> Traced:
        """A number."""
        return self.make("constant", (), dtype.type(value).item(), (), dtype)

    def read(self, value: Any, like: np.dtype | None = None) -> Traced:
        """A Traced as it is; a number as a constant, of the dtype `like` where NumPy would take that."""
        if isinstance(value, Traced):
            return value
        if isinstance(value, np.ndarray) and value.ndim:
            return self.array(value)
        kind = np.asarray(value).dtype.kind
        if kind == "b":
            return self.constant(value, like if like is not None and like.kind == "b" else BOOL)
        if kind == "f":
            return self.constant(value, like if like is not None and like.kind == "f" else self.dtype)
        return self.constant(value, like if like is not None and like.kind != "b" else self.integer)

    def array(self, values: np.ndarray) -> Traced:
        """An array of values in box code: a leaf whose name is a hash of its content."""
        if values.dtype.kind not in "fiub":
            raise UnsupportedError(f"an array of {values.dtype} in box code")
        dtype = {"f": self.dtype, "b": BOOL}.get(values.dtype.kind, UINT if values.dtype == UINT else self.integer)
        copy = np.array(values, dtype, order="C")
        name = f"v:{sha256(repr((dtype.str, copy.shape)).encode() + copy.tobytes()).hexdigest()}"
        self.arrays[name] = copy
        return self.leaf(f"{ARGUMENT} {name}", copy.shape, dtype)

    def pair(self, a: Any, b: Any) -> tuple[Traced, Traced]:
        """Two operands in their common dtype."""
        if not isinstance(a, Traced):
            b = self.read(b)
            a = self.read(a, b.dtype)
        b = self.read(b, a.dtype)
        dtype = self.promote(a.dtype, b.dtype)
        return a.astype(dtype), b.astype(dtype)

    def promote(self, a: np.dtype, b: np.dtype) -> np.dtype:
        """The common dtype; whole numbers with floats give floats of the precision at hand, not wider ones."""
        if a == b:
            return a
        floats = [d for d in (a, b) if d.kind == "f"]
        if floats:
            return max(floats, key=lambda d: d.itemsize)
        return b if a.kind == "b" else a if b.kind == "b" else np.promote_types(a, b)


def _operator(name: str, reflected: bool = False) -> Any:
    def operate(self: Traced, other: Any) -> Traced:
        function = getattr(self.tape.functions, name)
        return function(other, self) if reflected else function(self, other)

    return operate


class Traced:
    """One array of a trace: op(args), with parameters `attr`."""

    __slots__ = ("args", "attr", "dtype", "number", "op", "shape", "tape")
    __array_ufunc__ = None  # NumPy's own arrays and numbers leave the operators to us

    __add__: Any
    __radd__: Any
    __sub__: Any
    __rsub__: Any
    __mul__: Any
    __rmul__: Any
    __truediv__: Any
    __rtruediv__: Any
    __pow__: Any
    __rpow__: Any
    __and__: Any
    __rand__: Any
    __or__: Any
    __ror__: Any
    __xor__: Any
    __rxor__: Any
    __lshift__: Any
    __rlshift__: Any
    __rshift__: Any
    __rrshift__: Any
    __lt__: Any
    __le__: Any
    __gt__: Any
    __ge__: Any
    args: tuple[Traced, ...]
    attr: Any
    dtype: np.dtype
    number: int
    op: str
    shape: Shape
    tape: Tape

    def __init__(
        self, tape: Tape, op: str, args: tuple[Traced, ...], attr: Any, shape: Shape, dtype: np.dtype, number: int
    ):
        self.tape, self.op, self.args, self.attr = tape, op, args, attr
        self.shape, self.dtype, self.number = shape, dtype, number

    def __array_namespace__(self, **_: Any) -> Any:
        return self.tape.functions

    def __repr__(self) -> str:
        attr = "" if self.attr is None else f" {self.attr}"
        return f"%{self.number} = {self.op}({', '.join(f'%{a.number}' for a in self.args)}){attr} {self.shape}"

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def is_constant(self) -> bool:
        return self.op == "constant"

    @property
    def T(self) -> Traced:
        return self.tape.functions.transpose(self)

    def __len__(self) -> int:
        return self.shape[0]

    def __bool__(self) -> bool:
        raise UnsupportedError("box code that branches on a value (`if a > 0`): use where(...)")

    def __float__(self) -> float:
        return self.__bool__()

    def __int__(self) -> int:
        return self.__bool__()

    def __index__(self) -> int:
        return self.__bool__()

    def __iter__(self) -> Any:
        raise UnsupportedError("box code that goes through an array row by row: use operations on whole arrays")

    if TYPE_CHECKING:

        def __hash__(self) -> int: ...
        def __eq__(self, other: object) -> Any: ...
        def __ne__(self, other: object) -> Any: ...

    else:
        __hash__ = object.__hash__
        __eq__, __ne__ = _operator("equal"), _operator("not_equal")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise UnsupportedError("box code that asks for a NumPy array (np.asarray): use the functions of namespace(a)")

    def astype(self, dtype: Any, copy: bool = True) -> Traced:
        """The same values in another dtype: floats as asked for, whole numbers of 64 bits in the tape's own."""
        dtype = np.dtype(dtype)
        if dtype.kind in "iu" and dtype not in (INT, UINT, LONG):
            raise UnsupportedError(f"whole numbers of the kind {dtype} in box code (use int64)")
        if dtype == self.dtype:  # LONG, too: the number of an update has 64 bits on every tape
            return self
        dtype = self.tape.integer if dtype == LONG else dtype
        if dtype == self.dtype:
            return self
        if self.is_constant:
            return self.tape.constant(self.attr, dtype)
        return self.tape.make("cast", (self,), None, self.shape, dtype)

    def reshape(self, *shape: Any) -> Traced:
        return self.tape.functions.reshape(self, shape[0] if len(shape) == 1 and np.ndim(shape[0]) else shape)

    def __getitem__(self, index: Any) -> Traced:
        return self.tape.functions.getitem(self, index)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.tape.functions.sum(self, axis, keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.tape.functions.mean(self, axis, keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.tape.functions.max(self, axis, keepdims)

    def min(self, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.tape.functions.min(self, axis, keepdims)

    def argmax(self, axis: Any = None) -> Traced:
        return self.tape.functions.argmax(self, axis)

    def any(self, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.tape.functions.max(self, axis, keepdims)

    def all(self, axis: Any = None, keepdims: bool = False) -> Traced:
        return self.tape.functions.min(self, axis, keepdims)

    def __matmul__(self, other: Any) -> Traced:
        return self.tape.functions.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Traced:
        return self.tape.functions.matmul(other, self)

    def __neg__(self) -> Traced:
        return self.tape.functions.negative(self)

    def __abs__(self) -> Traced:
        return self.tape.functions.abs(self)

    def __invert__(self) -> Traced:
        return self.tape.functions.invert(self)

    __add__, __radd__ = _operator("add"), _operator("add", reflected=True)
    __sub__, __rsub__ = _operator("subtract"), _operator("subtract", reflected=True)
    __mul__, __rmul__ = _operator("multiply"), _operator("multiply", reflected=True)
    __truediv__, __rtruediv__ = _operator("divide"), _operator("divide", reflected=True)
    __pow__, __rpow__ = _operator("power"), _operator("power", reflected=True)
    __and__, __rand__ = _operator("bitwise_and"), _operator("bitwise_and", reflected=True)
    __or__, __ror__ = _operator("bitwise_or"), _operator("bitwise_or", reflected=True)
    __xor__, __rxor__ = _operator("bitwise_xor"), _operator("bitwise_xor", reflected=True)
    __lshift__, __rlshift__ = _operator("left_shift"), _operator("left_shift", reflected=True)
    __rshift__, __rrshift__ = _operator("right_shift"), _operator("right_shift", reflected=True)
    __lt__, __le__ = _operator("less"), _operator("less_equal")
    __gt__, __ge__ = _operator("greater"), _operator("greater_equal")


def reachable(outputs: Iterable[Traced]) -> list[Traced]:
    """All arrays that the outputs depend on, each after its arguments."""
    nodes: dict[Traced, None] = {}
    front = list(outputs)
    while front:
        node = front.pop()
        if node not in nodes:
            nodes[node] = None
            front += node.args
    return sorted(nodes, key=lambda node: node.number)
