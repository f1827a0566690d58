"""Losses for classification, in nats per example."""

from typing import ClassVar

import numpy as np

from bprop.box import Box, as_box
from bprop.boxes.activations import logistic
from bprop.boxes.elementwise import away_from_zero
from bprop.boxes.loss import ClassLoss, Head, Loss, at_label, one_hot, per_example, per_output
from bprop.lower_case import function
from bprop.namespace import namespace

__all__ = [
    "BinaryCrossEntropy",
    "CrossEntropy",
    "Hinge",
    "MulticlassHinge",
    "Nll",
    "binary_cross_entropy",
    "cross_entropy",
    "hinge",
    "multiclass_hinge",
    "nll",
]


class Nll(ClassLoss):
    """Negative log-likelihood -log f_y of probabilities f. Shapes: f (N, ..., C), y (N, ...) -> (N,).

    The partial derivative is -1(y=c) / f_c. A graph computes nll(softmax(a), y) as cross_entropy(a, y).
    """

    unit: ClassVar = "nats"
    head: ClassVar = Head(output="Softmax", reads_output=True, labels=True, kind="int", also=("cross_entropy",))

    def fprop(self, f, y):
        return per_example(-namespace(f).log(at_label(f, y)))

    def bprop(self, grad, value, f, y):
        xp, hot = namespace(f), one_hot(y, f)
        return xp.where(hot, -per_output(grad, f) / xp.where(hot, f, 1), 0), None

    @classmethod
    def examples(cls, rng):
        yield rng.dirichlet(np.ones(5), size=4) * 0.9 + 0.02, rng.integers(5, size=4)
        yield rng.uniform(0.1, 0.9, size=(3, 2, 4)), rng.integers(4, size=(3, 2))


class CrossEntropy(ClassLoss):
    """-log softmax(a)_y from pre-activations a. Shapes: a (N, ..., C), y (N, ...) -> (N,).

    The gradient is the lecture's output gradient before activation, f(x) - e(y). At the label that is f_y - 1, computed
    as -(the sum of the other f_c): a network that is almost certain still has a gradient.
    """

    unit: ClassVar = "nats"

    def parts(self, a, y):
        """(e(y); s_y; exp(s_c), 0 at the label; their sum r), s = a - max a: softmax is exp(s) / (r + exp(s_y))."""
        xp, label, s = namespace(a), one_hot(y, a), a - a.max(axis=-1, keepdims=True)
        own, others = xp.where(label, s, 0).sum(axis=-1, keepdims=True), xp.where(label, 0, xp.exp(s))
        return label, own, others, others.sum(axis=-1, keepdims=True)

    def fprop(self, a, y):
        xp, (_, own, _, rest) = namespace(a), self.parts(a, y)
        return per_example((xp.log1p(rest + (xp.exp(own) - 1)) - own)[..., 0])

    def bprop(self, grad, value, a, y):
        xp, (label, own, others, rest) = namespace(a), self.parts(a, y)
        return per_output(grad, a) * (xp.where(label, -rest, others) / (rest + xp.exp(own))), None

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(4, 5)), rng.integers(5, size=4)
        yield 10 * rng.normal(size=(3, 2, 4)), rng.integers(4, size=(3, 2))


class BinaryCrossEntropy(Loss):
    """-y log p - (1 - y) log(1 - p) with p = sigmoid(a), from pre-activations a, summed over the outputs.

    Shapes: a (N, ...), y (N, ...) in [0, 1] -> (N,). Gradient p - y = (1 - y) p - y (1 - p).
    """

    metrics: ClassVar = ("accuracy",)
    unit: ClassVar = "nats"
    head: ClassVar = Head(output="Sigmoid", kind="int")

    def fprop(self, a, y):
        xp = namespace(a)
        return per_example(xp.where(a > 0, (1 - y) * a, -y * a) + xp.log1p(xp.exp(-xp.abs(a))))

    def bprop(self, grad, value, a, y):
        each = per_output(grad, a)
        return each * ((1 - y) * logistic(a) - y * logistic(-a)), -each * a

    def prediction(self, said):
        xp = namespace(said)
        return xp.where(said > 0, 1, xp.where(said <= 0, 0, -1))  # -1, no class, where it is NaN

    def limits(self):
        return {1: (0, 1)}

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=5), rng.integers(2, size=5)
        yield 5 * rng.normal(size=(4, 3)), rng.uniform(size=(4, 3))


class Hinge(Loss):
    """max(0, 1 - y a), summed over the outputs. Shapes: a (N, ...), y (N, ...) of -1 and 1 -> (N,)."""

    metrics: ClassVar = ("accuracy",)

    def fprop(self, a, y):
        return per_example(namespace(a).maximum(1 - y * a, 0))

    def bprop(self, grad, value, a, y):
        each = per_output(grad, a) * (y * a < 1)
        return -each * y, -each * a

    def prediction(self, said):
        xp = namespace(said)
        return xp.where(said > 0, 1, xp.where(said <= 0, -1, 0))  # 0, no class, where it is NaN

    def limits(self):
        return {1: (-1, 1)}

    @classmethod
    def examples(cls, rng):
        y = rng.choice([-1.0, 1.0], size=(4, 3))
        yield y * (1 + away_from_zero(rng, (4, 3))), y
        yield 1 + away_from_zero(rng, (4,)), np.ones(4)


class MulticlassHinge(ClassLoss):
    """max(0, 1 + max over c != y of a_c - a_y) (Crammer and Singer 2001). Shapes: (N, ..., C), (N, ...) -> (N,)."""

    head: ClassVar = Head("hinge", labels=True, kind="int")

    def rivals(self, a, y):
        """a with the label's own score out of the race."""
        return namespace(a).where(one_hot(y, a), -np.inf, a)

    def fprop(self, a, y):
        margin = 1 + (self.rivals(a, y).max(axis=-1) - at_label(a, y))
        return per_example(namespace(a).maximum(margin, 0))

    def bprop(self, grad, value, a, y):
        rivals = self.rivals(a, y)
        best = rivals.max(axis=-1, keepdims=True)
        leader = (rivals == best) / (rivals == best).sum(axis=-1, keepdims=True).astype(a.dtype)
        wrong = (1 + (best[..., 0] - at_label(a, y)) > 0)[..., None]
        return per_output(grad, a) * wrong * (leader - one_hot(y, a)), None

    @classmethod
    def examples(cls, rng):
        scores = np.argsort(rng.normal(size=(6, 5))) + 0.3  # no two scores tie, no margin is 0
        yield scores * 0.7, rng.integers(5, size=6)
        yield scores.reshape(3, 2, 5) * 0.7, rng.integers(5, size=(3, 2))


nll, cross_entropy = function(Nll), function(CrossEntropy)
binary_cross_entropy, multiclass_hinge = function(BinaryCrossEntropy), function(MulticlassHinge)


def hinge(a, y, *, name: str | None = None) -> Box:
    """Hinge loss: of one score an output with y of -1 and 1, or of C scores (N, C) with int labels y (N,)."""
    a, y = as_box(a), as_box(y)
    kind = MulticlassHinge if len(a.dims) == len(y.dims) + 1 else Hinge
    return kind(a, y, name=name)
