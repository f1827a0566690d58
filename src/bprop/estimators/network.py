"""The graphs that estimators train: a multi-layer perceptron for each kind of target, with scikit-learn's penalty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.boxes import batch_weight, concat, cross_entropy, l2, softmax
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.leaves import Input
from bprop.perceptron import mlp

Arrays = Mapping[str, np.ndarray]
SKLEARN_NAMES = {"logistic": "sigmoid", "identity": lambda a: a}
TASKS = {"binary": "multilabel", "multilabel": "multilabel", "multiclass": "classification"}
LOSSES = {"numbers": ("squared_error", "poisson", "absolute_error", "huber")}
"""The losses that have a name, for each kind of target; the others have "log_loss"."""


@dataclass(frozen=True)
class Architecture:
    """All that the graph of a multi-layer perceptron is made of. Equal ones make equal graphs."""

    sizes: tuple[int, ...]
    task: str
    loss: Any
    activation: Any
    alpha: float
    l1: float | None
    l2: float | None
    dropout: Any
    normalise: str | None
    columns: tuple[int, ...] = ()


@dataclass(eq=False)
class Network:
    """A graph with the names of what an estimator needs of it.

    loss : the box of the loss without penalties. output : the output f. hidden : the hidden activations.
    """

    graph: Graph
    x: str
    y: str
    output: str
    loss: str
    hidden: tuple[str, ...] = ()
    features: dict[str, Graph] = field(default_factory=dict)

    def data(self, X: np.ndarray, y: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """The arrays as the graph's inputs, in the shapes that these have."""
        found = {self.x: self.shaped(self.x, X)}
        return found if y is None else found | {self.y: self.shaped(self.y, y)}

    def shaped(self, name: str, array: np.ndarray) -> np.ndarray:
        return array.reshape(len(array), *self.graph.inputs[name].shape)

    def width(self, name: str) -> int:
        """How many numbers an example has in a box."""
        return prod(size for size in self.graph.boxes[name].dims[1:] if isinstance(size, int))

    def predict(self, theta: Arrays, X: np.ndarray, dtype: Any) -> np.ndarray:
        """The outputs f as (N, K)."""
        with np.errstate(all="ignore"):
            f = self.graph.predict(theta, self.data(X), dtype=dtype)
        f = f[self.output] if isinstance(f, dict) else f
        return f.reshape(len(X), -1)

    def measure(self, theta: Arrays, X: Any, y: Any, weights: Any, dtype: Any) -> tuple[np.ndarray, float]:
        """(outputs f as (N, K), mean loss without penalties) of examples with targets."""
        with np.errstate(all="ignore"):
            values = self.graph.fprop(theta, self.data(X, y), training=False, weights=weights, dtype=dtype)
            losses = values[self.loss]
            return values[self.output].reshape(len(X), -1), float(np.average(losses, weights=weights))

    def activations(self, theta: Arrays, X: np.ndarray, name: str, dtype: Any) -> np.ndarray:
        """The value of a box that depends on x alone, as (N, H)."""
        if name not in self.features:
            self.features[name] = Graph(outputs={name: self.graph.boxes[name]}, stable=self.graph.stable)
        graph = self.features[name]
        needed = {key: theta[key] for key in graph.parameters}
        with np.errstate(all="ignore"):
            return np.asarray(graph.predict(needed, self.data(X), dtype=dtype)).reshape(len(X), -1)


def perceptron(a: Architecture) -> Network:
    """The network of an architecture: a(k) = h(k-1) W(k) + b(k), h(k) = g(a(k)), f = o(a(L+1)).

    The objective is the mean loss + alpha / 2 sum_k |W(k)|^2 / sum_t w_t over a batch (scikit-learn's penalty, which
    weighs the batch) + l1 sum_k |W(k)| + l2 sum_k W(k)^2. Losses are sums over the outputs: (f - y)^2 / 2, logistic,
    softmax and negative log-likelihood, ...
    """
    base = mlp(
        a.sizes, activation=activation_of(a.activation), task=TASKS.get(a.task, "regression"), loss=named_loss(a),
        l1=a.l1, l2=a.l2, dropout=a.dropout, normalise=a.normalise,
    )  # fmt: skip
    last = len(a.sizes) - 1
    y, f, loss = base.inputs["y"], base.outputs["f"], base.need_loss()
    if a.task == "columns":
        y, f, loss = columns(base.boxes[f"a{last}"], a.columns)
    if callable(a.loss):
        loss = a.loss(f, y)
    elif a.loss == "squared_error":
        loss = 0.5 * loss
    if not isinstance(loss, Box):
        raise SettingError(f"loss must be a name or a function (f, y) -> box, but it gave {loss!r}")
    weights = [base.parameters[f"W{k}"] for k in range(1, last + 1)]
    whole = loss + 0.5 * a.alpha * l2(*weights) / batch_weight(y)
    graph = Graph(loss=whole, penalty=base.penalty, outputs={"f": f})
    hidden = tuple(graph.names[graph.boxes[f"a{k + 1}"].children[0]] for k in range(1, last))
    return Network(graph, "x", "y", "f", graph.names[loss], tuple(map(behind_dropout(graph), hidden)))


def behind_dropout(graph: Graph) -> Any:
    """The name of the box that stands for one outside training: that below, for dropout."""
    return lambda name: graph.names.get(graph.boxes[name].evaluation(), name)


def activation_of(given: Any) -> Any:
    """An activation, or one for each layer, by bprop's names."""
    if isinstance(given, list | tuple):
        return [activation_of(one) for one in given]
    return SKLEARN_NAMES.get(given, given) if isinstance(given, str) else given


def named_loss(a: Architecture) -> str | None:
    """The loss by bprop's name; None where it is the task's own, or a function."""
    known = LOSSES.get(a.task, ("log_loss",))
    if callable(a.loss):
        return None
    if a.loss not in known:
        raise SettingError(f"loss must be one of {', '.join(known)} or a function (f, y) -> box, not {a.loss!r}")
    return a.loss if a.task == "numbers" else None


def columns(a: Box, sizes: tuple[int, ...]) -> tuple[Input, Box, Box]:
    """(y, f, loss): a softmax over the classes of each column, the negative log-likelihoods summed."""
    y = Input("y", (len(sizes),), dtype="int")
    ends = np.cumsum(sizes)
    parts = [a[:, int(end - size) : int(end)] for size, end in zip(sizes, ends, strict=True)]
    loss = sum((cross_entropy(part, y[:, k]) for k, part in enumerate(parts[1:], 1)), cross_entropy(parts[0], y[:, 0]))
    return y, concat([softmax(part) for part in parts], name="f"), loss
