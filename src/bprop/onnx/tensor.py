"""Tensors of an ONNX graph, and how a box writes its operators itself: by a method `onnx`.

    def onnx(self, op, a):
        return 0.5 * a * (1 + op.Erf(a / 2**0.5))

`op.Erf(a)` writes the operator of that name: inputs by position, attributes by keyword. The signs + - * / @ and
comparisons write their operators. A number among the inputs becomes a constant, a list a tensor of whole numbers, None
an input that is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np

from bprop.box import Box
from bprop.errors import UnsupportedError


class UntranslatableError(Exception):
    """Why a box cannot be written in ONNX."""


class Tensor(str):
    """The name of a tensor in the ONNX graph."""

    __slots__ = ()


class Writer(Protocol):
    """Where nodes and constants are written; `float` is the type of numbers."""

    float: Any
    dtypes: dict[str, Any]

    def node(self, operator: str, inputs: Sequence[str], attributes: dict[str, Any]) -> Tensor: ...

    def constant(self, value: np.ndarray) -> Tensor: ...

    def kind_of(self, dtype: Any) -> int: ...


class Operators:
    """The argument `op` of a method `onnx`."""

    def __init__(self, write: Writer):
        self.write = write

    def __getattr__(self, operator: str) -> Callable[..., Value]:
        return lambda *inputs, **attributes: self.call(operator, *inputs, **attributes)

    def call(self, operator: str, *inputs: Any, **attributes: Any) -> Value:
        return Value(self, self.write.node(operator, [self.tensor(value) for value in inputs], attributes))

    @property
    def double(self) -> bool:
        """Whether the network computes in float64, for which runtimes lack some operators."""
        return self.write.float is np.float64

    def cast(self, tensor: Tensor, dtype: Any) -> Tensor:
        return self.write.node("Cast", [tensor], {"to": self.write.kind_of(dtype)})

    def tensor(self, value: Any) -> Tensor:
        """The tensor of an input."""
        if isinstance(value, Value):
            return value.tensor
        if value is None:
            return Tensor("")
        array = np.asarray(value)
        return self.write.constant(array.astype(np.int64 if isinstance(value, list) else self.write.float))


def _operator(name: str, reflected: bool = False) -> Any:
    def operate(self: Value, other: Any) -> Value:
        return self.op.call(name, other, self) if reflected else self.op.call(name, self, other)

    return operate


class Value:
    """A tensor in a method `onnx`."""

    __add__: Any
    __radd__: Any
    __sub__: Any
    __rsub__: Any
    __mul__: Any
    __rmul__: Any
    __truediv__: Any
    __rtruediv__: Any
    __gt__: Any
    __lt__: Any
    __ge__: Any
    __le__: Any
    op: Operators

    def __init__(self, op: Operators, tensor: Tensor):
        self.op, self._tensor = op, tensor

    @property
    def tensor(self) -> Tensor:
        """The name in the graph."""
        return self._tensor

    def __neg__(self) -> Value:
        return self.op.call("Neg", self)

    __add__, __radd__ = _operator("Add"), _operator("Add", reflected=True)
    __sub__, __rsub__ = _operator("Sub"), _operator("Sub", reflected=True)
    __mul__, __rmul__ = _operator("Mul"), _operator("Mul", reflected=True)
    __truediv__, __rtruediv__ = _operator("Div"), _operator("Div", reflected=True)
    __matmul__: ClassVar[Any] = _operator("MatMul")
    __gt__, __lt__ = _operator("Greater"), _operator("Less")
    __ge__, __le__ = _operator("GreaterOrEqual"), _operator("LessOrEqual")

    def __bool__(self) -> bool:
        raise TypeError("a tensor of ONNX has no value yet: instead of `if`, write op.Where(condition, a, b)")


class Child(Value):
    """A child of the box. It is converted to the kind of number of the box's value, where it is used as it is."""

    def __init__(self, op: Operators, tensor: Tensor, convert_to: Any = None):
        super().__init__(op, tensor)
        self.convert_to = convert_to

    @cached_property
    def tensor(self) -> Tensor:
        return self._tensor if self.convert_to is None else self.op.cast(self._tensor, self.convert_to)

    @property
    def whole(self) -> Value:
        """A child that holds whole numbers, as whole numbers: op.Gather(W, rows.whole)."""
        return Value(self.op, self._tensor)


def write_override(write: Writer, box: Box, children: Sequence[tuple[Tensor, str]]) -> Tensor | None:
    """Write what the method `onnx` of a box says, for (tensor, kind of number) of each child; the tensor of its value.

    None if the method returns NotImplemented: then fprop is to be translated.

    Raises UntranslatableError where the method gives no tensor.
    """
    op, kind = Operators(write), box.spec.kind
    values = [Child(op, tensor, write.dtypes[kind] if of != kind else None) for tensor, of in children]
    if not callable(box.onnx):
        raise UntranslatableError(
            f"its `onnx` is a {type(box.onnx).__name__}: leave it out, or write a method that names operators of ONNX, "
            "def onnx(self, op, a): return op.Sigmoid(a)"
        )
    try:
        value = box.onnx(op, *values)
    except UnsupportedError:  # an operator that runtimes lack
        raise
    except Exception as error:  # whatever the method may raise
        raise UntranslatableError(f"its method onnx raised {type(error).__name__}: {error}") from error
    if value is NotImplemented:
        return None
    if not isinstance(value, Value):
        raise UntranslatableError(
            f"its method onnx must return a tensor, as op.Sigmoid(a) does, not {type(value).__name__}"
        )
    return value.tensor
