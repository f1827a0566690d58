"""A search from its options to its result: the study is opened, trials are convert, and the best model is kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bprop.errors import SettingError
from bprop.tables.timing import seconds_of
from bprop.training import Fit
from bprop.training.settings import whole
from bprop.tuning import library
from bprop.tuning.problem import Problem
from bprop.tuning.ranges import Fixed, Range
from bprop.tuning.result import KEY, Tuned
from bprop.tuning.search import Limits, Search
from bprop.tuning.study import Journal, Study
from bprop.tuning.telling import Telling, telling
from bprop.tuning.trial import finite
from bprop.tuning.words import need_best

TRIALS = 50


@dataclass(frozen=True)
class Options:
    """How to search."""

    limits: Limits
    sampler: Any
    pruner: Any
    study: Path | None
    telling: Telling | None
    seed: int

    @classmethod
    def of(
        cls, trials: int | None, time: float | str | None, sampler: Any, pruner: Any,
        study: str | os.PathLike[str] | None, progress: bool | str, seed: int,
    ) -> Options:  # fmt: skip
        """The options, checked. Raises SettingError, UnknownNameError, and MissingPackageError without Optuna."""
        library.optuna()
        library.need_sampler(sampler)
        library.need_pruner(pruner)
        count = TRIALS if trials is None and time is None and sampler != "grid" else trials
        count = None if count is None else whole("trials", count)
        return cls(
            Limits(count, None if time is None else seconds_of(time, "to search")), sampler, pruner,
            None if study is None else Path(study), telling(progress), seed,
        )  # fmt: skip


def result_of(
    problem: Problem, space: Mapping[str, Range], first: Mapping[str, Any], options: Options,
    convert: Callable[[Fit], Fit] | None,
) -> Tuned:  # fmt: skip
    """Search, and keep the best model. convert : from the fit of the best trial to what the result holds.

    An error that ended the search is in `error` of the result, where a trial was complete by then.

    Raises SettingError where no trial is complete.
    """
    _need_something(space, options.sampler)
    study = open_study(problem, space, options)
    try:
        before = len(study.trials)
        search = Search(
            problem, space, study, options.sampler, options.seed, options.limits, first or None,
            None if options.telling is None else options.telling.trial,
        )  # fmt: skip
        if before and options.telling is not None:
            options.telling.remark(f"{options.study}: goes on after {before:,} trials")
        search.run()
    finally:
        study.close()
    if not search.trials and search.stopped == "interrupted":
        raise KeyboardInterrupt
    if search.error is not None and search.best is None:
        raise search.error
    return _kept(search, options, convert)


def open_study(problem: Problem, space: Mapping[str, Range], options: Options) -> Study:
    """The study of a problem, with the trials of its file, if there is one."""
    steps = max(one.grid()[-1] for one in [space["epochs"]]) * len(problem.stages)
    pruner = library.pruner(options.pruner, max(space["epochs"].grid()), steps)
    journal = None
    if options.study is not None:
        identity = {
            "data": problem.checksum(), "space": {name: one.plain() for name, one in space.items()},
            "measure": problem.monitor, "number of folds": len(problem.folds), "seed": options.seed,
            "dtype": str(problem.common["dtype"]), **({"sampler": "grid"} if options.sampler == "grid" else {}),
        }  # fmt: skip
        journal = Journal(options.study, identity, problem.maximise)
    try:
        return Study(space, problem.maximise, pruner, journal)
    except BaseException:
        if journal is not None:
            journal.close()
        raise


def _need_something(space: Mapping[str, Range], sampler: Any) -> None:
    if all(isinstance(one, Fixed) for one in space.values()):
        raise SettingError("every setting is fixed, so there is nothing to search: give one of them a range or choices")


def _kept(search: Search, options: Options, convert: Callable[[Fit], Fit] | None) -> Tuned:
    """The best model: the network that was measured, or one that is trained once more."""
    problem = search.problem
    best = need_best(search.trials, problem.maximise)
    fit, again = search.fit, None
    if fit is None:
        if options.telling is not None:
            options.telling.remark(f"training once more with the settings of trial {best.number}")
        fit = problem.train(problem.final, best.settings)
        again = finite(problem.measures(problem.final, fit).get(problem.monitor))
    result = Tuned(
        fit if convert is None else convert(fit), search.trials, search.space, problem.monitor, problem.maximise,
        search.stopped, problem.name, _name(options.sampler), _name(options.pruner), options.seed, len(problem.folds),
        search.fit is not None, again, options.study, None, search.terminated, search.error,
    )  # fmt: skip
    result.fit.notes[KEY] = result.notes()
    return result


def _name(one: Any) -> str:
    return one if isinstance(one, str) else type(one).__name__
