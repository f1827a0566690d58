"""The importance of the columns of a table, for the page of its training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.importance import importance_of
from bprop.model import Model
from bprop.reporting.plain import number, shortened

ROWS, REPEATS = 1000, 3
SHOWN = 40  # columns, the most important first
MOST_WORK = 2e10
"""Columns times rows times parameters times repeats, beyond which a page has no importance: it would take minutes."""


def importance_in(
    model: Model, examples: DataSet, columns: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any] | None:  # fmt: skip
    """{"rows", "repeats", "columns": [[column, increase, deviation, gradient x input]], "more"}; None where the columns
    are not known, or where there are too many."""
    rows = min(len(examples), ROWS)
    work = len(columns) * rows * REPEATS * max(1, model.graph.weight_count)
    if (
        not columns
        or "f" not in model.graph.outputs
        or work > MOST_WORK
        or not {n for one in columns.values() for n in one} <= {*examples.arrays}
    ):
        return None
    some = np.linspace(0, len(examples) - 1, rows).round().astype(int)
    weights = np.ones(rows) if examples.weights is None else np.asarray(examples.weights)[some]
    if not weights.any():
        return None
    arrays = {name: np.asarray(array)[some] for name, array in examples.arrays.items()}
    with np.errstate(all="ignore"):  # the network may have diverged
        result = importance_of(model, arrays, weights, columns, REPEATS, 0)
    shown = [
        [shortened(one["column"], 40), *(number(one[key]) for key in ("increase", "deviation", "gradient_times_input"))]
        for one in result["columns"][:SHOWN]
    ]
    more = max(0, len(result["columns"]) - SHOWN)
    return {"rows": rows, "repeats": REPEATS, "columns": shown, "more": more}
