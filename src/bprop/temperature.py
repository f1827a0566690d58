"""A graph whose probabilities have a temperature: f = softmax(a / T), or sigmoid(a / T) (see `bprop.calibration`)."""

from __future__ import annotations

import numpy as np

from bprop.box import Box
from bprop.boxes import Sigmoid, Softmax
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.leaves import Constant
from bprop.structure.replace import replaced

NAME = "temperature"


def with_temperature(graph: Graph, temperature: float) -> Graph:
    """The same graph with f = softmax(a / T), T a constant with the name "temperature"; the loss is that of this f.

    A graph that has a temperature gets another: its own times T. The parameters are the same, and so are the names of
    the boxes.

    Raises SettingError for a graph without probabilities, and unless 0 < T < inf.

    >>> graph = bp.mlp([3, 4, 2])
    >>> cooler = with_temperature(graph, 2.0)
    >>> x, theta = np.ones((1, 3)), graph.init(seed=0)
    >>> bool(abs(cooler.predict(theta, x=x) - 0.5).max() < abs(graph.predict(theta, x=x) - 0.5).max())
    True
    """
    if not (isinstance(temperature, int | float | np.floating) and 0 < temperature < np.inf):
        raise SettingError(f"a temperature is a number above 0, not {temperature!r}")
    if (old := graph.constants.get(NAME)) is not None:
        value = float(old.hyper["value"]) * float(temperature)
        return Graph(**replaced(graph, {old: Constant(value, name=NAME)}))
    (a,) = need_probabilities(graph).children
    return Graph(**replaced(graph, {a: a / Constant(float(temperature), name=NAME)}))


def temperature_in(graph: Graph) -> float | None:
    """T; None for a graph without one."""
    box = graph.constants.get(NAME)
    return None if box is None else float(box.hyper["value"])


def has_probabilities(graph: Graph) -> bool:
    """Whether the output f of a graph are probabilities of classes, or of yes and no, that can have a temperature."""
    return isinstance(graph.outputs.get("f"), Softmax | Sigmoid)


def need_probabilities(graph: Graph) -> Box:
    """The output f. Raises SettingError unless these are probabilities."""
    if not has_probabilities(graph):
        raise SettingError("a temperature is for probabilities, and the output of this network has none")
    return graph.outputs["f"]
