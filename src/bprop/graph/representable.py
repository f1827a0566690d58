"""Refuses numbers that the precision of a pass would turn into 0 or infinity, by name, before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bprop.box import Box
from bprop.errors import DataError
from bprop.graph.validation import first_bad

REMEDY = 'use dtype="float64", or scale'


def need_finite(who: str, array: np.ndarray, dtype: np.dtype) -> None:
    """Raise DataError for a finite number beyond the largest of `dtype`."""
    if array.dtype.kind != "f" or array.dtype.itemsize <= dtype.itemsize or not array.size:
        return
    largest = float(np.finfo(dtype).max)
    if array.max() <= largest and array.min() >= -largest:
        return
    with np.errstate(over="ignore"):
        bad = np.isfinite(array) & ~np.isfinite(array.astype(dtype))
    if bad.any():
        where, value = first_bad(array, bad)
        place = f" at {where}" if array.ndim else ""
        raise DataError(
            f"{who}: {value}{place} becomes infinite in {dtype}, whose largest is {largest:.4g}: {REMEDY} it"
        )


def need_more_than_zeros(who: str, array: np.ndarray, dtype: np.dtype, each: bool = False) -> None:
    """Raise DataError if all nonzero numbers become 0 in `dtype` (each=True: if one of them does).

    A number below the smallest normal number counts as 0: XLA makes it 0, and elsewhere it has few digits left.
    """
    if array.dtype.kind != "f" or array.dtype.itemsize <= dtype.itemsize:
        return
    with np.errstate(all="ignore"):
        before, after = array != 0, abs(array) >= np.finfo(dtype).tiny
    gone = before & ~after
    if gone.any() and (each or not after.any()):
        where, value = first_bad(array, gone)
        place = f" at {where}" if array.ndim else ""
        least = float(np.finfo(dtype).tiny)
        raise DataError(f"{who}: {value}{place} becomes 0 in {dtype}, whose smallest is {least:.2g}: {REMEDY} it")


def need_leaves(arrays: Mapping[str, np.ndarray], boxes: Mapping[str, Box], what: str, dtype: np.dtype) -> None:
    """Raise DataError if a number of a parameter or constant becomes infinite, or a whole array becomes zeros."""
    for name, array in arrays.items():
        if boxes[name].spec.kind == "float":
            need_finite(f"{what} {name!r}", array, dtype)
            need_more_than_zeros(f"{what} {name!r}", array, dtype)


def need_weights(weights: np.ndarray | None, dtype: np.dtype, name: str = "weights") -> None:
    """Raise DataError for example weights that become 0 or infinite, alone or in their sum."""
    if weights is not None:
        need_finite(name, weights, dtype)
        need_more_than_zeros(name, weights, dtype, each=True)
        need_total(weights, dtype, name)


def need_total(weights: np.ndarray | None, dtype: np.dtype, name: str = "weights") -> None:
    """Raise DataError if the sum of the example weights, which is a divisor, is infinite or next to 0."""
    if weights is None:
        return
    with np.errstate(all="ignore"):
        total = float(weights.astype(dtype, copy=False).sum(dtype=np.promote_types(dtype, np.float64)))
    limits = np.finfo(dtype)
    if not (total / len(weights) >= float(limits.tiny) and total <= float(limits.max)):
        raise DataError(
            f"{name}: {float(weights.max()):g}, the largest, is out of the range of {dtype.name}; only their ratios "
            f"count: divide them by their mean"
        )
