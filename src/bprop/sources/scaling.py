"""How the data of a network is scaled: learned from the rows to train on, and done for any rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from bprop.errors import DataError, UnknownNameError
from bprop.names import known
from bprop.scaling import MisfitError, Scaling, Units, moments, need_precision
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation

SCALINGS = ("auto", "standard", "unit", "none")


def scaling_of(x: np.ndarray, how: str = "auto") -> Scaling | None:
    """How inputs are scaled outside the graph, in float64; None: not at all.

    "standard": to mean 0 and deviation 1 of every column of x; a constant column becomes 0. "auto": the same, but
    uint8 is "unit", which, as "none", leaves them as they are: see `unit_scale`.
    """
    return Scaling.of(x) if _how(x, how) == "standard" else None


def unit_scale(x: np.ndarray, how: str = "auto") -> tuple[np.ndarray, np.ndarray] | None:
    """(0, 255) if inputs are grey levels ("unit"): the network then gets x / 255. Else None."""
    return (np.zeros(()), np.full((), 255.0)) if _how(x, how) == "unit" else None


def target_scaling_of(y: np.ndarray) -> Scaling:
    """Mean and deviation of targets (N,) or (N, K); of a constant the deviation is 1."""
    mean, deviation = moments(y)
    return Scaling(mean, np.where(deviation > 0, deviation, 1.0))


def need_scaling(how: str) -> None:
    """Raise UnknownNameError for a scaling that does not exist."""
    if how not in SCALINGS:
        raise UnknownNameError(f"no scaling is called {how!r}; there are: {known(how, SCALINGS)}")


def _how(x: np.ndarray, how: str) -> str:
    need_scaling(how)
    if how == "auto":
        return "unit" if x.dtype == np.uint8 else "standard"
    return how


def settings_of(x: np.ndarray, preparation: Preparation, how: str = "auto") -> dict[str, Any]:
    """{"task", "input_scaling"}, as bp.mlp takes them. Grey levels, which are bytes, are scaled in the graph."""
    scale = unit_scale(x, how)
    if scale is not None and not preparation.scaled.all():
        scale = np.zeros(x.shape[1]), np.where(preparation.scaled, scale[1], 1.0)
    return {"task": preparation.task, "input_scaling": scale}


def x_of(rows: Frame, preparation: Preparation) -> np.ndarray:
    """(N, D) the numbers among the inputs of rows, which are not scaled; D may be 0."""
    return numbers_in(preparation.inputs(rows), len(rows))


def numbers_in(arrays: dict[str, np.ndarray], rows: int) -> np.ndarray:
    """x (N, D) of the arrays of rows; D may be 0."""
    return arrays.get("x", np.empty((rows, 0)))


def units_of(arrays: dict[str, np.ndarray], preparation: Preparation, how: str = "auto") -> Units:
    """How the inputs and targets of the rows to train on, {"x", "y"}, are scaled outside the graph."""
    scalings = {}
    scaling = scaling_of(numbers_in(arrays, len(arrays["y"])), how)
    if scaling is not None:
        scalings["x"] = scaling.but_for(~preparation.scaled)
    if preparation.task == "regression":
        scalings["y"] = scalings["f"] = target_scaling_of(arrays["y"])
    return Units(scalings)


def network_arrays(
    rows: Frame, preparation: Preparation, units: Units, dtype: Any = np.float64,
    arrays: dict[str, np.ndarray] | None = None,
) -> dict[str, np.ndarray]:  # fmt: skip
    """The inputs of rows and "y" as the network sees them. Raises DataError, naming file, row, column and value.

    arrays : the result of `preparation.arrays(rows)`, if the caller has it already.
    """
    with places(rows, preparation):
        return units.scaled(preparation.arrays(rows) if arrays is None else arrays, dtype)


def need_digits(
    name: str, arrays: dict[str, np.ndarray], preparation: Preparation, units: Units, dtype: Any
) -> None:  # fmt: skip
    """Raise DataError if an array that is not scaled differs by so little that `dtype` rounds the differences away.

    name : of the table that the arrays are from.
    """
    for key, array in arrays.items():
        if key not in units.scalings and array.dtype.kind == "f":
            need_precision(f"{name}: {key}", array, dtype, preparation.features)


@contextmanager
def places(rows: Frame, preparation: Preparation) -> Iterator[None]:
    """Numbers that do not fit are named by file, row and column, as they stand there."""
    try:
        yield
    except MisfitError as error:
        place = rows.where(error.row)
        if error.feature is None:
            raise DataError(f"{place}: {str(error).partition(': ')[2]}") from None
        names = preparation.answer.columns if error.array == "y" else preparation.features
        name = names[error.feature]
        raise DataError(
            f"{place}, column {name!r}: {rows.column(name).cells[error.row]} is too large for the network's numbers: "
            "correct this cell, or leave out the row"
        ) from None
