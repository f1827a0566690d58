"""The comparison of a network with a constant answer: the most frequent class, the mean or the median."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, sqrt
from typing import Any

import numpy as np

from bprop.graph import Graph
from bprop.leaves import Input
from bprop.measures.constant import constant_errors, usual

FEWEST = 10
"""With fewer rows there is no warning."""
ERRORS = 2.0
"""An accuracy is clearly better than that of the most frequent class if it is so many standard errors above."""


def no_better(
    graph: Graph, data: Mapping[str, Any], measures: Mapping[str, float], weights: Any = None, name: str = "these"
) -> str | None:
    """A warning if the network is no better than the best constant answer on some examples, else None.

    data : the examples by input, with their targets. measures : {"accuracy": ...} or {"rmse": ..., "mae": ...} of the
    network on them. weights : (N,), default 1. name : the name of the examples in the warning.
    It is None too if there is no fair comparison: fewer than 10 examples, equal targets, or several losses.
    """
    y = _targets(graph, data)
    if y is None or len(y) < FEWEST:
        return None
    w = np.ones(len(y)) if weights is None else np.asarray(weights, np.float64)
    if not w.sum() > 0:
        return None
    if "accuracy" in measures:
        return _no_better_class(y, w, measures["accuracy"], name)
    return _no_better_number(y, w, measures, name)


def _targets(graph: Graph, data: Mapping[str, Any]) -> np.ndarray | None:
    """The targets (N, K) of a graph with one loss; None if the graph has several, or if they are no input."""
    losses = list(graph.losses.values())
    if len(losses) != 1 or not isinstance(losses[0].children[1], Input):
        return None
    y = np.asarray(data[graph.names[losses[0].children[1]]])
    return y.reshape(len(y), -1) if y.size else None


def _no_better_class(y: np.ndarray, w: np.ndarray, accuracy: float, name: str) -> str | None:
    always = float(np.mean([usual(column, w)[1] for column in y.T]))
    if always >= 1.0 or (y.dtype.kind == "f" and not np.isin(y, (-1, 0, 1)).all()):
        return None
    error = sqrt(always * (1 - always) * np.square(w).sum() / w.sum() ** 2)
    if not accuracy <= always + ERRORS * error:
        return None
    how = "no better" if accuracy <= always else "not clearly better"
    answer = "the most frequent class" if y.shape[1] == 1 else "the most frequent class of each output"
    return (
        f"on {name} examples the network is right for {accuracy:.1%}, {how} than always answering {answer} "
        f"({always:.1%}): it may have learned nothing yet: try more epochs, another learning rate, or other inputs"
    )


def _no_better_number(y: np.ndarray, w: np.ndarray, measures: Mapping[str, float], name: str) -> str | None:
    constant = constant_errors(y, w)
    known = {key: measures[key] for key in constant if key in measures}
    if not known or not all(constant[key] > 0 and constant[key] <= value < inf for key, value in known.items()):
        return None
    key, value = next(iter(known.items()))
    what, answer = {"rmse": ("root mean square error", "mean"), "mae": ("mean absolute error", "median")}[key]
    return (
        f"on {name} examples the network's {what} is {value / constant[key]:.0%} of that of always answering the "
        f"{answer} of the targets, so it is no better: it may have learned nothing yet: try more epochs, another "
        "learning rate, or other inputs"
    )
