"""Reads data for a graph: every array is checked before anything runs, and refused with an error that names it."""

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.data import DataSet
from bprop.errors import CallError, DataError, DTypeError, SettingError, ShapeError, UnknownNameError
from bprop.graph import fitting
from bprop.leaves import Input, Parameter
from bprop.namespace import Array
from bprop.reading import hint, read_array

Limits = Mapping[str, tuple[float, float, str]]
"""{input name: (lowest, highest, name of the box that needs these limits)}"""
LARGEST = np.iinfo(np.int64).max


def check_names(data: Mapping[str, Any], expected: Mapping[str, Any], what: str, complete: bool = True) -> None:
    """Raise UnknownNameError for names in `data` that are not expected, and (if complete) for missing names."""
    if set(data) == expected.keys():
        return
    unknown = [name for name in data if name not in expected]
    missing = [name for name in expected if name not in data] if complete else []
    if unknown or missing:
        faults = [f"unknown {what}: {', '.join(map(repr, unknown))}"] if unknown else []
        faults += [f"missing {what}: {', '.join(map(repr, missing))}"] if missing else []
        cure = "; weights of examples are weights=w" if "sample_weight" in unknown else ""
        raise UnknownNameError(f"{'; '.join(faults)} (the graph has: {', '.join(expected) or 'none'}){cure}")


def read_input(box: Input, data: Any, legal: fitting.Legal | None = None) -> np.ndarray:
    """The array of one input, with the declared shape (N, ...) and kind. It is not copied unless it must be.

    legal : its legal values. Labels may come as floats, a column (N, 1), or one-hot (N, C): see `fitting`.

    Raises DTypeError, ShapeError and DataError.
    """
    array = read_array(data, f"input {box.name!r}")
    dtype, shape = array.dtype, array.shape
    if dtype.kind not in "fiub" and dtype.name != "bfloat16":
        raise DTypeError(f"input {box.name!r}: needs numbers, got an array of {dtype} ({hint(array.dtype, array)})"
                         f"{fitting.text_cure(box, array)}")  # fmt: skip
    if not shape or shape[1:] != box.shape:
        array = fitting.in_shape(box, array, legal)
    if array.dtype.kind == "f" and box.dtype != "float":
        array = fitting.as_wholes(box, array)
    need_wholes(box, array)
    return array


def need_wholes(box: Input, array: np.ndarray) -> None:
    """Raise DataError for whole numbers beyond 64 bits with a sign, and for others than 0 and 1 in a bool input."""
    if not array.size or array.dtype.kind not in "iu" or box.dtype == "float":
        return
    if box.dtype == "int" and array.dtype == np.uint64 and array.max() > LARGEST:
        where, value = first_bad(array, array > LARGEST)
        raise DataError(f"input {box.name!r}: {value} at {where} is beyond {LARGEST}, the largest whole number")
    if box.dtype == "bool" and (array.max() > 1 or array.min() < 0):
        where, value = first_bad(array, (array != 0) & (array != 1))
        raise DataError(f"input {box.name!r}: {value} at {where} is neither True nor False (nor 1 or 0)")


def check_values(name: str, array: np.ndarray, limits: Limits, what: str = "input") -> None:
    """Raise DataError for NaN, infinity and values out of the limits. The message names the first bad row."""
    if array.dtype.kind == "f" and not all_finite(array):
        where, value = first_bad(array, ~np.isfinite(array))
        raise DataError(f"{what} {name!r}: {value} at {where}; replace or remove it: it would spoil every parameter")
    if name in limits:
        low, high, box = limits[name]
        bad = (array < low) | (array > high)
        if bad.any():
            where, value = first_bad(array, bad)
            cure = fitting.range_cure(array, low, high)
            raise DataError(f"{what} {name!r}: {value} at {where} is outside {low}..{high}, which {box!r} needs{cure}")


def read_inputs(data: Mapping[str, Any], expected: Mapping[str, Input], limits: Limits) -> dict[str, np.ndarray]:
    """Data as arrays, checked: names, shapes, kinds, finite values, labels in range, equal lengths."""
    check_names(data, expected, "inputs")
    arrays = {name: read_input(box, data[name], limits.get(name)) for name, box in expected.items()}
    for name, array in arrays.items():
        check_values(name, array, limits)
    if arrays:
        check_rows(arrays)
    return arrays


def read_set(
    data: Mapping[str, Any] | DataSet, expected: Mapping[str, Input], limits: Limits, weights: Any = None,
    name: str = "weights",
) -> DataSet:  # fmt: skip
    """Examples and weights as a DataSet, checked by `read_inputs`. A DataSet is checked part by part and returned;
    where its labels come in another shape or kind, one in memory is made anew, and a larger one refused.

    name : what errors call the weights.
    """
    if not isinstance(data, DataSet):
        arrays = read_inputs(data, expected, limits)
        return DataSet(arrays, read_weights(weights, check_rows(arrays) if arrays else 0, name))
    if weights is not None:
        raise SettingError(f"{name}: this data set has weights of its own")
    for cut in data.cuts():
        rows = {name: array[cut] for name, array in data.arrays.items()}
        arrays = read_inputs(rows, expected, limits)
        changed = [name for name, array in rows.items() if not _is_same(arrays[name], array)]
        if changed and not data.in_memory:
            name = changed[0]
            needed, present = (f"{a.dtype} {('N', *a.shape[1:])}" for a in (arrays[name], rows[name]))
            raise DTypeError(f"input {name!r}: a set larger than memory needs {needed}, not {present}")
        if changed:
            return replace(data, arrays=arrays)
    return data


def _is_same(array: np.ndarray, before: np.ndarray) -> bool:
    """True if the array has been neither reshaped nor cast."""
    return array.shape == before.shape and (array.dtype.kind == "f") == (before.dtype.kind == "f")


def check_rows(arrays: Mapping[str, np.ndarray]) -> int:
    """The number of examples. Raises ShapeError if arrays differ in it, DataError if it is 0."""
    counts = {len(array) for array in arrays.values()}
    if len(counts) > 1:
        rows = {name: len(array) for name, array in arrays.items()}
        raise ShapeError(f"inputs differ in their number of examples: {rows}")
    count = counts.pop() if counts else 0
    if count == 0:
        raise DataError("the data set is empty: there is no example to learn from or to compute")
    return count


def read_weights(weights: Any, rows: int, name: str = "weights") -> np.ndarray | None:
    """Example weights as float64 of shape (N,): finite, not negative, not all zero. None (all 1) stays None.

    Raises DTypeError, ShapeError and DataError, which call the weights `name`.
    """
    if weights is None:
        return None
    array = read_array(weights, name)
    if array.dtype.kind not in "fiub":
        raise DTypeError(f"{name}: needs numbers, got an array of {array.dtype} ({hint(array.dtype, array)})")
    array = array.astype(np.float64)
    if array.shape != (rows,):
        raise ShapeError(f"{name}: needs one weight an example, shape ({rows},), got {array.shape}")
    bad = ~np.isfinite(array) | (array < 0)
    if bad.any():
        where, value = first_bad(array, bad)
        raise DataError(f"{name}: {value} at {where}; weights must be finite and not negative")
    if not array.any():
        raise DataError(f"{name}: all are 0, so there is nothing to learn from")
    return array


def read_params(params: Mapping[str, Any], parameters: Mapping[str, Parameter]) -> dict[str, np.ndarray]:
    """theta as arrays of floats with the declared shapes. Raises UnknownNameError, DTypeError and ShapeError."""
    need_parameters(params)
    check_names(params, parameters, "parameters")
    theta = {}
    for name, box in parameters.items():
        array = read_array(params[name], f"parameter {name!r}")
        if array.dtype.kind != "f":
            array = _as_floats(name, array)
        if array.shape != box.shape:
            raise ShapeError(f"parameter {name!r}: needs shape {box.shape}, got {array.shape}")
        theta[name] = native_order(array)
    return theta


def need_parameters(params: Any) -> None:
    """Raise CallError for anything in the place of theta that has no names, such as X."""
    if not isinstance(params, Mapping):
        raise CallError(
            f"theta comes first, the parameters by name, but this is {_a(params)}: graph.init(seed=0) makes one, and "
            "fit.params is trained. A fit knows its theta, so that fit.predict(X) needs X alone"
        )


def _a(thing: Any) -> str:
    """The kind of a thing, with its shape if it has one: "Tensor (1797, 64)"."""
    shape = getattr(thing, "shape", None)
    return f"{type(thing).__name__} {tuple(shape)}" if isinstance(shape, tuple) else type(thing).__name__


def _as_floats(name: str, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    if array.dtype.name != "bfloat16":
        raise DTypeError(f"parameter {name!r}: needs floats, got an array of {array.dtype}")
    return array


def precision(dtype: Any, *groups: Mapping[str, np.ndarray]) -> np.dtype:
    """The dtype of a pass: `dtype`, or if that is None the widest float dtype of the arrays, else float64."""
    if dtype is not None:
        return np.dtype(dtype).newbyteorder("=")
    dtypes = {array.dtype for arrays in groups for array in arrays.values()}
    return np.result_type(*[dtype for dtype in dtypes if dtype.kind == "f"] or [np.float64]).newbyteorder("=")


def cast(array: Array, leaf: Box, dtype: Any) -> Array:
    """The value of a leaf in the dtype of the computation: floats in `dtype`, whole numbers in 64 bits.

    Narrower whole numbers, which files and tables have, would wrap around in arithmetic.
    """
    return array.astype({"float": dtype, "int": np.int64, "bool": np.bool_}[leaf.spec.kind], copy=False)


def native_order(array: np.ndarray) -> np.ndarray:
    """The array with its bytes in the order of this machine. It is not copied if they are already."""
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def all_finite(array: np.ndarray) -> bool:
    """True if no element is NaN or infinite."""
    # A finite sum has finite terms, and is quick to compute. A sum that overflows decides nothing. (A product would
    # wake the threads of NumPy's BLAS, which then spin on the cores that training needs.)
    with np.errstate(all="ignore"):
        return (array.dtype.char in "fd" and isfinite(array.sum())) or bool(np.isfinite(array).all())


def first_bad(array: np.ndarray, bad: np.ndarray) -> tuple[str, Any]:
    """(place, value) of the first bad element of an array; the place in words: "row 3, index (2,)"."""
    if not array.ndim:
        return "", array[()]
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    return f"row {index[0]}" + (f", index {index[1:]}" if len(index) > 1 else ""), array[index]
