"""The graphs that estimators train: a multi-layer perceptron for each kind of target, with scikit-learn's penalty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, ClassVar

import numpy as np

from bprop import architecture, plugins
from bprop.architecture import Architecture, head_of, losses
from bprop.box import Box
from bprop.boxes import batch_weight, concat, cross_entropy, l2, softmax
from bprop.elsewhere.networks import LOSSES
from bprop.errors import SettingError
from bprop.estimators.sparse import SparseRows, values_of
from bprop.graph import Graph
from bprop.leaves import Input
from bprop.lower_case import snake
from bprop.notes import SAMPLE, statistics
from bprop.perceptron import network

Arrays = Mapping[str, np.ndarray]
TASKS = {
    "binary": "multilabel", "multilabel": "multilabel", "multiclass": "classification", "columns": "regression",
    "numbers": "regression",
}  # fmt: skip
"""{kind of target: the task that a network is built for}"""


@dataclass(frozen=True)
class Blueprint:
    """All that decides the graph of an estimator. Equal ones make equal graphs.

    loss : a function (f, y) -> box of the user's, or None. alpha : the weight of scikit-learn's penalty.
    columns : the numbers of classes, where y has several columns of classes.
    """

    architecture: Architecture
    inputs: int
    outputs: int
    loss: Callable[..., Any] | None = None
    alpha: float = 0.0
    columns: tuple[int, ...] = ()

    @property
    def output_activation(self) -> str:
        """The activation of the outputs, by scikit-learn's name: "softmax", "logistic", "identity", ..."""
        name = snake("Softmax" if self.columns else head_of(self.architecture.loss_class()).output)
        return {"": "identity", "sigmoid": "logistic"}.get(name, name)


@dataclass(eq=False)
class Network:
    """A graph, with the names of its boxes that an estimator uses.

    loss : the box of the loss without penalties. output : the output f. hidden : the hidden activations.
    """

    graph: Graph
    x: str
    y: str
    output: str
    loss: str
    hidden: tuple[str, ...] = ()
    features: dict[str, Graph] = field(default_factory=dict)
    reads_x_alone: ClassVar[bool] = True
    """Whether X is the input x, rather than the columns of several."""

    def data(self, X: Any, y: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """The arrays as the graph's inputs, in the shapes that these have."""
        arrays = {self.x: self.shaped(self.x, X)}
        return arrays if y is None else arrays | {self.y: self.shaped(self.y, y)}

    def statistics(self, X: np.ndarray) -> dict[str, dict[str, float]]:
        """{input: mean and deviation} of the inputs of floats."""
        if isinstance(X, SparseRows):
            return {self.x: X.statistics()}
        arrays = self.data(X[:: max(1, -(-len(X) // SAMPLE))])
        return {
            name: statistics(a) for name, a in arrays.items() if self.graph.inputs[name].dtype == "float" and a.size
        }

    def shaped(self, name: str, array: np.ndarray) -> np.ndarray:
        return array.reshape(len(array), *self.graph.inputs[name].shape)

    def width(self, name: str) -> int:
        """The numbers per example in a box."""
        return prod(size for size in self.graph.boxes[name].dims[1:] if isinstance(size, int))

    def predict(self, theta: Arrays, X: np.ndarray, dtype: Any) -> np.ndarray:
        """The outputs f as (N, K)."""
        if isinstance(X, SparseRows):
            return self._of_sparse([self.graph.outputs[self.output]], theta, X, None, None, dtype)[0].reshape(
                len(X), -1
            )
        with np.errstate(all="ignore"):
            f = self.graph.predict(theta, self.data(X), dtype=dtype)
        f = f[self.output] if isinstance(f, dict) else f
        return f.reshape(len(X), -1)

    def measure(self, theta: Arrays, X: Any, y: Any, weights: Any, dtype: Any) -> tuple[np.ndarray, float]:
        """(outputs f as (N, K), mean loss without penalties) of examples with targets."""
        if isinstance(X, SparseRows):
            boxes = [self.graph.outputs[self.output], self.graph.boxes[self.loss]]
            f, losses = self._of_sparse(boxes, theta, X, y, weights, dtype)
            return f.reshape(len(X), -1), float(np.average(losses, weights=weights))
        with np.errstate(all="ignore"):
            values = self.graph.fprop(theta, self.data(X, y), training=False, weights=weights, dtype=dtype)
            losses = values[self.loss]
            return values[self.output].reshape(len(X), -1), float(np.average(losses, weights=weights))

    def activations(self, theta: Arrays, X: np.ndarray, name: str, dtype: Any) -> np.ndarray:
        """The value of a box that depends on x alone, as (N, H)."""
        if isinstance(X, SparseRows):
            (h,) = self._of_sparse([self.graph.boxes[name]], theta, X, None, None, dtype)
            return h.reshape(len(X), -1)
        if name not in self.features:
            self.features[name] = Graph(outputs={name: self.graph.boxes[name]}, stable=self.graph.stable)
        graph = self.features[name]
        needed = {key: theta[key] for key in graph.parameters}
        with np.errstate(all="ignore"):
            return np.asarray(graph.predict(needed, self.data(X), dtype=dtype)).reshape(len(X), -1)

    def _of_sparse(
        self, boxes: list[Box], theta: Arrays, X: SparseRows, y: Any, weights: Any, dtype: Any
    ) -> list[np.ndarray]:  # fmt: skip
        """The values of boxes outside training, of rows that stay sparse in the first product."""
        with np.errstate(all="ignore"):
            return values_of(self.graph, boxes, dict(theta), self.data(X, y), dtype, weights)


def perceptron(blueprint: Blueprint) -> Network:
    """The network of a blueprint: a(k) = h(k-1) W(k) + b(k), h(k) = g(a(k)), f = o(a(L+1)).

    The objective is the mean loss + alpha / 2 sum_k |W(k)|^2 / sum_t w_t over a batch (scikit-learn's penalty, which
    weighs the batch) + l1 sum_k |W(k)| + l2 sum_k W(k)^2. Losses are sums over the outputs: (f - y)^2 / 2, logistic,
    softmax and negative log-likelihood, ...
    """
    base = network(blueprint.architecture, blueprint.inputs, blueprint.outputs)
    last = len(blueprint.architecture.hidden) + 1
    y, f, loss = base.inputs["y"], base.outputs["f"], base.need_loss()
    if blueprint.columns:
        y, f, loss = columns(base.boxes[f"a{last}"], blueprint.columns)
    if blueprint.loss is not None:
        loss = architecture.loss_box(blueprint.loss, f, y)
    elif blueprint.architecture.loss == "squared_error":
        loss = 0.5 * loss
    weights = [base.parameters[f"W{k}"] for k in range(1, last + 1)]
    whole = loss + 0.5 * blueprint.alpha * l2(*weights) / batch_weight(y)
    graph = Graph(loss=whole, penalty=base.penalty, outputs={"f": f})
    hidden = tuple(graph.names[graph.boxes[f"a{k + 1}"].children[0]] for k in range(1, last))
    return Network(graph, "x", "y", "f", graph.names[loss], tuple(map(behind_dropout(graph), hidden)))


def behind_dropout(graph: Graph) -> Any:
    """name -> the box that replaces it outside training; for dropout, the box below it."""
    return lambda name: graph.names.get(graph.boxes[name].evaluation(), name)


def identity(a: Box) -> Box:
    """h = a."""
    return a


def activation_of(activation: Any) -> Any:
    """An activation, or one for each layer, by bprop's names."""
    if isinstance(activation, list | tuple):
        return [activation_of(one) for one in activation]
    theirs = {"logistic": "sigmoid", "identity": identity}
    return theirs.get(activation, activation) if isinstance(activation, str) else activation


def function_of(loss: Any) -> Callable[..., Any] | None:
    """The function (f, y) -> box of a loss; None of a name, and of a class whose head makes its own output.

    bp.huber and bp.Huber are functions of the output f; bp.cross_entropy and bp.Poisson apply the output themselves.
    """
    if not callable(loss):
        return None
    kind = architecture.as_loss(loss)
    if not isinstance(kind, type) or kind.head is None:
        return kind
    itself = loss is kind or getattr(loss, "__name__", "") == snake(kind.__name__)
    return loss if itself and kind.head.reads_output and ":" not in kind.type_key else None


def loss_of(target: str, loss: Any) -> Any:
    """The loss for a kind of target by bprop's name, or as a class; None of a function, and of the target's own.

    Raises SettingError for a loss that is none for such targets.
    """
    if function_of(loss) is not None:
        return None
    if callable(loss):
        return _loss_of_class(target, architecture.as_loss(loss))
    if loss not in loss_names(target):
        plugins.load()
    if loss not in (known := loss_names(target)):
        here = LOSSES.get(str(loss).lower())
        cure = "" if here is None or target != "numbers" else f"; here it is {here}"
        raise SettingError(f"loss must be one of {', '.join(known)} or a function (f, y) -> box, not {loss!r}{cure}")
    return None if loss == "log_loss" else loss


def _loss_of_class(target: str, kind: Any) -> Any:
    own = architecture.TASKS[TASKS[target]]
    names = {losses().get(name): name for name in [*loss_names(target), own] if name in losses()}
    if kind in names:
        return None if names[kind] == own and target != "numbers" else names[kind]
    if ":" in kind.type_key and _fits(target, head_of(kind)):
        return kind
    raise SettingError(
        f"the loss {kind.__name__} is none for this target; there are: {', '.join(loss_names(target))}, or a function "
        "(f, y) -> box"
    )


def _fits(target: str, head: Any) -> bool:
    """True if a loss with this head takes targets of the kind, and gives numbers or probabilities."""
    if target == "numbers":
        return head.kind == "float" and not head.labels and not head.each
    return head.kind == "int" and head.labels == (target == "multiclass") and bool(head.output) and target != "columns"


def loss_names(target: str) -> list[str]:
    """The losses by name for a kind of target: of numbers, or with outputs that are probabilities of classes."""
    heads = {name: head_of(kind) for name, kind in losses().items()}
    if target == "numbers":
        return [name for name, head in heads.items() if head.kind == "float" and not head.labels and not head.each]
    own, labels = architecture.TASKS[TASKS[target]], target == "multiclass"
    classes = [name for name, head in heads.items() if head.kind == "int" and head.labels == labels and head.output]
    return ["log_loss", *(name for name in classes if name != own and target != "columns")]


def columns(a: Box, sizes: tuple[int, ...]) -> tuple[Input, Box, Box]:
    """(y, f, loss): a softmax over the classes of each column, the negative log-likelihoods summed."""
    y = Input("y", (len(sizes),), dtype="int")
    ends = np.cumsum(sizes)
    parts = [a[:, int(end - size) : int(end)] for size, end in zip(sizes, ends, strict=True)]
    loss = sum((cross_entropy(part, y[:, k]) for k, part in enumerate(parts[1:], 1)), cross_entropy(parts[0], y[:, 0]))
    return y, concat([softmax(part) for part in parts], name="f"), loss
