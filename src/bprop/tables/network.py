"""The network for the rows of a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bprop import embedding
from bprop.architecture import Architecture, head_of
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.scaling import Units
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.scaling import settings_of, x_of
from bprop.tables.inputs import Inputs


def build(
    rows: Frame, preparation: Preparation, network: Architecture, scale: str = "auto", inputs: Inputs | None = None,
    units: Units | None = None,
) -> Graph:  # fmt: skip
    """The network for rows whose numbers are scaled outside of it (see `bprop.sources.scaling`).

    inputs : how it takes the columns, learned from the rows, which `units` scale; None: as they are.
    """
    if inputs is not None and units is not None:
        features = inputs.learned(rows, preparation, units)
        network = replace(network, features=features, category_dropout=inputs.category_dropout)
    x = x_of(rows.rows(np.arange(1)), preparation)  # all rows are alike in width and type
    settings = settings_of(x, preparation, scale)
    network = replace(network, task=settings["task"])
    head = head_of(network.loss_class())
    if preparation.task == "regression" and head.scaled is None and network.function is None:
        raise SettingError(
            f"the loss {network.loss!r} does not fit regression: it has no way to predict numbers on the scale of y"
        )
    return embedding.network(
        network, x.shape[1], preparation.embeddings, preparation.outputs, settings["input_scaling"]
    )  # fmt: skip
