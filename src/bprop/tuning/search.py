"""The search: trials, one after the other, until their number or the time is reached."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic as clock
from typing import Any

import numpy as np

from bprop.errors import NonFiniteError, SettingError
from bprop.training import Fit, Terminated
from bprop.training.interrupt import Interrupt
from bprop.tuning import library
from bprop.tuning.problem import Problem, Reached, Stage
from bprop.tuning.ranges import Range
from bprop.tuning.study import Study
from bprop.tuning.trial import COMPLETE, DIVERGED, FAILED, PRUNED, Trial, best_of, finite

MOST_POINTS = 1_000_000  # of a grid
Listener = Callable[[Trial, "Search"], None]


@dataclass
class Limits:
    """When a search ends: after so many trials of the study in all, or after so many seconds of this run."""

    trials: int | None
    seconds: float | None


class Search:
    """Trials of a problem.

    first : settings of the first trial. seed : of the settings that are drawn. listener : called after each trial.
    stopped : why it ended: "trials", "time", "grid" (all of it is done), "interrupted" or "failed". fit : the network
    of the best trial, where this run has trained it and trials have no folds. terminated : whether SIGTERM came.
    """

    problem: Problem
    space: Mapping[str, Range]
    study: Study
    sampler: Any
    seed: int
    limits: Limits
    first: Mapping[str, Any] | None
    listener: Listener | None
    stopped: str
    terminated: bool
    began: float
    signals: Interrupt

    error: Exception | None

    def __init__(
        self, problem: Problem, space: Mapping[str, Range], study: Study, sampler: Any, seed: int, limits: Limits,
        first: Mapping[str, Any] | None = None, listener: Listener | None = None,
    ):  # fmt: skip
        self.problem, self.space, self.study = problem, space, study
        self.sampler, self.seed, self.limits, self.first, self.listener = sampler, seed, limits, first, listener
        self.stopped, self.terminated, self.error = "", False, None
        self.fit: Fit | None = None
        self.grid: list[dict[str, Any]] | None = grid_of(space, seed) if sampler == "grid" else None
        self.before: float = study.trials[-1].at if study.trials else 0.0

    @property
    def trials(self) -> list[Trial]:
        return self.study.trials

    @property
    def best(self) -> Trial | None:
        """The best complete trial so far."""
        return best_of(self.trials, self.problem.maximise)

    def run(self) -> None:
        """Make trials until the search is to end. Ctrl-C and SIGTERM end it between two steps of training.

        An error that is no trial's own ends it, too: it is kept in `error`, so that the best model can be saved.
        """
        self.began = clock()
        with Interrupt() as self.signals:
            try:
                while not self._is_over():
                    self._trial()
            except Terminated:
                self.stopped, self.terminated = "interrupted", True
            except KeyboardInterrupt:
                self.stopped = "interrupted"
            except Exception as error:
                self.stopped, self.error = "failed", error
        if self.signals.signal is not None:
            self.stopped = "interrupted"
            self.terminated = self.terminated or self.signals.signal != 2

    def _is_over(self) -> bool:
        done = len(self.trials)
        if self.stopped or self.signals.signal is not None:
            self.stopped = self.stopped or "interrupted"
        elif self.grid is not None and done >= len(self.grid):
            self.stopped = "grid"
        elif self.limits.trials is not None and done >= self.limits.trials:
            self.stopped = "trials"
        elif done and self._out_of_time():  # there is one trial at least
            self.stopped = "time"
        return bool(self.stopped)

    def seconds_left(self) -> float | None:
        """The seconds that are left for searching; None where it has no end."""
        return None if self.limits.seconds is None else self.began + self.limits.seconds - clock()

    def must_stop(self) -> bool:
        """Whether the trial in training is to end after its epoch: the time is over, or a signal came before it."""
        return self.signals.signal is not None or self._out_of_time()

    def _out_of_time(self) -> bool:
        left = self.seconds_left()
        return left is not None and left <= 0

    def _trial(self) -> None:
        """One trial, from its settings to its place in the study."""
        number, started = len(self.trials), clock()
        live, settings = self.study.begin(library.sampler(self.sampler, self.seed, number), self._params(number))
        running = Running(self, live, settings)
        running.train()
        if running.interrupted:
            self.stopped = "interrupted"
            return
        trial = running.trial(number + 1, clock() - started, self.before + clock() - self.began)
        if trial.state == FAILED and self.best is None and running.error is not None:
            raise running.error  # the first of all: not these settings are at fault, but all
        is_best = best_of([*self.trials, trial], self.problem.maximise) is trial
        self.study.end(live, trial)
        if is_best:
            self.fit = running.fit if not self.problem.folds else None
        if self.listener is not None:
            self.listener(trial, self)

    def _params(self, number: int) -> dict[str, Any] | None:
        """The settings of a trial that are not drawn: a point of the grid, or those of the first trial."""
        if self.grid is not None:
            return library.as_params(self.space, self.grid[number])
        if number == 0 and self.first is not None:
            searched = library.distributions(self.space)
            there = {name: value for name, value in self.first.items() if name in searched}
            if all(self.space[name].holds(value) for name, value in there.items()) and len(there) == len(searched):
                return library.as_params({name: self.space[name] for name in searched}, there)
        return None


class Running:
    """A trial while it is trained: on its folds, one after the other, or on the rows of the model alone."""

    search: Search
    settings: Mapping[str, Any]
    state: str
    why: str
    interrupted: bool

    def __init__(self, search: Search, live: Any, settings: Mapping[str, Any]):
        self.search, self.settings = search, settings
        self.reached: Reached = Reached(search.problem, live, search.must_stop, settings["epochs"])
        self.measured: list[dict[str, float]] = []
        self.fit: Fit | None = None
        self.best_epoch: int | None = None
        self.state, self.why, self.interrupted = COMPLETE, "", False
        self.error: Exception | None = None

    def train(self) -> None:
        """Train its networks, as far as it comes."""
        stages = self.search.problem.stages
        try:
            for number, stage in enumerate(stages):
                self.reached.fold = number
                if not self._train(stage) or (self.reached.out_of_time and number + 1 < len(stages)):
                    break
        except NonFiniteError as error:
            self.state, self.why = DIVERGED, str(error)
        except Exception as error:
            with suppress(AttributeError):
                error.fit = None  # type: ignore[attr-defined] (it holds all parameters)
            self.state, self.why, self.error = FAILED, f"{type(error).__name__}: {error}", error
        if self.reached.out_of_time and self.state == COMPLETE and not self.interrupted:
            self._cut_short(len(stages))

    def _train(self, stage: Stage) -> bool:
        """Train on one stage; whether the next may follow."""
        problem, reached = self.search.problem, self.reached
        fit = problem.train(stage, self.settings, [reached])
        if fit.stopped == "interrupted" or self.search.signals.signal is not None:
            self.interrupted = True
            return False
        if reached.fold == 0:
            self.best_epoch = fit.best_epoch
        if reached.pruned:
            self.state, self.why = PRUNED, f"others did better after {reached.done} epochs"
            return False
        measured = problem.measures(stage, fit)
        if finite(measured.get(problem.monitor)) is None:
            self.state, self.why = DIVERGED, f"the {problem.monitor} of the rows it is measured on is not finite"
            return False
        self.fit = fit
        self.measured.append(measured)
        if problem.folds and len(self.measured) < len(problem.folds):
            reached.report(self.mean()[problem.monitor], len(self.measured) * self.settings["epochs"])
            if reached.pruned:
                self.state = PRUNED
                self.why = f"others did better in {len(self.measured)} of {len(problem.folds)} folds"
        return self.state == COMPLETE

    def _cut_short(self, stages: int) -> None:
        """The time was over: the trial counts where it was trained on all its rows, or is the only one."""
        self.why = f"the time was over after {self.reached.done} epochs"
        if len(self.measured) < stages and self.search.best is not None:
            self.state = PRUNED

    def mean(self) -> dict[str, float]:
        """The measures, averaged over the folds that are done."""
        return {name: float(np.mean([one[name] for one in self.measured])) for name in self.measured[0]}

    def trial(self, number: int, seconds: float, at: float) -> Trial:
        """The trial, for the study."""
        measures = self.mean() if self.measured and self.state in (COMPLETE, PRUNED) else {}
        value = measures.pop(self.search.problem.monitor, None) if self.state == COMPLETE else self.reached.best
        return Trial(
            number, self.state, None if self.state in (DIVERGED, FAILED) else finite(value), self.settings,
            tuple(self.reached.curve), self.reached.done, self.best_epoch, seconds, at,
            measures if self.state == COMPLETE else {}, self.why,
        )  # fmt: skip


def grid_of(space: Mapping[str, Range], seed: int) -> list[dict[str, Any]]:
    """All points of a space, in an order that the seed decides. Raises SettingError where there are too many."""
    sides = [one.grid() for one in space.values()]
    count = int(np.prod([len(side) for side in sides], dtype=object))
    if count > MOST_POINTS:
        raise SettingError(f"the grid has {count:,} points: fix some settings, or draw them (the sampler tpe)")
    points = [dict(zip(space, point, strict=True)) for point in itertools.product(*sides)]
    order = np.random.default_rng(np.random.SeedSequence([seed, library.STREAM])).permutation(count)
    return [points[k] for k in order]
