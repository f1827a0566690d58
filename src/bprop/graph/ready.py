"""Parameters that are ready for one prediction after another."""

from __future__ import annotations

from collections.abc import Mapping
from operator import is_
from typing import Any, NamedTuple

import numpy as np

from bprop.graph import validation
from bprop.graph.graph import Graph
from bprop.graph.prediction import Start


class Ready(NamedTuple):
    """Parameters that are ready for predictions: checked, and in the precision of the pass.

    params : the arrays with which `start` computes, so that it follows changes within them; None if `start` has copies
    in another precision.
    """

    graph: Graph
    params: dict[str, np.ndarray] | None
    start: Start

    @classmethod
    def of(cls, graph: Graph, params: Mapping[str, Any], dtype: np.dtype) -> Ready:
        """Make parameters ready. Raises UnknownNameError, ShapeError or DTypeError if they do not fit the graph."""
        theta = validation.read_params(params, graph.parameters)
        same = theta if all(array.dtype == dtype for array in theta.values()) else None
        return cls(graph, same, graph.predictor.start(theta, dtype))

    def holds(self, graph: Graph, params: Mapping[str, Any]) -> bool:
        """Whether this was made from the same graph and the same arrays."""
        mine = self.params
        if mine is None or graph is not self.graph or len(params) != len(mine):
            return False
        return all(map(is_, map(params.get, mine), mine.values()))
