"""The network for tables: embeddings of categorical columns beside the numbers, then a multi-layer perceptron."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bprop import init as initialisers
from bprop.box import Box
from bprop.boxes import Loss, concat, take
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.leaves import Input, Parameter
from bprop.perceptron import checked_sizes, layers, scaled_input


def tabular(
    sizes: Sequence[int],
    embeddings: Mapping[str, tuple[int, int]],
    *,
    activation: Any = "relu",
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
    """
    numbers, *above = sizes
    tables = {name: _embedding(name, shape) for name, shape in embeddings.items()}
    if numbers == 0 and not tables:
        raise SettingError("a network needs inputs: sizes begins with 0, and there are no embeddings")
    parts: list[Box] = [] if numbers == 0 else [scaled_input(checked_sizes([numbers, 1])[0], input_scaling)]
    parts += [take(E, Input(f"c_{name}", (), dtype="int"), name=f"e_{name}") for name, E in tables.items()]
    width = numbers + sum(E.shape[1] for E in tables.values())
    return layers(
        parts[0] if len(parts) == 1 else concat(parts, name="h0"), checked_sizes([width, *above]),
        activation=activation, task=task, loss=loss, l1=l1, l2=l2, dropout=dropout, normalise=normalise, init=init,
        target_scaling=target_scaling, weights=list(tables.values()),
    )  # fmt: skip


def _embedding(name: str, shape: Any) -> Parameter:
    """E (R, H): small numbers, so that a category that is hardly ever seen weighs little."""
    if len(shape) != 2:
        raise SettingError(f"the embedding of {name!r} is (categories, width), not {shape!r}")
    return Parameter(f"E_{name}", tuple(shape), init=initialisers.normal(0.05))
