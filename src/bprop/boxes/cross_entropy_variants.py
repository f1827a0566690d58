"""Cross-entropies of classes that count certainty otherwise: label smoothing and the focal loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from bprop import errors
from bprop.box import Box, BoxLike
from bprop.boxes.class_losses import CrossEntropy
from bprop.boxes.loss import ClassLoss, Head, one_hot, per_example, per_output
from bprop.boxes.probabilities import log_softmax_of, softmax_of
from bprop.namespace import Array, namespace
from bprop.typing import Example, Grads

__all__ = ["Focal", "LabelSmoothing", "focal", "label_smoothing"]


class LabelSmoothing(ClassLoss):
    """-sum_c t_c log softmax(a)_c with t = (1 - smoothing) e(y) + smoothing / C: cross-entropy with softened labels.

    Shapes: a (N, ..., C), y (N, ...) -> (N,), in nats. Gradient softmax(a) - t. It keeps a network from growing its
    scores without end. Raises ShapeError for other shapes, DTypeError for labels that are not whole numbers,
    SettingError unless 0 <= smoothing < 1.

    Source: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, Rethinking the Inception architecture (2016), section 7.

    >>> a, y = np.array([[3.0, 3.0]]), np.array([1])
    >>> bp.label_smoothing(bp.Input("a", (2,)), bp.Input("y", dtype="int")).fprop(a, y) == np.log(2)
    array([ True])
    """

    smoothing: float = 0.1
    unit: ClassVar[str] = "nats"
    head: ClassVar[Head | None] = Head(output="Softmax", labels=True, kind="int")

    def targets(self, a: Array, y: Array) -> Array:
        """t, the softened labels. Shapes: (N, ..., C)."""
        return one_hot(y, a).astype(a.dtype) * (1 - self.smoothing) + self.smoothing / a.shape[-1]

    def fprop(self, a: Array, y: Array) -> Array:
        xp, t = namespace(a), self.targets(a, y)
        logs = xp.where(t > 0, log_softmax_of(a), 0)  # of a label without a share, the logarithm may be infinite
        return per_example((-t * logs).sum(axis=-1))

    def bprop(self, grad: Array, value: Array, a: Array, y: Array) -> Grads:
        return per_output(grad, a) * (softmax_of(a) - self.targets(a, y)), None

    def softened(self, m: Any, a: Any, y: Any) -> Any:
        return m.let("t", (1 - self.smoothing) * m.one_hot(y, a) + self.smoothing / a.shape[-1])

    def formula(self, m: Any, a: Any, y: Any) -> Any:
        return m.per_example((-self.softened(m, a, y) * m.log(m.softmax(a))).sum(axis=-1))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any, y: Any) -> Any:
        return m.per_output(grad, a) * (m.softmax(a) - self.softened(m, a, y)), None

    def check(self) -> None:
        super().check()
        if not 0 <= self.smoothing < 1:
            raise errors.SettingError(f"{self._label()}: smoothing must be in [0, 1), not {self.smoothing}")

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(4, 5)), rng.integers(5, size=4)
        yield 10 * rng.normal(size=(3, 2, 4)), rng.integers(4, size=(3, 2)), {"smoothing": 0.3}
        yield rng.normal(size=(4, 2)), rng.integers(2, size=4), {"smoothing": 0.0}


class Focal(ClassLoss):
    """-(1 - p)^gamma log p with p = softmax(a)_y: cross-entropy that counts examples less the better they are known.

    Shapes: a (N, ..., C), y (N, ...) -> (N,). With q = 1 - p, the gradient at the label is
    -q^gamma (q + gamma p (-log p)); the other classes share the opposite of it as their probabilities are. gamma = 0 is
    the cross-entropy. Raises ShapeError for other shapes, DTypeError for labels that are not whole numbers,
    SettingError unless gamma >= 0.

    Source: Lin, Goyal, Girshick, He and Dollár, Focal loss for dense object detection (2017), eq. 4.

    >>> a, y = np.array([[3.0, 3.0]]), np.array([1])
    >>> bp.focal(bp.Input("a", (2,)), bp.Input("y", dtype="int"), gamma=2.0).fprop(a, y) == np.log(2) / 4
    array([ True])
    """

    gamma: float = 2.0
    head: ClassVar[Head | None] = Head(output="Softmax", labels=True, kind="int")

    def parts(self, a: Array, y: Array) -> tuple[Array, ...]:
        """(e(y), exp(s_c) with 0 at the label, their sum r, p, q, -log p): see `CrossEntropy.parts`."""
        xp = namespace(a)
        label, own, others, rest = CrossEntropy.parts(self, a, y)  # type: ignore[arg-type]
        total = rest + xp.exp(own)
        return label, others, rest, xp.exp(own) / total, rest / total, xp.log1p(rest + (xp.exp(own) - 1)) - own

    def fprop(self, a: Array, y: Array) -> Array:
        *_, q, nll = self.parts(a, y)
        return per_example((q**self.gamma * nll)[..., 0])

    def bprop(self, grad: Array, value: Array, a: Array, y: Array) -> Grads:
        xp = namespace(a)
        label, others, rest, p, q, nll = self.parts(a, y)
        share = xp.where(label, -1, others / xp.where(rest > 0, rest, 1))
        return per_output(grad, a) * (q**self.gamma * (q + self.gamma * p * nll) * share), None

    def formula(self, m: Any, a: Any, y: Any) -> Any:
        p = m.let("p", m.at_label(m.softmax(a), y))
        return m.per_example(-((1 - p) ** self.gamma) * m.log(p))

    def bprop_formula(self, m: Any, grad: Any, value: Any, a: Any, y: Any) -> Any:
        p = m.let("p", m.at_label(m.softmax(a), y))
        factor = (1 - p) ** (self.gamma - 1) * (1 - p - self.gamma * p * m.log(p))
        return m.per_output(grad, a) * factor[..., None] * (m.softmax(a) - m.one_hot(y, a)), None

    def check(self) -> None:
        super().check()
        if not self.gamma >= 0:
            raise errors.SettingError(f"{self._label()}: gamma must not be below 0, not {self.gamma}")

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[Example]:
        yield rng.normal(size=(4, 5)), rng.integers(5, size=4)
        yield 3 * rng.normal(size=(3, 2, 4)), rng.integers(4, size=(3, 2)), {"gamma": 0.5}
        yield rng.normal(size=(4, 3)), rng.integers(3, size=4), {"gamma": 0.0}


def label_smoothing(a: BoxLike, y: BoxLike, smoothing: float = 0.1, *, name: str | None = None) -> Box:
    """Cross-entropy with the labels (1 - smoothing) e(y) + smoothing / C. Shapes: a (N, ..., C), y (N, ...) -> (N,).

    Raises ShapeError for other shapes, SettingError unless 0 <= smoothing < 1. See `LabelSmoothing`.

    >>> bp.label_smoothing(bp.Input("a", (3,)), bp.Input("y", dtype="int"), 0.1)
    <LabelSmoothing (N,)>
    """
    return LabelSmoothing(a, y, smoothing=smoothing, name=name)


def focal(a: BoxLike, y: BoxLike, gamma: float = 2.0, *, name: str | None = None) -> Box:
    """Focal loss: cross-entropy times (1 - p)^gamma, p = softmax(a)_y. Shapes: a (N, ..., C), y (N, ...) -> (N,).

    Raises ShapeError for other shapes, SettingError unless gamma >= 0. See `Focal`.

    >>> bp.focal(bp.Input("a", (3,)), bp.Input("y", dtype="int"))
    <Focal (N,)>
    """
    return Focal(a, y, gamma=gamma, name=name)
