"""Arrays on their way to a device: no wider than they need be, and of round lengths."""

from __future__ import annotations

import numpy as np

from bprop.engines.integers import INT32, INT64, fits

LINE = 64  # bytes: a device that works in main memory takes over arrays that begin at such a boundary, uncopied
BLOCK = 4 * 2**20  # bytes gathered at a time: no more than this is converted at a time


def round_up(count: int) -> int:
    """The next number with at most 4 binary digits that are not trailing zeros (at most 1/8 more)."""
    step = 1 << max(0, count.bit_length() - 4)
    return -(-count // step) * step


def narrow(array: np.ndarray, dtype: np.dtype, kind: str) -> np.dtype:
    """The dtype on the device of the array of an input. Its kind is "float", "int" or "bool".

    Floats wider than the run's precision take on that; whole numbers take 32 bits where these hold them all, else 64,
    or become floats at once where the input holds floats; narrower arrays stay as they are.
    """
    if array.dtype.kind == "f" and array.dtype.itemsize > dtype.itemsize:
        return dtype
    if array.dtype.kind in "iu" and (array.dtype.itemsize > 4 or array.dtype == np.uint32):
        if fits(array, INT32):
            return INT32
        return dtype if kind == "float" else INT64
    return array.dtype.newbyteorder("=")


def pack(array: np.ndarray, dtype: np.dtype, size: int, index: np.ndarray | None = None) -> np.ndarray:
    """A copy in `dtype` of the rows, or of those at `index`, with rows of zeros at the end: `size` in all.

    Always a copy: a device may share the memory of an array, and the user may change the user's own array. The copy is
    made in one pass, without a second copy on the way, and aligned so that the device needs no third.
    """
    count = len(array) if index is None else len(index)
    packed = aligned((size, *array.shape[1:]), dtype)
    if index is None:
        packed[:count] = array
    else:
        step = max(1, BLOCK // max(1, array[:1].nbytes))
        for start in range(0, count, step):
            packed[start : min(start + step, count)] = array[index[start : start + step]]
    packed[count:] = 0
    return packed


def copied(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """A copy in `dtype` of the whole array, made as `pack` makes it."""
    copy = aligned(array.shape, dtype)
    copy[...] = array
    return copy


def aligned(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array of no particular values that begins at a boundary of LINE bytes."""
    wanted = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    room = np.empty(wanted + LINE, np.uint8)
    first = -room.ctypes.data % LINE
    return room[first : first + wanted].view(dtype).reshape(shape)
