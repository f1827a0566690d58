"""The base of all estimators: from the arguments of fit to a trained network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if

from bprop.errors import BpropError, SettingError
from bprop.estimators import settings
from bprop.estimators.callbacks import CallbackSupportMixin, with_callbacks
from bprop.estimators.fitted import Arrays, FittedNetwork
from bprop.estimators.inputs import Examples, FitArguments, precision, read_examples, read_pair
from bprop.estimators.kept import Kept
from bprop.estimators.lbfgs import fit_lbfgs
from bprop.estimators.loop import fit_stochastic
from bprop.estimators.network import Network
from bprop.estimators.optimiser import Optimiser, kind_of, new_optimiser
from bprop.estimators.sparse import SparseRows, obstacle
from bprop.estimators.state import plain_state, restored_state
from bprop.estimators.targets import Target
from bprop.graph.validation import check_values, read_params


def stochastic(estimator: Any) -> bool:
    """True if the solver updates batch by batch, so that partial_fit is possible."""
    if isinstance(estimator.solver, str) and estimator.solver == "lbfgs":
        raise AttributeError("partial_fit is for stochastic solvers; solver='lbfgs' needs all examples at once")
    return True


class NetworkEstimator(FittedNetwork, CallbackSupportMixin, BaseEstimator, ABC):
    """A network that fits, predicts and transforms as scikit-learn's estimators do."""

    solver: Any
    learning_rate_init: float
    random_state: Any
    warm_start: bool
    early_stopping: bool
    dtype: str
    engine: Any
    device: Any

    # --- defined by each kind of estimator ---

    n_iter_: int
    t_: int
    best_loss_: float

    loss_curve_: list[float]
    validation_scores_: Any  # list[float], or None without early stopping, as in scikit-learn; so are the next two
    best_validation_score_: Any
    validation_loss_curve_: Any

    @abstractmethod
    def _make_network(self, features: int, target: Target) -> Network:
        """The network for this number of features; the existing one if nothing has changed."""

    @abstractmethod
    def _first_theta(self, network: Network, random: np.random.RandomState, dtype: np.dtype) -> Arrays:
        """theta to start from."""

    @abstractmethod
    def _attributes(self, theta: Arrays) -> dict[str, Any]:
        """theta as fitted attributes."""

    @abstractmethod
    def _choose_target(self, y: np.ndarray, fresh: bool, classes: Any) -> Target:
        """The target for y; the existing one if fitting continues. Raises ValueError for a y that does not fit."""

    @abstractmethod
    def _score_of(self, y: np.ndarray, predicted: np.ndarray, weights: Any) -> float:
        """The default score: accuracy or R^2."""

    _numbers = False
    """True if y holds numbers, False if classes."""

    def _read_pair(self, X: Any, y: Any, fresh: bool, weights: Any = None) -> tuple[np.ndarray, np.ndarray]:
        """X (N, D) and y as arrays. fresh : what X is like is learned from it. weights : of the examples."""
        return read_pair(self, X, y, reset=fresh, numbers=self._numbers)

    def _example_weights(self, y: np.ndarray, incremental: bool) -> np.ndarray | None:
        """Weights that follow from y (class_weight), or None."""
        return None

    def _loss_offset(self, examples: Examples) -> float:
        """The reported loss minus the graph's loss: a number that does not depend on theta."""
        return 0.0

    # --- fitting ---

    @with_callbacks
    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, X_val: Any = None, y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Any:  # fmt: skip
        """Train on examples X with targets y.

        Ctrl-C ends training between two steps, with a warning; the estimator keeps the parameters learned so far. After
        an error, or a second Ctrl-C, the estimator is as it was before the call.

        Parameters
        ----------
        X : (N, D) array, frame or sparse matrix, of which a large one stays sparse in the first product where only
            `linear` reads x and the engine is "auto" or "numpy"; else it is made dense, if memory allows.
        y : (N,) or (N, K) targets.
        sample_weight : (N,) weights of the examples in the loss, default 1. As in scikit-learn, the loss of a batch is
            divided by the sum of its own weights. So weights count for less in small batches, and for nothing with
            batch_size=1. bprop.train divides them by the mean weight of the set.
        X_val, y_val, sample_weight_val : a validation set of your own. Its loss goes into `validation_loss_curve_`, and
            `early_stopping` uses it instead of holding out `validation_fraction`.

        Returns
        -------
        self

        Raises
        ------
        ValueError : for parameters out of range, for data that cannot be used, and if training diverges.
        """
        return self._learn(FitArguments(X, y, sample_weight, X_val, y_val, sample_weight_val))

    @available_if(stochastic)
    @with_callbacks
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Train for one epoch on these examples. The state of the solver lives on from call to call.

        Twenty calls do what one call of `fit` with max_iter=20 does.
        """
        return self._learn(FitArguments(X, y, sample_weight), incremental=True)

    def initialise(self, X: Any, y: Any) -> Any:
        """Make the network ready for data such as X and y, without training: initial parameters, classes, shapes."""
        return self._learn(FitArguments(X, y), train=False)

    def _learn(
        self, arguments: FitArguments, incremental: bool = False, train: bool = True, classes: Any = None
    ) -> Any:
        before = Kept(self)
        try:
            return self._learn_from(arguments, incremental, train, classes)
        except BaseException:  # Ctrl-C, a time limit, no memory, data that cannot be used: nothing is half changed
            before.put_back(self)
            raise

    def _learn_from(self, arguments: FitArguments, incremental: bool, train: bool, classes: Any) -> Any:
        settings.check(type(self).__name__, vars(self))
        if incremental and self.early_stopping:
            raise SettingError(
                "partial_fit does not support early_stopping=True: it sees one part of the data at a time"
            )
        fresh = not (self.__sklearn_is_fitted__() and (self.warm_start or incremental))
        X, y = self._read_pair(arguments.X, arguments.y, fresh, arguments.sample_weight)
        self._target = self._choose_target(y, fresh, classes)
        weights = self._example_weights(y, incremental)
        examples = read_examples(X, y, self._target, arguments.sample_weight, weights)
        self._prepare(X, fresh)
        held = self._validation(arguments)
        if train:
            ready = self._ready(examples)
            if fresh:
                self._trained_on = self._network_.statistics(ready.X)
            self._train(arguments, ready, held, incremental)
        return self

    def _has_code(self) -> bool:
        """True if a function of the user makes the network or a part of it."""
        parts = [getattr(self, name, None) for name in ("graph", "loss", "activation")]
        return any(callable(part) for each in parts for part in (each if isinstance(each, list | tuple) else [each]))

    def _prepare(self, X: np.ndarray, fresh: bool) -> None:
        """Make network, parameters, records and solver, unless they exist and fitting continues."""
        if fresh and self._has_code():
            vars(self).pop("_made", None)  # the user's function may return another network now
        self._network_ = self._make_network(X.shape[1], self._target)
        if fresh or not hasattr(self, "_random_state"):
            self._random_state = check_random_state(self.random_state)
        if fresh:
            for name in ("_optimizer", "loss_"):
                vars(self).pop(name, None)
            self.n_iter_, self.t_, self.loss_curve_, self._no_improvement_count = 0, 0, [], 0
            self.best_loss_, self.validation_scores_, self.best_validation_score_ = np.inf, None, None
            self.validation_loss_curve_ = None
            self._put(self._first_theta(self._network_, self._random_state, precision(self.dtype, X)))
        else:
            self._need_fitting_parameters()
        if not hasattr(self, "_optimizer") or self._optimizer.kind != kind_of(self):
            self._optimizer: Optimiser = new_optimiser(self)
            if any("noise" in step.box.needs for step in self._network_.graph.plan(training=True).nodes):
                self._optimizer.noise_seed = int(self._random_state.randint(2**31 - 1))
        self._optimizer.follow(float(self.learning_rate_init))

    def _need_fitting_parameters(self) -> None:
        """Raise SettingError if the existing parameters belong to another network."""
        try:
            read_params(self._theta(), self._network_.graph.parameters)
        except BpropError as error:
            raise SettingError(
                f"the existing parameters do not fit the network of the present settings ({error}): fit it anew, with "
                "warm_start=False"
            ) from None

    def _validation(self, arguments: FitArguments) -> Examples | None:
        """The user's validation set, or None. Begins the records of validation if there is, or will be, one."""
        if (arguments.X_val is None) != (arguments.y_val is None):
            raise SettingError("X_val and y_val belong together: give both, or neither")
        if self.early_stopping and self.validation_scores_ is None:
            self.validation_scores_, self.best_validation_score_, self.best_loss_ = [], -np.inf, None
        if not self.early_stopping and self.best_loss_ is None:
            self.validation_scores_, self.best_validation_score_, self.best_loss_ = None, None, np.inf
        if (self.early_stopping or arguments.X_val is not None) and getattr(
            self, "validation_loss_curve_", None
        ) is None:
            self.validation_loss_curve_ = []
        if arguments.X_val is None:
            return None
        X, y = self._read_pair(arguments.X_val, arguments.y_val, False)
        return self._ready(read_examples(X, y, self._target, arguments.sample_weight_val))

    def _ready(self, examples: Examples) -> Examples:
        """In the precision of the parameters. Raises DataError for targets that the loss does not take."""
        network = self._network_
        examples = self._dense_if_needed(examples)
        check_values(network.y, examples.y, network.graph.limits, "target")
        data = network.data(examples.X, examples.y)
        for name in network.graph.limits.keys() & (data.keys() - {network.y}):
            check_values(name, data[name], network.graph.limits)
        network.graph.ranges.check(data)
        dtype = next(iter(self._theta().values())).dtype
        y = examples.y.astype(dtype, copy=False) if examples.y.dtype.kind == "f" else examples.y
        return Examples(examples.X.astype(dtype, copy=False), y, examples.labels, examples.weights)

    def _dense_if_needed(self, examples: Examples) -> Examples:
        """The examples, X as an array where the network or the engine cannot compute with a sparse one."""
        if not isinstance(examples.X, SparseRows):
            return examples
        why = obstacle(self._network_, self.engine, self.device)
        return examples if why is None else replace(examples, X=examples.X.dense(why))

    def _train(self, arguments: FitArguments, examples: Examples, held: Examples | None, incremental: bool) -> None:
        if isinstance(self.solver, str) and self.solver == "lbfgs":
            fit_lbfgs(self, arguments, examples)
        else:
            fit_stochastic(self, arguments, examples, held, incremental)
        if not (incremental or self.warm_start):
            self._optimizer.order = None

    def _split_random(self) -> np.random.RandomState:
        """The random state that draws the held-out rows. A warm start holds out the same rows again."""
        if not (self.warm_start and hasattr(self, "_split_state")):
            self._split_state = self._random_state.get_state()
            return self._random_state
        random = np.random.RandomState()
        random.set_state(self._split_state)
        return random

    def _put(self, theta: Arrays) -> None:
        vars(self).update(self._attributes(theta))

    def __getstate__(self) -> dict[str, Any]:
        """For pickle, joblib, skops and copies: see `state`."""
        state: Any = super().__getstate__()
        return plain_state(self, state)

    def __setstate__(self, state: Any) -> None:
        super().__setstate__(restored_state(state))

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "coefs_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        tags.target_tags.required = True
        return tags


class NamedParameters(NetworkEstimator):
    """An estimator that keeps the parameters under the names that they have in its graph: `params_`."""

    params_: dict[str, np.ndarray]

    def _first_theta(self, network: Network, random: np.random.RandomState, dtype: np.dtype) -> Arrays:
        return network.graph.init(int(random.randint(2**31 - 1)), dtype)

    def _attributes(self, theta: Arrays) -> dict[str, Any]:
        return {"params_": dict(theta)}

    def _theta(self, dtype: Any = None) -> Arrays:
        if dtype is None:
            return self.params_
        return {name: array.astype(dtype, copy=False) for name, array in self.params_.items()}

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "params_")
