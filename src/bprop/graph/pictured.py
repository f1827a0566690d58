"""The picture of a graph, with the values and gradients of a pass where there are any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bprop import errors

if TYPE_CHECKING:
    from bprop.draw import Drawing


def picture(
    graph: Any,
    params: Mapping[str, Any] | None,
    batch: Any,
    inputs: dict[str, Any],
    collapse: bool | str,
    seed: int,
    settings: dict[str, Any],
) -> Drawing:
    """The picture that `Graph.draw` returns. settings : fold, direction, width; an input may have such a name."""
    from bprop.draw import SETTINGS, draw  # imported here, as most graphs are never drawn

    if batch is None:  # an input may have the name of a setting
        own = {name for name in settings.keys() & graph.inputs.keys() if settings[name] is not SETTINGS[name]}
        inputs |= {name: settings.pop(name) for name in own}
    data = dict(graph.named(batch, inputs))
    if params is None:
        if data:
            raise errors.SettingError("to draw values pass the parameters too: graph.draw(fit.params, x=X, y=Y)")
        return draw(graph, collapse, **settings)
    if not data and graph.inputs:
        raise errors.SettingError("to draw values pass a batch too: graph.draw(fit.params, x=X, y=Y)")
    with np.errstate(all="ignore"):  # overflows are part of the picture
        values = graph.fprop(params, data, seed=seed)
        grads = graph.bprop(values) if graph.loss is not None else None
        objective = float(values.objective) if graph.loss is not None else None
    return draw(graph, collapse, values, grads, objective, **settings)
