"""A graph as a collection of its boxes: graph["h1"], "h1" in graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bprop.box import Box
from bprop.elsewhere import missing
from bprop.elsewhere.networks import GRAPH
from bprop.errors import CallError
from bprop.leaves import Parameter


class Parameters(dict[str, Parameter]):
    """The parameters of a graph by name. Called as a function, as in PyTorch, it says what to type."""

    if not TYPE_CHECKING:

        def __call__(self, *_: Any, **__: Any) -> Any:
            raise CallError(
                "graph.parameters is a dict, and is not called: it holds the boxes of the parameters by name. Their "
                "values are theta = graph.init(seed=0), and fit.params after training; bp.train(graph, data, "
                "rule=bp.Adam()) needs no list of them"
            )


class Items:
    """A mixin: the boxes of a structure by name. It also answers attributes that graphs of other libraries have."""

    boxes: Mapping[str, Box]
    names: Mapping[Box, str]
    outputs: Mapping[str, Box]

    def __getitem__(self, key: str | Box) -> Box:
        """The box of a name: graph["h1"]. Raises UnknownNameError."""
        return self.boxes[self.name_of(key)]

    def __contains__(self, key: object) -> bool:
        """True for a box of the graph, and for the name of one."""
        return key in self.names if isinstance(key, Box) else key in self.boxes or key in self.outputs

    __iter__ = None  # graph["h1"] works, but a graph is not a sequence

    def name_of(self, key: str | Box) -> str:
        """The name of a box."""
        raise NotImplementedError

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            raise missing(self, name, GRAPH)

        def __call__(self, *_: Any, **__: Any) -> Any:
            """Say what computes, to those who would write graph(X)."""
            raise CallError(
                "a graph is not called as a function: graph.predict(theta, x=X) computes its outputs, "
                "graph.fprop(theta, x=X, y=Y) every box, and after training fit.predict(X) needs X alone"
            )
