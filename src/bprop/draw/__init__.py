"""The graph as a picture: `graph.draw()`, with the values and gradients of a batch if it is given.

This room stands below the graph, which calls it: a drawing needs to know boxes, and of a graph only what every
user of one sees (its order, names and outputs).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bprop.draw.drawing import Drawing
from bprop.draw.scene import build
from bprop.errors import SettingError

if TYPE_CHECKING:
    from bprop.graph import Graph

__all__ = ["Drawing", "draw"]


def draw(
    graph: Graph,
    params: Mapping[str, Any] | None = None,
    batch: Mapping[str, Any] | None = None,
    *,
    collapse: bool | str = "auto",
    seed: int = 0,
    **inputs: Any,
) -> Drawing:
    """The flow graph as it runs, from the leaves up to the loss, as an SVG and as text.

    Parameters
    ----------
    params, batch (or the inputs as keywords) : theta and some examples. Given, every box shows how its value and the
        gradient of the objective with respect to it are distributed, coloured by the decade of the root mean
        square; the share of saturated (tanh, sigmoid) and dead (relu) units is written beside. The pass is that
        of training, dropout included.
    collapse : draw each layer of the lecture's numbering (W1, b1, a1, h1) as one box; "auto": where there are many.
    seed : of the noise of that pass.

    Raises
    ------
    SettingError : for one of params and batch without the other, or another `collapse`; and what fprop raises.
    """
    if collapse not in ("auto", True, False):
        raise SettingError(f"collapse is 'auto', True or False, not {collapse!r}")
    data = {**(batch or {}), **inputs}
    if params is None:
        if data:
            raise SettingError("to draw values give the parameters too: graph.draw(fit.params, x=X, y=Y)")
        return Drawing(build(graph, collapse), str(graph))
    if not data and graph.inputs:
        raise SettingError("to draw values give a batch too: graph.draw(fit.params, x=X, y=Y)")
    with np.errstate(all="ignore"):  # what overflows is what one wants to see
        values = graph.fprop(params, data, seed=seed)
        grads = graph.bprop(values) if graph.loss is not None else None
    return Drawing(build(graph, collapse, values, grads), str(graph))
