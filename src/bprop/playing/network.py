"""A graph in play: where its training begins, its precision, and the views of it that a page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bprop.graph import Graph
from bprop.playing.mistakes import plant
from bprop.playing.recipe import DTYPES, Recipe
from bprop.playing.subjects.subject import Subject
from bprop.structure.order import topological_order

Theta = Mapping[str, np.ndarray]
FEW = 400
"""A network of at most so many weights is shown unit by unit."""


@dataclass(frozen=True, eq=False)
class Network:
    """A graph, and the theta that it begins with, in the precision `dtype`. Nothing changes its arrays.

    initial : whether that theta is what graph.init(seed) gives.
    """

    graph: Graph
    start: Theta
    dtype: np.dtype
    seed: int = 0
    initial: bool = True

    @cached_property
    def alone(self) -> Graph:
        """The same boxes without the penalty, whose objective for one example is that example's loss."""
        if self.graph.penalty is None:
            return self.graph
        view = object.__new__(type(self.graph))
        view.__dict__.update(self.graph.__dict__)
        for name in ("trained", "_mixing"):
            view.__dict__.pop(name, None)
        view.penalty, view.whole = None, view
        tops = [box for box in (view.loss, *view.outputs.values()) if box is not None]
        roots = set(topological_order(tops, lambda box: box.children))
        view.__dict__["_plans"] = {}
        view.order = [box for box in self.graph.order if box in roots]
        view.trainable = tuple(name for name in self.graph.trainable if self.graph.parameters[name] in roots)
        return view

    @cached_property
    def few(self) -> bool:
        """Whether the network is small enough for a picture of its units."""
        return self.graph.weight_count <= FEW


def network_of(subject: Subject, recipe: Recipe | None) -> Network:
    """The network of a recipe for a subject, or the one that was brought."""
    if recipe is None:
        assert subject.graph is not None
        if subject.theta is None:
            return Network(subject.graph, cast(subject.graph.init(0), np.dtype("float64")), np.dtype("float64"))
        dtype = np.result_type(*subject.theta.values()) if subject.theta else np.dtype("float64")
        dtype = dtype if dtype.name in DTYPES else np.dtype("float64")
        return Network(subject.graph, cast(subject.theta, dtype), dtype, initial=False)
    graph = recipe.graph(subject.task, subject.inputs, subject.outputs, subject.scaling, subject.embeddings)
    dtype = np.dtype(recipe.dtype)
    return Network(graph, cast(graph.init(recipe.seed), dtype), dtype, recipe.seed)


def planted(network: Network, name: str, box: str) -> Network:
    """The network with a mistake in one of its boxes (see `bprop.playing.mistakes`)."""
    return replace(network, graph=plant(network.graph, name, box))


def cast(theta: Theta, dtype: np.dtype) -> dict[str, np.ndarray]:
    """theta in a precision, in arrays that nobody can change."""
    arrays = {name: np.array(array, dtype=dtype) for name, array in theta.items()}
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def kept(theta: Theta, network: Network) -> dict[str, np.ndarray]:
    """theta for a network: the arrays that have their shape there, and those that it begins with for all others."""
    return {
        name: cast({name: theta[name]}, network.dtype)[name]
        if name in theta and theta[name].shape == array.shape
        else array
        for name, array in network.start.items()
    }
