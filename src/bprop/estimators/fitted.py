"""The methods of a fitted estimator: predict, transform, check gradients, convert to a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from bprop import check
from bprop.check.report import Report
from bprop.estimators.as_model import model_of
from bprop.estimators.inputs import dense, fitting, need_finite, parts, read_answers, read_rows
from bprop.estimators.network import Network
from bprop.estimators.sparse import obstacle
from bprop.estimators.targets import Target
from bprop.model import Model

Arrays = dict[str, np.ndarray]
CHECKED_ROWS = 5


class FittedNetwork(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ABC):
    """A network with theta, behind scikit-learn's methods of fitted estimators."""

    n_features_in_: int
    _network_: Network
    _target: Target

    @abstractmethod
    def _theta(self, dtype: Any = None) -> Arrays:
        """theta from the fitted attributes, in a precision (default: their own)."""

    def _read_rows(self, X: Any) -> Any:
        """X to predict, as an array (N, D) or a sparse matrix."""
        return read_rows(self, X)

    def _outputs(self, X: Any) -> np.ndarray:
        """f of examples X: (N, K)."""
        check_is_fitted(self)
        theta, network = self._theta(), self._network_
        dtype = np.result_type(*theta.values())
        return self._of_parts(X, dtype, lambda part: network.predict(theta, part, dtype))

    def _of_parts(self, X: Any, dtype: np.dtype, compute: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Numbers (N, K) computed from rows. Raises DataError, naming the row, if they are not finite."""
        results, start = [], 0
        for part in parts(self._read_rows(X), sparse=obstacle(self._network_) is None):
            results.append(need_finite(compute(fitting(part, dtype, start)), start))
            start += len(part)
        return results[0] if len(results) == 1 else np.concatenate(results)

    def predict(self, X: Any) -> np.ndarray:
        """The prediction for each example: (N,), or (N, K) if the targets had columns."""
        f = self._outputs(X)
        return self._target.decode(f)

    def _features(self) -> str | None:
        """The name of the box whose value `transform` gives; None for x itself."""
        hidden = self._network_.hidden
        return hidden[-1] if hidden else None

    def transform(self, X: Any) -> np.ndarray:
        """The activations h(L) of the last hidden layer, (N, H): the network as a source of features."""
        check_is_fitted(self)
        name, theta = self._features(), self._theta()
        if name is None:
            return np.concatenate(list(parts(self._read_rows(X))))
        dtype = np.result_type(*theta.values())
        return self._of_parts(X, dtype, lambda part: self._network_.activations(theta, part, name, dtype))

    @property
    def _n_features_out(self) -> int:
        name = self._features()
        return self.n_features_in_ if name is None else self._network_.width(name)

    def check_gradients(self, X: Any = None, y: Any = None, **settings: Any) -> Report:
        """Compare the gradients of the fitted network with finite differences of its objective.

        X, y : a few examples; default: five with random features and targets. settings : of bprop.check_gradients.

        Returns
        -------
        Report : `report.ok`; printing it shows which parameters were checked and, on failure, which box is wrong.
        """
        check_is_fitted(self)
        network, random = self._network_, np.random.default_rng(0)
        if X is None or y is None:
            X = random.normal(size=(CHECKED_ROWS, self.n_features_in_))
            y = self._target.decode(random.uniform(0.1, 0.9, size=(CHECKED_ROWS, self._outputs(X).shape[1])))
        return check.check_gradients(network.graph, self._theta(), self._batch(X, y), **settings)

    def to_model(self) -> Model:
        """The fitted network as a bprop.Model: `bprop.save` writes it to a file without pickle, `bprop` reads it.

        Its output is f, as the network gives it; the notes name the task, the classes if there are some, and the
        features. Its history has a record for each value of `loss_curve_`.
        """
        check_is_fitted(self)
        return model_of(self)

    def read_batch(self, data: Any, y: Any = None) -> dict[str, Any]:
        """Examples as the arrays of the network. data : (X, y), or {"x": X, "y": y}; y as `fit` takes it."""
        check_is_fitted(self)
        if y is None and isinstance(data, tuple) and len(data) == 2:
            data, y = data
        if y is None:
            network = self._network_
            if isinstance(data, dict) and network.y in data:
                targets = self._target.encode(read_answers(data[network.y]))
                data = {**data, network.y: network.shaped(network.y, targets)}
            return self.to_model().read_batch(data)
        return self._batch(data, y)

    def _batch(self, X: Any, y: Any) -> dict[str, Any]:
        network = self._network_
        data = network.data(dense(self._read_rows(X)), self._target.encode(read_answers(y)))
        return dict(network.graph.read_set(data).arrays)
