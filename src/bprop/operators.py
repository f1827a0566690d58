"""Python's operators on boxes: `a + b`, `2 * a`, `h @ W`, `-a`, `a ** 2`, `x[:, 0]`.

Each operator makes the box that computes it. This file may not import the classes of these boxes, because they derive
from `Operators`. So it takes them from the registry.
"""

from __future__ import annotations

from numbers import Real
from typing import Any, Generic, TypeVar

from bprop.registry import registered

B = TypeVar("B")


def _box(kind: str, *children: Any, **hyper: Any) -> Any:
    return registered(kind)(*children, **hyper)


class Operators(Generic[B]):
    """A mixin: the operators of the class of nodes B."""

    __array_ufunc__: None = None  # array * box calls box.__rmul__(array); NumPy would make an array of boxes
    __iter__: None = None  # x[0] works, but a box is not a sequence

    def __add__(self, other: Any) -> B:
        return _box("Add", self, other)

    def __radd__(self, other: Any) -> B:
        return _box("Add", other, self)

    def __sub__(self, other: Any) -> B:
        return _box("Subtract", self, other)

    def __rsub__(self, other: Any) -> B:
        return _box("Subtract", other, self)

    def __mul__(self, other: Any) -> B:
        return _box("Multiply", self, other)

    def __rmul__(self, other: Any) -> B:
        return _box("Multiply", other, self)

    def __truediv__(self, other: Any) -> B:
        return _box("Divide", self, other)

    def __rtruediv__(self, other: Any) -> B:
        return _box("Divide", other, self)

    def __matmul__(self, other: Any) -> B:
        return _box("MatMul", self, other)

    def __rmatmul__(self, other: Any) -> B:
        return _box("MatMul", other, self)

    def __neg__(self) -> B:
        return _box("Negative", self)

    def __pow__(self, exponent: Any) -> B:
        """a ** p. For a number p it is one box. For a box p it is exp(p log a), with a > 0."""
        if isinstance(exponent, Real):
            return _box("Power", self, exponent=float(exponent))
        return _box("Exp", _box("Multiply", exponent, _box("Log", self)))

    def __rpow__(self, base: Any) -> B:
        return _box("Constant", value=base) ** self

    def __getitem__(self, index: Any) -> B:
        return _box("Slice", self, index=index)
