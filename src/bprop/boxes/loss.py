"""What all losses have in common: one number an example, and the metrics that go with them."""

from typing import ClassVar

from bprop.box import Box
from bprop.namespace import Array, namespace

__all__ = ["ClassLoss", "Loss"]


class Loss(Box):
    """A loss l(f(x_t), y_t). Its value has shape (N,): the sum over the outputs of each example.

    The first child is what the network says, the second is the target y.
    """

    keeps_rows = True
    metrics: ClassVar[tuple[str, ...]] = ()
    """Names (see `bprop.metrics`) of what is reported beside the loss."""

    def prediction(self, said: Array) -> Array:
        """What metrics compare with y, in y's units, from the value of the first child."""
        return said

    def check(self):
        """Default: the two children have the same shape (N, ...); broadcasting (N, 1) with (N,) is a bug."""
        first, y = (child.dims for child in self.children)
        if not first or first != y:
            raise ValueError("both children must have the same shape (N, ...)")


class ClassLoss(Loss):
    """A loss of scores for C classes, (N, ..., C), and labels y in 0..C-1, (N, ...)."""

    metrics: ClassVar = ("accuracy",)

    @property
    def classes(self) -> int:
        """C, the number of classes."""
        return self.children[0].spec.shapes[0][-1]

    def check(self):
        scores, y = self.children
        if len(scores.dims) < 2 or scores.dims[:-1] != y.dims:
            raise ValueError("the first child must be (N, ..., C) and the labels y (N, ...)")
        if y.spec.kind != "int":
            raise TypeError("the labels y must be an int input: Input('y', (), dtype='int')")

    def limits(self):
        return {1: (0, self.classes - 1)}


def per_example(losses: Array) -> Array:
    """Sum over all axes but the first."""
    return losses.sum(axis=tuple(range(1, losses.ndim))) if losses.ndim > 1 else losses


def per_output(grad: Array, like: Array) -> Array:
    """The gradient of each example's loss, shaped to broadcast over the outputs of `like`."""
    return grad.reshape(-1, *[1] * (like.ndim - 1))


def one_hot(y: Array, scores: Array) -> Array:
    """e(y): True where the class is the label. Shapes: y (N, ...), scores (N, ..., C) -> (N, ..., C)."""
    return y[..., None] == namespace(scores, y).arange(scores.shape[-1])


def at_label(scores: Array, y: Array) -> Array:
    """scores_y. Shapes: scores (N, ..., C), y (N, ...) -> (N, ...)."""
    return namespace(scores, y).take_along_axis(scores, y[..., None], axis=-1)[..., 0]
