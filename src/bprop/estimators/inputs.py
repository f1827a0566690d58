"""What users give to fit and predict, checked by scikit-learn and made arrays: frames, lists, sparse matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import column_or_1d
from sklearn.utils.validation import validate_data

from bprop.data import DataSet
from bprop.errors import DataError
from bprop.estimators.network import Network
from bprop.estimators.targets import Target
from bprop.graph.feed import read_weights

DENSE_ROWS = 4096
"""Rows of a sparse matrix made dense at a time to predict."""


@dataclass(frozen=True)
class Given:
    """The arguments of fit, as they were given."""

    X: Any
    y: Any
    sample_weight: Any = None
    X_val: Any = None
    y_val: Any = None
    sample_weight_val: Any = None

    @property
    def metadata(self) -> dict[str, Any] | None:
        """What beside X and y was given, for callbacks."""
        found = {k: v for k, v in vars(self).items() if k not in ("X", "y") and v is not None}
        return found or None


@dataclass(frozen=True)
class Examples:
    """X (N, D), y as a network reads it and as the user gave it, weights (N,) or None."""

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


def precision(asked: str, X: Any) -> np.dtype:
    """The dtype asked for, or for "auto" that of X."""
    return np.dtype(X.dtype if asked == "auto" else asked)


def read_pair(estimator: Any, X: Any, y: Any, *, reset: bool, numbers: bool) -> tuple[np.ndarray, np.ndarray]:
    """X dense, in the dtype of the fit, and y as an array (N,) or (N, K). Raises ValueError for what cannot be used."""
    X, y = validate_data(
        estimator, X, y, accept_sparse=["csr", "csc"], multi_output=True, y_numeric=numbers, reset=reset,
        dtype=(np.float64, np.float32),
    )  # fmt: skip
    y = dense(y)
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    return dense(X).astype(precision(estimator.dtype, X), copy=False), y


def read_examples(X: np.ndarray, y: np.ndarray, target: Target, *weights: Any) -> Examples:
    """X and y that are read, with their targets and the product of the weights that are given.

    Raises DataError, ShapeError, DTypeError for weights that are negative, not finite, all 0, or not one an example.
    """
    encoded = target.encode(y)
    if encoded.dtype.kind == "f":
        encoded = encoded.astype(X.dtype, copy=False)
    given = [np.asarray(one) for one in weights if one is not None]
    for array in given:
        if array.size and not array.any():
            raise DataError("the weights of the examples are all zero: there is nothing to learn from")
    found = [read for one in given if (read := read_weights(one, len(X))) is not None]
    return Examples(X, encoded, y, read_weights(np.prod(found, axis=0), len(X)) if found else None)


def read_rows(estimator: Any, X: Any) -> Any:
    """X to predict, dense or sparse."""
    return validate_data(
        estimator, X, accept_sparse=["csr", "csc"], dtype=(np.float64, np.float32), reset=False
    )  # fmt: skip


def parts(X: Any) -> list[np.ndarray]:
    """The rows as dense arrays: all at once, or some of a sparse matrix at a time."""
    if isinstance(X, np.ndarray):
        return [X]
    X = X.tocsr()
    return [X[start : start + DENSE_ROWS].toarray() for start in range(0, X.shape[0], DENSE_ROWS)]


def dense(array: Any) -> np.ndarray:
    """A sparse matrix as an array; arrays as they are."""
    return array.toarray() if hasattr(array, "toarray") else array
