"""Layer and batch normalisation."""

from math import prod
from typing import ClassVar

from bprop import errors
from bprop.box import Box
from bprop.lower_case import function
from bprop.namespace import Array, as_numbers, namespace, unbroadcast

__all__ = ["BatchNorm", "LayerNorm", "Normalise", "batch_norm", "layer_norm", "normalise"]


class LayerNorm(Box):
    """gain * (a - mean) / sqrt(variance + epsilon) + shift, statistics over the last axis of each example.

    Shapes: a (N, ..., H), gain (H,), shift (H,) -> (N, ..., H). Ba, Kiros and Hinton 2016, eq. 4.
    """

    keeps_rows = True
    epsilon: float = 1e-5

    def standardise(self, a):
        a = as_numbers(a)
        centred = a - a.mean(axis=-1, keepdims=True)
        centred = centred - centred.mean(axis=-1, keepdims=True)  # what rounding left of the mean
        scale = inverse_deviation((centred * centred).mean(axis=-1, keepdims=True), self.epsilon)
        return centred * scale, scale

    def fprop(self, a, gain, shift):
        return gain * self.standardise(a)[0] + shift

    def bprop(self, grad, value, a, gain, shift):
        normal, scale = self.standardise(a)
        g = grad * gain
        average = g.mean(axis=-1, keepdims=True)
        grad_a = (g - average - normal * (g * normal).mean(axis=-1, keepdims=True)) * scale
        return grad_a, unbroadcast(grad * normal, gain.shape), unbroadcast(grad, shift.shape)

    def check(self):
        check_features(self, self.children)

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(3, 5)), rng.normal(size=5), rng.normal(size=5)
        yield rng.normal(size=(2, 3, 4)), rng.normal(size=4), rng.normal(size=4), {"epsilon": 0.1}


class BatchNorm(Box):
    """gain * (a - mean) / sqrt(variance + epsilon) + shift, statistics over the batch, for each feature.

    Shapes: a (N, ..., H); gain, shift, mean, variance (H,) -> (N, ..., H). Ioffe and Szegedy 2015, alg. 1.
    The statistics weigh examples as the loss does, so a row of weight 0 has no part in them. `mean` and
    `variance` are non-trainable parameters: running averages that training moves and that stand in for the
    batch's outside training. With the examples' shares s_i of all weight, 1 / n = sum_i s_i^2 (n rows of one weight):

        mean <- mean + (1 - decay) (1 - 1/n) (the batch's - mean)
        variance <- variance + (1 - decay) (1 - 1/n) (v - variance),   v = the batch's n / (n - 1)

    v is the unbiased estimate (their alg. 2), and a batch of one row, which knows nothing of it, moves neither.
    """

    keeps_rows = True
    epsilon: float = 1e-5
    decay: float = 0.9
    needs: ClassVar = ("weights",)

    def statistics(self, a, weights):
        """(shares, a - mean, mean, variance): what each row counts, and a's moments over all axes but the last."""
        shares = self.shares(a, weights)
        axes = tuple(range(a.ndim - 1))
        mean = (a * shares).sum(axis=axes)
        rest = ((a - mean) * shares).sum(axis=axes)  # what rounding left of the mean
        centred = a - mean - rest
        return shares, centred, mean + rest, (centred * (centred * shares)).sum(axis=axes)

    def shares(self, a, weights):
        """What each place of each example counts in the statistics: shares that sum to 1 (0 where all weigh 0)."""
        places = prod(a.shape[1:-1])  # places of one example that share the statistics
        total = weights.sum() * places
        return weights.reshape(-1, *[1] * (a.ndim - 1)) / namespace(weights).where(total > 0, total, 1)

    def fprop(self, a, gain, shift, mean, variance, weights):
        _, centred, _, batch_variance = self.statistics(a, weights)
        return centred * (gain * inverse_deviation(batch_variance, self.epsilon)) + shift

    def bprop(self, grad, value, a, gain, shift, mean, variance, weights):
        shares, centred, _, batch_variance = self.statistics(a, weights)
        scale = inverse_deviation(batch_variance, self.epsilon)
        normal, g = centred * scale, grad * (gain * scale)
        axes = tuple(range(a.ndim - 1))
        # the gradients that reach the statistics are plain sums; they come back in proportion to the shares
        grad_a = g - shares * (g.sum(axis=axes) + normal * (g * normal).sum(axis=axes))
        zero = namespace(a).zeros_like(mean)
        return grad_a, (grad * normal).sum(axis=axes), grad.sum(axis=axes), zero, zero

    def updates(self, value, a, gain, shift, mean, variance, weights):
        shares, _, batch_mean, batch_variance = self.statistics(a, weights)
        move, places = 1 - self.decay, prod(a.shape[1:-1])
        known = (shares.sum() - (shares * shares).sum()) * places  # 1 - 1/n; 0 where all weigh 0
        keep = 1 - move * known
        return {3: keep * mean + move * known * batch_mean, 4: keep * variance + move * batch_variance}

    def evaluation(self):
        return Normalise(*self.children, epsilon=self.epsilon, name=self.name)

    def check(self):
        check_features(self, self.children)

    @classmethod
    def examples(cls, rng):
        for shape in ((6, 3), (4, 2, 3)):
            running = rng.normal(size=3), rng.uniform(0.5, 2.0, size=3)
            yield rng.normal(size=shape), rng.normal(size=3), rng.normal(size=3), *running


class Normalise(Box):
    """gain * (a - mean) / sqrt(variance + epsilon) + shift with given statistics: batch_norm when not training.

    Shapes: a (N, ..., H); gain, shift, mean, variance (H,) -> (N, ..., H).
    """

    keeps_rows = True
    epsilon: float = 1e-5

    def fprop(self, a, gain, shift, mean, variance):
        return (a - mean) * (gain * inverse_deviation(variance, self.epsilon)) + shift

    def bprop(self, grad, value, a, gain, shift, mean, variance):
        scale = inverse_deviation(variance, self.epsilon)
        normal, grad_a = (a - mean) * scale, grad * (gain * scale)
        return (
            grad_a,
            unbroadcast(grad * normal, gain.shape),
            unbroadcast(grad, shift.shape),
            -unbroadcast(grad_a, mean.shape),
            -unbroadcast(grad_a * normal, variance.shape) * scale / 2,
        )

    def check(self):
        check_features(self, self.children)

    @classmethod
    def examples(cls, rng):
        return BatchNorm.examples(rng)


def inverse_deviation(variance: Array, epsilon: float) -> Array:
    """1 / sqrt(variance + epsilon); NaN where that overflows, so that what does is not taken for a deviation of 0."""
    v = variance + epsilon
    return namespace(v).sqrt(v) / v


def check_features(box: Box, children: tuple[Box, ...]) -> None:
    """All children after the first have one number for each feature of its last axis; epsilon > 0."""
    a, *others = children
    if len(a.dims) < 2 or any(other.dims != (a.dims[-1],) for other in others):
        raise ValueError(f"{', '.join(box.child_names()[1:])} must have the shape of the last axis of a")
    if not box.hyper["epsilon"] > 0:
        raise errors.SettingError(f"{box._label()}: epsilon must be above 0, not {box.hyper['epsilon']}")


layer_norm, batch_norm, normalise = function(LayerNorm), function(BatchNorm), function(Normalise)
