"""Where arrays lie in memory: rows padded with zeros to whole vectors, so that no loop needs a narrower rest."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from bprop.engines.trace.tape import Shape

ALIASED = 1024
"""Rows that start a multiple of so many bytes apart would share few sets of a cache. They get one more vector."""

ALIGNMENT = 64
"""Bytes of a cache line."""


@dataclass(frozen=True)
class Layout:
    """The place of an array's elements: `strides` in elements, `length` of them in all."""

    shape: Shape
    strides: tuple[int, ...]
    length: int
    dtype: np.dtype

    @property
    def itemsize(self) -> int:
        return 1 if self.dtype.kind == "b" else self.dtype.itemsize

    @property
    def bytes(self) -> int:
        return self.length * self.itemsize

    def view(self, flat: np.ndarray) -> np.ndarray:
        """The array, as a view of flat memory of `length` elements."""
        strides = tuple(s * flat.itemsize for s in self.strides)
        return np.lib.stride_tricks.as_strided(flat, self.shape, strides)

    @classmethod
    def padded(cls, shape: Shape, dtype: np.dtype, lanes: int) -> Layout:
        """The layout of an array: C order, the last axis longer than 1 padded to whole vectors of `lanes`."""
        if prod(shape) == 1:
            return cls(shape, (0,) * len(shape), lanes, dtype)
        last = max(i for i, n in enumerate(shape) if n > 1)
        outer = prod(shape[:last])
        row = -(-shape[last] // lanes) * lanes
        if outer > 1 and row * dtype.itemsize % ALIASED == 0:
            row += lanes
        strides, step = [0] * len(shape), row
        strides[last] = 1
        for i in reversed(range(last)):
            strides[i] = step if shape[i] > 1 else 0
            step *= shape[i]
        return cls(shape, tuple(strides), outer * row + lanes, dtype)  # and a vector that may be read past the end

    def allocate(self) -> np.ndarray:
        """Zeros for the array: flat memory that begins at a cache line."""
        raw = np.empty(self.bytes + ALIGNMENT, np.uint8)  # unlike zeros(), in huge pages if the system has them
        self.clear(raw)
        start = -raw.ctypes.data % ALIGNMENT
        return raw[start : start + self.bytes].view(bool if self.dtype.kind == "b" else self.dtype)

    def clear(self, raw: np.ndarray) -> None:
        """Clear all memory that is read before it is written."""
        raw[...] = 0


class Room(Layout):
    """Memory that is written before it is read: a row for each thread. What no thread uses is never touched."""

    @classmethod
    def of(cls, threads: int, length: int, dtype: np.dtype) -> Room:
        """Rows of at least `length` elements, each from a cache line on."""
        line = ALIGNMENT // dtype.itemsize
        row = -(-length // line) * line
        return cls((threads, row), (row, 1), threads * row, dtype)

    def clear(self, raw: np.ndarray) -> None:
        pass
