"""Activations h = g(a), elementwise. Shapes: a (N, ...) -> (N, ...)."""

from __future__ import annotations

from collections.abc import Iterator
from math import pi, sqrt
from typing import Any, ClassVar, Final

import numpy as np

from bprop.box import Box
from bprop.boxes.elementwise import away_from_zero
from bprop.lower_case import function
from bprop.namespace import Array, as_numbers, namespace
from bprop.typing import Example

__all__ = [
    "Activation",
    "Elu",
    "Gelu",
    "LeakyRelu",
    "Relu",
    "Sigmoid",
    "Silu",
    "Softplus",
    "Tanh",
    "elu",
    "gelu",
    "leaky_relu",
    "relu",
    "sigmoid",
    "silu",
    "softplus",
    "tanh",
]


def logistic(a: Array) -> Array:
    """1 / (1 + exp(-a)), without overflow for any a."""
    xp = namespace(a)
    z = xp.exp(-xp.abs(a))
    return xp.where(a >= 0, 1, z) / (1 + z)


class Activation(Box):
    """An elementwise function of one child. `bprop.mlp` knows its subclasses by name.

    Shapes: a (N, ...) -> (N, ...).

    >>> issubclass(bp.Relu, bp.Activation)
    True
    """

    keeps_rows = True

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (away_from_zero(rng),)
        yield (5 * away_from_zero(rng, (2, 3, 2)),)


class Sigmoid(Activation):
    """h = 1 / (1 + exp(-a)): derivative h (1 - h), which is 0 where h has been rounded to 1.

    Shapes: a (N, ...) -> (N, ...).

    >>> bp.sigmoid(bp.Input("a")).fprop(np.array([0.0, 100.0]))
    array([0.5, 1. ])
    """

    bounds: ClassVar[tuple[float, float] | None] = (0.0, 1.0)

    def fprop(self, a: Array) -> Array:
        return logistic(a)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad * value * (1 - value)

    def formula(self, m: Any, a: Any) -> Any:
        return 1 / (1 + m.exp(-a))

    def onnx(self, op: Any, a: Any) -> Any:
        return op.Sigmoid(a)


class Tanh(Activation):
    """h = tanh(a): derivative 1 - h^2 = (1 - h) (1 + h), which is 0 where h has been rounded to 1 or -1.

    Shapes: a (N, ...) -> (N, ...).

    >>> bp.tanh(bp.Input("a")).fprop(np.array([0.0, 100.0]))
    array([0., 1.])
    """

    bounds: ClassVar[tuple[float, float] | None] = (-1.0, 1.0)

    def fprop(self, a: Array) -> Array:
        return namespace(a).tanh(as_numbers(a))

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad * ((1 - value) * (1 + value))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any) -> Any:
        return grad * (1 - value**2)


class Relu(Activation):
    """max(a, 0): derivative 1 where a > 0, else 0. Shapes: a (N, ...) -> (N, ...).

    >>> bp.relu(bp.Input("a")).fprop(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    rectifies: ClassVar[bool] = True

    def fprop(self, a: Array) -> Array:
        return namespace(a).maximum(a, 0)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad * (a > 0)


class LeakyRelu(Activation):
    """a where a > 0, else slope a (Maas, Hannun and Ng 2013). Shapes: a (N, ...) -> (N, ...).

    >>> bp.leaky_relu(bp.Input("a"), slope=0.25).fprop(np.array([-1.0, 2.0]))
    array([-0.25,  2.  ])
    """

    slope: float = 0.01

    def fprop(self, a: Array) -> Array:
        return namespace(a).where(a > 0, a, self.slope * a)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return namespace(a).where(a > 0, grad, self.slope * grad)

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any) -> Any:
        return grad * m.where(a > 0, 1, self.slope)

    def onnx(self, op: Any, a: Any) -> Any:
        return op.LeakyRelu(a, alpha=self.slope)


class Elu(Activation):
    """a where a > 0, else alpha (exp(a) - 1), with derivative alpha exp(a). Shapes: a (N, ...) -> (N, ...).

    Clevert, Unterthiner and Hochreiter 2016, eq. 14.

    >>> bp.elu(bp.Input("a"), alpha=2.0).fprop(np.array([-100.0, 3.0]))
    array([-2.,  3.])
    """

    alpha: float = 1.0

    def fprop(self, a: Array) -> Array:
        xp = namespace(a)
        return xp.where(a > 0, a, self.alpha * xp.expm1(xp.minimum(a, 0)))

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        xp = namespace(a)
        return xp.where(a > 0, grad, grad * self.alpha * xp.exp(xp.minimum(a, 0)))

    def formula(self, m: Any, a: Any) -> Any:
        return m.where(a > 0, a, self.alpha * (m.exp(a) - 1))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any) -> Any:
        return grad * m.where(a > 0, 1, self.alpha * m.exp(a))

    def onnx(self, op: Any, a: Any) -> Any:
        return op.Elu(a, alpha=self.alpha)


class Gelu(Activation):
    """a (1 + tanh(u)) / 2 = a sigmoid(2 u), u = sqrt(2 / pi) (a + 0.044715 a^3) (Hendrycks and Gimpel 2016, section 2).

    This is their tanh form of a Phi(a), within 5e-4 of it. With s = sigmoid(2 u): derivative s (1 + a (1 - s) 2 u').
    Shapes: a (N, ...) -> (N, ...).

    >>> bp.gelu(bp.Input("a")).fprop(np.array([0.0, 100.0]))
    array([  0., 100.])
    """

    def fprop(self, a: Array) -> Array:
        return a * logistic(2 * sqrt(2 / pi) * (a + 0.044715 * a * a * a))

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        a = namespace(a).clip(a, -100, 100)  # beyond these, the derivative is 0 or 1, and u' could overflow
        s = logistic(2 * sqrt(2 / pi) * (a + 0.044715 * a * a * a))
        slope = 2 * sqrt(2 / pi) * (1 + 3 * 0.044715 * a * a)
        return grad * s * (1 + a * (1 - s) * slope)

    def formula(self, m: Any, a: Any) -> Any:
        return a * m.sigmoid(2 * sqrt(2 / pi) * (a + 0.044715 * a**3))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any) -> Any:
        s = m.let("s", m.sigmoid(2 * sqrt(2 / pi) * (a + 0.044715 * a**3)))
        return grad * s * (1 + a * (1 - s) * (2 * sqrt(2 / pi) * (1 + 3 * 0.044715 * a**2)))


class Silu(Activation):
    """a sigmoid(a): derivative s (1 + a (1 - s)) with s = sigmoid(a) (Elfwing, Uchibe and Doya 2018).

    Shapes: a (N, ...) -> (N, ...).

    >>> bp.silu(bp.Input("a")).fprop(np.array([0.0, 100.0]))
    array([  0., 100.])
    """

    def fprop(self, a: Array) -> Array:
        return a * logistic(a)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        s = logistic(a)
        return grad * s * (1 + a * (1 - s))

    def formula(self, m: Any, a: Any) -> Any:
        return a * m.sigmoid(a)

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any) -> Any:
        return grad * m.sigmoid(a) * (1 + a * (1 - m.sigmoid(a)))


class Softplus(Activation):
    """log(1 + exp(a)): derivative sigmoid(a). Shapes: a (N, ...) -> (N, ...).

    >>> bp.softplus(bp.Input("a")).fprop(np.array([-1000.0, 1000.0]))
    array([   0., 1000.])
    """

    def fprop(self, a: Array) -> Array:
        a = as_numbers(a)
        return namespace(a).logaddexp(a, namespace(a).zeros_like(a))

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return grad * logistic(a)

    def formula(self, m: Any, a: Any) -> Any:
        return m.log(1 + m.exp(a))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any) -> Any:
        return grad * m.sigmoid(a)


sigmoid: Final = function(Sigmoid)
tanh: Final = function(Tanh)
relu: Final = function(Relu)
leaky_relu: Final = function(LeakyRelu)
elu: Final = function(Elu)
gelu: Final = function(Gelu)
silu: Final = function(Silu)
softplus: Final = function(Softplus)
