"""Rows of a table as one array (N, D + E) for an estimator: D numbers, scaled, and the codes of E embeddings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.architecture import Architecture, loss_box
from bprop.embedding import network
from bprop.estimators.network import Network, behind_dropout
from bprop.graph import Graph
from bprop.scaling import Scaling, Units, moments
from bprop.sources.answer import Answer
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.scaling import numbers_in, places, scaling_of, settings_of


@dataclass(frozen=True)
class Encoder:
    """How rows become arrays, learned from the rows of a fit. units : how these are scaled, and numbers as targets."""

    preparation: Preparation
    units: Units

    @classmethod
    def of(
        cls, frame: Frame, answer: Answer, kinds: Mapping[str, str], scale: str, y: np.ndarray | None,
        weights: np.ndarray | None,
    ) -> Encoder:  # fmt: skip
        """From rows. y : targets that are scaled, or None. weights : (N,); a row of weight 0 teaches nothing."""
        if weights is not None:
            there = np.nonzero(weights > 0)[0]
            frame, weights = frame.rows(there), weights[there]
            y = None if y is None else y[there]
        preparation = Preparation.fit(frame, answer, kinds)
        x = numbers_in(preparation.inputs(frame), len(frame))
        scalings = {}
        scaling = scaling_of(x, scale)
        if scaling is not None:
            scaling = scaling if weights is None else weighted(x, weights)
            scalings["x"] = scaling.but_for(~preparation.scaled)
        if y is not None:
            of_y = Scaling.of(y) if weights is None else weighted(y, weights)
            scalings["y"] = scalings["f"] = Scaling(of_y.mean, of_y.divisor)
        return cls(preparation, Units(scalings))

    def encode(self, frame: Frame, dtype: Any) -> np.ndarray:
        """(N, D + E) the rows. Raises DataError, naming row and column, for cells that do not fit."""
        frame = self.preparation.adapted(frame)
        arrays = self.preparation.inputs(frame)
        with places(frame, self.preparation):
            x = self.units.scaled({"x": numbers_in(arrays, len(frame))}, dtype)["x"].astype(dtype, copy=False)
        codes = [arrays[f"c_{name}"].astype(dtype)[:, None] for name in self.preparation.embeddings]
        return np.concatenate([x, *codes], axis=1) if codes else x

    @property
    def numbers(self) -> int:
        """D."""
        return len(self.preparation.scaled)


def weighted(values: np.ndarray, weights: np.ndarray) -> Scaling:
    """Weighted mean and deviation of examples (N, ...)."""
    constant = moments(values)[1] == 0
    mean = np.average(values.astype(np.float64), axis=0, weights=weights)
    deviation = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=weights))
    return Scaling(mean, np.where(constant, 0.0, deviation))


class TableNetwork(Network):
    """A network whose inputs x (D,) and c_COLUMN () are parts of the arrays (N, D + E) of an encoder."""

    reads_x_alone = False

    numbers: int
    embedded: tuple[str, ...]

    def __init__(self, graph: Graph, loss: str, hidden: tuple[str, ...], numbers: int, embedded: tuple[str, ...]):
        super().__init__(graph, "x", "y", "f", loss, hidden)
        self.numbers, self.embedded = numbers, embedded

    def data(self, X: Any, y: np.ndarray | None = None) -> dict[str, np.ndarray]:
        arrays = {"x": X[:, : self.numbers]} if self.numbers else {}
        codes = {f"c_{name}": X[:, self.numbers + k].astype(np.int64) for k, name in enumerate(self.embedded)}
        return {**arrays, **codes} | ({} if y is None else {self.y: self.shaped(self.y, y)})


def table_network(architecture: Architecture, encoder: Encoder, outputs: int, loss: Any, scale: str) -> TableNetwork:
    """The network that `bprop train` makes for such a table. loss : a function (f, y) -> box of the user's, or None."""
    preparation = encoder.preparation
    scaling = settings_of(np.empty((1, encoder.numbers)), preparation, scale)["input_scaling"]
    graph = network(architecture, encoder.numbers, preparation.embeddings, outputs, scaling)
    if loss is not None:
        own = loss_box(loss, graph.outputs["f"], graph.inputs["y"])
        graph = Graph(loss=own, penalty=graph.penalty, outputs=graph.outputs)
    last = len(architecture.hidden) + 1
    hidden = tuple(graph.names[graph.boxes[f"a{k + 1}"].children[0]] for k in range(1, last))
    names = tuple(map(behind_dropout(graph), hidden))
    return TableNetwork(graph, graph.names[graph.need_loss()], names, encoder.numbers, tuple(preparation.embeddings))
