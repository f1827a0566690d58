"""The base classes of losses: one number an example, the metrics reported with it, and the network built for it."""

from dataclasses import dataclass
from typing import Any, ClassVar

from bprop.box import Box
from bprop.errors import BoxError
from bprop.namespace import Array, namespace
from bprop.notebook import Described

__all__ = ["ClassLoss", "Head", "Loss"]


@dataclass(frozen=True)
class Head(Described):
    """How `bp.mlp` ends a network for a loss: from the last pre-activations a to f, y and the loss.

    >>> bp.Nll.head.output, bp.Nll.head.reads_output
    ('Softmax', True)
    """

    name: str = ""
    """The name of the loss in `bp.mlp` and on the command line; "": the name of its lower-case function."""
    output: str = ""
    """The class of the box o in f = o(a): "Softmax"; "": f = a."""
    reads_output: bool = False
    """True if the loss takes f, False if it takes a."""
    labels: bool = False
    """True if y holds class labels 0..C-1, and the network has a score for each class."""
    kind: str = "float"
    """The kind of number in y: "float" or "int"."""
    scaled: int | None = None
    """The power with which the loss grows with y's unit; None if y has no unit to scale."""
    also: tuple[str, ...] = ()
    """Further names of the loss, which no list shows."""
    each: str = ""
    """The hyper-parameter with an entry for each number that the network gives for one target ("levels"); "": it gives
    one. The numbers are the output "quantiles" (N, ..., Q), and f is what the loss compares with y (`prediction`)."""


class Loss(Box):
    """A loss l(f(x_t), y_t). Its value has shape (N,): the sum over the outputs of each example.

    The first child is the output of the network, the second is the target y.

    >>> bp.squared_error(bp.Input("f", (3,)), bp.Input("y", (3,)))
    <SquaredError (N,)>
    """

    keeps_rows = True
    metrics: ClassVar[tuple[str, ...]] = ()
    """Names of the metrics reported beside the loss (see `bprop.metrics`)."""
    unit: ClassVar[str] = ""
    """The unit of the loss, if it has one: "nats" for a negative log-likelihood."""
    head: ClassVar[Head | None] = None
    """How `bp.mlp` builds a network for this loss; None if it builds none."""

    @classmethod
    def settings_for(cls, deviation: float) -> dict[str, Any]:
        """The hyper-parameters of the loss that are in y's unit, for a y with this standard deviation."""
        return {}

    def prediction(self, output: Array) -> Array:
        """The prediction that metrics compare with y, in y's units. `output` is the value of the first child."""
        return output

    def check(self) -> None:
        """Default: the two children must have the same shape (N, ...). Broadcasting (N, 1) with (N,) is a mistake."""
        first, y = (child.dims for child in self.children)
        if not first or first != y:
            classes = first[:-1] == y and self.children[1].spec.kind == "int"
            more = "; a loss of scores (N, ..., C) and labels (N, ...) derives from bp.ClassLoss" if classes else ""
            raise ValueError(f"both children must have the same shape (N, ...){more}")


class ClassLoss(Loss):
    """A loss of scores for C classes and labels y in 0..C-1. Shapes: scores (N, ..., C), y (N, ...) -> (N,).

    >>> bp.cross_entropy(bp.Input("a", (10,)), bp.Input("y", dtype="int")).classes
    10

    To write one: fprop, bprop with None for the labels, examples, and a head for `bp.mlp(..., loss=Brier)`.

    >>> class Brier(bp.ClassLoss):
    ...     '''sum_c (f_c - e(y)_c)^2 of probabilities f. Shapes: f (N, C), y (N,) -> (N,).'''
    ...
    ...     head = bp.Head(output="Softmax", reads_output=True, labels=True, kind="int")
    ...
    ...     def error(self, f, y):
    ...         return f - (y[:, None] == bp.namespace(f, y).arange(f.shape[-1]))
    ...
    ...     def fprop(self, f, y):
    ...         return (self.error(f, y) ** 2).sum(axis=-1)
    ...
    ...     def bprop(self, grad, value, f, y):
    ...         return 2 * grad[:, None] * self.error(f, y), None
    ...
    ...     @classmethod
    ...     def examples(cls, rng):
    ...         yield rng.dirichlet(np.ones(5), size=4), rng.integers(5, size=4)
    >>> bp.check_box(Brier).ok, bp.mlp([4, 3], loss=Brier).need_loss()
    (True, <Brier 'loss' (N,)>)

    Raises BoxError for a class whose head is not one of labels.
    """

    metrics: ClassVar[tuple[str, ...]] = ("accuracy",)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.head is not None and not (cls.head.labels and cls.head.kind == "int"):
            raise BoxError(f"{cls.__name__}: the head of a loss of classes has labels=True, kind='int'")

    @property
    def classes(self) -> int:
        """C, the number of classes."""
        return self.children[0].spec.shapes[0][-1]

    def check(self) -> None:
        scores, y = self.children
        if len(scores.dims) < 2 or scores.dims[:-1] != y.dims:
            raise ValueError("the first child must be (N, ..., C) and the labels y (N, ...)")
        if y.spec.kind != "int":
            raise TypeError("the labels y must be an int input: Input('y', (), dtype='int')")

    def limits(self) -> dict[int, tuple[float, float]]:
        return {1: (0, self.classes - 1)}


def per_example(losses: Array) -> Array:
    """The sum over all axes but the first. Shapes: (N, ...) -> (N,)."""
    return losses.sum(axis=tuple(range(1, losses.ndim))) if losses.ndim > 1 else losses


def per_output(grad: Array, like: Array) -> Array:
    """The gradient of each example's loss, shaped to broadcast over the outputs of `like`: (N,) -> (N, 1, ...)."""
    return grad.reshape(-1, *[1] * (like.ndim - 1))


def one_hot(y: Array, scores: Array) -> Array:
    """e(y): True where the class is the label. Shapes: y (N, ...), scores (N, ..., C) -> (N, ..., C)."""
    return y[..., None] == namespace(scores, y).arange(scores.shape[-1])


def at_label(scores: Array, y: Array) -> Array:
    """scores_y. Shapes: scores (N, ..., C), y (N, ...) -> (N, ...)."""
    return namespace(scores, y).take_along_axis(scores, y[..., None], axis=-1)[..., 0]
