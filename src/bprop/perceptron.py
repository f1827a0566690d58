"""The multi-layer perceptron, built with the lecture's names: x, W1, b1, a1, h1, ..., f, y."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from bprop import init as initialisers
from bprop.architecture import Architecture, activations, checked_sizes, head_of, task_for
from bprop.box import Box
from bprop.boxes import Loss, batch_norm, concat, dropout, l1, l2, layer_norm, linear, reshape
from bprop.elsewhere import answering
from bprop.elsewhere.networks import NETWORK
from bprop.errors import BpropError, SettingError
from bprop.graph import Graph
from bprop.leaves import Constant, Input, Parameter
from bprop.names import some
from bprop.outside import fails_again
from bprop.registry import registered

Scaling = tuple[Any, Any]
"""(mean, deviation)"""
QUANTILES = "quantiles"
"""The output with all numbers that a network of the quantile loss gives for a target."""


@answering(NETWORK, "bp.mlp", places="sizes is one list, bp.mlp([784, 100, 10])")
def mlp(
    sizes: Sequence[int],
    *,
    activation: str | Callable[[Box], Box] | Sequence[Any] = "tanh",
    task: str | None = None,
    loss: str | type[Loss] | Callable[[Box, Box], Box] | None = None,
    l1: float | None = None,
    l2: float | None = None,
    dropout: float | Sequence[float] | None = None,
    normalise: str | None = None,
    init: Any = None,
    input_scaling: Scaling | None = None,
    target_scaling: Scaling | None = None,
    quantiles: Sequence[float] | None = None,
) -> Graph:
    """A multi-layer perceptron: a(k) = h(k-1) W(k) + b(k), h(k) = g(a(k)), f = o(a(L+1)).

    Parameters
    ----------
    sizes : [D, H_1, ..., H_L, outputs]: inputs, hidden units, outputs (classes C for classification).
    activation : a name ("tanh", "sigmoid", "relu", ...), a function from box to box, or one for each hidden layer.
    task : "classification" (softmax and negative log-likelihood; y int labels), "binary" (one sigmoid; y 0
        or 1), "multilabel" (a sigmoid each; y (outputs,) of 0 and 1), "regression" (squared error) or "counts". None:
        the task of the loss, and without one classification.
    loss : another loss than the task's: "hinge", "absolute_error", "huber", "poisson", "quantile"; a class, such as one
        of your own that says how a network ends (`Loss.head`); or a function (f, y) -> box (N,), with f the output that
        the task has (probabilities, rates, numbers): lambda f, y: bp.huber(f, y, delta=2.0).
    l1, l2 : weights of the regularisers on all W(k), biases excepted; None: no such term. A search over them
        should always pass numbers (0 included), so that the graph and its compiled program stay the same.
    dropout : the share of hidden units dropped in training, or one for each hidden layer; None: no such box.
    normalise : "batch" or "layer" normalisation of every hidden pre-activation.
    init : initialiser of the weights; default Glorot uniform. Biases start at 0.
    input_scaling : (mean, deviation) of x: the network sees (x - mean) / deviation.
    target_scaling : (mean, deviation) of y, for regression: f = mean + deviation * a, the loss in y's unit / deviation.
    quantiles : the levels of the loss "quantile"; default (0.05, 0.5, 0.95).

    Returns
    -------
    Graph : with inputs x and y, output f. With the loss "quantile" f is the median, or the quantile next to it, and a
        further output "quantiles" has all of them, (N, Q), or (N, outputs, Q).

    Raises
    ------
    SettingError, UnknownNameError : for sizes or names that do not make a network.

    >>> graph = bp.mlp([784, 500, 10], activation="tanh", l2=1e-4)
    >>> {name: box.shape for name, box in graph.parameters.items()}
    {'W1': (784, 500), 'b1': (500,), 'W2': (500, 10), 'b2': (10,)}
    >>> graph.outputs["f"]
    <Softmax 'f' (N, 10)>
    """
    inputs, *hidden, outputs = checked_sizes(sizes)
    task = task_for(loss, outputs) if task is None else task
    architecture = Architecture(
        tuple(hidden), activation, task, loss, l1, l2, dropout, normalise, init, _levels(quantiles)
    )
    return network(architecture, inputs, outputs, input_scaling, target_scaling)


def network(
    architecture: Architecture, inputs: int, outputs: int, input_scaling: Scaling | None = None,
    target_scaling: Scaling | None = None,
) -> Graph:  # fmt: skip
    """The same of an architecture."""
    return layers(scaled_input(inputs, input_scaling), inputs, architecture, outputs, target_scaling)


def scaled_input(size: int, scaling: Scaling | None) -> Box:
    """The input x (size,), or (x - mean) / deviation."""
    x = Input("x", (size,))
    if scaling is None:
        return x
    mean, deviation = _constants("x", scaling)
    return (x - mean) / deviation


def layers(
    h: Box, width: int, architecture: Architecture, outputs: int, target_scaling: Scaling | None = None,
    weights: Sequence[Parameter] = (), skips: Sequence[tuple[int, int]] = (),
) -> Graph:  # fmt: skip
    """The layers of `mlp` on top of a box h (N, width); the regularisers count further `weights` too.

    skips : pairs (i, j): layer j also takes the units of layer i < j - 1, side by side with those of the layer before
        it (a box "s{j}"). Layer 0 is h itself, the last layer is that of the outputs.
    """
    kind = architecture.loss_class()
    architecture.need_outputs(outputs)
    a, weights = h, list(weights)
    each = _each(kind, architecture)
    below = [(h, width)]
    for k, size in enumerate([*architecture.hidden, outputs * each], 1):
        if further := [below[i] for i in sorted({i for i, j in skips if j == k})]:
            h = concat([h, *(box for box, _ in further)], name=f"s{k}")
            width += sum(more for _, more in further)
        W, b = Parameter(f"W{k}", (width, size), init=architecture.init), Parameter(f"b{k}", (size,))
        weights.append(W)
        a, width = linear(h, W, b, name=f"a{k}"), size
        if k <= len(architecture.hidden):
            h = _unit(k, _normalised(a, k, size, architecture.normalise), architecture)
            below.append((h, size))
    penalty = _penalty(weights, architecture.l1, architecture.l2)
    return _end(a, outputs, architecture, kind, target_scaling, penalty)


def _unit(k: int, a: Box, architecture: Architecture) -> Box:
    """h(k) = g(a(k)), and dropout where asked for."""
    activation, rate = architecture.activations[k - 1], architecture.rates[k - 1]
    make = partial(activation, a, name=f"h{k}") if isinstance(activation, type) else partial(activation, a)
    try:
        h = make()
    except BpropError:
        raise
    except Exception as error:
        if not fails_again(make):
            raise
        raise SettingError(
            f"the activation of layer {k}, {activation!r}, is called with a box, and failed: {error}; activations by "
            f"name are {some(activations())}"
        ) from error
    if not isinstance(h, Box):
        raise SettingError(f"an activation is a function from box to box, but that of layer {k} gave {h!r}")
    return h if rate is None else dropout(h, rate, name=f"d{k}")


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


def _levels(quantiles: Sequence[float] | None) -> tuple[float, ...] | None:
    return None if quantiles is None else tuple(quantiles)


def _each(kind: type[Loss], architecture: Architecture) -> int:
    """How many numbers the network gives for each target."""
    name = head_of(kind).each
    return len({**kind.hyper_defaults, **architecture.loss_settings(kind)}[name]) if name else 1


def _end(
    a: Box, outputs: int, architecture: Architecture, kind: type[Loss], scaling: Scaling | None, penalty: Box | None
) -> Graph:
    """Output, target and loss on top of the last pre-activation."""
    head, settings = head_of(kind), architecture.loss_settings(kind)
    single = not head.labels and outputs == 1 and architecture.task != "multilabel"
    if head.each and not single:
        a = reshape(a, (-1, outputs, _each(kind, architecture)))
    elif single and not head.each:
        a = a[:, 0]
    f, factor = (registered(head.output)(a, name=None if head.each else "f") if head.output else a), None
    if scaling is not None:
        f, factor, more = _scaled(a, kind, scaling)
        settings = {**more, **settings}
    y = Input("y", () if head.labels or single else (outputs,), dtype=head.kind)
    if architecture.function is not None:
        loss = architecture.loss_of(f, y)
        power = getattr(type(loss).head, "scaled", None) if isinstance(loss, Loss) else None
        loss = loss if scaling is None or power is None else _power(scaling, power) * loss
        return Graph(loss=loss, penalty=penalty, outputs={"f": f})
    loss = kind(f if head.reads_output else a, y, name="loss" if factor is None else None, **settings)
    named = {"f": loss.prediction(f), QUANTILES: f} if head.each else {"f": f}
    return Graph(loss=loss if factor is None else factor * loss, penalty=penalty, outputs=named)


def _scaled(a: Box, kind: type[Loss], scaling: Scaling) -> tuple[Box, float, dict[str, Any]]:
    """(f = mean + deviation * a, the factor of the loss, settings of the loss in y's unit)."""
    head = head_of(kind)
    if head.scaled is None:
        raise SettingError("target_scaling is for losses on y's own scale, such as squared_error")
    mean, deviation = _constants("y", scaling)
    if deviation.value.ndim:
        raise SettingError("target_scaling needs one deviation for all outputs, for the loss is one number")
    if head.each and mean.value.ndim:
        mean = Constant(mean.value[..., None], name=mean.name)
    unit = float(deviation.value)
    return mean + deviation * a, 1.0 / unit**head.scaled, kind.settings_for(unit)


def _power(scaling: Scaling, power: int) -> float:
    """1 / deviation^power: the factor of a loss in y's unit."""
    return 1.0 / float(_constants("y", scaling)[1].value) ** power


def _constants(name: str, scaling: Any) -> tuple[Constant, Constant]:
    """(mean, deviation) as constants of the graph: finite numbers, the deviation above 0. Raises SettingError."""
    try:
        mean, deviation = (np.asarray(v, dtype=np.float64) for v in scaling)
    except (TypeError, ValueError):
        raise SettingError(f"the scaling of {name} is a pair of numbers, (mean, deviation), not {scaling!r}") from None
    if not (np.isfinite(mean).all() and np.isfinite(deviation).all() and (deviation > 0).all()):
        raise SettingError(f"the scaling of {name} needs a finite mean and a finite deviation above 0, not {scaling!r}")
    return Constant(mean, name=f"{name}_mean"), Constant(deviation, name=f"{name}_deviation")


def _penalty(weights: list[Parameter], l1_weight: float | None, l2_weight: float | None) -> Box | None:
    """l1 sum |W| + l2 sum W^2: a term for each weight that is a number, 0 included; None where there is none."""
    terms = [float(w) * omega(*weights) for w, omega in ((l1_weight, l1), (l2_weight, l2)) if w is not None]
    return terms[0] + terms[1] if len(terms) == 2 else next(iter(terms), None)
