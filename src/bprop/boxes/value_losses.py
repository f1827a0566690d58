"""Losses for numbers and counts, summed over the outputs of each example."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, ClassVar, Final

import numpy as np

from bprop import errors
from bprop.box import Box, BoxLike
from bprop.boxes.elementwise import away_from_zero
from bprop.boxes.loss import Head, Loss, per_example, per_output
from bprop.lower_case import function
from bprop.namespace import Array, namespace
from bprop.typing import Example, Grads

__all__ = [
    "AbsoluteError",
    "Huber",
    "Poisson",
    "Quantile",
    "SquaredError",
    "absolute_error",
    "huber",
    "poisson",
    "quantile",
    "squared_error",
]


class SquaredError(Loss):
    """(f - y)^2, summed over the outputs. Shapes: f (N, ...), y (N, ...) -> (N,). Gradient 2 (f - y).

    Raises ShapeError where the shapes of f and y differ.

    >>> bp.squared_error(bp.Input("f"), bp.Input("y")).fprop(np.array([3.0, 1.0]), np.array([1.0, 1.0]))
    array([4., 0.])
    """

    as_floats = True
    metrics: ClassVar[tuple[str, ...]] = ("rmse", "mae")
    head: ClassVar[Head | None] = Head(reads_output=True, scaled=2)

    def fprop(self, f: Array, y: Array) -> Array:
        return per_example((f - y) ** 2)

    def bprop(self, grad: Array, value: Array, f: Array, y: Array) -> Grads:
        grad_f = per_output(grad, f) * 2 * (f - y)
        return grad_f, -grad_f

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
        yield rng.normal(size=4), rng.integers(5, size=4)


class AbsoluteError(Loss):
    """|f - y|, summed over the outputs. Shapes: f (N, ...), y (N, ...) -> (N,). Gradient sign(f - y).

    Raises ShapeError where the shapes of f and y differ.

    >>> bp.absolute_error(bp.Input("f"), bp.Input("y")).fprop(np.array([3.0, 1.0]), np.array([1.0, 1.0]))
    array([2., 0.])
    """

    as_floats = True
    metrics: ClassVar[tuple[str, ...]] = ("mae", "rmse")
    head: ClassVar[Head | None] = Head(reads_output=True, scaled=1)

    def fprop(self, f: Array, y: Array) -> Array:
        return per_example(namespace(f).abs(f - y))

    def bprop(self, grad: Array, value: Array, f: Array, y: Array) -> Grads:
        grad_f = per_output(grad, f) * namespace(f).sign(f - y)
        return grad_f, -grad_f

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        y = rng.normal(size=(4, 3))
        yield y + away_from_zero(rng, (4, 3)), y


class Huber(Loss):
    """r^2 / 2 where |r| <= delta, else delta (|r| - delta / 2), r = f - y, summed over the outputs (Huber 1964).

    Shapes: f (N, ...), y (N, ...) -> (N,). Gradient: r clipped to [-delta, delta].
    Raises ShapeError where the shapes of f and y differ, SettingError unless delta > 0.

    >>> bp.huber(bp.Input("f"), bp.Input("y"), delta=1.0).fprop(np.array([1.0, 3.0]), np.zeros(2))
    array([0.5, 2.5])
    """

    delta: float = 1.0
    as_floats = True
    metrics: ClassVar[tuple[str, ...]] = ("rmse", "mae")
    head: ClassVar[Head | None] = Head(reads_output=True, scaled=2)

    def fprop(self, f: Array, y: Array) -> Array:
        xp = namespace(f)
        size = xp.abs(f - y)
        quadratic = xp.minimum(size, self.delta)
        return per_example(quadratic * (size - 0.5 * quadratic))

    def bprop(self, grad: Array, value: Array, f: Array, y: Array) -> Grads:
        grad_f = per_output(grad, f) * namespace(f).clip(f - y, -self.delta, self.delta)
        return grad_f, -grad_f

    def formula(self, m: Any, f: Any, y: Any) -> Any:
        r = m.let("r", f - y)
        return m.per_example(m.where(abs(r) <= self.delta, r**2 / 2, self.delta * (abs(r) - self.delta / 2)))

    def check(self) -> None:
        super().check()
        if not self.delta > 0:
            raise errors.SettingError(f"{self._label()}: delta must be above 0, not {self.delta}")

    @classmethod
    def settings_for(cls, deviation: float) -> dict[str, Any]:
        return {"delta": deviation}

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        y = rng.normal(size=(4, 3))
        yield y + away_from_zero(rng, (4, 3)), y, {"delta": 0.05}
        yield y + away_from_zero(rng, (4, 3)), y, {"delta": 3.0}


class Poisson(Loss):
    """exp(a) - y a: the negative log-likelihood of counts y at the rate exp(a), without the constant log y!.

    Shapes: a (N, ...), y (N, ...) >= 0 -> (N,), in nats. Gradient exp(a) - y. Where exp(a) overflows the loss is
    infinite, not NaN. Raises ShapeError where the shapes of a and y differ.

    >>> bp.poisson(bp.Input("a"), bp.Input("y")).fprop(np.array([0.0, 0.0]), np.array([3.0, 5.0]))
    array([1., 1.])
    """

    as_floats = True
    metrics: ClassVar[tuple[str, ...]] = ("rmse", "mae")
    unit: ClassVar[str] = "nats"
    head: ClassVar[Head | None] = Head(output="Exp")

    def fprop(self, a: Array, y: Array) -> Array:
        xp = namespace(a)
        return per_example(xp.exp(a) - y * xp.minimum(a, 20000))  # for smaller a already, exp(a) is infinite

    def bprop(self, grad: Array, value: Array, a: Array, y: Array) -> Grads:
        each = per_output(grad, a)
        return each * (namespace(a).exp(a) - y), -each * a

    def formula(self, m: Any, a: Any, y: Any) -> Any:
        return m.per_example(m.exp(a) - y * a)

    def prediction(self, output: Array) -> Array:
        return namespace(output).exp(output)

    def limits(self) -> dict[int, tuple[float, float]]:
        return {1: (0, float("inf"))}

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(4, 3)), rng.poisson(2.0, size=(4, 3))
        yield rng.normal(size=4), rng.uniform(0.5, 3.0, size=4)


class Quantile(Loss):
    """max(tau r, (tau - 1) r), r = y - f_tau, summed over the levels tau and the outputs: the pinball loss.

    f_tau that minimises its mean is the tau-quantile of y: y lies below it with probability tau. Several levels have a
    f_tau each, in one network. Shapes: f (N, ..., Q), y (N, ...) -> (N,). Gradient: -tau where y > f, 1 - tau where
    y < f, and 0 where they are equal. Metrics compare y with the f_tau whose level is nearest to 1/2.

    Raises ShapeError unless f has a last axis with a number for each level, SettingError unless the levels are
    increasing numbers between 0 and 1.

    Source: Koenker and Bassett, Regression quantiles (1978).

    >>> loss = bp.quantile(bp.Input("f", (2,)), bp.Input("y"), levels=(0.1, 0.5))
    >>> loss.fprop(np.array([[1.0, 3.0]]), np.array([2.0])).round(3)
    array([0.6])
    """

    levels: tuple[Any, ...] = (0.05, 0.5, 0.95)
    as_floats = True
    metrics: ClassVar[tuple[str, ...]] = ("rmse", "mae")
    head: ClassVar[Head | None] = Head(reads_output=True, scaled=1, each="levels")

    def fprop(self, f: Array, y: Array) -> Array:
        r = y[..., None] - f
        tau = np.asarray(self.levels, r.dtype)
        return per_example(namespace(f, y).maximum(tau * r, (tau - 1) * r))

    def bprop(self, grad: Array, value: Array, f: Array, y: Array) -> Grads:
        xp, r = namespace(f, y), y[..., None] - f
        tau = np.asarray(self.levels, r.dtype)
        grad_f = per_output(grad, f) * xp.where(r > 0, -tau, xp.where(r < 0, 1 - tau, 0))
        return grad_f, -grad_f.sum(axis=-1)

    def formula(self, m: Any, f: Any, y: Any) -> Any:
        r, tau = m.let("r", y[..., None] - f), m.named("τ", np.array(self.levels))
        return m.per_example(m.maximum(tau * r, (tau - 1) * r))

    def bprop_formula(self, m: Any, grad: Any, value: Any, f: Any, y: Any) -> Any:
        r, tau = m.let("r", y[..., None] - f), m.named("τ", np.array(self.levels))
        slope = m.where(r > 0, tau, m.where(r < 0, tau - 1, 0))
        return -m.per_output(grad, f) * slope, m.per_output(grad, y) * slope.sum(axis=-1)

    @property
    def middle(self) -> int:
        """The number of the level that is nearest to 1/2."""
        return min(range(len(self.levels)), key=lambda k: abs(self.levels[k] - 0.5))

    def prediction(self, output: Array) -> Array:
        return output[..., self.middle]

    def check(self) -> None:
        need_levels(self.levels, self._label())
        f, y = (child.dims for child in self.children)
        if not y or f != (*y, len(self.levels)):
            raise ValueError(
                f"f must be (N, ..., {len(self.levels)}), a number for each level {self.levels}, and y (N, ...)"
            )

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        y = rng.normal(size=4)
        yield y[:, None] + away_from_zero(rng, (4, 3)), y
        y = rng.normal(size=(3, 2))
        yield y[..., None] + away_from_zero(rng, (3, 2, 1)), y, {"levels": (0.9,)}
        yield away_from_zero(rng, (4, 2)) / 4, rng.integers(1, 5, size=4), {"levels": (0.25, 0.5)}


def need_levels(levels: Any, label: str = "quantiles") -> tuple[float, ...]:
    """Increasing numbers between 0 and 1, one or more. Raises SettingError."""
    numbers = isinstance(levels, tuple | list) and all(
        isinstance(one, int | float | np.number) and not isinstance(one, bool) for one in levels
    )
    ends = (0.0, *levels, 1.0) if numbers else ()
    if not numbers or not levels or not all(low < high for low, high in pairwise(ends)):
        raise errors.SettingError(
            f"{label}: levels must be increasing numbers between 0 and 1, such as (0.05, 0.5, 0.95), not {levels!r}"
        )
    return tuple(map(float, levels))


squared_error: Final = function(SquaredError)
absolute_error: Final = function(AbsoluteError)
poisson: Final = function(Poisson)


def huber(f: BoxLike, y: BoxLike, delta: float = 1.0, *, name: str | None = None) -> Box:
    """Huber loss: quadratic for residuals up to `delta`, linear beyond. Shapes: f (N, ...), y (N, ...) -> (N,).

    Raises ShapeError where the shapes of f and y differ, SettingError unless delta > 0. See `Huber`.

    >>> bp.huber(bp.Input("f"), bp.Input("y"), delta=1.0).fprop(np.array([1.0, 3.0]), np.zeros(2))
    array([0.5, 2.5])
    """
    return Huber(f, y, delta=delta, name=name)


def quantile(f: BoxLike, y: BoxLike, levels: tuple[Any, ...] = (0.05, 0.5, 0.95), *, name: str | None = None) -> Box:
    """The pinball loss of quantiles f_tau, one for each level. Shapes: f (N, ..., Q), y (N, ...) -> (N,).

    Raises ShapeError unless f has a last axis with a number for each level, SettingError unless the levels are
    increasing numbers between 0 and 1. See `Quantile`.

    >>> loss = bp.quantile(bp.Input("f", (2,)), bp.Input("y"), levels=(0.1, 0.5))
    >>> loss.fprop(np.array([[1.0, 3.0]]), np.array([2.0])).round(3)
    array([0.6])
    """
    return Quantile(f, y, levels=levels, name=name)
