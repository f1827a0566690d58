"""Arrays on their way to a device: no wider than they need be, and of round lengths."""

from __future__ import annotations

import numpy as np

from bprop.errors import DataError


def round_up(count: int) -> int:
    """The next number with at most 4 binary digits that are not trailing zeros (at most 1/8 more)."""
    step = 1 << max(0, count.bit_length() - 4)
    return -(-count // step) * step


def pad(array: np.ndarray, size: int) -> np.ndarray:
    """A copy of the array with rows of zeros at the end, `size` in all; they are never read.

    Always a copy: a device may share the memory of what it is given, and the user's array is the user's to change.
    """
    return np.concatenate([array, np.zeros((size - len(array), *array.shape[1:]), array.dtype)])


def narrow(name: str, array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Floats in the precision of the run where they are wider, whole numbers in at most 32 bits."""
    if array.dtype.kind == "f" and array.dtype.itemsize > dtype.itemsize:
        return array.astype(dtype)
    if array.dtype.kind in "iu" and (array.dtype.itemsize > 4 or array.dtype == np.uint32):
        if array.size and (array.max() > np.iinfo(np.int32).max or array.min() < np.iinfo(np.int32).min):
            raise DataError(f"input {name!r}: whole numbers beyond 32 bits ({array.min()} .. {array.max()})")
        return array.astype(np.int32)
    return array
