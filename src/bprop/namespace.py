"""The array namespace of arrays. Box code that uses it runs on every engine."""

from collections.abc import Iterator, Sequence
from itertools import product
from types import ModuleType
from typing import Any

import numpy as np

from bprop.typing import Array as Array


def namespace(*arrays: Array) -> Any:
    """The module whose functions work on `arrays`: NumPy, unless an array has another namespace.

    Follows the Python array API standard (`__array_namespace__`), so this code needs to know no engine.

    >>> bp.namespace(np.ones(3)) is np
    True
    """
    for array in arrays:
        if type(array) is np.ndarray:  # a short cut with the same result: every box calls this function
            continue
        get = getattr(array, "__array_namespace__", None)
        if get is not None:
            module: ModuleType = get()
            if module is not np:
                return module
    return np


def as_numbers(a: Array) -> Array:
    """Truth values as floats, anything else unchanged. (NumPy computes exp of truth values in 16 bits, JAX in 32.)"""
    return a * 1.0 if a.dtype.kind == "b" else a


def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:
    """The sum of `grad` over the axes along which a child of `shape` was broadcast: the transpose of broadcasting."""
    if grad.shape == shape:
        return grad
    added = grad.ndim - len(shape)
    stretched = tuple(i + added for i, size in enumerate(shape) if size == 1 and grad.shape[i + added] != 1)
    return grad.sum(axis=(*range(added), *stretched)).reshape(shape)


def swap_last(a: Array) -> Array:
    """a with its last two axes swapped. Shapes: (..., A, B) -> (..., B, A)."""
    return namespace(a).swapaxes(a, -1, -2)


SHORT = 32
"""A row of so few numbers is short, and so many rows are many."""


def largest(a: Array) -> Array:
    """The largest number of every row. Shapes: (..., C) -> (..., 1).

    Along many short rows NumPy is four to ten times as slow as along columns, so there it takes the columns of a turned
    copy.
    """
    if type(a) is np.ndarray and a.ndim == 2 and a.shape[1] <= SHORT <= a.shape[0]:
        return np.ascontiguousarray(a.T).max(axis=0)[:, None]
    return a.max(axis=-1, keepdims=True)


BASIC = (slice, int, type(Ellipsis), type(None))
"""The parts of an index with which no element comes twice."""


def scatter_add(grad: Array, index: Any, shape: tuple[int, ...]) -> Array:
    """Zeros of `shape`, with `grad` added at `index`: the transpose of a[index].

    The array API has no such operation. Arrays of another namespace than NumPy must have JAX's `.at[index].add`.
    """
    xp = namespace(grad)
    if xp is not np:
        return xp.zeros(shape, grad.dtype).at[index].add(grad)
    full = np.zeros(shape, grad.dtype)
    if isinstance(index, tuple) and all(type(part) in BASIC for part in index):  # no element comes twice
        full[index] += grad
    else:
        np.add.at(full, index, grad)
    return full


def windows(a: Array, size: Sequence[int], step: Sequence[int], apart: Sequence[int]) -> Array:
    """The windows of the axes between the first and the last: element [n, o.., k.., c] is a[n, o step + k apart, c].

    Shapes: a (N, *S, C) -> (N, *P, *K, C) with K = size and P = floor((S - 1 - (K - 1) apart) / step) + 1. NumPy's
    arrays are not copied, nor are those that have a function of this name in their namespace.
    """
    xp = namespace(a)
    if xp is not np and getattr(xp, "windows", None) is not None:
        return xp.windows(a, size, step, apart)
    inner = zip(a.shape[1:-1], size, step, apart, strict=True)
    counts = [(n - 1 - (k - 1) * d) // s + 1 for n, k, s, d in inner]
    if xp is np:
        first, *middle, last = a.strides
        moved = (stride * by for stride, by in zip(middle * 2, (*step, *apart), strict=True))
        shape = (a.shape[0], *counts, *size, a.shape[-1])
        return np.lib.stride_tricks.as_strided(a, shape, (first, *moved, last), writeable=False)
    parts = [a[index][..., None, :] for index in offsets(counts, size, step, apart)]
    return xp.concatenate(parts, axis=-2).reshape(-1, *counts, *size, a.shape[-1])


def fold(grad: Array, sizes: Sequence[int], step: Sequence[int], apart: Sequence[int]) -> Array:
    """The transpose of `windows`: every element receives the sum of what its places in all windows hold.

    Shapes: grad (N, *P, *K, C) -> (N, *S, C), S = `sizes`.
    """
    xp, axes = namespace(grad), len(sizes)
    if xp is not np and getattr(xp, "fold", None) is not None:
        return xp.fold(grad, sizes, step, apart)
    counts, size = grad.shape[1 : axes + 1], grad.shape[axes + 1 : -1]
    shape = (grad.shape[0], *sizes, grad.shape[-1])
    total: Any = xp.zeros(shape, grad.dtype)
    places = product(*map(range, size))
    for place, index in zip(places, offsets(counts, size, step, apart), strict=True):
        part = grad[(*[slice(None)] * (axes + 1), *place)]
        if xp is np:
            total[index] += part
        else:
            total = total.at[index].add(part)
    return total


def offsets(
    counts: Sequence[int], size: Sequence[int], step: Sequence[int], apart: Sequence[int]
) -> Iterator[tuple[slice, ...]]:
    """For each element of a window: the index of all that it meets, of every example and channel."""
    for place in product(*map(range, size)):
        at = zip(place, counts, step, apart, strict=True)
        yield (slice(None), *(slice(k * d, k * d + (n - 1) * s + 1, s) for k, n, s, d in at), slice(None))
