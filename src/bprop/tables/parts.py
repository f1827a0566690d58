"""The rows of a table in parts, and their data sets."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.data import DataSet, split
from bprop.errors import SettingError
from bprop.scaling import Units
from bprop.sources.answer import example_weights
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.scaling import network_arrays


def part(count: int, size: float, option: str) -> float:
    """A share in [0, 1), from a share or a number of examples. Raises SettingError."""
    share = size if 0 <= size < 1 else size / count
    if not 0 <= share < 1 or (size >= 1 and size != int(size)):
        raise SettingError(f"{option} {size:g}: give a share in [0, 1) or a whole number below {count}")
    return share


def hold_out(rows: Frame, size: float, seed: int, option: str, stratify: bool) -> tuple[Frame, Frame | None]:
    """(rest, held out): a random share or number of rows, stratified by class; (all rows, None) for 0.

    option : the name of `size` in errors. Raises SettingError.
    """
    share = part(len(rows), size, option)
    if share == 0:
        return rows, None
    labels = np.unique(rows.column(rows.target[0]).cells, return_inverse=True)[1] if stratify else None
    rest, held = split(len(rows), share, seed, labels)
    return rows.rows(rest), rows.rows(held)


def data_set(
    rows: Frame, preparation: Preparation, units: Units, dtype: Any, weights: str | None = None,
    encoded: dict[str, np.ndarray] | None = None,
) -> DataSet:  # fmt: skip
    """Rows with targets as the network sees them. weights : the column of example weights.

    encoded : the result of `preparation.arrays(rows)`, if the caller has it already.
    """
    rows = preparation.adapted(rows)
    w = None if weights is None else example_weights(rows, weights)
    scaled = network_arrays(rows, preparation, units, dtype, encoded)
    return DataSet(scaled, w, rows.numbers)  # so that an error names the rows of the table, not of this part of it


def precision_of(dtype: str) -> str:
    """The precision in which examples are stored, for a precision of training."""
    return "float64" if dtype in ("float64", "longdouble") else "float32"
