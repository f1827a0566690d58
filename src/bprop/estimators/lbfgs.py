"""The solver "lbfgs": SciPy's L-BFGS-B on the graph's own objective and gradients over all examples, in float64."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning

from bprop.console import say
from bprop.data import DataSet
from bprop.engines.program import Program
from bprop.errors import DataError, SettingError
from bprop.estimators.callbacks import Hooks
from bprop.estimators.inputs import Examples, FitArguments
from bprop.estimators.loop import DIVERGED
from bprop.graph import Graph
from bprop.graph.objective import weighted_mean
from bprop.graph.passes import fprop
from bprop.graph.plan import Context
from bprop.graph.validation import cast
from bprop.namespace import Array
from bprop.training.interrupt import CtrlC, Stopped

F64 = np.dtype(np.float64)


class Objective:
    """theta as one vector -> the objective over all examples and its gradient, as one vector."""

    graph: Graph

    names: Any

    def __init__(self, graph: Graph, data: DataSet, theta: dict[str, np.ndarray]):
        self.graph, self.names = graph, graph.trainable
        self.program: Program = Program(graph, F64)
        self.context: Context = Context.of(len(data), F64, 0, data.weights)
        self.leaves: dict[str, Array] = {
            name: cast(array, graph.inputs[name], F64) for name, array in data.arrays.items()
        }
        self.leaves |= {name: cast(box.value, box, F64) for name, box in graph.constants.items()}
        self.theta: dict[str, np.ndarray] = {name: array.astype(F64) for name, array in theta.items()}
        self.value: float = np.inf

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
        plan, leaves = self.program.training, {**self.leaves, **self.unpack(vector)}
        with np.errstate(all="ignore"):
            state = fprop(plan, {name: leaves[name] for name in plan.leaves}, self.context)
            _, grads = self.program.gradients(state, self.context)
            values = [state.values[plan.slot_of[box]] for box in (self.graph.loss, self.graph.penalty) if box]
            self.value = float(weighted_mean(values[0], self.context.weights) + sum(values[1:]))
        return self.value, self.pack({name: grads[name] if name in grads else 0 * leaves[name] for name in self.names})


def fit_lbfgs(estimator: Any, arguments: FitArguments, examples: Examples) -> None:
    """Minimise until the gradient is at most `tol`, for at most `max_iter` iterations and `max_fun` evaluations.

    Ctrl-C ends the search with the parameters of the last iteration.
    """
    e, network = estimator, estimator._network_
    if any("noise" in step.box.needs for step in network.graph.plan(training=True).nodes):
        raise SettingError("solver='lbfgs' needs the same objective at every evaluation: dropout needs 'sgd' or 'adam'")
    if len(network.graph.trainable) < len(network.graph.parameters):
        raise SettingError("solver='lbfgs' does not update running averages: normalise='batch' needs 'sgd' or 'adam'")
    objective = Objective(network.graph, examples.data(network), e._theta(F64))
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
        with self.interrupt:
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
