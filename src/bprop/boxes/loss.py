"""What all losses have in common: one number an example, the metrics that go with them, the network they end."""

from dataclasses import dataclass
from typing import Any, ClassVar

from bprop.box import Box
from bprop.namespace import Array, namespace

__all__ = ["ClassLoss", "Head", "Loss"]


@dataclass(frozen=True)
class Head:
    """How `bp.mlp` ends a network that is trained with a loss: from the last pre-activations a to f, y and the loss."""

    name: str = ""
    """The name of the loss in `bp.mlp` and on the command line; "": that of its lower-case function."""
    output: str = ""
    """The class of box o in f = o(a): "Softmax"; "": f = a."""
    reads_output: bool = False
    """The loss takes f rather than a."""
    labels: bool = False
    """y holds class labels 0..C-1, one score each."""
    kind: str = "float"
    """The kind of number in y: "float" or "int"."""
    scaled: int | None = None
    """The power with which the loss grows with y's unit; None where y has no unit to scale."""
    also: tuple[str, ...] = ()
    """Further names of the loss, which no list shows."""


class Loss(Box):
    """A loss l(f(x_t), y_t). Its value has shape (N,): the sum over the outputs of each example.

    The first child is what the network says, the second is the target y.
    """

    keeps_rows = True
    metrics: ClassVar[tuple[str, ...]] = ()
    """Names (see `bprop.metrics`) of what is reported beside the loss."""
    unit: ClassVar[str] = ""
    """The unit of the loss, where it has one: "nats" of a negative log-likelihood."""
    head: ClassVar[Head | None] = None
    """How `bp.mlp` builds a network for this loss, under which name; None: it builds none."""

    @classmethod
    def settings_for(cls, deviation: float) -> dict[str, Any]:
        """The hyper-parameters of the loss where y's deviation is known: those that are in y's unit."""
        return {}

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
