"""Epochs of stochastic gradient descent on an engine, as scikit-learn's "sgd" and "adam" go through them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from bprop.console import say
from bprop.data import DataSet
from bprop.engines.engine import Job
from bprop.engines.precision import need_representable
from bprop.errors import DataError
from bprop.estimators.callbacks import Hooks
from bprop.estimators.inputs import Examples, Given
from bprop.estimators.monitor import Monitor, hold_out
from bprop.estimators.network import Network
from bprop.estimators.optimiser import Optimiser, rule_of
from bprop.estimators.workload import engine_for
from bprop.record import Record
from bprop.training.interrupt import CtrlC, Stopped
from bprop.training.pace import Pace
from bprop.training.progress import progress_of

AUTO_BATCH = 200
DIVERGED = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be preprocessed."
)


class Epochs:
    """The epochs of one call of fit or partial_fit: an engine's run, started anew where the learning rate changes."""

    def __init__(self, estimator: Any, network: Network, data: DataSet, dtype: np.dtype, optimiser: Optimiser):
        self.estimator, self.network, self.optimiser, self.dtype = estimator, network, optimiser, dtype
        self.data, self.batch_size = data, batch_size(estimator.batch_size, len(data))
        self.steps = -(-len(data) // self.batch_size)
        self.pace = Pace()
        self.loss = float("nan")

    def start(self, theta: dict[str, np.ndarray], planned: int) -> None:
        """Start a run from theta, for at most so many epochs."""
        e, optimiser = self.estimator, self.optimiser
        rule = rule_of(e, optimiser, e.t_, len(self.data), self.steps)
        job = Job(self.network.graph, rule, self.data, self.batch_size, self.dtype, optimiser.noise_seed)
        need_representable(job, theta)
        engine = engine_for(job, planned * self.steps, e.engine, e.device, optimiser.updates)
        self.run = engine.start(job, theta)
        if optimiser.arrays is not None:
            self.run.restore(theta, optimiser.arrays)

    def epoch(self, order: np.ndarray, interrupt: CtrlC) -> float:
        """Do one epoch: the mean objective over its examples, each before its update; NaN where it is not finite.

        `loss` is that of the examples so far. Raises Stopped between two steps, where Ctrl-C came.
        """
        self.run.set_order(order)
        self.seconds = 0.0
        done = 0
        while done < self.steps:
            interrupt.check()
            count = min(self.steps - done, -(-self.pace.next(self.steps - done) // self.run.turn) * self.run.turn)
            sums = self.stretch(done, count, interrupt.watches)
            if sums is None:
                return float("nan")
            done += count
            self.loss = sums["loss"] / (sums["weight"] or 1.0)
        return self.loss

    def stretch(self, start: int, count: int, quiet: bool) -> Mapping[str, float] | None:
        """Do some steps: the sums over the epoch so far, None where one is not finite.

        quiet : no KeyboardInterrupt is to be feared. Else one that comes in the middle of the steps undoes them: some
        tools raise it in threads, where Ctrl-C is not seen.
        """
        before = None if quiet else self.run.state
        try:
            stretch = self.run.steps(start, count, self.optimiser.updates)
            self.optimiser.updates += count
        except KeyboardInterrupt:
            if before is not None:
                self.run.state = before
            raise
        self.seconds += self.pace.done(count)
        return None if stretch.bad_step is not None else stretch.sums

    def keep(self) -> dict[str, np.ndarray]:
        """Keep the rule's state; theta."""
        self.optimiser.arrays = self.run.rule_arrays()
        return self.run.params()


def batch_size(given: Any, count: int) -> int:
    """Examples an update. "auto" is 200 whatever the count, so that a compiled step serves sets of any size."""
    if isinstance(given, str):
        return AUTO_BATCH
    if given > count:
        warnings.warn(f"batch_size={given} is larger than the {count} examples: all are taken", stacklevel=2)
    return int(given)


def fit_stochastic(estimator: Any, given: Given, examples: Examples, held: Examples | None, incremental: bool) -> None:
    """Train for up to `max_iter` epochs (one, if incremental), noting what scikit-learn's estimators note."""
    e = estimator
    given_X = given.X_val if held is not None else None
    if e.early_stopping and held is None:
        examples, held = hold_out(e, examples, e._split_random())
    epochs = Epochs(e, e._network_, examples.data(e._network_), examples.X.dtype, e._optimizer)
    theta = e._theta(examples.X.dtype)
    epochs.start(theta, 1 if incremental else e.max_iter)
    monitor = Monitor(e, held, theta, given_X)
    hooks = Hooks(e, 1 if incremental else e.max_iter, given.X, given.y, given.metadata)
    progress = progress_of(e.progress, e.max_iter, e.max_iter * epochs.steps, 0)
    e.n_iter_ = 0
    turn = Turn(e, epochs, monitor, hooks, progress, e._loss_offset(examples))
    interrupt = CtrlC()
    try:
        with interrupt:
            while turn.next(incremental, interrupt):
                pass
            interrupt.check()  # it came in the last epoch
    except KeyboardInterrupt as error:
        if interrupt.signal is not None and not isinstance(error, Stopped):
            raise  # the second Ctrl-C, at any moment
        turn.interrupted()
    finally:
        progress.close()
    found = epochs.keep()
    e._put(monitor.best_theta if monitor.early else found)
    if turn.diverged and not monitor.early:
        raise DataError(f"{DIVERGED} (epoch {e.n_iter_}; a smaller learning_rate_init or clip_norm=1.0 may help)")
    hooks.close()


class Turn:
    """One epoch after the other."""

    def __init__(self, estimator: Any, epochs: Epochs, monitor: Monitor, hooks: Hooks, progress: Any, offset: float):
        self.e, self.epochs, self.monitor, self.hooks = estimator, epochs, monitor, hooks
        self.progress, self.offset = progress, offset
        self.diverged = False

    def next(self, incremental: bool, interrupt: CtrlC) -> bool:
        """Go through an epoch; whether another is to follow."""
        e, epochs = self.e, self.epochs
        interrupt.check()
        self.hooks.begin()
        loss = epochs.epoch(self.order(), interrupt) + self.offset
        e.loss_ = loss
        e.t_ += len(epochs.data)
        e.loss_curve_.append(loss)
        e.n_iter_ += 1
        if e.verbose:
            say(f"Iteration {e.n_iter_}, loss = {loss:.8f}")
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

    def interrupted(self) -> None:
        """Say so. Where no epoch was finished, `loss_` is that of the examples seen: NaN where there were none."""
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
        """No improvement: stop, or with learning_rate="adaptive" go on at a fifth of the rate."""
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
        """Print why there was no improvement, where asked to."""
        if self.e.verbose:
            say(self.monitor.message + end)

    def show(self) -> None:
        """Tell the progress bar of the epoch."""
        e, epochs = self.e, self.epochs
        if e.progress is not False:
            speed = len(epochs.data) / max(epochs.seconds, 1e-9)
            updates = epochs.optimiser.updates
            self.progress.epoch(Record(e.n_iter_, updates, e.loss_, 0.0, e.loss_, examples_per_second=speed))
