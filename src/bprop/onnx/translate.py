"""From array operations to ONNX operators: the tables, and the translation of one box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.onnx.arrays import END
from bprop.onnx.operations import Operation, line, operations
from bprop.onnx.tensor import Tensor, UntranslatableError, Writer, write_override

OPERATORS = {
    "abs": "Abs", "add": "Add", "arccos": "Acos", "arccosh": "Acosh", "arcsin": "Asin", "arcsinh": "Asinh",
    "arctan": "Atan", "arctanh": "Atanh", "ceil": "Ceil", "clip": "Clip", "cos": "Cos", "cosh": "Cosh", "div": "Div",
    "eq": "Equal", "exp": "Exp", "floor": "Floor", "ge": "GreaterOrEqual", "gt": "Greater", "isnan": "IsNaN",
    "le": "LessOrEqual", "log": "Log", "lt": "Less", "matmul": "MatMul", "max": "Max", "min": "Min", "mul": "Mul",
    "neg": "Neg", "not": "Not", "pow": "Pow", "rint": "Round", "select": "Where", "sign": "Sign", "sin": "Sin",
    "sinh": "Sinh", "sqrt": "Sqrt", "sub": "Sub", "tan": "Tan", "tanh": "Tanh",
}  # fmt: skip
"""Operations that are one operator of the same arguments."""
LOGICAL = {"and": "And", "or": "Or", "xor": "Xor", "max": "Or", "min": "And", "eq": "Equal"}
"""The same, of truth values."""
WITH_ZERO = {"max": "Relu", "logaddexp": "Softplus"}
"""Operations of floats that with the number 0 are an operator of the other argument."""
REDUCTIONS = {"reduce_mean": "ReduceMean", "reduce_max": "ReduceMax", "reduce_min": "ReduceMin",
              "reduce_prod": "ReduceProd"}  # fmt: skip


def translated(write: Writer, box: Box, children: Sequence[tuple[Tensor, str]]) -> Tensor:
    """Write the nodes of a box, from (tensor, kind of number) of each child; the tensor of its value.

    Raises UntranslatableError.
    """
    tensors = [tensor for tensor, _ in children]
    value = write_override(write, box, children) if has_override(box) else None
    value = Translation(write, box, tensors).value() if value is None else value
    return write.node("Identity", [value], {}) if value in tensors else value


def has_override(box: Box) -> bool:
    """Whether the class of the box says by a method `onnx` what it is in ONNX.

    A class that has an fprop of its own does not inherit the method of another.
    """
    lineage = type(box).__mro__
    onnx, fprop = (next(cls for cls in lineage if name in vars(cls)) for name in ("onnx", "fprop"))
    return box.onnx is not None and issubclass(onnx, fprop)


class Translation:
    """Writes the nodes of one box's fprop."""

    write: Writer
    box: Box
    children: Sequence[Tensor]
    operations: list[Operation]
    arrays: dict[str, np.ndarray]

    def __init__(self, write: Writer, box: Box, children: Sequence[Tensor]):
        self.write, self.box, self.children = write, box, children
        self.operations, self.arrays = operations(box, write.float)
        self.tensors: dict[int, Tensor] = {}
        self.examples: Tensor | None = None

    def value(self) -> Tensor:
        """The tensor of the value. What a named operator stands for is not written."""
        last = len(self.operations) - 1
        needed = {last}
        for place in range(last, -1, -1):
            if place in needed:
                args = self.operations[place].args
                needed.update(args[:1] if self.is_with_zero(self.operations[place]) else args)
        for place in sorted(needed):
            self.tensors[place] = self.operation(self.operations[place])
        return self.tensors[last]

    def operation(self, operation: Operation) -> Tensor:
        """Write one operation."""
        if self.is_with_zero(operation):
            return self.node(WITH_ZERO[operation.op], self.tensors[operation.args[0]])
        args = [self.tensors[arg] for arg in operation.args]
        logical = bool(args) and all(self.operations[arg].dtype == bool for arg in operation.args)
        if operation.named is not None:
            named = write_override(self.write, operation.named, [(args[0], "float")])
            assert named is not None  # such a box is an operator in every precision
            return named
        if logical and operation.op in LOGICAL:
            return self.node(LOGICAL[operation.op], *args)
        if operation.op in OPERATORS:
            if logical and operation.op in ("lt", "le", "gt", "ge"):
                args = [self.cast(arg, np.int64) for arg in args]
            return self.node(OPERATORS[operation.op], *args)
        if operation.op in REDUCTIONS:
            return self.reduction(operation, args[0])
        if operation.op in WRITERS:
            return WRITERS[operation.op](self, operation, *args)
        raise UntranslatableError(f"ONNX lacks the array operation {operation.op!r}")

    def reduction(self, operation: Operation, a: Tensor) -> Tensor:
        axes, keepdims = operation.attr
        logical = operation.dtype == bool  # which the runtime does not reduce
        a = self.cast(a, np.int32) if logical else a
        a = self.node(REDUCTIONS[operation.op], a, axes=list(axes), keepdims=keepdims)
        return self.cast(a, bool) if logical else a

    def is_with_zero(self, operation: Operation) -> bool:
        """Whether it is an operation of `WITH_ZERO` whose second argument is the number 0."""
        if operation.op not in WITH_ZERO or operation.dtype.kind != "f":
            return False
        other = self.operations[operation.args[1]]
        return other.op == "constant" and other.attrs == (0, 0, 0)

    # --- what they are made of ---

    def node(self, operator: str, *inputs: Tensor, **attributes: Any) -> Tensor:
        return self.write.node(operator, inputs, attributes)

    def of(self, dtype: Any, value: Any) -> Tensor:
        """A constant."""
        return self.write.constant(np.asarray(value, dtype))

    def cast(self, tensor: Tensor, dtype: Any) -> Tensor:
        return self.node("Cast", tensor, to=self.write.kind_of(dtype))

    def number(self, values: Sequence[float], dtype: Any) -> Tensor:
        """A number (), from its values for each N."""
        slope, start = line(values)
        if not slope:
            return self.of(dtype, start)
        number = self.cast(self.rows(), dtype) if dtype != np.int64 else self.rows()
        if slope != 1:
            number = self.node("Mul", number, self.of(dtype, slope))
        return self.node("Add", number, self.of(dtype, start)) if start else number

    def rows(self) -> Tensor:
        """N, as a whole number ()."""
        if self.examples is None:
            for tensor, child in zip(self.children, self.box.children, strict=True):
                if "N" in child.dims:
                    shape = self.node("Shape", tensor)
                    self.examples = self.node("Gather", shape, self.of(np.int64, child.dims.index("N")))
                    break
            else:
                raise UntranslatableError("a size depends on N, but no child has N rows")
        return self.examples

    def shape(self, sizes: Sequence[tuple[int, ...]]) -> Tensor:
        """A shape, from the sizes of each axis for each N."""
        if all(len(set(size)) == 1 for size in sizes):
            return self.of(np.int64, [size[0] for size in sizes])
        parts = [self.node("Reshape", self.number(size, np.int64), self.of(np.int64, [1])) for size in sizes]
        return parts[0] if len(parts) == 1 else self.node("Concat", *parts, axis=0)


def _leaf(to: Translation, operation: Operation) -> Tensor:
    array = to.arrays.get(operation.attr.partition(" ")[2])  # the name of a leaf is "ROLE NAME", or a child's number
    return to.children[int(operation.attr)] if array is None else to.of(operation.dtype, array)


def _place(to: Translation, operation: Operation, *parts: Tensor) -> Tensor:
    """Zeros around an array."""
    places = operation.attr
    if len(parts) != 1 or any(step != 1 for _, step in places[0]):
        raise UntranslatableError("ONNX lacks zeros with values set into them here and there")
    inner = to.operations[operation.args[0]].sizes
    before = [start for start, _ in places[0]]
    after = [whole[0] - size[0] - first for whole, size, first in zip(operation.sizes, inner, before, strict=True)]
    return to.node("Pad", parts[0], to.of(np.int64, [*before, *after]))


def _range(to: Translation, operation: Operation) -> Tensor:
    count = operation.sizes[0]
    if len(set(count)) == 1:
        return to.of(operation.dtype, np.arange(count[0]))
    numbers = to.node("Range", to.of(np.int64, 0), to.number(count, np.int64), to.of(np.int64, 1))
    return numbers if operation.dtype == np.int64 else to.cast(numbers, operation.dtype)


def _reshape(to: Translation, operation: Operation, a: Tensor) -> Tensor:
    several = [axis for axis, sizes in enumerate(operation.sizes) if len(set(sizes)) > 1]
    if len(several) > 1:
        return to.node("Reshape", a, to.shape(operation.sizes))
    fixed = [-1 if axis in several else sizes[0] for axis, sizes in enumerate(operation.sizes)]
    return to.node("Reshape", a, to.of(np.int64, fixed))


def _cut(to: Translation, operation: Operation, a: Tensor) -> Tensor:
    cuts = operation.attr
    axes = [axis for axis, cut in enumerate(cuts) if cut != (0, END, 1)]
    starts, ends, steps = ([cuts[axis][part] for axis in axes] for part in range(3))
    return to.node("Slice", a, *(to.of(np.int64, numbers) for numbers in (starts, ends, axes, steps)))


def _log1p(to: Translation, operation: Operation, x: Tensor) -> Tensor:
    """log(1 + x). With u = 1 + x rounded: x where u is 1, log u where u is x, else x log(u) / (u - 1) (Kahan)."""
    one = to.of(operation.dtype, 1)
    u = to.node("Add", x, one)
    log = to.node("Log", u)
    middle = to.node("Div", to.node("Mul", x, log), to.node("Sub", u, one))
    return to.node(
        "Where", to.node("Equal", u, one), x, to.node("Where", to.node("Equal", u, x), log, middle)
    )  # fmt: skip


def _expm1(to: Translation, operation: Operation, x: Tensor) -> Tensor:
    """exp(x) - 1; where |x| < 1 as 2 t / (1 - t), t = tanh(x / 2), which is exact near 0 too."""
    half, one, two = (to.of(operation.dtype, value) for value in (0.5, 1, 2))
    t = to.node("Tanh", to.node("Mul", x, half))
    near = to.node("Div", to.node("Mul", t, two), to.node("Sub", one, t))
    far = to.node("Sub", to.node("Exp", x), one)
    return to.node("Where", to.node("Less", to.node("Abs", x), one), near, far)


def _logaddexp(to: Translation, operation: Operation, a: Tensor, b: Tensor) -> Tensor:
    """log(exp(a) + exp(b)) = max(a, b) + softplus(-|a - b|)."""
    gap = to.node("Abs", to.node("Sub", a, b))
    gap = to.node("Where", to.node("Equal", a, b), to.of(operation.dtype, 0), gap)  # infinities
    return to.node("Add", to.node("Max", a, b), to.node("Softplus", to.node("Neg", gap)))


WRITERS: dict[str, Callable[..., Tensor]] = {
    "leaf": _leaf, "iota": _range, "place": _place, "reshape": _reshape, "cut": _cut,
    "log1p": _log1p, "expm1": _expm1, "logaddexp": _logaddexp,
    "constant": lambda to, of: to.number(of.attrs, of.dtype),
    "cast": lambda to, of, a: to.cast(a, of.dtype),
    "broadcast": lambda to, of, a: to.node("Expand", a, to.shape(of.sizes)),
    "transpose": lambda to, of, a: to.node("Transpose", a, perm=list(of.attr)),
    "squeeze": lambda to, of, a: to.node("Squeeze", a, to.of(np.int64, of.attr)),
    "unsqueeze": lambda to, of, a: to.node("Unsqueeze", a, to.of(np.int64, of.attr)),
    "concat": lambda to, of, *parts: to.node("Concat", *parts, axis=of.attr),
    "gather": lambda to, of, a, rows: to.node("Gather", a, rows, axis=of.attr),
    "gather_elements": lambda to, of, a, index: to.node("GatherElements", a, index, axis=of.attr),
    "cumsum": lambda to, of, a: to.node("CumSum", a, to.of(np.int64, of.attr)),
    "argmax": lambda to, of, a: to.node("ArgMax", a, axis=of.attr, keepdims=0),
    "argmin": lambda to, of, a: to.node("ArgMin", a, axis=of.attr, keepdims=0),
    "reduce_add": lambda to, of, a: to.node("ReduceSum", a, to.of(np.int64, of.attr[0]), keepdims=of.attr[1]),
}  # fmt: skip
"""All other operations: operator by operator."""
