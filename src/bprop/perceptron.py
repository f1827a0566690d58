"""The multi-layer perceptron, built with the lecture's names: x, W1, b1, a1, h1, ..., f, y."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import isabstract
from operator import index
from typing import Any

import numpy as np

from bprop import init as initialisers
from bprop import plugins
from bprop.box import Box
from bprop.boxes import Activation, Loss, batch_norm, dropout, l1, l2, layer_norm, linear
from bprop.boxes.loss import Head
from bprop.errors import SettingError, UnknownNameError
from bprop.graph import Graph
from bprop.leaves import Constant, Input, Parameter
from bprop.lower_case import snake
from bprop.registry import registered, registry

TASKS = {
    "classification": "nll",
    "binary": "binary_cross_entropy",
    "multilabel": "binary_cross_entropy",
    "regression": "squared_error",
    "counts": "poisson",
}
NORMALISATIONS = ("batch", "layer")


def activations() -> dict[str, type[Activation]]:
    """The activations by name: every elementwise box of that family, and then yours that have another name."""
    return _by_name(Activation, lambda cls: snake(cls.__name__))


def losses() -> dict[str, type[Loss]]:
    """The losses by name that say how a network ends (`Loss.head`), and then yours that have another name."""
    return _by_name(Loss, lambda cls: (cls.head.name or snake(cls.__name__)) if cls.head else "")


def named(name: str, what: str, known: Callable[[], dict[str, Any]]) -> Any:
    """The class with a name: one defined in this process, or one of an installed package (see `bprop.plugins`).

    Raises UnknownNameError with the names that there are.
    """
    if name not in known():
        plugins.load()
    if name not in known():
        raise UnknownNameError(f"no {what} is called {name!r}; there are: {', '.join(known())}")
    return known()[name]


def _by_name(family: Any, name_of: Callable[[Any], str]) -> dict[str, Any]:
    """The classes of a family that have a name: ours, then those of others, whose names do not replace ours."""
    classes = [cls for cls in registry().values() if issubclass(cls, family) and not isabstract(cls)]
    by_name: dict[str, Any] = {}
    for cls in sorted(classes, key=lambda cls: (":" in cls.type_key, name_of(cls))):
        if name_of(cls):
            by_name.setdefault(name_of(cls), cls)
    return by_name


def mlp(
    sizes: Sequence[int],
    *,
    activation: str | Callable[[Box], Box] | Sequence[Any] = "tanh",
    task: str = "classification",
    loss: str | type[Loss] | None = None,
    l1: float | None = None,
    l2: float | None = None,
    dropout: float | Sequence[float] | None = None,
    normalise: str | None = None,
    init: Any = None,
    input_scaling: tuple[Any, Any] | None = None,
    target_scaling: tuple[Any, Any] | None = None,
) -> Graph:
    """A multi-layer perceptron: a(k) = h(k-1) W(k) + b(k), h(k) = g(a(k)), f = o(a(L+1)).

    Parameters
    ----------
    sizes : [D, H_1, ..., H_L, outputs]: inputs, hidden units, outputs (classes C for classification).
    activation : a name ("tanh", "sigmoid", "relu", ...), a function from box to box, or one for each hidden layer.
    task : "classification" (softmax and negative log-likelihood; y int labels), "binary" (one sigmoid; y 0
        or 1), "multilabel" (a sigmoid each; y (outputs,) of 0 and 1), "regression" (squared error) or "counts".
    loss : another loss than the task's: "hinge", "absolute_error", "huber", "poisson", or a class of your own that
        says how a network ends (`Loss.head`).
    l1, l2 : weights of the regularisers on all W(k), biases excepted; None: no such term. A search over them
        should always pass numbers (0 included), so that the graph and its compiled program stay the same.
    dropout : the share of hidden units dropped in training, or one for each hidden layer; None: no such box.
    normalise : "batch" or "layer" normalisation of every hidden pre-activation.
    init : initialiser of the weights; default Glorot uniform. Biases start at 0.
    input_scaling : (mean, deviation) of x: the network sees (x - mean) / deviation.
    target_scaling : (mean, deviation) of y, for regression: f = mean + deviation * a, the loss in y's unit / deviation.

    Returns
    -------
    Graph : with inputs x and y, output f.

    Raises
    ------
    SettingError, UnknownNameError : for sizes or names that do not make a network.
    """
    sizes = checked_sizes(sizes)
    h = scaled_input(sizes[0], input_scaling)
    return layers(
        h, sizes, activation=activation, task=task, loss=loss, l1=l1, l2=l2, dropout=dropout, normalise=normalise,
        init=init, target_scaling=target_scaling,
    )  # fmt: skip


def scaled_input(size: int, scaling: tuple[Any, Any] | None) -> Box:
    """The input x (size,), or (x - mean) / deviation."""
    x = Input("x", (size,))
    if scaling is None:
        return x
    mean, deviation = _scaling("x", scaling)
    return (x - mean) / deviation


def layers(
    h: Box, sizes: list[int], *, activation: Any, task: str, loss: str | type[Loss] | None,
    l1: float | None, l2: float | None, dropout: Any, normalise: str | None, init: Any,
    target_scaling: tuple[Any, Any] | None, weights: Sequence[Parameter] = (),
) -> Graph:  # fmt: skip
    """The layers of `mlp` on top of a box h (N, sizes[0]); the regularisers count further `weights` too."""
    kind = _loss(task, loss, sizes)
    hidden = len(sizes) - 2
    acts = _per_layer(_activation(activation), hidden, "activation")
    rates = _per_layer(dropout, hidden, "dropout")
    if normalise not in (None, *NORMALISATIONS):
        raise UnknownNameError(f"no normalisation is called {normalise!r}; there are: {', '.join(NORMALISATIONS)}")
    weights = list(weights)
    for k in range(1, len(sizes)):
        W, b = Parameter(f"W{k}", (sizes[k - 1], sizes[k]), init=init), Parameter(f"b{k}", (sizes[k],))
        weights.append(W)
        h = linear(h, W, b, name=f"a{k}")
        if k <= hidden:
            h = _unit(k, _normalised(h, k, sizes[k], normalise), acts[k - 1], rates[k - 1])
    return _end(h, sizes[-1], task, kind, target_scaling, _penalty(weights, l1, l2))


def _unit(k: int, a: Box, act: Any, rate: float | None) -> Box:
    """h(k) = g(a(k)), and dropout where asked for."""
    h = act(a, name=f"h{k}") if isinstance(act, type) else act(a)
    if not isinstance(h, Box):
        raise SettingError(f"an activation is a function from box to box, but that of layer {k} gave {h!r}")
    return h if rate is None else dropout(h, rate, name=f"d{k}")


def _activation(given: Any) -> Any:
    """The class or function of an activation given by name or as such; of each of several."""
    if isinstance(given, list | tuple):
        return [_activation(one) for one in given]
    if isinstance(given, str):
        return named(given, "activation", activations)
    if not callable(given):
        raise SettingError(f"an activation is a name or a function from box to box, not {given!r}")
    return given


def _normalised(a: Box, k: int, size: int, how: str | None) -> Box:
    if how is None:
        return a
    gain = Parameter(f"gain{k}", (size,), init=initialisers.ones)
    shift = Parameter(f"shift{k}", (size,))
    if how == "layer":
        return layer_norm(a, gain, shift, name=f"n{k}")
    mean = Parameter(f"mean{k}", (size,), trainable=False)
    variance = Parameter(f"variance{k}", (size,), init=initialisers.ones, trainable=False)
    return batch_norm(a, gain, shift, mean, variance, name=f"n{k}")


def _end(a: Box, outputs: int, task: str, kind: type[Loss], scaling: tuple | None, penalty: Box | None) -> Graph:
    """Output, target and loss on top of the last pre-activation."""
    head = _head(kind)
    single = not head.labels and outputs == 1 and task != "multilabel"
    if single:
        a = a[:, 0]
    f, factor, settings = (registered(head.output)(a, name="f") if head.output else a), None, {}
    if scaling is not None:
        if head.scaled is None:
            raise SettingError("target_scaling is for losses on y's own scale, such as squared_error")
        mean, deviation = _scaling("y", scaling)
        if deviation.value.ndim:
            raise SettingError("target_scaling needs one deviation for all outputs, for the loss is one number")
        f = mean + deviation * a
        factor = 1.0 / float(deviation.value) ** head.scaled
        settings = kind.settings_for(float(deviation.value))
    y = Input("y", () if head.labels or single else (outputs,), dtype=head.kind)
    loss = kind(f if head.reads_output else a, y, name="loss" if factor is None else None, **settings)
    return Graph(loss=loss if factor is None else factor * loss, penalty=penalty, outputs={"f": f})


def _scaling(name: str, given: Any) -> tuple[Constant, Constant]:
    """(mean, deviation) as constants of the graph: finite numbers, the deviation above 0."""
    try:
        mean, deviation = (np.asarray(v, dtype=np.float64) for v in given)
    except (TypeError, ValueError):
        raise SettingError(f"the scaling of {name} is a pair of numbers, (mean, deviation), not {given!r}") from None
    if not (np.isfinite(mean).all() and np.isfinite(deviation).all() and (deviation > 0).all()):
        raise SettingError(f"the scaling of {name} needs a finite mean and a finite deviation above 0, not {given!r}")
    return Constant(mean, name=f"{name}_mean"), Constant(deviation, name=f"{name}_deviation")


def _penalty(weights: list[Parameter], l1_weight: float | None, l2_weight: float | None) -> Box | None:
    """l1 sum |W| + l2 sum W^2: a term for each weight that is a number, 0 included; None where there is none."""
    for name, value in (("l1", l1_weight), ("l2", l2_weight)):
        if value is not None and not (isinstance(value, int | float | np.number) and 0 <= value < float("inf")):
            raise SettingError(f"{name} must be a number, 0 or more, not {value!r}")
    terms = [float(w) * omega(*weights) for w, omega in ((l1_weight, l1), (l2_weight, l2)) if w is not None]
    return terms[0] + terms[1] if len(terms) == 2 else next(iter(terms), None)


def checked_sizes(given: Any) -> list[int]:
    """[D, H_1, ..., outputs] as plain numbers."""
    try:
        sizes = [index(size) for size in given]
    except TypeError:
        raise SettingError(f"sizes is a list of whole numbers, such as [784, 500, 10], not {given!r}") from None
    if len(sizes) < 2 or min(sizes) < 1:
        raise SettingError(
            f"sizes needs at least the numbers of inputs and outputs, each above 0, such as [784, 500, 10]; got {given}"
        )
    return sizes


def _head(kind: type[Loss]) -> Head:
    """How a loss ends a network. Raises SettingError for one that does not say it."""
    if kind.head is None:
        raise SettingError(
            f"the loss {kind.__name__} does not say how a network ends: give it a `head` (see bprop.Loss)"
        )
    return kind.head


def _loss(task: str, loss: str | type[Loss] | None, sizes: list[int]) -> type[Loss]:
    """The class of a loss by its name or as such, that goes with the task and the number of outputs."""
    if task not in TASKS:
        raise UnknownNameError(f"no task is called {task!r}; there are: {', '.join(TASKS)}")
    name = TASKS[task] if loss is None else loss
    if isinstance(name, str):
        kind = named({"cross_entropy": "nll"}.get(name, name), "loss", losses)
    elif isinstance(name, type) and issubclass(name, Loss):
        kind = name
    else:
        raise SettingError(f"a loss is a name or a class of loss, not {loss!r}; there are: {', '.join(losses())}")
    if _head(kind).labels != (task == "classification"):
        fitting = ", ".join(n for n, k in losses().items() if _head(k).labels == (task == "classification"))
        raise SettingError(f"the loss {name!r} does not go with task {task!r}; these do: {fitting}")
    _need_outputs(task, sizes[-1])
    return kind


def _need_outputs(task: str, outputs: int) -> None:
    """Raise SettingError for a number of outputs that the task does not have."""
    if task == "classification" and outputs < 2:
        raise SettingError(
            "classification needs an output for each of at least 2 classes; for one output: task='binary'"
        )
    if task == "binary" and outputs != 1:
        raise SettingError(f"task 'binary' has 1 output, not {outputs}; for several: 'multilabel' or 'classification'")


def _per_layer(given: Any, hidden: int, what: str) -> list[Any]:
    """One value for each hidden layer."""
    if isinstance(given, list | tuple):
        if len(given) != hidden:
            raise SettingError(f"{what} has {len(given)} entries for {hidden} hidden layers")
        return list(given)
    return [given] * hidden
