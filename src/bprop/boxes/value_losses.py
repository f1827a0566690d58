"""Losses for numbers and counts, summed over the outputs of each example."""

from typing import ClassVar

from bprop import errors
from bprop.box import Box
from bprop.boxes.elementwise import away_from_zero
from bprop.boxes.loss import Head, Loss, per_example, per_output
from bprop.lower_case import function
from bprop.namespace import namespace

__all__ = [
    "AbsoluteError",
    "Huber",
    "Poisson",
    "SquaredError",
    "absolute_error",
    "huber",
    "poisson",
    "squared_error",
]


class SquaredError(Loss):
    """(f - y)^2, summed over the outputs. Shapes: f (N, ...), y (N, ...) -> (N,). Gradient 2 (f - y).

    Raises ShapeError where the shapes of f and y differ.

    >>> bp.squared_error(bp.Input("f"), bp.Input("y")).fprop(np.array([3.0, 1.0]), np.array([1.0, 1.0]))
    array([4., 0.])
    """

    metrics: ClassVar = ("rmse", "mae")
    head: ClassVar = Head(reads_output=True, scaled=2)

    def fprop(self, f, y):
        return per_example((f - y) ** 2)

    def bprop(self, grad, value, f, y):
        grad_f = per_output(grad, f) * 2 * (f - y)
        return grad_f, -grad_f

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
        yield rng.normal(size=4), rng.integers(5, size=4)


class AbsoluteError(Loss):
    """|f - y|, summed over the outputs. Shapes: f (N, ...), y (N, ...) -> (N,). Gradient sign(f - y).

    Raises ShapeError where the shapes of f and y differ.

    >>> bp.absolute_error(bp.Input("f"), bp.Input("y")).fprop(np.array([3.0, 1.0]), np.array([1.0, 1.0]))
    array([2., 0.])
    """

    metrics: ClassVar = ("mae", "rmse")
    head: ClassVar = Head(reads_output=True, scaled=1)

    def fprop(self, f, y):
        return per_example(namespace(f).abs(f - y))

    def bprop(self, grad, value, f, y):
        grad_f = per_output(grad, f) * namespace(f).sign(f - y)
        return grad_f, -grad_f

    @classmethod
    def examples(cls, rng):
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
    metrics: ClassVar = ("rmse", "mae")
    head: ClassVar = Head(reads_output=True, scaled=2)

    def fprop(self, f, y):
        xp = namespace(f)
        size = xp.abs(f - y)
        quadratic = xp.minimum(size, self.delta)
        return per_example(quadratic * (size - 0.5 * quadratic))

    def bprop(self, grad, value, f, y):
        grad_f = per_output(grad, f) * namespace(f).clip(f - y, -self.delta, self.delta)
        return grad_f, -grad_f

    def check(self):
        super().check()
        if not self.delta > 0:
            raise errors.SettingError(f"{self._label()}: delta must be above 0, not {self.delta}")

    @classmethod
    def settings_for(cls, deviation):
        return {"delta": deviation}

    @classmethod
    def examples(cls, rng):
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

    metrics: ClassVar = ("rmse", "mae")
    unit: ClassVar = "nats"
    head: ClassVar = Head(output="Exp")

    def fprop(self, a, y):
        xp = namespace(a)
        return per_example(xp.exp(a) - y * xp.minimum(a, 20000))  # for smaller a already, exp(a) is infinite

    def bprop(self, grad, value, a, y):
        each = per_output(grad, a)
        return each * (namespace(a).exp(a) - y), -each * a

    def prediction(self, output):
        return namespace(output).exp(output)

    def limits(self):
        return {1: (0, float("inf"))}

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(4, 3)), rng.poisson(2.0, size=(4, 3))
        yield rng.normal(size=4), rng.uniform(0.5, 3.0, size=4)


squared_error, absolute_error = function(SquaredError), function(AbsoluteError)
poisson = function(Poisson)


def huber(f, y, delta: float = 1.0, *, name: str | None = None) -> Box:
    """Huber loss: quadratic for residuals up to `delta`, linear beyond. Shapes: f (N, ...), y (N, ...) -> (N,).

    Raises ShapeError where the shapes of f and y differ, SettingError unless delta > 0. See `Huber`.

    >>> bp.huber(bp.Input("f"), bp.Input("y"), delta=1.0).fprop(np.array([1.0, 3.0]), np.zeros(2))
    array([0.5, 2.5])
    """
    return Huber(f, y, delta=delta, name=name)
