"""Softmax over the classes, and its logarithm."""

from bprop.box import Box
from bprop.boxes.loss import at_label, one_hot
from bprop.lower_case import function
from bprop.namespace import Array, namespace

__all__ = ["LogSoftmax", "Softmax", "log_softmax", "softmax"]


def softmax_of(a: Array) -> Array:
    """exp(a_c) / sum_c' exp(a_c') over the last axis, without overflow."""
    e = namespace(a).exp(a - a.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax_of(a: Array) -> Array:
    """a_c - log sum_c' exp(a_c') over the last axis, without overflow, and exact where it is near 0.

    With m the largest class: a_c - a_m - log(1 + sum over c' != m of exp(a_c' - a_m)).
    """
    xp = namespace(a)
    shifted = a - a.max(axis=-1, keepdims=True)
    rest = xp.where(one_hot(a.argmax(axis=-1), a), 0, xp.exp(shifted))
    return shifted - xp.log1p(rest.sum(axis=-1, keepdims=True))


class Softmax(Box):
    """f_c = exp(a_c) / sum_c' exp(a_c'), over the last axis. Shapes: (N, ..., C) -> (N, ..., C)."""

    keeps_rows = True

    def fprop(self, a):
        return softmax_of(a)

    def bprop(self, grad, value, a):
        # value sums to 1, so grad counts from that of the largest class: what is left of 1 there is not lost
        grad = grad - at_label(grad, a.argmax(axis=-1))[..., None]
        return value * (grad - (grad * value).sum(axis=-1, keepdims=True))

    def onnx(self, op, a):
        return op.Softmax(a, axis=-1)

    def check(self):
        check_classes(self)

    @classmethod
    def examples(cls, rng):
        yield (rng.normal(size=(3, 5)),)
        yield (10 * rng.normal(size=(2, 2, 3)),)


class LogSoftmax(Box):
    """a_c - log sum_c' exp(a_c'), over the last axis. Shapes: (N, ..., C) -> (N, ..., C)."""

    keeps_rows = True

    def fprop(self, a):
        return log_softmax_of(a)

    def bprop(self, grad, value, a):
        xp = namespace(a)
        others = grad.sum(axis=-1, keepdims=True) - grad
        return -xp.expm1(value) * grad - xp.exp(value) * others

    def onnx(self, op, a):
        return op.LogSoftmax(a, axis=-1)

    def check(self):
        check_classes(self)

    @classmethod
    def examples(cls, rng):
        return Softmax.examples(rng)


def check_classes(box: Box) -> None:
    """The last axis holds the classes: it must be there, and not be the batch."""
    dims = box.children[0].dims
    if not dims or not isinstance(dims[-1], int):
        raise ValueError("the last axis must be that of the classes: a must be (N, ..., C)")


softmax, log_softmax = function(Softmax), function(LogSoftmax)
