"""The part `images`: for inputs that are images, the weights of the first layer as images."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.boxes import Linear
from bprop.leaves import Input, Parameter
from bprop.playing.computed import Computed
from bprop.playing.work import State, Work

MOST_UNITS = 64


def images(state: State, computed: Computed) -> dict[str, Any] | None:
    work = state.work
    name = _first_weights(work) if work.subject.image is not None else None
    if name is None:
        return None
    weights = work.theta[name]
    return {
        "parameter": name,
        "shape": list(work.subject.image or ()),
        "units": [[float(f"{number:.4g}") for number in np.nan_to_num(column)] for column in weights.T[:MOST_UNITS]],
    }


def _first_weights(work: Work) -> str | None:
    """The weights of the first layer, one for each number of an image."""
    names = work.network.graph.names
    for box in work.network.graph.order:
        if isinstance(box, Linear) and isinstance(box.children[1], Parameter):
            scaled = not isinstance(box.children[0], Input)
            leaves = box.children[0].children if scaled else (box.children[0],)
            if any(names[leaf] == "x" for leaf in leaves) or len(box.children[1].shape) == 2:
                return names[box.children[1]] if box.children[1].shape[0] == work.subject.inputs else None
    return None
