"""The solver "lbfgs": SciPy's L-BFGS-B on the graph's own objective and gradients over all examples, in float64."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning

from bprop.blas import others_on_one_thread
from bprop.console import say
from bprop.engines import choose
from bprop.engines.engine import Job
from bprop.engines.functions import Options
from bprop.errors import DataError, SettingError
from bprop.estimators.callbacks import Hooks
from bprop.estimators.inputs import Examples, FitArguments
from bprop.estimators.loop import DIVERGED
from bprop.estimators.sparse import SparseRows
from bprop.estimators.workload import engine_for, is_short
from bprop.rules import SGD
from bprop.training.interrupt import CtrlC, Stopped

F64 = np.dtype(np.float64)


class Objective:
    """theta as one vector -> the objective over all examples and its gradient, as one vector.

    NumPy computes at first; after as many evaluations as take NumPy about as long as compiling takes, it is compiled
    code. So short searches do not wait for it, and which evaluation is the first depends on nothing but sizes.
    """

    job: Job
    engine: Any
    device: Any

    def __init__(self, job: Job, theta: dict[str, np.ndarray], engine: Any = "auto", device: str | None = None):
        self.job, self.engine, self.device = job, engine, device
        self.names: list[str] = list(job.graph.trainable)
        self.theta: dict[str, np.ndarray] = {name: array.astype(F64) for name, array in theta.items()}
        self.zeros: dict[str, np.ndarray] = {name: np.zeros_like(self.theta[name]) for name in self.names}
        self.value: float = np.inf
        self.count: int = 0
        self.functions: Any = self.chosen()
        self.may_change: bool = engine == "auto"

    def chosen(self) -> Any:
        """The functions of the engine for the next evaluation."""
        sparse = any(isinstance(array, SparseRows) for array in self.job.data.arrays.values())
        engine = choose("numpy") if sparse else engine_for(self.job, self.count + 1, self.engine, self.device)
        return engine.functions(self.job, Options(check=False, batch_size=rounded(len(self.job.data))))

    def pack(self, arrays: dict[str, np.ndarray]) -> np.ndarray:
        return np.concatenate([arrays[name].ravel() for name in self.names])

    def unpack(self, vector: np.ndarray) -> dict[str, np.ndarray]:
        theta, start = dict(self.theta), 0
        for name in self.names:
            shape, size = self.theta[name].shape, self.theta[name].size
            theta[name] = vector[start : start + size].reshape(shape)
            start += size
        return theta

    def __call__(self, vector: np.ndarray) -> tuple[float, np.ndarray]:
        if self.may_change and not is_short(self.job, self.count + 1, 0):
            self.functions, self.may_change = self.chosen(), False
        self.count += 1
        data = self.job.data
        with np.errstate(all="ignore"):
            value, grads = self.functions.value_and_gradients(self.unpack(vector), data.arrays, weights=data.weights)
        self.value = float(value)
        return self.value, self.pack({**self.zeros, **grads})


def rounded(rows: int) -> int:
    """A number from `rows` on, at most an eighth larger: folds of about equal size run the same compiled code."""
    step = 1 << max(rows.bit_length() - 4, 0)
    return -(-rows // step) * step


def fit_lbfgs(estimator: Any, arguments: FitArguments, examples: Examples) -> None:
    """Minimise until the gradient is at most `tol`, for at most `max_iter` iterations and `max_fun` evaluations.

    Ctrl-C ends the search with the parameters of the last iteration.
    """
    e, network = estimator, estimator._network_
    if any("noise" in step.box.needs for step in network.graph.plan(training=True).nodes):
        raise SettingError("solver='lbfgs' needs the same objective at every evaluation: dropout needs 'sgd' or 'adam'")
    if len(network.graph.trainable) < len(network.graph.parameters):
        raise SettingError("solver='lbfgs' does not update running averages: normalise='batch' needs 'sgd' or 'adam'")
    data, theta = examples.data(network), e._theta(F64)
    objective = Objective(Job(network.graph, SGD(), data, len(data), F64, 0), theta, e.engine, e.device)
    hooks = Hooks(e, None, arguments.X, arguments.y, arguments.metadata)
    hooks.begin()
    search = Search(e, objective, hooks, e._loss_offset(examples))
    interrupted = False
    try:
        search.run()
    except KeyboardInterrupt as error:
        if search.interrupt.signal is not None and not isinstance(error, Stopped):
            raise  # the second Ctrl-C, at any moment
        interrupted = True
    hooks.end(dict)
    if not (np.isfinite(search.vector).all() and (interrupted or np.isfinite(search.value))):
        raise DataError(DIVERGED)
    dtype = examples.X.dtype
    e._put({name: array.astype(dtype) for name, array in objective.unpack(search.vector).items()})
    e.n_iter_ = min(search.iterations, e.max_iter)
    e.loss_ = e.best_loss_ = search.value + search.offset
    if interrupted:
        warnings.warn("Training interrupted by user.", stacklevel=2)
    elif search.failure:
        warnings.warn(
            f"lbfgs failed to converge after {search.iterations} iteration(s) {search.failure}. More iterations "
            "(max_iter, max_fun) or scaled data may help.", ConvergenceWarning, stacklevel=2,
        )  # fmt: skip
    hooks.close()


class Search:
    """SciPy's search for the minimum. vector, value : theta and the objective after the last of `iterations`."""

    e: Any
    objective: Objective
    hooks: Hooks
    offset: float
    vector: np.ndarray
    value: float
    iterations: int

    def __init__(self, estimator: Any, objective: Objective, hooks: Hooks, offset: float):
        self.e, self.objective, self.hooks, self.offset = estimator, objective, hooks, offset
        self.vector, self.value, self.iterations = objective.pack(objective.theta), float("nan"), 0
        self.failure: str = ""
        self.interrupt: CtrlC = CtrlC()

    def run(self) -> None:
        e = self.e
        e.loss_curve_ = []
        with self.interrupt, others_on_one_thread():
            result = minimize(
                self.look, self.vector, method="L-BFGS-B", jac=True, callback=self.after,
                options={"maxfun": e.max_fun, "maxiter": e.max_iter, "gtol": e.tol},
            )  # fmt: skip
        self.vector, self.value, self.iterations = result.x, result.fun, int(result.nit)
        if result.status not in (0, 99):  # 99: a callback has asked to stop
            message = result.message.decode() if isinstance(result.message, bytes) else result.message
            self.failure = f"(status={result.status}): {message}"

    def look(self, vector: np.ndarray) -> tuple[float, np.ndarray]:
        """The objective and its gradient. Raises Stopped after Ctrl-C."""
        self.interrupt.check()
        value_and_gradient = self.objective(vector)
        if self.iterations == 0 and np.isnan(self.value):
            self.value = self.objective.value  # of theta as it is
        return value_and_gradient

    def after(self, vector: np.ndarray) -> None:
        """After an iteration: note theta and the loss, and call the callbacks."""
        e = self.e
        self.vector, self.value, self.iterations = vector.copy(), self.objective.value, self.iterations + 1
        e.loss_curve_.append(self.value + self.offset)
        if e.verbose:
            say(f"Iteration {len(e.loss_curve_)}, loss = {e.loss_curve_[-1]:.8f}")
        stop = self.hooks.end(lambda: e._attributes(self.objective.unpack(vector)))
        self.hooks.begin()
        if stop:
            raise StopIteration
