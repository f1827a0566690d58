"""The importance of the columns of a table to a model."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.errors import SettingError
from bprop.importance import importance_of
from bprop.model import Model
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation

MOST_ROWS = 5000
"""More rows are sampled."""
MOST_COLUMNS = 2000


def columns_of(preparation: Preparation) -> dict[str, dict[str, Any]]:
    """{column: {input: the numbers of its features, or None for all of it}}."""
    columns: dict[str, dict[str, Any]] = {}
    for number, name in enumerate(preparation.features):
        columns.setdefault(str(name), {}).setdefault("x", []).append(number)
    for name in preparation.embeddings:
        columns.setdefault(name, {})[f"c_{name}"] = None
    return columns


def importance_on(
    model: Model, rows: Frame, preparation: Preparation, weights: np.ndarray, repeats: int = 5, seed: int = 0
) -> dict[str, Any]:
    """{"measure", "rows", "repeats", "columns": [{"column", "increase", "deviation", "gradient_times_input"}]}, the
    most important column first, on rows with targets.

    increase, deviation : of the loss, over permutations of the column. gradient_times_input : its mean size over rows.

    Raises SettingError for so many columns that it would take hours, such as the pixels of images.
    """
    columns = columns_of(preparation)
    if len(columns) > MOST_COLUMNS:
        raise SettingError(
            f"--importance: {len(columns):,} columns are too many to permute one by one (at most {MOST_COLUMNS:,})"
        )
    if len(rows) > MOST_ROWS:
        some = np.sort(np.random.default_rng(np.random.SeedSequence([seed, 4])).choice(len(rows), MOST_ROWS, False))
        some = some if weights[some].any() else np.sort(np.argsort(-weights)[:MOST_ROWS])
        rows, weights = rows.rows(some), weights[some]
    examples = model.examples(preparation.arrays(rows), weights)
    return importance_of(model, examples.arrays, weights, columns, repeats, seed)
