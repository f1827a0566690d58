"""Training: the updates that `bp.train(graph, data, engine="numpy", shuffle=False)` makes, some at a time.

They are made by the loop of `bp.train` itself, `run_epoch`, with a run of the engine that begins where the last updates
ended.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bprop.engines.engine import Job, Run
from bprop.engines.numpy import NumpyEngine
from bprop.playing.network import Network
from bprop.playing.subjects.subject import Subject
from bprop.playing.work import Training, Work
from bprop.rules import Rule
from bprop.training.diagnose import explain
from bprop.training.epoch import BadStepError, Between, Pace, Position, run_epoch
from bprop.training.settings import TrainSettings


def job_of(subject: Subject, network: Network, rule: Rule, batch_size: int) -> Job:
    """The job of `bp.train` for these settings, with the data checked."""
    held = subject.held_out
    settings = TrainSettings(
        rule=rule, batch_size=batch_size, seed=network.seed, validation=held, shuffle=False,
        dtype=network.dtype, engine="numpy",
    )  # fmt: skip
    return settings.make_job(network.graph, dict(subject.data))


def run_of(job: Job, network: Network) -> Run:
    """The job on the NumPy engine."""
    return NumpyEngine().start(job, network.start)


class Some(Pace):
    """A pace of so many steps, without a clock."""

    left: int

    def __init__(self, count: int):
        self.left = count

    def next(self, remaining: int) -> int:
        return min(self.left, remaining)

    def done(self, count: int) -> float:
        self.left -= count
        return 0.0


class Until(Between):
    """Ends a stretch of an epoch when the steps of a pace are made."""

    def __init__(self, pace: Some):
        self.pace = pace

    def stop(self) -> bool:
        return self.pace.left <= 0


class FailedUpdateError(Exception):
    """An update led to a loss or a theta that is not finite. work : after the last update that did not."""

    def __init__(self, text: str, work: Work):
        super().__init__(text)
        self.work = work


def updates(run: Run, work: Work, count: int) -> Work:
    """The work after `count` updates more. Raises FailedUpdateError where a loss or theta is no longer finite."""
    while count:
        training = work.training
        done = min(count, training.curve.due(training.total), _left(run, training))
        work = _with_curve(run, _stretch(run, work, done))
        count -= done
    return work


def _left(run: Any, training: Training) -> int:
    return run.job.steps_per_epoch - training.step


def _stretch(run: Any, work: Work, count: int) -> Work:
    """The work after some steps within an epoch."""
    training, job = work.training, run.job
    begin(run, work)
    at = Position(training.epoch, training.step, training.updates)
    order, pace = job.data.order(job.seed, training.epoch, shuffle=False), Some(count)
    try:
        finished, failure = run_epoch(run, job, at, order, pace, Until(pace)), None
    except BadStepError as bad:
        finished, failure = False, explain(run, job, at, order, bad)  # which goes back to the last good step
    theta, state = run.state
    epoch, step = (at.epoch + 1, 0) if finished else (at.epoch, at.step)
    total = training.total + at.updates - training.updates
    after = replace(training, rule_state=state, epoch=epoch, step=step, updates=at.updates, total=total)
    work = replace(work, theta=theta, training=after)
    if failure is not None:
        raise FailedUpdateError(failure, work)
    return work


def begin(run: Any, work: Work) -> None:
    """Put the run where the work is."""
    state = work.training.rule_state
    run.state = dict(work.theta), run.job.rule_state(work.theta) if state is None else state


def _with_curve(run: Run, work: Work) -> Work:
    training = work.training
    if not training.curve.wants(training.total):
        return work
    return replace(work, training=replace(training, curve=training.curve.with_point(measured(run, work))))


def measured(run: Run, work: Work) -> tuple[int, float, float | None]:
    """The losses of the work, as a point of its curve."""
    begin(run, work)
    held = run.evaluate("validation")["loss"] if run.job.validation is not None else None  # type: ignore[attr-defined]
    return work.training.total, run.evaluate("data")["loss"], held


def started(run: Run, work: Work) -> Work:
    """The work with the first point of its curve, where it has none."""
    training = work.training
    if training.curve.points:
        return work
    stride = max(1, run.job.steps_per_epoch // 8)  # type: ignore[attr-defined]
    curve = replace(training.curve, stride=stride).with_point(measured(run, work))
    return replace(work, training=replace(training, curve=curve))


def following(run: Any, work: Work) -> tuple[Work, list[int]]:
    """The work after the next update, and the numbers of the rows of its batch. Raises FailedUpdateError."""
    training, job = work.training, run.job
    order = job.data.order(job.seed, training.epoch, shuffle=False)
    rows = order[training.step * job.batch_size : (training.step + 1) * job.batch_size]
    return _stretch(run, work, 1), rows.tolist()


def planned(rule: Rule, work: Work, gradients: Any) -> dict[str, Any]:
    """theta after the update that the rule would make with these gradients."""
    training = work.training
    trained = {name: work.theta[name] for name in gradients}
    state = rule.init(trained) if training.rule_state is None else dict(training.rule_state)
    return rule.step(trained, gradients, state, training.updates)[0]
