"""The output f of a model of a table, which may have the spread of an ensemble beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.ensembles import SPREAD
from bprop.errors import UnsupportedError
from bprop.model import Model
from bprop.perceptron import QUANTILES


def f_of(model: Model, arrays: Mapping[str, Any] | DataSet) -> np.ndarray:
    """The output f for the arrays of the network, in the units of the table."""
    outputs = Model.predict(model, arrays)
    return np.asarray(outputs["f"] if isinstance(outputs, dict) else outputs)


def spread_of(model: Model, arrays: Mapping[str, Any] | DataSet) -> np.ndarray:
    """The members' standard deviation of f. Raises UnsupportedError for a model that is no ensemble."""
    if SPREAD not in model.graph.outputs:
        raise UnsupportedError(
            "this model has no spread: it is a single network, or an ensemble that was made with spread=False"
        )
    return np.asarray(Model.predict(model, arrays)[SPREAD])


def quantiles_of(model: Model, arrays: Mapping[str, Any] | DataSet) -> np.ndarray | None:
    """(N, ..., Q) all numbers of a network with the quantile loss, in increasing order; None for another network."""
    if QUANTILES not in model.graph.outputs:
        return None
    return np.sort(np.asarray(Model.predict(model, arrays)[QUANTILES]), axis=-1)
