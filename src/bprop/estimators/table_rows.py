"""The rows of scikit-learn's users as a frame of a table: a DataFrame with columns of any kind, or an array."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from sklearn.utils.validation import check_array, check_consistent_length, column_or_1d, validate_data

from bprop.errors import DataError, DTypeError
from bprop.estimators.inputs import exact, need_labels
from bprop.reading import need_unmasked
from bprop.sources.frame import Frame
from bprop.sources.frames import frame_of, is_of
from bprop.sources.read_options import INFERRED, ReadOptions


class Rows(NamedTuple):
    """frame : of X. kinds : {column: "numeric"} of the numbers of an array, whatever they look like.

    declared : {column: kind} of the columns whose type says it.
    """

    frame: Frame
    kinds: dict[str, str]
    declared: dict[str, str]


def read_table(estimator: Any, X: Any, reset: bool, read: ReadOptions = INFERRED) -> Rows:
    """X, its names and shape as scikit-learn checks them. Cells may be missing.

    reset : note the names and the number of columns, rather than compare them.
    read : how cells are read. Of rows to predict from, the columns of training say which of them are lists.
    """
    if is_of(X, "polars", "LazyFrame"):
        X = X.collect()
    if is_of(X, "datasets", "Dataset"):
        raise DTypeError("X: a data set of Hugging Face is no frame with rows: give X.to_pandas() or X.to_polars()")
    if _has_columns(X):
        validate_data(estimator, X, skip_check_array=True, reset=reset)
        if not len(X):
            raise DataError(f"X: found array with 0 sample(s) (shape={X.shape}) while a minimum of 1 is required")
        opened = frame_of(X, "X", read)
        return Rows(opened.frame, {}, opened.declared)
    need_unmasked(X, "X")
    array: Any = validate_data(estimator, X, dtype=None, ensure_all_finite="allow-nan", reset=reset)
    names = getattr(estimator, "feature_names_in_", [f"x{k}" for k in range(array.shape[1])])
    frame = frame_of(dict(zip(names, array.T, strict=True)), "X", read).frame
    plain = array.dtype.kind in "fiu"
    kinds = {name: "numeric" for name, column in frame.columns.items() if plain and not column.missing.all()}
    return Rows(frame, kinds, {})


def read_targets(y: Any, rows: int, numbers: bool) -> np.ndarray:
    """y (N,), or (N, K) of numbers. Raises ValueError for a y that does not fit."""
    need_unmasked(y, "y")
    if not numbers:
        need_labels(y)
    settings: dict[str, Any] = {"dtype": np.float64 if numbers else None, "ensure_2d": False, "input_name": "y"}
    y = check_array(exact(y), **settings)
    y = column_or_1d(y, warn=True) if not numbers or (y.ndim == 2 and y.shape[1] == 1) else y
    check_consistent_length(y, np.empty((rows, 1)))
    return y


def _has_columns(X: Any) -> bool:
    """Whether X is a data frame, or an Arrow table."""
    if is_of(X, "pandas", "Series") or is_of(X, "polars", "Series"):
        return False
    return is_of(X, "pandas", "DataFrame") or (hasattr(X, "__arrow_c_stream__") and hasattr(X, "shape"))
