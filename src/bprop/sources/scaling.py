"""The settings of a network that follow from the rows that it is to be trained on."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.sources.encoding import scaling_of
from bprop.sources.preparation import Preparation


def settings_of(x: np.ndarray, rows: Any, encoding: Any, how: str = "auto") -> dict[str, Any]:
    """{"task", "input_scaling", "target_scaling"}, as bp.mlp takes them, of the rows to train on and their inputs x."""
    y_scaling = None
    if encoding.task == "regression" and encoding.outputs == 1:
        y = encoding.y(rows)
        y_scaling = (float(y.mean()), float(y.std()) or 1.0)
    return {"task": encoding.task, "input_scaling": _scaling(x, encoding, how), "target_scaling": y_scaling}


def _scaling(x: np.ndarray, encoding: Any, how: str) -> tuple[np.ndarray, np.ndarray] | None:
    """(mean, deviation) of the inputs; what stands for a category or for yes and no stays 0 or 1."""
    found = scaling_of(x, how)
    if found is None or not isinstance(encoding, Preparation) or encoding.scaled.all():
        return found
    mean, deviation = found
    return np.where(encoding.scaled, mean, 0.0), np.where(encoding.scaled, deviation, 1.0)
