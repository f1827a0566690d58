"""Softmax over the classes, and the logarithm of softmax."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from bprop.box import Box
from bprop.boxes.loss import at_label, one_hot
from bprop.lower_case import function
from bprop.namespace import Array, largest, namespace
from bprop.typing import Example

__all__ = ["LogSoftmax", "Softmax", "log_softmax", "softmax"]


def softmax_of(a: Array) -> Array:
    """exp(a_c) / sum_c' exp(a_c') over the last axis, without overflow."""
    e = namespace(a).exp(a - largest(a))
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax_of(a: Array) -> Array:
    """a_c - log sum_c' exp(a_c') over the last axis, without overflow, and accurate near 0.

    With m the class of the largest a: a_c - a_m - log(1 + sum over c' != m of exp(a_c' - a_m)).
    """
    xp = namespace(a)
    shifted = a - largest(a)
    rest = xp.where(one_hot(a.argmax(axis=-1), a), 0, xp.exp(shifted))
    return shifted - xp.log1p(rest.sum(axis=-1, keepdims=True))


class Softmax(Box):
    """f_c = exp(a_c) / sum_c' exp(a_c'), over the last axis. Shapes: a (N, ..., C) -> (N, ..., C).

    grad_a_c = f_c (grad_c - sum_c' f_c' grad_c'). Raises ShapeError if a has no axis of classes.

    >>> bp.softmax(bp.Input("a", (2,))).fprop(np.array([[3.0, 3.0], [0.0, 1000.0]]))
    array([[0.5, 0.5],
           [0. , 1. ]])
    """

    keeps_rows = True

    def fprop(self, a: Array) -> Array:
        return softmax_of(a)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        # subtracting one number from grad changes nothing, as the values sum to 1; with the largest class's number, no
        # digits of its 1 - f_c are lost
        grad = grad - at_label(grad, a.argmax(axis=-1))[..., None]
        return value * (grad - (grad * value).sum(axis=-1, keepdims=True))

    def formula(self, m: Any, a: Any) -> Any:
        return m.exp(a) / m.exp(a).sum(axis=-1, keepdims=True)

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any) -> Any:
        return value * (grad - (value * grad).sum(axis=-1, keepdims=True))

    def onnx(self, op: Any, a: Any) -> Any:
        return op.Softmax(a, axis=-1)

    def check(self) -> None:
        check_classes(self)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.normal(size=(3, 5)),)
        yield (10 * rng.normal(size=(2, 2, 3)),)


class LogSoftmax(Box):
    """a_c - log sum_c' exp(a_c'), over the last axis. Shapes: a (N, ..., C) -> (N, ..., C).

    grad_a_c = grad_c - f_c sum_c' grad_c', with f = softmax(a). Raises ShapeError if a has no axis of classes.

    >>> bp.log_softmax(bp.Input("a", (2,))).fprop(np.array([[0.0, 1000.0]]))
    array([[-1000.,     0.]])
    """

    keeps_rows = True

    def fprop(self, a: Array) -> Array:
        return log_softmax_of(a)

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        xp = namespace(a)
        others = grad.sum(axis=-1, keepdims=True) - grad
        return -xp.expm1(value) * grad - xp.exp(value) * others

    def formula(self, m: Any, a: Any) -> Any:
        return a - m.log(m.exp(a).sum(axis=-1, keepdims=True))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any) -> Any:
        return grad - m.exp(value) * grad.sum(axis=-1, keepdims=True)

    def onnx(self, op: Any, a: Any) -> Any:
        return op.LogSoftmax(a, axis=-1)

    def check(self) -> None:
        check_classes(self)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        return Softmax.examples(rng)


def check_classes(box: Box) -> None:
    """Raise ValueError unless the child has a last axis of fixed size, for the classes."""
    dims = box.children[0].dims
    if not dims or not isinstance(dims[-1], int):
        raise ValueError("the last axis must hold the classes: a must be (N, ..., C)")


softmax: Final = function(Softmax)
log_softmax: Final = function(LogSoftmax)
