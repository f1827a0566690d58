"""Layer, root-mean-square and batch normalisation, and the total weight of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any, ClassVar, Final

import numpy as np

from bprop import errors
from bprop.box import Box
from bprop.lower_case import function
from bprop.namespace import Array, as_numbers, namespace, unbroadcast
from bprop.typing import Example, Grads

__all__ = [
    "BatchNorm", "BatchWeight", "LayerNorm", "Normalise", "RmsNorm",
    "batch_norm", "batch_weight", "layer_norm", "normalise", "rms_norm",
]  # fmt: skip


class LayerNorm(Box):
    """gain * (a - mean) / sqrt(variance + epsilon) + shift, with statistics over the last axis of each example.

    Shapes: a (N, ..., H), gain (H,), shift (H,) -> (N, ..., H). Ba, Kiros and Hinton 2016, eq. 4.
    Raises ShapeError for other shapes, SettingError unless epsilon > 0.

    >>> a, gain, shift = np.array([[1.0, 3.0]]), np.array([1.0, 10.0]), np.zeros(2)
    >>> box = bp.layer_norm(bp.Input("a", (2,)), bp.Parameter("gain", (2,)), bp.Parameter("shift", (2,)))
    >>> box.fprop(a, gain, shift).round(3)
    array([[-1., 10.]])
    """

    keeps_rows = True
    epsilon: float = 1e-5

    def standardise(self, a: Array) -> tuple[Array, Array]:
        a = as_numbers(a)
        centred = a - a.mean(axis=-1, keepdims=True)
        centred = centred - centred.mean(axis=-1, keepdims=True)  # the part of the mean that rounding left
        scale = inverse_deviation((centred * centred).mean(axis=-1, keepdims=True), self.epsilon)
        return centred * scale, scale

    def fprop(self, a: Array, gain: Array, shift: Array) -> Array:
        return gain * self.standardise(a)[0] + shift

    def bprop(self, grad: Array, value: Array, a: Array, gain: Array, shift: Array) -> Grads:
        normal, scale = self.standardise(a)
        g = grad * gain
        average = g.mean(axis=-1, keepdims=True)
        grad_a = (g - average - normal * (g * normal).mean(axis=-1, keepdims=True)) * scale
        return grad_a, unbroadcast(grad * normal, gain.shape), unbroadcast(grad, shift.shape)

    def formula(self, m: Any, a: Any, gain: Any, shift: Any) -> Any:
        return gain * over_features(m, a, self.epsilon) + shift

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any, gain: Any, shift: Any) -> Any:
        n = m.let("n", over_features(m, a, self.epsilon))
        grad_a = through_features(m, grad, a, n, gain, self.epsilon)
        return grad_a, unbroadcast(grad * n, gain.shape), unbroadcast(grad, shift.shape)

    def check(self) -> None:
        check_features(self, self.children)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 5)), rng.normal(size=5), rng.normal(size=5)
        yield rng.normal(size=(2, 3, 4)), rng.normal(size=4), rng.normal(size=4), {"epsilon": 0.1}


class RmsNorm(Box):
    """gain * a / sqrt(mean of a^2 + epsilon), with the mean over the last axis of each example.

    Shapes: a (N, ..., H), gain (H,) -> (N, ..., H). It is layer_norm without centring and without a shift.
    With n = a / sqrt(...) and g = grad * gain: grad_a = (g - n mean(g n)) / sqrt(...).
    Raises ShapeError for other shapes, SettingError unless epsilon > 0.

    Source: Zhang and Sennrich, Root mean square layer normalization (2019), eq. 4.

    >>> box = bp.rms_norm(bp.Input("a", (2,)), bp.Parameter("gain", (2,)))
    >>> box.fprop(np.array([[1.0, 7.0]]), np.array([1.0, 10.0])).round(3)
    array([[ 0.2, 14. ]])
    """

    keeps_rows = True
    epsilon: float = 1e-5

    def scaled(self, a: Array) -> tuple[Array, Array]:
        """(a / sqrt(mean a^2 + epsilon), 1 / sqrt(mean a^2 + epsilon))."""
        a = as_numbers(a)
        scale = inverse_deviation((a * a).mean(axis=-1, keepdims=True), self.epsilon)
        return a * scale, scale

    def fprop(self, a: Array, gain: Array) -> Array:
        return gain * self.scaled(a)[0]

    def bprop(self, grad: Array, value: Array, a: Array, gain: Array) -> Grads:
        normal, scale = self.scaled(a)
        g = grad * gain
        grad_a = (g - normal * (g * normal).mean(axis=-1, keepdims=True)) * scale
        return grad_a, unbroadcast(grad * normal, gain.shape)

    def formula(self, m: Any, a: Any, gain: Any) -> Any:
        return gain * a / m.sqrt((a**2).mean(axis=-1, keepdims=True) + self.epsilon)

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any, gain: Any) -> Any:
        root = m.sqrt((a**2).mean(axis=-1, keepdims=True) + self.epsilon)
        n, g = m.let("n", a / root), m.let("g", grad * gain)
        return (g - n * (g * n).mean(axis=-1, keepdims=True)) / root, unbroadcast(grad * n, gain.shape)

    def check(self) -> None:
        check_features(self, self.children)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(3, 5)), rng.normal(size=5)
        yield rng.normal(size=(2, 3, 4)), rng.normal(size=4), {"epsilon": 0.1}


class BatchNorm(Box):
    """gain * (a - m) / sqrt(v + epsilon) + shift, with the mean m and variance v of each feature over the batch.

    Shapes: a (N, ..., H); gain, shift, mean, variance (H,) -> (N, ..., H). Ioffe and Szegedy 2015, alg. 1.
    m and v weigh examples as the loss does, so a row of weight 0 does not count. The children `mean` and `variance` are
    non-trainable parameters: running averages that training updates, and that replace m and v outside training. Let s_i
    be the share of example i in the total weight, and 1 / n = sum_i s_i^2 (n examples of equal weight have this n):

        mean <- mean + (1 - decay) (1 - 1/n) (m - mean)
        variance <- variance + (1 - decay) (1 - 1/n) (v n / (n - 1) - variance)

    v n / (n - 1) is the unbiased estimate (their alg. 2). A batch of one row has no such estimate and changes neither.
    Raises ShapeError for other shapes, SettingError unless epsilon > 0.

    >>> running = bp.Parameter("mean", (2,), trainable=False), bp.Parameter("variance", (2,), trainable=False)
    >>> bp.batch_norm(bp.Input("a", (2,)), bp.Parameter("gain", (2,)), bp.Parameter("shift", (2,)), *running)
    <BatchNorm (N, 2)>
    """

    keeps_rows = True
    epsilon: float = 1e-5
    decay: float = 0.9
    needs: ClassVar[tuple[str, ...]] = ("weights",)

    def statistics(self, a: Array, weights: Array) -> tuple[Array, Array, Array, Array]:
        """(shares, a - mean, mean, variance): the weight of each row, and a's moments over all axes but the last."""
        shares = self.shares(a, weights)
        axes = tuple(range(a.ndim - 1))
        mean = (a * shares).sum(axis=axes)
        rest = ((a - mean) * shares).sum(axis=axes)  # the part of the mean that rounding left
        centred = a - mean - rest
        return shares, centred, mean + rest, (centred * (centred * shares)).sum(axis=axes)

    def shares(self, a: Array, weights: Array) -> Array:
        """The weight of each place of each example in the statistics. They sum to 1 (to 0 if all weights are 0)."""
        places = prod(a.shape[1:-1])  # vectors (H,) in one example
        total = weights.sum() * places
        return weights.reshape(-1, *[1] * (a.ndim - 1)) / namespace(weights).where(total > 0, total, 1)

    def fprop(self, a: Array, gain: Array, shift: Array, mean: Array, variance: Array, weights: Array) -> Array:
        _, centred, _, batch_variance = self.statistics(a, weights)
        return centred * (gain * inverse_deviation(batch_variance, self.epsilon)) + shift

    def bprop(
        self,
        grad: Array,
        value: Array,
        a: Array,
        gain: Array,
        shift: Array,
        mean: Array,
        variance: Array,
        weights: Array,
    ) -> Grads:
        shares, centred, _, batch_variance = self.statistics(a, weights)
        scale = inverse_deviation(batch_variance, self.epsilon)
        normal, g = centred * scale, grad * (gain * scale)
        axes = tuple(range(a.ndim - 1))
        # the gradients at the mean and the variance are plain sums; they flow back in proportion to the shares
        grad_a = g - shares * (g.sum(axis=axes) + normal * (g * normal).sum(axis=axes))
        zero = namespace(a).zeros_like(mean)
        return grad_a, (grad * normal).sum(axis=axes), grad.sum(axis=axes), zero, zero

    def formula(self, m: Any, a: Any, gain: Any, shift: Any, mean: Any, variance: Any, weights: Any) -> Any:
        return gain * self.over_batch(m, a, weights) + shift

    def bprop_formula(
        self, m: Any, grad: Any, value: Any, a: Any, gain: Any, shift: Any, mean: Any, variance: Any, weights: Any
    ) -> Any:
        grads = self.bprop(grad, value, a, gain, shift, mean, variance, weights)
        n, s = (
            m.let("n", self.over_batch(m, a, weights)),
            m.let("s", m.known("share of the example", weights, value=self.shares(a, weights))),
        )
        sums = [m.known("batch sum", part, value=part.sum(axis=tuple(range(a.ndim - 1)))) for part in (grad, grad * n)]
        _, _, _, spread = self.statistics(a, weights)
        root = m.sqrt(m.known("batch variance", a, value=spread) + self.epsilon)
        return gain / root * (grad - s * (sums[0] + n * sums[1])), sums[1], sums[0], *grads[3:]

    def over_batch(self, m: Any, a: Any, weights: Any) -> Any:
        _, _, mean, variance = self.statistics(a, weights)
        centred = a - m.known("batch mean", a, value=mean)
        return centred / m.sqrt(m.known("batch variance", a, value=variance) + self.epsilon)

    def updates(
        self, value: Array, a: Array, gain: Array, shift: Array, mean: Array, variance: Array, weights: Array
    ) -> dict[int, Array]:
        shares, _, batch_mean, batch_variance = self.statistics(a, weights)
        move, places = 1 - self.decay, prod(a.shape[1:-1])
        known = (shares.sum() - (shares * shares).sum()) * places  # 1 - 1/n; 0 if all weights are 0
        keep = 1 - move * known
        return {3: keep * mean + move * known * batch_mean, 4: keep * variance + move * batch_variance}

    def evaluation(self) -> Box:
        return Normalise(*self.children, epsilon=self.epsilon, name=self.name)

    def check(self) -> None:
        check_features(self, self.children)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        for shape in ((6, 3), (4, 2, 3)):
            running = rng.normal(size=3), rng.uniform(0.5, 2.0, size=3)
            yield rng.normal(size=shape), rng.normal(size=3), rng.normal(size=3), *running


class Normalise(Box):
    """gain * (a - mean) / sqrt(variance + epsilon) + shift. It replaces batch_norm outside training.

    Shapes: a (N, ..., H); gain, shift, mean, variance (H,) -> (N, ..., H).
    Raises ShapeError for other shapes, SettingError unless epsilon > 0.

    >>> children = [bp.Parameter(name, (1,)) for name in ("gain", "shift", "mean", "variance")]
    >>> box = bp.normalise(bp.Input("a", (1,)), *children)
    >>> box.fprop(np.array([[7.0]]), *map(np.array, ([10.0], [1.0], [5.0], [4.0]))).round(3)
    array([[11.]])
    """

    keeps_rows = True
    epsilon: float = 1e-5

    def fprop(self, a: Array, gain: Array, shift: Array, mean: Array, variance: Array) -> Array:
        return (a - mean) * (gain * inverse_deviation(variance, self.epsilon)) + shift

    def bprop(
        self, grad: Array, value: Array, a: Array, gain: Array, shift: Array, mean: Array, variance: Array
    ) -> Grads:
        scale = inverse_deviation(variance, self.epsilon)
        normal, grad_a = (a - mean) * scale, grad * (gain * scale)
        return (
            grad_a,
            unbroadcast(grad * normal, gain.shape),
            unbroadcast(grad, shift.shape),
            -unbroadcast(grad_a, mean.shape),
            -unbroadcast(grad_a * normal, variance.shape) * scale / 2,
        )

    def formula(self, m: Any, a: Any, gain: Any, shift: Any, mean: Any, variance: Any) -> Any:
        return gain * (a - mean) / m.sqrt(variance + self.epsilon) + shift

    def bprop_formula(
        self, m: Any, grad: Any, value: Any, a: Any, gain: Any, shift: Any, mean: Any, variance: Any
    ) -> Any:
        n, g = m.let("n", (a - mean) / m.sqrt(variance + self.epsilon)), m.let("g", grad * gain)
        root, axes = m.sqrt(variance + self.epsilon), tuple(range(a.ndim - 1))
        sums = [part.sum(axis=axes) for part in (g / root, g * n / (2 * (variance + self.epsilon)))]
        return g / root, (grad * n).sum(axis=axes), grad.sum(axis=axes), -sums[0], -sums[1]

    def check(self) -> None:
        check_features(self, self.children)

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        return BatchNorm.examples(rng)


class BatchWeight(Box):
    """sum_t w_t over the examples of the batch; 1 if all weights are 0. Shapes: a (N, ...) -> ().

    Without example weights it is the number of examples. Only the batch axis of a matters, so a's gradient is 0.
    Raises ShapeError for a child without a batch axis.

    >>> float(bp.batch_weight(bp.Input("a")).fprop(np.zeros(3), np.array([1.0, 2.0, 0.5])))
    3.5
    """

    keeps_rows = True
    needs: ClassVar[tuple[str, ...]] = ("weights",)

    def fprop(self, a: Array, weights: Array) -> Array:
        total = weights.sum()
        return namespace(weights).where(total > 0, total, total + 1)

    def bprop(self, grad: Array, value: Array, a: Array, weights: Array) -> Array:
        return namespace(a).zeros_like(a)

    def formula(self, m: Any, a: Any, weights: Any) -> Any:
        return m.known("sum of {} over the batch", weights, value=weights.sum())

    def check(self) -> None:
        if self.children[0].dims[:1] != ("N",):
            raise ValueError("the child must have a batch axis")

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield (rng.normal(size=(4, 3)),)
        yield (rng.normal(size=5),)


def inverse_deviation(variance: Array, epsilon: float) -> Array:
    """1 / sqrt(variance + epsilon). It is NaN, not 0, where the variance is infinite."""
    v = variance + epsilon
    return namespace(v).sqrt(v) / v


def over_features(m: Any, a: Any, epsilon: float) -> Any:
    """The formula of (a - mean) / sqrt(variance + epsilon), with the mean and variance of the last axis."""
    centred = a - m.known("mean", a, value=a.mean(axis=-1, keepdims=True))
    variance = m.known("variance", a, value=(centred**2).mean(axis=-1, keepdims=True))
    return centred / m.sqrt(variance + epsilon)


def through_features(m: Any, grad: Any, a: Any, n: Any, gain: Any, epsilon: float) -> Any:
    """The formula of the gradient of a that passes `over_features`."""
    g = m.let("g", grad * gain)
    means = [part.mean(axis=-1, keepdims=True) for part in (g, g * n)]
    centred = a - a.mean(axis=-1, keepdims=True)
    variance = m.known("variance", a, value=(centred**2).mean(axis=-1, keepdims=True))
    return (g - means[0] - n * means[1]) / m.sqrt(variance + epsilon)


def check_features(box: Box, children: tuple[Box, ...]) -> None:
    """Raise ValueError unless all children after a (N, ..., H) have shape (H,), SettingError unless epsilon > 0."""
    a, *others = children
    if len(a.dims) < 2 or any(other.dims != (a.dims[-1],) for other in others):
        raise ValueError(f"{', '.join(box.child_names()[1:])} must have the shape of the last axis of a")
    if not box.hyper["epsilon"] > 0:
        raise errors.SettingError(f"{box._label()}: epsilon must be above 0, not {box.hyper['epsilon']}")


layer_norm: Final = function(LayerNorm)
batch_norm: Final = function(BatchNorm)
normalise: Final = function(Normalise)
batch_weight: Final = function(BatchWeight)
rms_norm: Final = function(RmsNorm)
