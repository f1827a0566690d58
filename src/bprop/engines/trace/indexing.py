"""Indexing of traced arrays: NumPy's basic indices, and adding into zeros at an index."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from bprop.engines.trace.tape import LONG, Shape, Traced
from bprop.errors import UnsupportedError


class Zeros(Traced):
    """An array of zeros with `.at[index].add(grad)`, the transpose of a[index]."""

    __slots__ = ()

    def __init__(self, zeros: Traced):
        super().__init__(zeros.tape, zeros.op, zeros.args, zeros.attr, zeros.shape, zeros.dtype, zeros.number)

    @property
    def at(self) -> _At:
        return _At(self)


class _At:
    def __init__(self, zeros: Traced, index: Any = None):
        self.zeros, self.index = zeros, index

    def __getitem__(self, index: Any) -> _At:
        return _At(self.zeros, index)

    def add(self, grad: Traced) -> Traced:
        zeros = self.zeros
        if isinstance(self.index, Traced):
            args = (grad, self.index if self.index.dtype.kind == "i" else self.index.astype(LONG))
            return zeros.tape.make("scatter", args, None, zeros.shape, zeros.dtype)
        parts, _ = basic_index(self.index, zeros.shape)
        grad = grad.reshape(tuple(size for _, _, size in parts))
        places = (tuple((start, step) for start, step, _ in parts),)
        return zeros.tape.make("place", (grad,), places, zeros.shape, zeros.dtype)


def basic_index(index: Any, shape: Shape) -> tuple[list[tuple[int, int, int]], Shape]:
    """((start, step, size) of every axis, the shape of the result) of an index of integers, slices, None and ..."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if any(isinstance(p, Traced | np.ndarray | list | bool | np.bool_) for p in parts):
        raise UnsupportedError("an array as an index: use take")
    used = sum(p is not None and p is not Ellipsis for p in parts)
    if not any(p is Ellipsis for p in parts):
        parts.append(Ellipsis)
    at = next(i for i, p in enumerate(parts) if p is Ellipsis)
    parts[at : at + 1] = [slice(None)] * (len(shape) - used)
    axes, result = [], []
    for p in parts:
        if p is None:
            result.append(1)
            continue
        size = shape[len(axes)]
        if isinstance(p, slice):
            start, stop, step = p.indices(size)
            count = len(range(start, stop, step))
            axes.append((start, step, count))
            result.append(count)
        else:
            place = operator.index(p)  # of NumPy's whole numbers too
            if not -size <= place < size:
                raise IndexError(f"element {place} of an axis of {size}")
            axes.append((place % size, 1, 1))
    return axes, tuple(result)
