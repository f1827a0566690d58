"""The network for tables: embeddings of categorical columns beside the numbers, then a multi-layer perceptron."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bprop import init as initialisers
from bprop.architecture import Architecture, checked_sizes, task_for
from bprop.box import Box
from bprop.boxes import Loss, concat, dropout, take
from bprop.elsewhere import answering
from bprop.elsewhere.networks import NETWORK
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.leaves import Input, Parameter
from bprop.perceptron import Scaling, layers, scaled_input


@answering(NETWORK, "bp.tabular", places="bp.tabular([D, 100, 10], {'city': (40, 5)})")
def tabular(
    sizes: Sequence[int],
    embeddings: Mapping[str, tuple[int, int]],
    *,
    activation: Any = "relu",
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
    """h(0) = [x, E_1[c_1], E_2[c_2], ...], and then the layers of `bp.mlp`.

    Parameters
    ----------
    sizes : [D, H_1, ..., H_L, outputs] with D numbers an example; 0 where there are only categories.
    embeddings : {column: (R, H)}: the column's categories are 0..R-1, each a row of H numbers that is learned.
    activation, ... : as for `bp.mlp`. The regularisers count the embeddings too.

    Returns
    -------
    Graph : with inputs x (D,), c_COLUMN () int for each embedding, and y; parameters E_COLUMN, W1, b1, ...; output f.

    Raises
    ------
    SettingError, UnknownNameError : for sizes or names that do not make a network.

    Source: Guo and Berkhahn, Entity Embeddings of Categorical Variables (2016).

    >>> graph = bp.tabular([2, 8, 3], {"city": (40, 5)})
    >>> {name: box.shape for name, box in graph.inputs.items()}
    {'x': (2,), 'c_city': (), 'y': ()}
    >>> graph.parameters["E_city"].shape
    (40, 5)
    """
    numbers, *above = sizes
    inputs, *hidden, outputs = checked_sizes([1 if numbers == 0 else numbers, *above])
    levels = None if quantiles is None else tuple(quantiles)
    task = task_for(loss, outputs) if task is None else task
    architecture = Architecture(tuple(hidden), activation, task, loss, l1, l2, dropout, normalise, init, levels)
    return network(architecture, inputs if numbers else 0, embeddings, outputs, input_scaling, target_scaling)


def network(
    architecture: Architecture, numbers: int, embeddings: Mapping[str, tuple[int, int]], outputs: int,
    input_scaling: Scaling | None = None, target_scaling: Scaling | None = None,
    skips: Sequence[tuple[int, int]] = (),
) -> Graph:  # fmt: skip
    """The same of an architecture. With no embeddings it is the network of `bp.mlp`. skips : as `perceptron.layers`."""
    tables = {name: _embedding(name, shape) for name, shape in embeddings.items()}
    if numbers == 0 and not tables:
        raise SettingError("a network needs inputs: sizes begins with 0, and there are no embeddings")
    parts: list[Box] = [] if numbers == 0 else [_numbers(numbers, input_scaling, architecture.features)]
    parts += [_looked_up(name, E, architecture.category_dropout) for name, E in tables.items()]
    h = parts[0] if len(parts) == 1 else concat(parts, name="h0")
    width = sum(int(part.dims[1]) for part in parts)
    return layers(h, width, architecture, outputs, target_scaling, list(tables.values()), skips)


def _numbers(count: int, scaling: Scaling | None, features: Any) -> Box:
    """The input x (N, D), or what a function makes of it (N, D'). Raises SettingError where that is no such box."""
    x = scaled_input(count, scaling)
    if features is None:
        return x
    wider = features(x)
    if not isinstance(wider, Box) or wider.dims[:1] != ("N",) or len(wider.dims) != 2:
        raise SettingError(
            f"features is a function from the box of the numbers (N, D) to a box (N, D'), not to {wider!r}"
        )
    return wider


def _looked_up(name: str, E: Parameter, rate: float | None) -> Box:
    """The rows of an embedding, and dropout where there is a rate."""
    rows = take(E, Input(f"c_{name}", (), dtype="int"), name=f"e_{name}")
    return rows if rate is None else dropout(rows, rate, name=f"e_{name}_dropped")


def _embedding(name: str, shape: Any) -> Parameter:
    """E (R, H): small numbers, so that a category that is hardly ever seen weighs little."""
    if len(shape) != 2:
        raise SettingError(f"the embedding of {name!r} is (categories, width), not {shape!r}")
    return Parameter(f"E_{name}", tuple(shape), init=initialisers.normal(0.05))
