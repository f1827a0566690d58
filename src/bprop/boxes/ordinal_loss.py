"""A loss for ordered classes: ratings, stages, grades."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

import numpy as np

from bprop.boxes.activations import logistic
from bprop.boxes.loss import Loss, per_example, per_output
from bprop.lower_case import function
from bprop.namespace import Array, namespace
from bprop.typing import Example, Grads

__all__ = ["Ordinal", "ordinal"]


class Ordinal(Loss):
    """sum_k -log P(the answer to "is y > k?"), P(y > k) = sigmoid(a_k), for ordered classes 0..C-1 and k = 0..C-2.

    Shapes: a (N, ..., C-1), y (N, ...) of whole numbers -> (N,), in nats, summed over the outputs. Gradient
    p_k - 1(y > k). The prediction is the number of k with a_k > 0: a class. A class that is far off costs more than
    the next one. With one score s (N, 1) and thresholds b (C-1,), `bp.ordinal(s + b, y)` has parallel answers.
    Raises ShapeError for other shapes, DTypeError for labels that are not whole numbers.

    Sources: Li and Lin, Ordinal regression by extended binary classification (2007); Cao, Mirjalili and Raschka,
    Rank consistent ordinal regression (2020).

    >>> a, y = np.array([[1000.0, -1000.0]]), np.array([1])
    >>> bp.ordinal(bp.Input("a", (2,)), bp.Input("y", dtype="int")).fprop(a, y)
    array([0.])
    """

    metrics: ClassVar[tuple[str, ...]] = ("accuracy", "mae")
    unit: ClassVar[str] = "nats"

    def above(self, a: Array, y: Array) -> Array:
        """1(y > k). Shapes: (N, ..., C-1)."""
        return y[..., None] > namespace(a, y).arange(a.shape[-1])

    def fprop(self, a: Array, y: Array) -> Array:
        xp = namespace(a)
        wrong = xp.where(self.above(a, y), -a, a)  # the score of the wrong answer
        return per_example(xp.maximum(wrong, 0) + xp.log1p(xp.exp(-xp.abs(a))))

    def bprop(self, grad: Array, value: Array, a: Array, y: Array) -> Grads:
        above = self.above(a, y)
        return per_output(grad, a) * namespace(a).where(above, -logistic(-a), logistic(a)), None

    def formula(self, m: Any, a: Any, y: Any) -> Any:
        p = m.sigmoid(a)
        return m.per_example(-m.log(m.where(self.above(a, y), p, 1 - p)))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any, y: Any) -> Any:
        return m.per_output(grad, a) * (m.sigmoid(a) - self.above(a, y) * 1.0), None

    def prediction(self, output: Array) -> Array:
        xp = namespace(output)
        count = xp.where(output > 0, 1, 0).sum(axis=-1)
        return xp.where((output == output).all(axis=-1), count, -1)  # -1, which is no class, for NaN

    @property
    def classes(self) -> int:
        """C, the number of classes."""
        return self.children[0].spec.shapes[0][-1] + 1

    def check(self) -> None:
        scores, y = self.children
        if len(scores.dims) < 2 or scores.dims[:-1] != y.dims:
            raise ValueError("the first child must be (N, ..., C-1), a score a step up, and the labels y (N, ...)")
        if y.spec.kind != "int":
            raise TypeError("the labels y must be an int input: Input('y', (), dtype='int')")

    def limits(self) -> dict[int, tuple[float, float]]:
        return {1: (0, self.classes - 1)}

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(4, 3)), rng.integers(4, size=4)
        yield 5 * rng.normal(size=(3, 2, 1)), rng.integers(2, size=(3, 2))


ordinal: Final = function(Ordinal)
