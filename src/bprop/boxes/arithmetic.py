"""Arithmetic with NumPy's broadcasting: a + b, a - b, a * b, a / b, -a, a ** p, a @ b.

Shapes that do not broadcast raise ShapeError when a box is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, ClassVar, Final

import numpy as np

from bprop.box import Box, BoxLike
from bprop.lower_case import function
from bprop.namespace import Array, swap_last, unbroadcast
from bprop.shapes import Spec, infer, thin
from bprop.typing import Example, Grads, Wanted

__all__ = [
    "Add",
    "Divide",
    "MatMul",
    "Multiply",
    "Negative",
    "Power",
    "Subtract",
    "add",
    "divide",
    "matmul",
    "multiply",
    "negative",
    "power",
    "subtract",
]


class Broadcast(Box):
    """An elementwise function of two children, broadcast as in NumPy. Shapes: (N, H), (H,) -> (N, H)."""

    keeps_rows = True

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        return prod(np.broadcast_shapes(*shapes))


class Add(Broadcast):
    """a + b, elementwise. Shapes: broadcast as in NumPy, (N, H), (H,) -> (N, H).

    >>> bp.add(bp.Input("a"), 1.0).fprop(np.array([1.0, 2.0]), 1.0)
    array([2., 3.])
    """

    as_floats = True
    symbol: ClassVar[str] = "+"

    def fprop(self, a: Array, b: Array) -> Array:
        return a + b

    def bprop(self, grad: Array, value: Array, a: Array, b: Array) -> Grads:
        return unbroadcast(grad, a.shape), unbroadcast(grad, b.shape)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
        yield rng.normal(size=(3, 4)), rng.normal(size=4)
        yield rng.normal(size=(2, 1, 4)), rng.normal(size=(3, 1))


class Subtract(Broadcast):
    """a - b, elementwise. Shapes: broadcast as in NumPy, (N, H), (H,) -> (N, H).

    >>> bp.subtract(bp.Input("a"), 1.0).fprop(np.array([1.0, 2.0]), 1.0)
    array([0., 1.])
    """

    as_floats = True
    symbol: ClassVar[str] = "-"

    def fprop(self, a: Array, b: Array) -> Array:
        return a - b

    def bprop(self, grad: Array, value: Array, a: Array, b: Array) -> Grads:
        return unbroadcast(grad, a.shape), -unbroadcast(grad, b.shape)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        return Add.examples(rng)


class Multiply(Broadcast):
    """a * b, elementwise: d/da = b, d/db = a. Shapes: broadcast as in NumPy, (N, H), (H,) -> (N, H).

    >>> bp.multiply(2.0, bp.Input("b")).fprop(2.0, np.array([1.0, 2.0]))
    array([2., 4.])
    """

    as_floats = True
    symbol: ClassVar[str] = "*"

    def fprop(self, a: Array, b: Array) -> Array:
        return a * b

    def bprop(self, grad: Array, value: Array, a: Array, b: Array) -> Grads:
        return unbroadcast(grad * b, a.shape), unbroadcast(grad * a, b.shape)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield from Add.examples(rng)
        yield np.array(0.3), rng.normal(size=(3, 4))


class Divide(Broadcast):
    """a / b, elementwise: d/da = 1 / b, d/db = -(a / b) / b. Shapes: broadcast as in NumPy, (N, H), (H,) -> (N, H).

    >>> bp.divide(bp.Input("a"), 2.0).fprop(np.array([1.0, 2.0]), 2.0)
    array([0.5, 1. ])
    """

    as_floats = True
    symbol: ClassVar[str] = "/"

    def fprop(self, a: Array, b: Array) -> Array:
        return a / b

    def bprop(self, grad: Array, value: Array, a: Array, b: Array) -> Grads:
        grad_a = grad / b
        return unbroadcast(grad_a, a.shape), unbroadcast(-grad_a * value, b.shape)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        for a, b in Add.examples(rng):
            yield a, np.sign(b) * (np.abs(b) + 0.5)


class Negative(Box):
    """-a, elementwise. Shapes: a (...) -> (...).

    >>> bp.negative(bp.Input("a")).fprop(np.array([1.0, 2.0]))
    array([-1., -2.])
    """

    keeps_rows = True

    def fprop(self, a: Array) -> Array:
        return -a

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return -grad

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.normal(size=(3, 4)),)


class Power(Box):
    """a ** p, elementwise, for a number p, the hyper-parameter `exponent`: derivative p a ** (p - 1).

    Shapes: a (...) -> (...).

    >>> bp.power(bp.Input("a"), 3).fprop(np.array([1.0, 2.0]))
    array([1., 8.])
    """

    keeps_rows = True
    exponent: float

    def fprop(self, a: Array) -> Array:
        return a**self.exponent

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad * self.exponent * a ** (self.exponent - 1 if self.exponent else 0)  # for p = 0 not 0 / a

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 4)), {"exponent": 2.0}
        yield rng.normal(size=(3, 4)), {"exponent": 3.0}
        yield rng.uniform(0.5, 2.0, size=(3, 4)), {"exponent": -1.5}


class MatMul(Box):
    """a @ b: grad_a = grad b^T, grad_b = a^T grad. Shapes: a (..., N, D), b (..., D, H) -> (..., N, H).

    As in NumPy, leading axes broadcast, and an a or b with one axis is a vector. Raises ShapeError for other shapes.

    >>> bp.matmul(bp.Input("a", (2,)), bp.Parameter("b", (2,))).fprop(np.array([[1.0, 2.0]]), np.array([10.0, 20.0]))
    array([50.])
    """

    keeps_rows = True
    is_product = True
    symbol: ClassVar[str] = "@"

    def fprop(self, a: Array, b: Array) -> Array:
        return a @ b

    def bprop(self, grad: Array, value: Array, a: Array, b: Array, wanted: Wanted = (True, True)) -> Grads:
        A = a[None, :] if a.ndim == 1 else a
        B = b[:, None] if b.ndim == 1 else b
        G = _as_matrix(grad, a, b)
        return (
            unbroadcast(G @ swap_last(B), A.shape).reshape(a.shape) if wanted[0] else None,
            unbroadcast(swap_last(A) @ G, B.shape).reshape(b.shape) if wanted[1] else None,
        )

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        if not all(shapes):
            return super().size_limit(hyper, shapes)
        a, b = shapes
        columns = b[-1:] if len(b) > 1 else ()
        return prod(np.broadcast_shapes(a[:-2], b[:-2])) * prod(a[-2:-1]) * prod(columns)

    def _infer(self) -> Spec:
        a, b = (child.spec for child in self.children)
        axis = -2 if len(b.dims) > 1 else -1
        if type(self).fprop is not MatMul.fprop:
            return super()._infer()
        if not a.dims or not b.dims:
            raise ValueError("a number has no axis to sum over: type a * b")
        if a.dims[-1] != b.dims[axis]:
            raise ValueError(f"a @ b sums over the last axis of a and axis {axis} of b, which are {a.dims[-1]} "
                             f"and {b.dims[axis]} long here, and must be equal")  # fmt: skip
        return infer(self.fprop, (thin(a, -1), thin(b, axis)), self._dummy_extras)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
        yield rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 2))
        yield rng.normal(size=(2, 1, 3, 4)), rng.normal(size=(5, 4, 2))
        yield rng.normal(size=(3, 4)), rng.normal(size=4)
        yield rng.normal(size=4), rng.normal(size=(4, 2))
        yield rng.normal(size=4), rng.normal(size=4)


def _as_matrix(grad: Array, a: Array, b: Array) -> Array:
    """The gradient of a @ b as a matrix: a vector on either side has removed an axis, which this puts back."""
    if b.ndim == 1:
        grad = grad[..., None]
    return grad[..., None, :] if a.ndim == 1 else grad


add: Final = function(Add)
subtract: Final = function(Subtract)
multiply: Final = function(Multiply)
divide: Final = function(Divide)
negative: Final = function(Negative)
matmul: Final = function(MatMul)


def power(a: BoxLike, exponent: BoxLike, *, name: str | None = None) -> Box:
    """a ** exponent, elementwise, for a number `exponent`. Shapes: a (...) -> (...). See `Power`.

    >>> bp.power(bp.Input("a"), 3).fprop(np.array([1.0, 2.0]))
    array([1., 8.])
    """
    return Power(a, exponent=exponent, name=name)
