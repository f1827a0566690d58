"""Losses for classification, in nats per example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

import numpy as np

from bprop.box import Box, BoxLike, as_box
from bprop.boxes.activations import logistic
from bprop.boxes.elementwise import away_from_zero
from bprop.boxes.loss import ClassLoss, Head, Loss, at_label, one_hot, per_example, per_output
from bprop.lower_case import function
from bprop.namespace import Array, largest, namespace
from bprop.typing import Example, Grads

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
    """-log f_y, the negative log-likelihood of probabilities f. Shapes: f (N, ..., C), y (N, ...) -> (N,), in nats.

    The partial derivative is -1(y=c) / f_c. A graph computes nll(softmax(a), y) as cross_entropy(a, y).
    Raises ShapeError for other shapes, DTypeError for labels that are not whole numbers.

    >>> bp.nll(bp.Input("f", (2,)), bp.Input("y", dtype="int")).fprop(np.array([[0.0, 1.0]]), np.array([1])) == 0
    array([ True])
    """

    unit: ClassVar[str] = "nats"
    head: ClassVar[Head | None] = Head(
        output="Softmax", reads_output=True, labels=True, kind="int", also=("cross_entropy",)
    )

    def fprop(self, f: Array, y: Array) -> Array:
        return per_example(-namespace(f).log(at_label(f, y)))

    def bprop(self, grad: Array, value: Array, f: Array, y: Array) -> Grads:
        xp, hot = namespace(f), one_hot(y, f)
        return xp.where(hot, -per_output(grad, f) / xp.where(hot, f, 1), 0), None

    def formula(self, m: Any, f: Any, y: Any) -> Any:
        return m.per_example(-m.log(m.at_label(f, y)))

    def bprop_formula(self, m: Any, grad: Any, value: Any, f: Any, y: Any) -> Any:
        return m.per_output(grad, f) * (-m.one_hot(y, f) / m.at_label(f, y)[..., None]), None

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.dirichlet(np.ones(5), size=4) * 0.9 + 0.02, rng.integers(5, size=4)
        yield rng.uniform(0.1, 0.9, size=(3, 2, 4)), rng.integers(4, size=(3, 2))


class CrossEntropy(ClassLoss):
    """-log softmax(a)_y, from pre-activations a. Shapes: a (N, ..., C), y (N, ...) -> (N,), in nats.

    The gradient is the lecture's output gradient before activation, f(x) - e(y). At the label that is f_y - 1. It is
    computed as minus the sum of the other f_c, so a network that is almost certain still has a gradient.
    Raises ShapeError for other shapes, DTypeError for labels that are not whole numbers.

    >>> a, y = np.array([[3.0, 3.0]]), np.array([1])
    >>> bp.cross_entropy(bp.Input("a", (2,)), bp.Input("y", dtype="int")).fprop(a, y) == np.log(2)
    array([ True])
    """

    unit: ClassVar[str] = "nats"

    def parts(self, a: Array, y: Array) -> tuple[Array, Array, Array, Array]:
        """(e(y), s_y, exp(s_c) with 0 at the label, their sum r), s = a - max a. Softmax is exp(s) / (r + exp(s_y))."""
        xp, label, s = namespace(a), one_hot(y, a), a - largest(a)
        own, others = xp.where(label, s, 0).sum(axis=-1, keepdims=True), xp.where(label, 0, xp.exp(s))
        return label, own, others, others.sum(axis=-1, keepdims=True)

    def fprop(self, a: Array, y: Array) -> Array:
        xp, (_, own, _, rest) = namespace(a), self.parts(a, y)
        return per_example((xp.log1p(rest + (xp.exp(own) - 1)) - own)[..., 0])

    def bprop(self, grad: Array, value: Array, a: Array, y: Array) -> Grads:
        xp, (label, own, others, rest) = namespace(a), self.parts(a, y)
        return per_output(grad, a) * (xp.where(label, -rest, others) / (rest + xp.exp(own))), None

    def formula(self, m: Any, a: Any, y: Any) -> Any:
        return m.per_example(-m.log(m.at_label(m.softmax(a), y)))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any, y: Any) -> Any:
        return m.per_output(grad, a) * (m.softmax(a) - m.one_hot(y, a)), None

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(4, 5)), rng.integers(5, size=4)
        yield 10 * rng.normal(size=(3, 2, 4)), rng.integers(4, size=(3, 2))


class BinaryCrossEntropy(Loss):
    """-y log p - (1 - y) log(1 - p) with p = sigmoid(a), from pre-activations a, summed over the outputs.

    Shapes: a (N, ...), y (N, ...) in [0, 1] -> (N,), in nats. Gradient p - y = (1 - y) p - y (1 - p).
    Raises ShapeError where the shapes of a and y differ.

    >>> bp.binary_cross_entropy(bp.Input("a"), bp.Input("y")).fprop(np.array([1000.0, -1000.0]), np.array([1.0, 1.0]))
    array([   0., 1000.])
    """

    metrics: ClassVar[tuple[str, ...]] = ("accuracy",)
    unit: ClassVar[str] = "nats"
    head: ClassVar[Head | None] = Head(output="Sigmoid", kind="int")

    def fprop(self, a: Array, y: Array) -> Array:
        xp = namespace(a)
        return per_example(xp.where(a > 0, (1 - y) * a, -y * a) + xp.log1p(xp.exp(-xp.abs(a))))

    def bprop(self, grad: Array, value: Array, a: Array, y: Array) -> Grads:
        each = per_output(grad, a)
        return each * ((1 - y) * logistic(a) - y * logistic(-a)), -each * a

    def formula(self, m: Any, a: Any, y: Any) -> Any:
        p = m.sigmoid(a)
        return m.per_example(-y * m.log(p) - (1 - y) * m.log(1 - p))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any, y: Any) -> Any:
        return m.per_output(grad, a) * (m.sigmoid(a) - y), -m.per_output(grad, a) * a

    def prediction(self, output: Array) -> Array:
        xp = namespace(output)
        return xp.where(output > 0, 1, xp.where(output <= 0, 0, -1))  # -1, which is no class, for NaN

    def limits(self) -> dict[int, tuple[float, float]]:
        return {1: (0, 1)}

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=5), rng.integers(2, size=5)
        yield 5 * rng.normal(size=(4, 3)), rng.uniform(size=(4, 3))


class Hinge(Loss):
    """max(0, 1 - y a), summed over the outputs: gradient -y where y a < 1. Shapes: a (N, ...), y (N, ...) -> (N,).

    y is -1 or 1. Raises ShapeError where the shapes of a and y differ.

    >>> bp.Hinge(bp.Input("a"), bp.Input("y")).fprop(np.array([3.0, 0.5]), np.array([1.0, 1.0]))
    array([0. , 0.5])
    """

    metrics: ClassVar[tuple[str, ...]] = ("accuracy",)

    def fprop(self, a: Array, y: Array) -> Array:
        return per_example(namespace(a).maximum(1 - y * a, 0))

    def bprop(self, grad: Array, value: Array, a: Array, y: Array) -> Grads:
        each = per_output(grad, a) * (y * a < 1)
        return -each * y, -each * a

    def formula(self, m: Any, a: Any, y: Any) -> Any:
        return m.per_example(m.maximum(0, 1 - y * a))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any, y: Any) -> Any:
        each = m.per_output(grad, a)
        return -each * y * (y * a < 1), -each * a * (y * a < 1)

    def prediction(self, output: Array) -> Array:
        xp = namespace(output)
        return xp.where(output > 0, 1, xp.where(output <= 0, -1, 0))  # 0, which is no class, for NaN

    def limits(self) -> dict[int, tuple[float, float]]:
        return {1: (-1, 1)}

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        y = rng.choice([-1.0, 1.0], size=(4, 3))
        yield y * (1 + away_from_zero(rng, (4, 3))), y
        yield 1 + away_from_zero(rng, (4,)), np.ones(4)


class MulticlassHinge(ClassLoss):
    """max(0, 1 + (max of a_c over c != y) - a_y). Shapes: a (N, ..., C), y (N, ...) -> (N,).

    Crammer and Singer 2001. Raises ShapeError for other shapes, DTypeError for labels that are not whole numbers.

    >>> a, y = np.array([[5.0, 2.0, 4.5]]), np.array([0])
    >>> bp.multiclass_hinge(bp.Input("a", (3,)), bp.Input("y", dtype="int")).fprop(a, y)
    array([0.5])
    """

    head: ClassVar[Head | None] = Head("hinge", labels=True, kind="int")

    def rivals(self, a: Array, y: Array) -> Array:
        """a with -inf in the place of the label's score."""
        return namespace(a).where(one_hot(y, a), -np.inf, a)

    def fprop(self, a: Array, y: Array) -> Array:
        margin = 1 + (self.rivals(a, y).max(axis=-1) - at_label(a, y))
        return per_example(namespace(a).maximum(margin, 0))

    def bprop(self, grad: Array, value: Array, a: Array, y: Array) -> Grads:
        rivals = self.rivals(a, y)
        best = largest(rivals)
        leader = (rivals == best) / (rivals == best).sum(axis=-1, keepdims=True).astype(a.dtype)
        wrong = (1 + (best[..., 0] - at_label(a, y)) > 0)[..., None]
        return per_output(grad, a) * wrong * (leader - one_hot(y, a)), None

    def best_other(self, m: Any, a: Any, y: Any) -> Any:
        return m.let("c", m.known("best other class", a, y, value=m.argmax(self.rivals(a, y), axis=-1)))

    def formula(self, m: Any, a: Any, y: Any) -> Any:
        return m.per_example(m.maximum(0, 1 + m.at_label(a, self.best_other(m, a, y)) - m.at_label(a, y)))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any, y: Any) -> Any:
        c = self.best_other(m, a, y)
        wrong = (1 + m.at_label(a, c) > m.at_label(a, y))[..., None]
        return m.per_output(grad, a) * wrong * (m.one_hot(c, a) - m.one_hot(y, a)), None

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        scores = np.argsort(rng.normal(size=(6, 5))) + 0.3  # no two scores tie, no margin is 0
        yield scores * 0.7, rng.integers(5, size=6)
        yield scores.reshape(3, 2, 5) * 0.7, rng.integers(5, size=(3, 2))


nll: Final = function(Nll)
cross_entropy: Final = function(CrossEntropy)
binary_cross_entropy: Final = function(BinaryCrossEntropy)
multiclass_hinge: Final = function(MulticlassHinge)


def hinge(a: BoxLike, y: BoxLike, *, name: str | None = None) -> Box:
    """Hinge loss. One score an output: max(0, 1 - y a) with y -1 or 1. C scores: see `MulticlassHinge`.

    Shapes: a (N, ...), y (N, ...) -> (N,), or a (N, ..., C), labels y (N, ...) -> (N,). Raises ShapeError for others.

    >>> bp.hinge(bp.Input("a"), bp.Input("y")), bp.hinge(bp.Input("a", (3,)), bp.Input("y", dtype="int"))
    (<Hinge (N,)>, <MulticlassHinge (N,)>)
    """
    a, y = as_box(a), as_box(y)
    kind = MulticlassHinge if len(a.dims) == len(y.dims) + 1 else Hinge
    return kind(a, y, name=name)
