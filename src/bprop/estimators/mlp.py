"""MLPClassifier and MLPRegressor: scikit-learn's parameters and attributes, and more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from scipy.special import xlogy

from bprop import init
from bprop.architecture import Architecture
from bprop.elsewhere import answering
from bprop.elsewhere.estimators import ESTIMATOR
from bprop.engines.engine import Engine
from bprop.estimators.base import Arrays, NetworkEstimator
from bprop.estimators.inputs import Examples
from bprop.estimators.kinds import NetworkClassifier, NetworkRegressor
from bprop.estimators.network import TASKS, Blueprint, Network, activation_of, function_of, loss_of, perceptron
from bprop.estimators.settings import layer_sizes
from bprop.estimators.targets import Target


def keep(estimator: Any, arguments: dict[str, Any]) -> None:
    """Store the arguments of a constructor as attributes, unchanged."""
    vars(estimator).update({k: v for k, v in arguments.items() if k not in ("self", "__class__")})


class Perceptron(NetworkEstimator):
    """A multi-layer perceptron: parameters in `coefs_` and `intercepts_`."""

    hidden_layer_sizes: Any
    activation: Any
    loss: Any
    alpha: float
    l1: float | None
    l2: float | None
    dropout: Any
    normalise: str | None
    coefs_: list[np.ndarray]
    intercepts_: list[np.ndarray]

    n_layers_: int
    n_outputs_: int
    out_activation_: str

    def _make_network(self, features: int, target: Target) -> Network:
        architecture = Architecture(
            layer_sizes(self.hidden_layer_sizes), activation_of(self.activation), TASKS[target.task],
            loss_of(target.task, self.loss), self.l1, self.l2, self.dropout, self.normalise,
        )  # fmt: skip
        function = function_of(self.loss)
        wanted = Blueprint(architecture, features, target.outputs, function, float(self.alpha), target.sizes)
        self.n_layers_, self.n_outputs_ = len(architecture.hidden) + 2, target.outputs
        self.out_activation_ = wanted.output_activation
        cached = getattr(self, "_made", None)
        if cached is None or cached[0] != wanted:
            self._made = cached = (wanted, perceptron(wanted))
        return cached[1]

    def _first_theta(self, network: Network, random: np.random.RandomState, dtype: np.dtype) -> Arrays:
        """W and b uniform in [-r, r], r = sqrt(6 / (fan-in + fan-out)), for logistic units sqrt(2 / ...).

        The draws are scikit-learn's: the same random_state gives the same numbers.
        """
        units = self._units()
        theta = {}
        for k in range(1, self.n_layers_):
            shape = network.graph.parameters[f"W{k}"].shape
            unit = units[min(k, len(units)) - 1] if units else "identity"
            bound = sqrt((2.0 if isinstance(unit, str) and unit in ("logistic", "sigmoid") else 6.0) / sum(shape))
            theta[f"W{k}"] = random.uniform(-bound, bound, shape).astype(dtype)
            theta[f"b{k}"] = random.uniform(-bound, bound, shape[1]).astype(dtype)
        for name, box in network.graph.parameters.items():
            if name not in theta:  # of a normalisation: no random numbers
                make = box.init or init.default(box.shape)
                theta[name] = make(np.random.default_rng(0), box.shape).astype(dtype)
        return theta

    def _units(self) -> list[Any]:
        """The activation of each hidden layer."""
        if isinstance(self.activation, list | tuple):
            return list(self.activation)
        return [self.activation] * max(1, self.n_layers_ - 2)

    def _attributes(self, theta: Arrays) -> dict[str, Any]:
        layers = range(1, self.n_layers_)
        mine = {f"{letter}{k}" for letter in "Wb" for k in layers}
        return {
            "coefs_": [theta[f"W{k}"] for k in layers],
            "intercepts_": [theta[f"b{k}"] for k in layers],
            "normalisation_": {name: array for name, array in theta.items() if name not in mine},
        }

    def _theta(self, dtype: Any = None) -> Arrays:
        theta = {f"W{k}": W for k, W in enumerate(self.coefs_, 1)}
        theta |= {f"b{k}": b for k, b in enumerate(self.intercepts_, 1)} | getattr(self, "normalisation_", {})
        return theta if dtype is None else {name: array.astype(dtype, copy=False) for name, array in theta.items()}


class MLPClassifier(NetworkClassifier, Perceptron):
    """A multi-layer perceptron for classification: scikit-learn's MLPClassifier, and more.

    Two classes, or several labels an example: logistic outputs and binary cross-entropy. More classes, or several
    outputs of several classes each: softmax and negative log-likelihood. With weights of examples or classes, the loss
    of a batch is divided by the sum of its weights, as scikit-learn does (`bprop.train`: by the set's mean weight).

    Parameters
    ----------
    hidden_layer_sizes : units of each hidden layer: a number or several; () for a linear model.
    activation : "relu", "tanh", "logistic" (or "sigmoid"), "identity", "leaky_relu", "elu", "gelu", "silu", "softplus",
        any function from box to box or class of elementwise box (such as your own), or a list, one for each layer.
    solver : "adam", "sgd", "lbfgs" (SciPy's, on all examples at once, in float64); or an update rule such as
        bprop.AdamW(1e-3) or an optax transformation, which then brings its own rate.
    alpha : weight of the L2 penalty alpha / 2 sum W^2 / (examples of the batch, or the sum of their weights).
    batch_size : examples per update; "auto" is min(200, N).
    learning_rate : "constant"; for "sgd" also "invscaling" (learning_rate_init / (t + 1)^power_t after t examples, from
        epoch to epoch) and "adaptive" (divided by 5 when the loss no longer improves); or one of bprop.schedules,
        which count updates, for "sgd" and "adam".
    learning_rate_init, power_t : see learning_rate.
    max_iter : epochs, or iterations of "lbfgs".
    shuffle : go through the examples in a new order in every epoch.
    random_state : seed of the initial parameters, orders, held-out rows and dropout. The same number gives the same
        result. Initial parameters and orders are those of scikit-learn's estimators with that number.
    tol : the least improvement that counts; "lbfgs" ends when the gradient is this small.
    verbose : print the loss of every epoch.
    warm_start : `fit` continues where the last one ended, with the state of the solver.
    momentum, nesterovs_momentum : settings of "sgd".
    early_stopping : stop when the score on a validation set no longer improves, and keep the best parameters.
    validation_fraction : the share of the examples held out for it, unless `fit` has X_val and y_val.
    beta_1, beta_2, epsilon : settings of "adam".
    n_iter_no_change : epochs without improvement after which to stop.
    max_fun : the most evaluations of the objective by "lbfgs".
    l1, l2 : weights of sum |W| and sum W^2 in the mean objective; None: no such term. A search over them should pass
        numbers (0 included), so that one compiled program serves all.
    dropout : the share of hidden units dropped in training, or one for each layer; None: no dropout.
    normalise : "batch" or "layer" normalisation of the hidden pre-activations.
    clip_norm : the largest norm of the gradient; longer gradients are scaled down to it.
    scoring : the score of early stopping: None (accuracy, R^2), "loss", or any of scikit-learn's scorers.
    dtype : "float32", "float64" or "auto": that of X.
    engine : "numpy", "native", "xla" or "auto": NumPy for short fits, else the fastest that is installed.
    device : "cpu", "gpu" (engine "xla") or None: the engine's choice.
    progress : a bar on a terminal, lines elsewhere.
    loss : "log_loss", a class of loss with probabilities as its output, or a function (f, y) -> box of your own: f the
        probabilities, y the labels 0, 1, ...
    class_weight : {class: weight}, "balanced" (N / (C count of the class)) or None: all weigh 1.

    Attributes
    ----------
    coefs_, intercepts_ : W(k) of shape (inputs, outputs) and b(k) of every layer. What you put there is used.
    loss_curve_, loss_, best_loss_ : the mean objective of every epoch (each example before its update), the last, the
        lowest. Losses of several outputs are summed.
    validation_scores_, best_validation_score_ : with early_stopping. validation_loss_curve_ : without penalties.
    n_iter_, t_ : epochs of the last call, examples seen. n_layers_, n_outputs_, out_activation_ : the network.
    n_features_in_, feature_names_in_ : of X.
    classes_ : the labels; a list of them for y with columns.

    >>> X, y = np.repeat(np.eye(3), 10, axis=0), np.repeat(["ash", "oak", "yew"], 10)
    >>> model = bp.MLPClassifier((8,), learning_rate_init=0.1, random_state=0).fit(X, y)
    >>> model.predict([[0.0, 1.0, 0.0]]).tolist()
    ['oak']
    >>> model.predict_proba(X).shape
    (30, 3)
    """

    @answering(ESTIMATOR, "bp.MLPClassifier")
    def __init__(
        self, hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Callable[..., Any] | Sequence[Any] = "relu", *, solver: Any = "adam", alpha: float = 0.0001,
        batch_size: int | str = "auto", learning_rate: str | Callable[[Any], Any] = "constant",
        learning_rate_init: float = 0.001, power_t: float = 0.5, max_iter: int = 200, shuffle: bool = True,
        random_state: Any = None, tol: float = 1e-4, verbose: bool | int = False, warm_start: bool = False,
        momentum: float = 0.9, nesterovs_momentum: bool = True, early_stopping: bool = False,
        validation_fraction: float = 0.1, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8,
        n_iter_no_change: int = 10, max_fun: int = 15000, loss: str | Callable[..., Any] = "log_loss",
        class_weight: Any = None, l1: float | None = None, l2: float | None = None,
        dropout: float | Sequence[float] | None = None, normalise: str | None = None, clip_norm: float | None = None,
        scoring: str | Callable[..., float] | None = None, dtype: DTypeLike = "auto", engine: str | Engine = "auto",
        device: str | None = None, progress: bool | str = False,
    ) -> None:  # fmt: skip
        keep(self, locals())


class MLPRegressor(NetworkRegressor, Perceptron):
    """A multi-layer perceptron for numbers: scikit-learn's MLPRegressor, and more.

    With weights of examples, the loss of a batch is divided by the sum of its weights, as scikit-learn does
    (`bprop.train`: by the mean weight of the set).

    Parameters
    ----------
    loss : "squared_error" (sum over the outputs of (f - y)^2 / 2), "poisson" (f = exp(a), half the deviance),
        "absolute_error", "huber", a class of loss such as bp.Huber, or a function (f, y) -> box of your own.

    All others, and the attributes, are those of bprop.MLPClassifier, less class_weight and classes_.

    >>> X = np.linspace(-1, 1, 50)[:, None]
    >>> model = bp.MLPRegressor(hidden_layer_sizes=(16,), solver="lbfgs", random_state=0).fit(X, X[:, 0] ** 2)
    >>> model.score(X, X[:, 0] ** 2) > 0.95
    True
    """

    @answering(ESTIMATOR, "bp.MLPRegressor")
    def __init__(
        self, loss: str | Callable[..., Any] = "squared_error", hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Callable[..., Any] | Sequence[Any] = "relu", *, solver: Any = "adam", alpha: float = 0.0001,
        batch_size: int | str = "auto", learning_rate: str | Callable[[Any], Any] = "constant",
        learning_rate_init: float = 0.001, power_t: float = 0.5, max_iter: int = 200, shuffle: bool = True,
        random_state: Any = None, tol: float = 1e-4, verbose: bool | int = False, warm_start: bool = False,
        momentum: float = 0.9, nesterovs_momentum: bool = True, early_stopping: bool = False,
        validation_fraction: float = 0.1, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8,
        n_iter_no_change: int = 10, max_fun: int = 15000, l1: float | None = None, l2: float | None = None,
        dropout: float | Sequence[float] | None = None, normalise: str | None = None, clip_norm: float | None = None,
        scoring: str | Callable[..., float] | None = None, dtype: DTypeLike = "auto", engine: str | Engine = "auto",
        device: str | None = None, progress: bool | str = False,
    ) -> None:  # fmt: skip
        keep(self, locals())

    def _loss_offset(self, examples: Examples) -> float:
        if loss_of("numbers", self.loss) != "poisson":
            return 0.0
        y = examples.y.astype(np.float64)  # exp(a) - y a plus y log y - y is half the deviance
        return float(np.average((xlogy(y, y) - y).sum(axis=1), weights=examples.weights))
