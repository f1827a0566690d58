"""Arrays that mean the same in another shape or kind, as an input needs them: labels as columns, one-hot or floats.

An array is changed only where nothing else can be meant. All else is refused, with what to type.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from bprop.errors import DTypeError, ShapeError
from bprop.leaves import Input

Legal = tuple[float, float, str]
"""(lowest, highest value, the box that needs them)"""


def in_shape(box: Input, array: np.ndarray, legal: Legal | None) -> np.ndarray:
    """The array in the shape (N, ...) of the input: a column (N, 1) of single numbers, labels of one-hot rows.

    Raises ShapeError for others.
    """
    if not array.ndim or array.shape[1:] == box.shape:
        raise _shape_error(box, array, legal)
    if prod(array.shape[1:]) == prod(box.shape) == 1:
        return array.reshape(-1, *box.shape)
    if _is_one_hot(box, array, legal):
        return array.argmax(axis=-1)
    raise _shape_error(box, array, legal)


def _classes(box: Input, array: np.ndarray, legal: Legal | None) -> bool:
    """True if the array has a number for each class in the place of a label."""
    return legal is not None and legal[0] == 0 and box.dtype == "int" and array.shape[1:] == (*box.shape, legal[1] + 1)


def _is_one_hot(box: Input, array: np.ndarray, legal: Legal | None) -> bool:
    if not _classes(box, array, legal):
        return False
    return bool(((array == 0) | (array == 1)).all() and (array.sum(axis=-1) == 1).all())


def _shape_error(box: Input, array: np.ndarray, legal: Legal | None) -> ShapeError:
    wanted = ", ".join(["N", *map(str, box.shape)]) + ("" if box.shape else ",")
    return ShapeError(f"input {box.name!r}: needs shape ({wanted}), got {array.shape}{_shape_cure(box, array, legal)}")


def _shape_cure(box: Input, array: np.ndarray, legal: Legal | None) -> str:
    if array.shape == box.shape and box.shape:
        return "; one example is a batch of one: give a[None]"
    if _classes(box, array, legal):
        return "; a label is the number of a class, not a number for each: give a.argmax(axis=-1)"
    sizes = ", ".join(map(str, box.shape))
    if array.ndim > 1 and box.shape and prod(array.shape[1:]) == prod(box.shape):
        return f"; give a.reshape(-1, {sizes})"
    if array.ndim == 2 and len(box.shape) == 1 and array.shape[0] == box.shape[0]:
        return "; examples are rows: give a.T"
    return ""


def as_wholes(box: Input, array: np.ndarray) -> np.ndarray:
    """Floats that are whole numbers, as whole numbers. Raises DTypeError where one is not."""
    with np.errstate(invalid="ignore"):
        bad = ~(np.isfinite(array) & (np.floor(array) == array) & (np.abs(array) < 2.0**63))
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        raise DTypeError(
            f"input {box.name!r}: needs whole numbers ({box.dtype}), got {array.dtype} with {array[index]} at row "
            f"{index[0]}; round it, or declare Input({box.name!r}, {box.shape}, dtype='float')"
        )
    return array.astype(np.int64)


def text_cure(box: Input, array: np.ndarray) -> str:
    """The cure for labels that are text."""
    texts = array.dtype.kind in "US" or (array.dtype.kind == "O" and any(isinstance(v, str) for v in array.flat))
    if box.dtype == "float" or not texts:
        return ""
    return (
        "; labels are numbers: classes, y = np.unique(y, return_inverse=True). bp.MLPClassifier and bp.table take them "
        "as they are"
    )


def range_cure(array: Any, low: float, high: float) -> str:
    """The cure for labels that count from another number."""
    if array.dtype.kind not in "iuf" or low != 0 or not array.size:
        return ""
    least, most = array.min(), array.max()
    if least >= 1 and most == high + 1:
        return "; labels count from 0: give y - 1"
    if high == 1 and least == -1 and most == 1 and not (array == 0).any():
        return "; for labels -1 and 1 give y > 0"
    return ""
