"""The array namespace of some arrays, so that one box code runs on NumPy and on XLA."""

from types import ModuleType
from typing import Any

import numpy as np

Array = Any  # an array of whichever namespace runs the graph


def namespace(*arrays: Array) -> Any:
    """The module whose functions work on `arrays`: NumPy, or that of the first array that has another.

    Follows the Python array API standard (`__array_namespace__`), so nothing here knows of any engine.
    """
    for array in arrays:
        if type(array) is np.ndarray:  # what follows would say the same, and this is asked for every box
            continue
        get = getattr(array, "__array_namespace__", None)
        if get is not None:
            found: ModuleType = get()
            if found is not np:
                return found
    return np


def as_numbers(a: Array) -> Array:
    """Truth values as floats, anything else as it is: of truth values NumPy computes exp in 16 bits, JAX in 32."""
    return a * 1.0 if a.dtype.kind == "b" else a


def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:
    """Sum `grad` over the axes along which a child of `shape` was broadcast: the transpose of broadcasting."""
    if grad.shape == shape:
        return grad
    added = grad.ndim - len(shape)
    stretched = tuple(i + added for i, size in enumerate(shape) if size == 1 and grad.shape[i + added] != 1)
    return grad.sum(axis=(*range(added), *stretched)).reshape(shape)


def swap_last(a: Array) -> Array:
    """Transpose of the last two axes."""
    return namespace(a).swapaxes(a, -1, -2)


def scatter_add(grad: Array, index: Any, shape: tuple[int, ...]) -> Array:
    """Zeros of `shape` to which `grad` is added at `index`: the transpose of a[index].

    The one operation that the array API leaves out: arrays that cannot be written to have `.at` instead.
    """
    xp = namespace(grad)
    if xp is not np:
        return xp.zeros(shape, grad.dtype).at[index].add(grad)
    full = np.zeros(shape, grad.dtype)
    np.add.at(full, index, grad)
    return full
