"""The network for the rows of a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bprop import embedding
from bprop.architecture import Architecture, head_of
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.scaling import settings_of, x_of


def build(rows: Frame, preparation: Preparation, network: Architecture, scale: str = "auto") -> Graph:
    """The network for rows whose numbers are scaled outside of it (see `bprop.sources.scaling`)."""
    x = x_of(rows.rows(np.arange(1)), preparation)  # all rows are alike in width and type
    settings = settings_of(x, preparation, scale)
    network = replace(network, task=settings["task"])
    head = head_of(network.loss_class())
    if preparation.task == "regression" and head.scaled is None:
        raise SettingError(
            f"the loss {network.loss!r} does not fit regression: it has no way to predict numbers on the scale of y"
        )
    return embedding.network(
        network, x.shape[1], preparation.embeddings, preparation.outputs, settings["input_scaling"]
    )  # fmt: skip
