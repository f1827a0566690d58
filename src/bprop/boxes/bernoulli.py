"""The loss of an autoencoder of values in [0, 1]: each is taken as the probability of a 1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

import numpy as np

from bprop.boxes.activations import logistic
from bprop.boxes.class_losses import BinaryCrossEntropy
from bprop.boxes.loss import Head, Loss, per_example, per_output
from bprop.lower_case import function
from bprop.namespace import Array, namespace
from bprop.typing import Example, Grads

__all__ = ["BernoulliCrossEntropy", "BernoulliNll", "bernoulli_cross_entropy", "bernoulli_nll"]


class BernoulliNll(Loss):
    """-y log f - (1 - y) log(1 - f), summed over the outputs: how badly probabilities f reconstruct y in [0, 1].

    Shapes: f (N, ...) in [0, 1], y (N, ...) in [0, 1] -> (N,), in nats. A term of factor 0 is 0. Gradient
    (1 - y) / (1 - f) - y / f. A graph computes bernoulli_nll(sigmoid(a), y) as bernoulli_cross_entropy(a, y), which
    stays exact where f has been rounded to 0 or 1. Raises ShapeError where the shapes of f and y differ.

    Source: Vincent, Larochelle, Lajoie, Bengio and Manzagol, Stacked denoising autoencoders (2010), section 2.2.

    >>> loss = bp.bernoulli_nll(bp.Input("f", (2,)), bp.Input("y", (2,)))
    >>> loss.fprop(np.array([[0.5, 0.5]]), np.array([[0.25, 1.0]])) == 2 * np.log(2)
    array([ True])
    """

    metrics: ClassVar[tuple[str, ...]] = ("rmse", "mae")
    unit: ClassVar[str] = "nats"

    def fprop(self, f: Array, y: Array) -> Array:
        xp = namespace(f)
        return per_example(-times_log(y, xp.log(f)) - times_log(1 - y, xp.log1p(-f)))

    def bprop(self, grad: Array, value: Array, f: Array, y: Array) -> Grads:
        xp, each = namespace(f), per_output(grad, f)
        grad_f = each * (share(1 - y, 1 - f) - share(y, f))
        return grad_f, each * (xp.log1p(-f) - xp.log(f))

    def formula(self, m: Any, f: Any, y: Any) -> Any:
        return m.per_example(-y * m.log(f) - (1 - y) * m.log(1 - f))

    def bprop_formula(self, m: Any, grad: Any, value: Any, f: Any, y: Any) -> Any:
        each = m.per_output(grad, f)
        return each * ((1 - y) / (1 - f) - y / f), each * (m.log(1 - f) - m.log(f))

    def limits(self) -> dict[int, tuple[float, float]]:
        return {1: (0, 1)}

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.uniform(0.1, 0.9, size=5), rng.integers(2, size=5)
        yield rng.uniform(0.1, 0.9, size=(4, 3)), rng.uniform(size=(4, 3))


class BernoulliCrossEntropy(BinaryCrossEntropy):
    """-y log p - (1 - y) log(1 - p) with p = sigmoid(a), from pre-activations a, summed over the outputs.

    Shapes: a (N, ...), y (N, ...) in [0, 1] -> (N,), in nats. Gradient p - y. It is `binary_cross_entropy` for values
    that are reconstructed rather than classes that are predicted: metrics compare p with y. Raises ShapeError where the
    shapes of a and y differ.

    >>> loss = bp.bernoulli_cross_entropy(bp.Input("a"), bp.Input("y"))
    >>> loss.fprop(np.array([1000.0, -1000.0]), np.array([1.0, 1.0]))
    array([   0., 1000.])
    """

    metrics: ClassVar[tuple[str, ...]] = ("rmse", "mae")
    head: ClassVar[Head | None] = None

    def prediction(self, output: Array) -> Array:
        return logistic(output)


def times_log(y: Array, log: Array) -> Array:
    """y log, and 0 where y is 0 and the logarithm infinite."""
    xp = namespace(y, log)
    return xp.where(y != 0, y * xp.where(y != 0, log, 0), 0)


def share(y: Array, f: Array) -> Array:
    """y / f, and 0 where y is 0."""
    xp = namespace(y, f)
    return xp.where(y != 0, y / xp.where(y != 0, f, 1), 0)


bernoulli_nll: Final = function(BernoulliNll)
bernoulli_cross_entropy: Final = function(BernoulliCrossEntropy)
