"""From array operations to boxes: which box computes each, and one box for equal operations on equal boxes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bprop.backward.primitives import AddRows, BroadcastTo, Compare, Expm1, Log1p, Place, size_of
from bprop.backward.rows import ROWS, Code, Operation, line
from bprop.backward.symbols import decoded
from bprop.backward.window_boxes import Fold, Windows
from bprop.box import Box
from bprop.boxes.activations import Tanh
from bprop.boxes.arithmetic import Add, Divide, MatMul, Multiply, Negative, Power, Subtract
from bprop.boxes.elementwise import Abs, Cos, Exp, Log, Sin, Sqrt
from bprop.boxes.rearrange import Concat, Reshape, Slice, Take, Transpose
from bprop.boxes.reduction import Max, Sum
from bprop.boxes.selection import Maximum, Minimum, Where
from bprop.errors import UnsupportedError
from bprop.leaves import Constant
from bprop.shapes import Dim

Boxes = list[Box]
PLAIN: dict[str, type[Box]] = {
    "add": Add, "sub": Subtract, "mul": Multiply, "div": Divide, "neg": Negative, "exp": Exp, "log": Log, "tanh": Tanh,
    "sqrt": Sqrt, "abs": Abs, "log1p": Log1p, "expm1": Expm1, "matmul": MatMul, "select": Where, "take": Take,
    "and": Multiply, "or": Add, "max": Maximum, "min": Minimum, "sin": Sin, "cos": Cos,
}  # fmt: skip
"""Operations that are one box without hyper-parameters. `and` and `or` of truth values are their product and sum."""
RELATIONS = {"gt": ">", "lt": "<", "ge": ">=", "le": "<=", "eq": "==", "ne": "!="}
NUMBERS: dict[str, Any] = {"int": 1, "float": 1.0}


class Maker:
    """Makes boxes for a new graph. `rows` is a box with N rows; None for a graph without inputs."""

    def __init__(self, rows: Box | None):
        self.rows = rows
        self.made: dict[Any, Box] = {}
        self.fresh: dict[Box, str] = {}
        """The boxes made so far, each with the name of the box from whose code it comes."""
        self.owner = ""

    def make(self, cls: type[Box], *children: Box, **hyper: Any) -> Box:
        """The box of a class on some children: the same for the same."""
        key = cls, tuple(map(id, children)), repr(sorted(hyper.items()))
        if key not in self.made:
            self.made[key] = box = cls(*children, **hyper)
            self.fresh[box] = self.owner
        return self.made[key]

    def constant(self, value: Any) -> Box:
        """A number or an array."""
        array = np.asarray(value)
        key = Constant, array.dtype.str, array.shape, array.tobytes()
        if key not in self.made:
            self.made[key] = box = Constant(array)
            self.fresh[box] = self.owner
        return self.made[key]

    def sized(self, cls: type[Box], *children: Box, shape: tuple[Any, ...], **hyper: Any) -> Box:
        """A box with a shape in N."""
        return self.make(cls, *children, *self.counted(shape), shape=shape, **hyper)

    def counted(self, shape: tuple[Any, ...]) -> Boxes:
        """The child that says what N in a shape is."""
        return [] if all(isinstance(size, int) for size in shape) else [self.need_rows()]

    def need_rows(self) -> Box:
        """The box with N rows. Raises UnsupportedError for a graph without inputs."""
        if self.rows is None:
            raise UnsupportedError("a size depends on the number of examples, but the graph has no input")
        return self.rows

    def boxes(self, code: Code, leaves: Mapping[str, Box]) -> list[Box | None]:
        """The results of code as boxes; `leaves` are its leaves, by name."""
        results: Boxes = []
        for operation in code.operations:
            children = [results[place] for place in operation.args]
            results.append(self.box(operation, children, leaves, code))
        return [None if place is None else results[place] for place in code.results]

    def box(self, operation: Operation, children: Boxes, leaves: Mapping[str, Box], code: Code) -> Box:
        op = operation.op
        if op == "leaf":
            return leaves[operation.attr] if operation.attr in leaves else self.held(operation, code)
        if op in ("and", "or") and operation.dtype.kind != "b":
            raise UnsupportedError(f"an operation on bits ({op})")
        if op in PLAIN:
            return self.make(PLAIN[op], *children)
        if op in RELATIONS:
            return self.make(Compare, *children, relation=RELATIONS[op])
        if op in WRITERS:
            return WRITERS[op](self, operation, *children)
        raise UnsupportedError(f"no box does the array operation {op!r}")

    def held(self, operation: Operation, code: Code) -> Box:
        """An array that box code holds."""
        return self.constant(code.arrays[operation.attr.partition(" ")[2]])

    def number(self, operation: Operation) -> Box:
        """A number, which may be a line in N."""
        slope, start = line(operation.attrs)
        if not slope:
            return self.constant(operation.attrs[0])
        whole = operation.dtype.kind == "i"
        one = self.sized(BroadcastTo, self.constant(1 if whole else 1.0), shape=("N",))
        number = self.make(Sum, one, axis=None)
        if slope != 1:
            number = self.make(Multiply, number, self.constant(int(slope) if whole else slope))
        return self.make(Add, number, self.constant(int(start) if whole else start)) if start else number

    def index(self, operation: Operation, a: Box) -> Box:
        """A slice. A bound that depends on N is counted from the end of its axis."""
        if all(attr == operation.attrs[0] for attr in operation.attrs):
            return self.make(Slice, a, index=decoded(operation.attr))
        parts, axis = [], 0
        for several in zip(*operation.attrs, strict=True):
            size = a.dims[axis] if several[0] is not None and several[0] is not Ellipsis else 0
            parts.append(several[0] if several.count(several[0]) == len(several) else from_end(several, size))
            axis += several[0] is not None
            if several[0] is Ellipsis:
                raise UnsupportedError("an index that depends on the number of examples")
        return self.make(Slice, a, index=decoded(tuple(parts)))

    def cast(self, operation: Operation, a: Box) -> Box:
        to = {"f": "float", "i": "int", "b": "bool"}[operation.dtype.kind]
        if to == a.spec.kind:
            return a
        if to == "bool":
            return self.make(Compare, a, self.constant(0), relation="!=")
        if a.spec.kind == "float":
            raise UnsupportedError("floats that become whole numbers")
        return self.make(Multiply, a, self.constant(NUMBERS[to]))

    def reshape(self, operation: Operation, a: Box) -> Box:
        varying = [size for size in operation.shape if isinstance(size, str)]
        if len(varying) > 1:
            raise UnsupportedError("a new shape with several sizes that depend on the number of examples")
        return self.make(Reshape, a, shape=tuple(-1 if isinstance(size, str) else size for size in operation.shape))

    def xor(self, operation: Operation, a: Box, b: Box) -> Box:
        if operation.dtype.kind != "b":
            raise UnsupportedError("an operation on bits (xor)")
        return self.make(Compare, a, b, relation="!=")

    def iota(self, operation: Operation) -> Box:
        count = operation.shape[0]
        if not isinstance(count, int):
            raise UnsupportedError("the numbers of the examples")
        return self.constant(np.arange(count, dtype=np.int64 if operation.dtype.kind == "i" else np.float64))

    def power(self, operation: Operation, a: Box, b: Box) -> Box:
        if isinstance(b, Constant) and b.value.ndim == 0:
            return self.make(Power, a, exponent=float(b.value))
        return self.make(Exp, self.make(Multiply, b, self.make(Log, a)))


def from_end(parts: Sequence[Any], size: Dim) -> tuple[Any, ...]:
    """The slice ("slice", start, stop, step), from those for each N of an axis of this size."""
    if not isinstance(size, str) or not all(isinstance(part, tuple) for part in parts):
        raise UnsupportedError("an index that depends on the number of examples")
    bounds = []
    for of_all in zip(*(part[1:] for part in parts), strict=True):
        behind = (
            {bound - size_of(size, rows) for bound, rows in zip(of_all, ROWS, strict=True)}
            if None not in of_all
            else {}
        )
        same = of_all.count(of_all[0]) == len(of_all)
        if not same and (len(behind) != 1 or min(behind) > 0):
            raise UnsupportedError("an index that depends on the number of examples")
        bounds.append(of_all[0] if same else min(behind) or None)
    return "slice", *bounds


def _reduction(cls: type[Box]) -> Callable[..., Box]:
    return lambda maker, of, a: maker.make(cls, a, axis=of.attr[0], keepdims=of.attr[1])


WRITERS: dict[str, Callable[..., Box]] = {
    "constant": Maker.number, "cast": Maker.cast, "reshape": Maker.reshape, "xor": Maker.xor, "iota": Maker.iota,
    "pow": Maker.power, "index": Maker.index, "reduce_add": _reduction(Sum), "reduce_max": _reduction(Max),
    "transpose": lambda maker, of, a: maker.make(Transpose, a, axes=of.attr),
    "broadcast": lambda maker, of, a: maker.sized(BroadcastTo, a, shape=of.shape),
    "place": lambda maker, of, a: maker.sized(Place, a, shape=of.shape, index=decoded(of.attr)),
    "add_rows": lambda maker, of, a, numbers: maker.sized(AddRows, a, numbers, shape=of.shape),
    "windows": lambda maker, of, a: maker.make(
        Windows, a, size=of.shape[1 + len(of.attr[0]) : -1], step=of.attr[0], apart=of.attr[1]),
    "fold": lambda maker, of, a: maker.make(Fold, a, sizes=of.shape[1:-1], step=of.attr[0], apart=of.attr[1]),
    "concat": lambda maker, of, *parts: maker.make(Concat, *parts, axis=of.attr),
}  # fmt: skip
"""Operations whose box has hyper-parameters, or that are several boxes."""


def total(maker: Maker, parts: Sequence[Box]) -> Box:
    """The sum of gradients."""
    result = parts[0]
    for part in parts[1:]:
        result = maker.make(Add, result, part)
    return result
