"""Stochastic gradient descent on an engine, with the epochs of scikit-learn's solvers "sgd" and "adam"."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from bprop.console import say
from bprop.data import DataSet
from bprop.engines import choose
from bprop.engines.engine import Job, Run, Stretch
from bprop.engines.precision import need_representable
from bprop.errors import DataError
from bprop.estimators.callbacks import Hooks
from bprop.estimators.inputs import Examples, FitArguments
from bprop.estimators.monitor import Monitor, hold_out
from bprop.estimators.network import Network
from bprop.estimators.optimiser import Optimiser, rule_of
from bprop.estimators.sparse import SparseRows
from bprop.estimators.workload import engine_for
from bprop.record import Record
from bprop.training.epoch import BadStepError, Between, Pace, Position, run_epoch
from bprop.training.interrupt import CtrlC, Stopped
from bprop.training.progress import Progress, progress_of

AUTO_BATCH = 200
DIVERGED = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be preprocessed."
)


class Epochs(Between):
    """The epochs of one call of fit or partial_fit: an engine's run, restarted when the learning rate changes.

    loss : the mean objective over the examples of the epoch so far. at : the position in the epoch.
    """

    estimator: Any
    network: Network
    dtype: np.dtype
    interrupt: CtrlC
    data: DataSet
    batch_size: int
    pace: Pace
    at: Position
    job: Job
    run: Run

    def __init__(self, estimator: Any, network: Network, data: DataSet, dtype: np.dtype, interrupt: CtrlC):
        self.estimator, self.network, self.dtype, self.interrupt = estimator, network, dtype, interrupt
        self.optimiser: Optimiser = estimator._optimizer
        self.data, self.batch_size = data, batch_size(estimator.batch_size, len(data))
        self.steps: int = -(-len(data) // self.batch_size)
        self.pace, self.at = Pace(), Position()
        self.loss: float = float("nan")

    def start(self, theta: dict[str, np.ndarray], planned: int) -> None:
        """Start a run from theta, for at most `planned` epochs."""
        e, optimiser = self.estimator, self.optimiser
        rule = rule_of(e, optimiser, e.t_, len(self.data), self.steps)
        self.job = Job(self.network.graph, rule, self.data, self.batch_size, self.dtype, optimiser.noise_seed)
        need_representable(self.job, theta)
        if any(isinstance(array, SparseRows) for array in self.data.arrays.values()):
            engine = choose("numpy" if isinstance(e.engine, str) else e.engine)
        else:
            engine = engine_for(self.job, planned * self.steps, e.engine, e.device, optimiser.updates)
        self.run = engine.start(self.job, theta)
        if optimiser.arrays is not None:
            self.run.restore(theta, optimiser.arrays)

    def epoch(self, order: np.ndarray) -> float:
        """Train for one epoch. Returns the mean objective over its examples, each before its update; NaN if not finite.

        Raises Stopped between two steps, after Ctrl-C.
        """
        self.at = Position(updates=self.optimiser.updates)
        try:
            run_epoch(self.run, self.job, self.at, order, self.pace, self)
        except BadStepError:
            return float("nan")
        finally:
            self.optimiser.updates = self.at.updates
        return self.loss

    @property
    def undo(self) -> bool:  # type: ignore[override]
        """True if a KeyboardInterrupt may come in the middle of a stretch. Some tools raise it in threads, in which the
        handler of Ctrl-C cannot be set."""
        return not self.interrupt.watches

    def stop(self) -> bool:
        self.interrupt.check()
        return False

    def done(self, at: Position, stretch: Stretch) -> None:
        self.loss = stretch.sums["loss"] / (stretch.sums["weight"] or 1.0)

    def keep(self) -> dict[str, np.ndarray]:
        """Store the rule's state in the optimiser. Returns theta."""
        self.optimiser.arrays = self.run.rule_arrays()
        return self.run.params()


def batch_size(wanted: Any, count: int) -> int:
    """Examples per update. "auto" is always 200, so that one compiled step serves sets of any size."""
    if isinstance(wanted, str):
        return AUTO_BATCH
    if wanted > count:
        warnings.warn(
            f"batch_size={wanted} is larger than the {count} examples: every batch holds all of them", stacklevel=2
        )
    return int(wanted)


def fit_stochastic(
    estimator: Any, arguments: FitArguments, examples: Examples, held: Examples | None, incremental: bool
) -> None:
    """Train for up to `max_iter` epochs (one, if incremental), and set the attributes of scikit-learn's estimators."""
    e = estimator
    user_X = arguments.X_val if held is not None else None
    if e.early_stopping and held is None:
        examples, held = hold_out(e, examples, e._split_random())
    most = 1 if incremental else e.max_iter
    interrupt = CtrlC()
    epochs = Epochs(e, e._network_, examples.data(e._network_), examples.X.dtype, interrupt)
    theta = e._theta(examples.X.dtype)
    epochs.start(theta, most)
    monitor = Monitor(e, held, theta, user_X)
    hooks = Hooks(e, most, arguments.X, arguments.y, arguments.metadata)
    fitting = Fitting(e, epochs, monitor, hooks, e._loss_offset(examples))
    e.n_iter_ = 0
    try:
        with interrupt:
            while fitting.next(incremental):
                pass
            interrupt.check()  # it came in the last epoch
    except KeyboardInterrupt as error:
        if interrupt.signal is not None and not isinstance(error, Stopped):
            raise  # the second Ctrl-C, at any moment
        fitting.interrupted()
    finally:
        fitting.progress.close()
    last = epochs.keep()
    e._put(monitor.best_theta if monitor.early else last)
    if fitting.diverged and not monitor.early:
        raise DataError(f"{DIVERGED} (epoch {e.n_iter_}; a smaller learning_rate_init or clip_norm=1.0 may help)")
    hooks.close()


class Fitting:
    """The epochs of a fit, and the work of scikit-learn's estimators after each.

    offset : the reported loss minus the graph's loss. diverged : a loss was not finite.
    """

    e: Any
    epochs: Epochs
    monitor: Monitor
    hooks: Hooks
    offset: float

    def __init__(self, estimator: Any, epochs: Epochs, monitor: Monitor, hooks: Hooks, offset: float):
        self.e, self.epochs, self.monitor, self.hooks, self.offset = estimator, epochs, monitor, hooks, offset
        self.progress: Progress = progress_of(
            estimator.progress, estimator.max_iter, estimator.max_iter * epochs.steps, 0
        )
        self.diverged: bool = False

    def next(self, incremental: bool) -> bool:
        """Train for an epoch. Returns True if another follows."""
        e, epochs = self.e, self.epochs
        epochs.interrupt.check()
        self.hooks.begin()
        loss = epochs.epoch(self.order()) + self.offset
        self.note(loss)
        if not np.isfinite(loss):
            self.diverged = True
            self.monitor.diverged()
            return False
        self.monitor.look(epochs.run.params, loss)
        self.show()
        self.follow_rate()
        stop = self.hooks.end(lambda: e._attributes(epochs.run.params()))
        if stop or (self.monitor.exhausted and self.stops()) or incremental:
            return False
        if e.n_iter_ >= e.max_iter:
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({e.max_iter}) reached and the optimization hasn't "
                "converged yet.", ConvergenceWarning, stacklevel=2,
            )  # fmt: skip
            return False
        return True

    def note(self, loss: float) -> None:
        """Note a finished epoch in the attributes of scikit-learn's estimators."""
        e = self.e
        e.loss_ = loss
        e.t_ += len(self.epochs.data)
        e.loss_curve_.append(loss)
        e.n_iter_ += 1
        if e.verbose:
            say(f"Iteration {e.n_iter_}, loss = {loss:.8f}")

    def interrupted(self) -> None:
        """Warn of Ctrl-C. If no epoch was finished, `loss_` is that of the examples so far, NaN if there were none."""
        if self.e.n_iter_ == 0:
            self.e.loss_ = self.epochs.loss + self.offset
        warnings.warn("Training interrupted by user.", stacklevel=2)

    def order(self) -> np.ndarray:
        """The order of the next epoch: the last one shuffled, with scikit-learn's draws."""
        optimiser, count = self.epochs.optimiser, len(self.epochs.data)
        if optimiser.order is None or len(optimiser.order) != count or not self.e.shuffle:
            optimiser.order = np.arange(count, dtype=np.int32)
        if self.e.shuffle:
            drawn = np.arange(count)
            self.e._random_state.shuffle(drawn)
            optimiser.order = optimiser.order[drawn]
        return optimiser.order

    def follow_rate(self) -> None:
        """learning_rate="invscaling": the rate of the next epoch, as the rule computes it."""
        e, optimiser = self.e, self.epochs.optimiser
        if e.solver == "sgd" and e.learning_rate == "invscaling":
            optimiser.learning_rate = float(e.learning_rate_init) / (e.t_ + 1) ** e.power_t

    def stops(self) -> bool:
        """Called without improvement: True to stop; learning_rate="adaptive" continues at a fifth of the rate."""
        e, epochs = self.e, self.epochs
        adaptive = e.solver == "sgd" and e.learning_rate == "adaptive"
        if not adaptive or not epochs.optimiser.divide_rate():
            self.say(" Learning rate too small. Stopping." if adaptive else " Stopping.")
            return True
        self.say(f" Setting learning rate to {epochs.optimiser.learning_rate:f}")
        e._no_improvement_count = 0
        epochs.start(epochs.keep(), e.max_iter - e.n_iter_)
        return False

    def say(self, end: str) -> None:
        """Print the monitor's message and `end`, if verbose."""
        if self.e.verbose:
            say(self.monitor.message + end)

    def show(self) -> None:
        """Show the epoch on the progress bar."""
        e, epochs = self.e, self.epochs
        if e.progress is not False:
            speed = len(epochs.data) / max(epochs.at.seconds, 1e-9)
            updates = epochs.optimiser.updates
            self.progress.epoch(Record(e.n_iter_, updates, e.loss_, 0.0, e.loss_, examples_per_second=speed))
