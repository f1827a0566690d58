"""Several networks of one architecture, trained in step: an epoch of each in turn. Their mean is the result."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from bprop.console import say
from bprop.data import DataSet
from bprop.engines import surroundings
from bprop.engines.many import on_one_core
from bprop.errors import NonFiniteError, SettingError
from bprop.graph import Graph
from bprop.training.averaged import mean_fit, mean_record
from bprop.training.checkpoints.members import make_above, member_place, member_source
from bprop.training.crew import Crew, OfCrew
from bprop.training.events import from_begin_to_end
from bprop.training.fit import Fit
from bprop.training.helm import steering_of
from bprop.training.hooks import Hooks, read_callbacks
from bprop.training.interrupt import Terminated
from bprop.training.kinds import kinds_of
from bprop.training.progress import progress_of
from bprop.training.settings import TrainSettings
from bprop.visible import visible

SEEDS = 12
"""The stream of random numbers for the seeds of members."""


@dataclass(frozen=True)
class Member:
    """The rows that one network of an ensemble is trained on, and those that it watches. graph : its own, if it is of
    another kind than others'."""

    seed: int
    train: DataSet
    validation: DataSet | None
    graph: Graph | None = None


def member_seed(seed: int, k: int) -> int:
    """The seed of member k = 0, 1, ... The first has the seed of the run."""
    return seed if k == 0 else int(np.random.SeedSequence([seed, k, SEEDS]).generate_state(1)[0])


def train_members(
    graph: Graph, members: Sequence[Member], make_rule: Callable[[int], Any], settings: Mapping[str, Any],
    over: Callable[[], bool] | None = None,
) -> Fit:  # fmt: skip
    """Train a network for each member, on a core each where the engine allows it, and return the fit of their mean; of
    a single member, its own.

    make_rule : gives the update rule for a number of examples. settings : of `bprop.train`; callbacks and progress are
    for all members together, and a checkpoint has a place for each. over : whether the time for training is over.

    Ctrl-C and SIGTERM end all of them: the fit has the best epoch of each, as far as they came. A member that diverges
    is kept at its best epoch, or left out. Of members of several kinds (graphs, kind after kind, as many of each),
    those are kept that do best on rows that they were not trained on: see `kinds_of`.
    """
    return Team(graph, members, make_rule, settings, over).run()


class Turns(OfCrew):
    """A trainer that is asked for an epoch at a time."""

    together = True

    def result(self, stopped: str) -> Fit:
        """The fit so far, at its best epoch where there is one, however training ended."""
        fit = self.fit(stopped)
        if self.kept:
            assert self.stopping is not None
            fit.params, fit.best_epoch = self.stopping.best_params, self.stopping.best_epoch
        return fit

    @property
    def kept(self) -> bool:
        """Whether there is a best epoch so far."""
        return self.stopping is not None and bool(self.stopping.best_params)

    @property
    def planned(self) -> int:
        """The updates of all epochs."""
        return self.settings.epochs * self.job.steps_per_epoch


class Team:
    """The trainers of all members. ended : {number of a member: its fit}, for those that are done."""

    members: list[Member]
    wanted: Any
    place: Any | None
    every: Any | None
    began: tuple[float, int]

    apart: bool

    def __init__(
        self, graph: Graph, members: Sequence[Member], make_rule: Callable[[int], Any], settings: Mapping[str, Any],
        over: Callable[[], bool] | None = None,
    ):  # fmt: skip
        callbacks = read_callbacks(settings.get("callbacks", ()))
        self.crew: Crew = Crew(len(members), over, steering_of(callbacks))
        self.members, self.wanted = list(members), settings.get("progress", "auto")
        self.kinds: int = len({id(member.graph or graph) for member in members})
        self.hooks: Hooks = Hooks(callbacks)
        if self.hooks.until_due(0) is not None:
            raise SettingError(
                "a callback with a method `step` follows the updates of one network, and here bprop trains several or "
                "within a limit on the time: ask for one (members=1), without a limit, or use the method `epoch`"
            )
        self.place, self.every = settings.get("checkpoint"), settings.get("every")
        self.resume: Any | None = settings.get("resume")
        self.ended: dict[int, Fit] = {}
        self.trainers: list[Turns] = []
        if self.place is not None:
            make_above(self.place, self.every)
        in_memory = all(member.train.in_memory for member in members)
        self.threads: int = min(surroundings.cores(), len(members)) if in_memory else 1
        try:
            with self._own_core():
                for k, member in enumerate(members):
                    own = self._settings(k, member, make_rule, settings)
                    job = own.make_job(member.graph or graph, member.train)
                    self.trainers.append(Turns(self.crew, k, job, own.make_engine(), own.first_theta(job), own))
        except BaseException:
            self._close()
            raise

    def _own_core(self) -> AbstractContextManager[None]:
        """Within the context, what this thread computes stays on its core, where other members run on others."""
        return on_one_core() if self.threads > 1 else nullcontext()

    def _settings(
        self, k: int, member: Member, make_rule: Callable[[int], Any], settings: Mapping[str, Any]
    ) -> TrainSettings:
        places = {}
        if self.place is not None:
            places["checkpoint"] = member_place(self.place, self.every, k + 1)
        if self.resume is not None:
            places["resume"] = member_source(self.resume, len(self.members), k + 1)
        health = settings.get("health", False) if k == 0 else False  # one network is enough to look at
        own = {
            "seed": member.seed, "validation": member.validation, "rule": make_rule(len(member.train)),
            "callbacks": (), "progress": False, "health": health, **places,
        }  # fmt: skip
        if k > 0 and settings.get("batch_size") is not None:  # a set of whole groups may be smaller than the first
            own["batch_size"] = min(settings["batch_size"], len(member.train))
        return TrainSettings(**{**settings, **own})

    def _close(self) -> None:
        for trainer in self.trainers:
            trainer.close()

    # --- from the beginning to the end ---

    def run(self) -> Fit:
        """Train all members; see Fit.stopped for how it can end. Callbacks are called as those of `bprop.train`."""
        try:
            return from_begin_to_end(self.hooks, self.fit, self._train, whole=True)
        finally:
            self._close()

    def _train(self) -> Fit:
        crew, total = self.crew, sum(trainer.planned for trainer in self.trainers)
        done, stopped = sum(crew.updates), self._stop("callback") if self.hooks.stopping else None
        self.apart = all(trainer.run_.apart for trainer in self.trainers)
        self.began, crew.planned = (perf_counter(), done), total
        self.trainers[0].helm.begin(self.trainers[0].position)
        with crew.interrupt:
            crew.shown = progress_of(self.wanted, self.trainers[0].settings.epochs, total, done)
            try:
                while stopped is None:
                    stopped = self._round()
            finally:
                crew.shown.close()
        fit = self.fit(stopped)
        return self._interrupted(fit) if stopped == "interrupted" else fit

    def _left(self) -> str:
        """The time that the epochs that are left may take, for people: "40 s"."""
        total, done = sum(trainer.planned for trainer in self.trainers), sum(self.crew.updates)
        if done <= self.began[1]:
            return ""
        seconds = (perf_counter() - self.began[0]) * (total - done) / (done - self.began[1])
        return f"at most {seconds:.0f} s" if seconds < 100 else f"at most {seconds / 60:.0f} min"

    def _interrupted(self, fit: Fit) -> Fit:
        more = f", and resume={os.fspath(self.place)!r} continues it" if self.place is not None else ""
        message = (
            f"interrupted in epoch {self._epoch() + 1} after {fit.updates:,} updates of {len(self.trainers)} networks; "
            f"the best of each so far is kept{more}"
        )
        say(f"bprop: {visible(message)}", error=True)
        if self.crew.interrupt.signal not in (None, 2):  # SIGTERM asks the whole program to end
            raise Terminated(fit)
        return fit

    # --- an epoch of every member ---

    def _epoch(self) -> int:
        """The epochs that all members have done that are not at their end."""
        return min((t.position.epoch for k, t in enumerate(self.trainers) if k not in self.ended), default=0)

    def _round(self) -> str | None:
        """An epoch of each member that has done the fewest. Why training has ended, if it has."""
        epoch = self._epoch()
        self._turns([k for k, t in enumerate(self.trainers) if k not in self.ended and t.position.epoch == epoch])
        if self.crew.interrupt.signal is not None:
            return self._stop("interrupted")
        if self.crew.steered_to_stop:
            return self._stop("callback")
        if len(self.ended) < len(self.trainers) and self.crew.asked:
            return self._stop("time")
        if len(self.ended) == len(self.trainers):
            reasons = {fit.stopped for fit in self.ended.values()}
            return "patience" if reasons == {"patience"} else "epochs"
        return self._stop("callback") if self._report(epoch + 1) else None

    def _turns(self, numbers: Sequence[int]) -> None:
        """An epoch of some members, on a core each or one after the other. Raises NonFiniteError where all diverge."""
        with self._own_core():
            failures = self.crew.each(self._turn, numbers, self.threads if self.apart else 1)
        lost = [fit.stopped == "diverged" and not self.trainers[k].kept for k, fit in self.ended.items()]
        errors = [error for error in failures if error is not None]
        if errors and len(lost) == len(self.trainers) and all(lost):
            errors[-1].fit = self.fit("diverged", str(errors[-1]))
            raise errors[-1]

    def _turn(self, k: int) -> NonFiniteError | None:
        """An epoch of a member. One that diverges is kept at its best epoch, or left out where there is none; the
        error then."""
        if self.crew.stopping:
            return None
        trainer, count = self.trainers[k], len(self.trainers)
        try:
            stopped = trainer.turn()
        except NonFiniteError as error:
            self._end(k, "diverged")
            if count > 1:
                end = "its best epoch is kept" if trainer.kept else "it is left out"
                say(f"bprop: network {k + 1} of {count}: {visible(error)}; {end}", error=True)
            return error
        if stopped is not None and stopped != "interrupted":
            self._end(k, stopped)
        return None

    def _end(self, k: int, stopped: str) -> None:
        """Member k is done. The updates that it has not done are no longer waited for."""
        self.ended[k] = self.trainers[k].result(stopped)
        self.crew.updates[k] = self.trainers[k].planned

    def _stop(self, stopped: str) -> str:
        """Write the last checkpoints of the members that are not done."""
        for k, trainer in enumerate(self.trainers):
            if k not in self.ended:
                trainer.save_checkpoint(stopped)
        return stopped

    def _report(self, epoch: int) -> bool:
        """Show an epoch that all members have done or ended before; whether a callback ends training."""
        histories = [trainer.history for trainer in self.trainers]
        if not any(len(history) >= epoch for history in histories):
            return False
        record = mean_record(epoch, histories)
        self.crew.shown.left = self._left()
        self.crew.shown.epoch(record)
        return self.hooks.epoch(record, lambda: self.fit("running"))

    def fit(self, stopped: str, failure: str | None = None) -> Fit:
        """The mean of all members, each at its best epoch; those that diverged before their first are left out."""
        fits = [self.ended.get(k) or trainer.result(stopped) for k, trainer in enumerate(self.trainers)]
        usable = [k for k, fit in enumerate(fits) if fit.stopped != "diverged" or self.trainers[k].kept]
        taken = usable or list(range(len(fits)))
        kinds = None
        if stopped not in ("running", "failed", "diverged"):
            held = [member.validation for member in self.members]
            kinds = kinds_of({k: fits[k] for k in taken}, held, self.kinds)
        if kinds is not None:
            each = len(fits) // self.kinds
            taken = [k for k in taken if k // each in kinds.chosen]
        if len(fits) == 1:
            fits[0].stopped, fits[0].failure = stopped, failure
            return fits[0]
        mean = mean_fit([fits[k] for k in taken], [self.members[k].validation for k in taken], stopped)
        mean.failure, mean.kinds = failure, kinds
        return mean
