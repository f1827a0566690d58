"""Arrays of examples as frames, whose inputs are one block."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bprop.errors import DataError
from bprop.sources.column import Column
from bprop.sources.frame import Frame


def frame_of_arrays(
    name: str, x: np.ndarray, y: np.ndarray | None, columns: Sequence[str], target: str, task: str | None = None
) -> Frame:
    """The frame of examples x (N, D), a block with the names `columns`, and y (N,): numbers, bools or text; or None.

    task : "classification" or "regression", where the source says so.
    """
    cells = {"x": Column(x, tuple(columns)), **({} if y is None else {target: Column(y)})}
    return Frame(name, cells, lambda row: f"{name}, row {row + 1}", target=(target,), task=task)


def as_examples(path: Path, x: np.ndarray) -> np.ndarray:
    """x as (N, D). Raises DataError where there is nothing, or a number that is not finite."""
    if not x.size:
        raise DataError(f"{path}: there are no examples: the shape is {x.shape}")
    x = x.reshape(len(x), -1)
    check_finite(path, "x", x)
    return x


def check_finite(path: Path | None, name: str, array: np.ndarray) -> None:
    """Raises DataError for NaN and infinity, naming the row, counted from 1 as everywhere in files."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        index = tuple(int(i[0]) for i in np.nonzero(~np.isfinite(array)))
        raise DataError(f"{path}: {name}, row {index[0] + 1}: {array[index]} is not a finite number")


def numbered(count: int) -> tuple[str, ...]:
    """Names for columns that have none: x1, x2, ..."""
    return tuple(f"x{i}" for i in range(1, count + 1))
