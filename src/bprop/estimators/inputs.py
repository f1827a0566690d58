"""The arguments of fit and predict (frames, lists, sparse matrices), checked by scikit-learn and made arrays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import column_or_1d
from sklearn.utils.validation import validate_data

from bprop.data import DataSet
from bprop.errors import DataError
from bprop.estimators.network import Network
from bprop.estimators.sparse import AT_ONCE, FILLED, LEAST, SparseRows, as_rows
from bprop.estimators.targets import Target
from bprop.graph.validation import all_finite, read_weights
from bprop.reading import need_columns, need_unmasked, read_array
from bprop.scaling import need_precision
from bprop.sources.objects import is_missing

I64, U64 = np.dtype(np.int64), np.dtype(np.uint64)
DENSE_ROWS = 4096
"""Rows of a sparse matrix for which is predicted at a time."""


@dataclass(frozen=True)
class FitArguments:
    """The arguments of fit, as they are."""

    X: Any
    y: Any
    sample_weight: Any = None
    X_val: Any = None
    y_val: Any = None
    sample_weight_val: Any = None

    @property
    def metadata(self) -> dict[str, Any] | None:
        """The arguments beside X and y, for callbacks."""
        more = {k: v for k, v in vars(self).items() if k not in ("X", "y") and v is not None}
        return more or None


@dataclass(frozen=True)
class Examples:
    """X (N, D), y as a network reads it, labels as the user passed them, weights (N,) or None."""

    X: np.ndarray
    y: np.ndarray
    labels: np.ndarray
    weights: np.ndarray | None

    def __len__(self) -> int:
        return len(self.X)

    def rows(self, index: np.ndarray) -> Examples:
        weights = None if self.weights is None else self.weights[index]
        return Examples(self.X[index], self.y[index], self.labels[index], weights)

    def data(self, network: Network) -> DataSet:
        """As an engine reads it."""
        return DataSet(network.data(self.X, self.y), self.weights)


def precision(wanted: str, X: Any) -> np.dtype:
    """The wanted dtype, or for "auto" that of X."""
    return np.dtype(X.dtype if wanted == "auto" else wanted)


def read_pair(estimator: Any, X: Any, y: Any, *, reset: bool, numbers: bool) -> tuple[np.ndarray, np.ndarray]:
    """X in the dtype of the fit, dense or SparseRows, and y as an array (N,) or (N, K). Raises ValueError for unusable
    data."""
    need_columns(X, "X")
    (need_columns if numbers else need_unmasked)(y, "y")
    if not numbers:
        need_labels(y)
    with np.errstate(all="ignore"):  # it sums, and looks closer where the sum is not finite
        X, y = validate_data(
            estimator, X, exact(y), accept_sparse=["csr", "csc"], multi_output=True, y_numeric=numbers, reset=reset,
            dtype=(np.float64, np.float32),
        )  # fmt: skip
    y = dense(y)
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    dtype = precision(estimator.dtype, X)
    return in_precision("X", as_rows(X), dtype), y


def read_examples(X: np.ndarray, y: np.ndarray, target: Target, *weights: Any) -> Examples:
    """X and y that are read, with their targets and the product of the weights.

    Raises DataError, ShapeError, DTypeError for weights that are negative, not finite, all 0, or not one an example.
    """
    encoded = target.encode(y)
    if encoded.dtype.kind == "f":
        encoded = in_precision("y", encoded, X.dtype)
    checked = [read_some_weights(one, len(X)) for one in weights if one is not None]
    return Examples(X, encoded, y, read_weights(np.prod(checked, axis=0), len(X)) if checked else None)


def read_some_weights(weights: Any, rows: int) -> np.ndarray:
    """The weights (N,) of examples. Raises the errors of `read_examples`."""
    array = read_array(weights, "the weights of the examples")
    if array.size and not array.any():
        raise DataError("the weights of the examples are all zero: there is nothing to learn from")
    read = read_weights(array, rows)
    return np.ones(rows) if read is None else read


def need_labels(y: Any) -> None:
    """Raise DataError, naming the row, where a label is missing among text, objects or nullable numbers.

    scikit-learn refuses some of these in words that do not name the cause, and makes a class 'nan' of others.
    """
    if isinstance(y, list | tuple):
        with suppress(ValueError):  # rows of several lengths, which scikit-learn refuses
            y = np.array(y, object)
    elif hasattr(y, "to_numpy"):
        y = y.to_numpy()
    labels = y if isinstance(y, np.ndarray) else np.empty(0)
    if labels.dtype != np.dtype(object) or not labels.ndim:
        return
    with suppress(TypeError):  # an element that has no hash is not missing, but says nothing of the others
        if not any(map(is_missing, set(labels.ravel().tolist()))):
            return
    missing = [row for row, one in enumerate(labels.reshape(len(labels), -1)) if any(map(is_missing, one))]
    if missing:
        raise DataError(
            f"y: {len(missing):,} of {len(labels):,} labels are missing, the first in row {missing[0]}: leave these "
            "rows out"
        )


def exact(y: Any) -> Any:
    """Labels that are whole numbers of pandas' nullable types, or Python's own, as NumPy's: scikit-learn makes floats
    of the first, which hold them up to 2^53, and refuses the second. All else as it is."""
    if hasattr(y, "iloc") and getattr(y, "ndim", 1) == 2:
        columns = [np.asarray(exact(y.iloc[:, k])) for k in range(y.shape[1])]
        same = {column.dtype for column in columns}
        return np.stack(columns, axis=1) if len(same) == 1 and same <= {I64, U64} else y
    dtype = getattr(y, "dtype", None)
    plain = getattr(dtype, "numpy_dtype", dtype)
    if plain is not dtype and getattr(plain, "kind", "") in "iu" and not y.isna().any():
        return y.to_numpy(plain)
    if plain != np.dtype(object) or np.ndim(y) != 1 or not len(y):
        return y
    values = np.asarray(y).tolist()
    if not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return y
    fitting = [kind for kind in (I64, U64) if np.iinfo(kind).min <= min(values) and max(values) <= np.iinfo(kind).max]
    return np.array(values, fitting[0]) if fitting else y


def in_precision(name: str, array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """In the precision of the fit. Raises DataError for numbers that it cannot hold, or cannot tell apart."""
    need_precision(name, array.values if isinstance(array, SparseRows) else array, dtype)
    return array.astype(dtype, copy=False)


def read_answers(y: Any, sample_weight: Any = None) -> np.ndarray:
    """y to compare predictions with, labels exact. Raises DataError for masked elements, of the weights too."""
    need_unmasked(y, "y")
    need_unmasked(sample_weight, "sample_weight")
    return np.asarray(exact(y))


def fitting(X: Any, dtype: np.dtype, start: int = 0) -> Any:
    """Rows (from row `start` on) to predict, in the precision of the parameters. Raises DataError where a number is
    too large for it, naming row and feature."""
    with np.errstate(over="ignore"):
        rows = X.astype(dtype, copy=False)
    if isinstance(rows, SparseRows):
        if not all_finite(rows.values):
            return fitting(X.dense("a number is too large"), dtype, start)
        return rows
    if rows is not X and not all_finite(rows):
        row, feature = (int(axis[0]) for axis in np.nonzero(~np.isfinite(rows)))
        raise DataError(
            f"X, row {start + row}, feature {feature}: {X[row, feature]} is too large for {dtype.name}, in which this "
            "estimator was fitted: mend or leave out this row, or fit with dtype='float64'"
        )
    return rows


def need_finite(f: np.ndarray, start: int = 0) -> np.ndarray:
    """Outputs (N, K) of rows from row `start` on. Raises DataError, naming the row, if one is not finite."""
    if not all_finite(f):
        row = int(np.nonzero(~np.isfinite(f))[0][0])
        raise DataError(
            f"X, row {start + row}: the network gives {f[row][~np.isfinite(f[row])][0]}: its features are too far from "
            "those of training"
        )
    return f


def read_rows(estimator: Any, X: Any) -> Any:
    """X to predict, dense or sparse."""
    need_columns(X, "X")
    with np.errstate(all="ignore"):
        return validate_data(
            estimator, X, accept_sparse=["csr", "csc"], dtype=(np.float64, np.float32), reset=False
        )  # fmt: skip


def parts(X: Any, sparse: bool = False) -> Iterator[Any]:
    """The rows as dense arrays: all at once, or some of a sparse matrix at a time. sparse : these stay SparseRows."""
    if isinstance(X, np.ndarray):
        yield X
        return
    X = X.tocsr()
    rows = SparseRows(X)
    sparse = sparse and rows.size >= LEAST and rows.filled <= FILLED
    step = DENSE_ROWS if sparse else max(1, min(DENSE_ROWS, AT_ONCE // max(1, X.shape[1])))
    for start in range(0, X.shape[0], step):
        part = X[start : start + step]
        yield SparseRows(part) if sparse else part.toarray()


def dense(array: Any) -> np.ndarray:
    """A sparse matrix as an array; arrays as they are."""
    return array.toarray() if hasattr(array, "toarray") else array
