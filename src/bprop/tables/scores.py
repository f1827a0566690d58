"""Measures of the predictions of a table, in its units."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bprop.measures.scores import of_columns
from bprop.sources.preparation import Preparation


def in_table_units(
    evaluation: Mapping[str, float], f: np.ndarray, y: np.ndarray, weights: np.ndarray, preparation: Preparation
) -> dict[str, float]:  # fmt: skip
    """The loss of an evaluation, with RMSE and MAE of the predictions f against the float64 targets y."""
    every = of_columns(f, y, preparation.answer.columns)
    measured = {name: of(weights) for name, of in every.items() if not name.startswith("r2")}
    return {"loss": evaluation["loss"], **measured}
