"""Many trained networks as one graph: they share the inputs, stand side by side, and their mean is the output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.boxes import (
    Exp,
    Sigmoid,
    Softmax,
    exp,
    log_mean_exp,
    log_softmax,
    mean,
    sigmoid,
    softmax,
    softplus,
    sqrt,
    square,
    stack,
)
from bprop.errors import GraphError, SettingError
from bprop.graph import Graph
from bprop.leaves import Constant, Input, Parameter
from bprop.model import Model
from bprop.notes import TABLE
from bprop.scaling import KEY, Units
from bprop.structure.order import topological_order

SPREAD = "spread"
"""The output with the standard deviation of f over the members."""
MEANING = (KEY, TABLE, "task", "columns", "classes")
"""Entries of notes that say what the inputs and outputs of a model mean."""


def ensemble(models: Sequence[Model], *, spread: bool = True) -> Model:
    """The mean of K trained models as one model: f = (1/K) sum_k f_k, spread = sqrt((1/K) sum_k (f_k - f)^2).

    Its graph holds the boxes of all members: the parameters and boxes of member k have its number before their names,
    `m1/W1`; inputs, targets, and all that depends on no parameter, are shared. So it is saved to one file, exported to
    ONNX, evaluated, drawn and even trained further as any model.

    f ends as that of the members does: in softmax, sigmoid or exp, from the logarithms of the mean, so that the loss
    (the members' own, of the mean) is exact for probabilities near 0 and 1 too. f of any other kind, such as values or
    the scores of a hinge loss, which are no probabilities, is averaged as it is. The penalty is the members' mean.

    Parameters
    ----------
    models : one or more models, or fits, with the same inputs, outputs and loss; hidden layers may differ.
    spread : whether the graph has the further output `spread`; then `predict` returns {"f": ..., "spread": ...}.

    Returns
    -------
    Model : with the notes of the first model. Of models of tables it is a TableModel, and takes tables.

    Raises
    ------
    GraphError : for members whose inputs, outputs or losses differ, or whose loss is no function of their outputs.
    SettingError : for no model, or models whose data is scaled or encoded in different ways.

    Source: Lakshminarayanan, Pritzel and Blundell, Simple and scalable predictive uncertainty estimation using deep
    ensembles (2017).

    >>> graph = bp.mlp([3, 8, 2])
    >>> model = bp.ensemble([bp.Model(graph, graph.init(seed)) for seed in range(4)])
    >>> {name: f.shape for name, f in model.predict(x=np.zeros((5, 3))).items()}
    {'f': (5, 2), 'spread': (5, 2)}
    >>> list(model.params)[:3]
    ['m1/W1', 'm1/b1', 'm1/W2']
    """
    members = list(models)
    if not members or not all(isinstance(member, Model) for member in members):
        raise SettingError("an ensemble is made of one model or more: bp.ensemble([fit1, fit2])")
    _need_one_meaning([member.notes for member in members])
    graph = ensemble_graph([member.graph for member in members], spread=spread)
    notes = deepcopy(members[0].notes)
    if spread and KEY in notes:
        notes[KEY] |= _scaling_of_spreads(graph, Units.of(notes))
    return members[0].with_network(graph, ensemble_params([member.params for member in members]), notes)


def member_name(k: int, name: str) -> str:
    """The name, in an ensemble, of a parameter or box of member k = 1, 2, ..."""
    return f"m{k}/{name}"


def ensemble_params(members: Sequence[Mapping[str, Any]]) -> dict[str, np.ndarray]:
    """The parameters of an ensemble from those of its members, in order."""
    return {member_name(k, n): np.asarray(a) for k, theta in enumerate(members, 1) for n, a in theta.items()}


def spread_name(output: str) -> str:
    """The name of the output with the members' standard deviation of an output."""
    return SPREAD if output == "f" else f"{SPREAD}_{output}"


def ensemble_graph(graphs: Sequence[Graph], *, spread: bool = True) -> Graph:
    """The graph of `ensemble`. Raises GraphError for graphs that do not fit together."""
    _need_alike(graphs)
    copies = Copies()
    members = [copies.of_member(k, graph) for k, graph in enumerate(graphs, 1)]
    outputs, spreads = {}, {}
    for name, first in graphs[0].outputs.items():
        parts = [copied[graph.outputs[name]] for copied, graph in zip(members, graphs, strict=True)]
        outputs[name] = f = _mean(parts, first.name or name)
        if spread:
            spreads[spread_name(name)] = _deviation(parts, f, spread_name(name))
    losses = [_loss(copies, graph, copied, outputs) for copied, graph in zip(members, graphs, strict=True)]
    for k, loss in enumerate(losses, 1):
        if loss is not losses[0]:
            raise GraphError(f"the loss of member {k} is not that of member 1: an ensemble has one loss")
    penalties = [copied[g.penalty] for copied, g in zip(members, graphs, strict=True) if g.penalty is not None]
    penalty = (1 / len(graphs)) * sum(penalties[1:], penalties[0]) if penalties else None
    stable = all(graph.stable for graph in graphs)
    return Graph(loss=losses[0], penalty=penalty, outputs={**outputs, **spreads}, stable=stable)


class Copies:
    """Boxes of the members, made anew. Of boxes that depend on no parameter and no noise, equal ones are one box."""

    def __init__(self):
        self.shared: dict[Any, Box] = {}
        self.free: set[Box] = set()

    def of_member(self, k: int, graph: Graph) -> dict[Box, Box]:
        """{box of member k: its copy}, of all boxes that the outputs and the penalty need."""
        copies: dict[Box, Box] = {}
        roots = [*graph.outputs.values(), *([] if graph.penalty is None else [graph.penalty])]
        for box in topological_order(roots, lambda box: box.children):
            copies[box] = self.copy(box, copies, k)
        return copies

    def copy(self, box: Box, copies: Mapping[Box, Box], k: int) -> Box:
        """The copy of a box whose children have theirs in `copies`."""
        children = [copies[child] for child in box.children]
        if isinstance(box, Parameter) or box.needs or not self.free.issuperset(children):
            return _made(box, children, None if box.name is None else member_name(k, box.name))
        copy = self.share(box, children)
        self.free.add(copy)
        return copy

    def share(self, box: Box, children: Sequence[Box]) -> Box:
        """The one copy of all boxes like this one, on these children."""
        values = tuple((key, _identity(value)) for key, value in box.hyper.items())
        key = type(box), box.name, tuple(children), values
        if key not in self.shared:
            self.shared[key] = _made(box, children, box.name)
        return self.shared[key]


def _made(box: Box, children: Sequence[Box], name: str | None) -> Box:
    if isinstance(box, Constant):
        return Constant(box.hyper["value"], name=name)
    if isinstance(box, Input | Parameter):
        return type(box)(name or "", **box.hyper)
    return type(box)(*children, name=name, **box.hyper)


def _identity(value: Any) -> Any:
    """The content of a hyper-parameter, to compare; of an object without comparable content, its own number."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    plain = isinstance(value, str | int | float | tuple | slice) or value is None or value is Ellipsis
    return repr(value) if plain else id(value)


def _mean(parts: Sequence[Box], name: str) -> Box:
    """The members' mean of an output. Softmax, sigmoid and exp are taken of the logarithm of the mean (its odds)."""
    below = [part.children[0] if part.children else part for part in parts]
    if isinstance(parts[0], Softmax):
        return softmax(_log_mean([log_softmax(a) for a in below]), name=name)
    if isinstance(parts[0], Sigmoid):
        right, wrong = ([-softplus(-a) for a in below], [-softplus(a) for a in below])
        return sigmoid(_log_mean(right) - _log_mean(wrong), name=name)
    if isinstance(parts[0], Exp):
        return exp(_log_mean(below), name=name)
    return mean(stack(parts, axis=_axis(parts[0])), axis=_axis(parts[0]), name=name)


def _log_mean(logarithms: Sequence[Box]) -> Box:
    axis = _axis(logarithms[0])
    return log_mean_exp(stack(logarithms, axis=axis), axis=axis)


def _deviation(parts: Sequence[Box], f: Box, name: str) -> Box:
    """sqrt((1/K) sum_k (f_k - f)^2)."""
    axis = _axis(f)
    return sqrt(mean(stack([square(part - f) for part in parts], axis=axis), axis=axis), name=name)


def _axis(box: Box) -> int:
    """The axis of the members when values of this box are stacked: behind the examples."""
    return 1 if box.dims[:1] == ("N",) else 0


def _loss(copies: Copies, graph: Graph, copied: Mapping[Box, Box], outputs: Mapping[str, Box]) -> Box | None:
    """The loss of a member, computed from the mean outputs instead of its own."""
    if graph.loss is None:
        return None
    means: dict[Box, Box] = {}
    for name, f in graph.outputs.items():
        means[f] = outputs[name]
        if isinstance(f, Softmax | Sigmoid | Exp):
            means[f.children[0]] = outputs[name].children[0]
    for box in topological_order([graph.loss], lambda box: () if box in means else box.children):
        if box in means:
            continue
        if isinstance(box, Parameter) or box.needs:
            raise GraphError(
                f"the loss depends on {graph.names[box]!r} other than through the outputs ({', '.join(outputs)}), so "
                "it is not known for the mean of several networks: make the members of graphs whose loss is one of "
                "their outputs, or of graphs without a loss"
            )
        means[box] = copies.share(box, [means[child] for child in box.children])
    return means[graph.loss]


def _need_alike(graphs: Sequence[Graph]) -> None:
    """Raise GraphError unless all graphs take the same inputs and give outputs of the same kinds and shapes."""
    if not graphs:
        raise GraphError("an ensemble is made of one graph or more")
    for k, graph in enumerate(graphs, 1):
        if not graph.outputs:
            raise GraphError(f"member {k} has no outputs to average: make it with Graph(..., outputs={{'f': f}})")
        taken = sorted(spread_name(name) for name in graph.outputs if spread_name(name) in graph.outputs)
        if taken:
            raise GraphError(f"member {k} has an output {taken[0]!r}: it is an ensemble already, so pass its members")
        for what, mine, others in zip(("inputs", "outputs"), _faces(graph), _faces(graphs[0]), strict=True):
            if mine != others:
                raise GraphError(f"the {what} of member {k} are {mine}, but those of member 1 are {others}")


def _faces(graph: Graph) -> tuple[dict[str, str], dict[str, str]]:
    """({input: its shape and kind}, {output: its box and shape}), as text."""
    ends = (Softmax, Sigmoid, Exp)
    kinds = {n: next((cls.__name__ for cls in ends if isinstance(f, cls)), "values") for n, f in graph.outputs.items()}
    outputs = {name: f"{kinds[name]} {box.spec}" for name, box in graph.outputs.items()}
    return {name: str(box.spec) for name, box in sorted(graph.inputs.items())}, outputs


def _need_one_meaning(notes: Sequence[Mapping[str, Any]]) -> None:
    """Raise SettingError where the members' notes scale or encode data in different ways."""
    for k, other in enumerate(notes[1:], 2):
        for entry in MEANING:
            if other.get(entry) != notes[0].get(entry):
                raise SettingError(
                    f"member {k} and member 1 differ in {entry!r} of their notes, so their inputs or outputs do not "
                    "mean the same: train all members on data that is encoded and scaled once"
                )


def _scaling_of_spreads(graph: Graph, units: Units) -> dict[str, Any]:
    """The scaling of spreads: a deviation has the unit of its output, but no mean."""
    scaled = [name for name in graph.outputs if name in units.scalings and spread_name(name) in graph.outputs]
    return {
        spread_name(name): {"mean": np.zeros_like(one.mean).tolist(), "deviation": one.deviation.tolist()}
        for name, one in ((name, units.scalings[name]) for name in scaled)
    }
