"""Who trains which network: all of them together, a core each, or one after the other."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack, nullcontext
from typing import Any

from bprop.engines import surroundings
from bprop.engines.engine import Engine, Job
from bprop.engines.many import on_one_core
from bprop.engines.program import structure
from bprop.training.fit import Fit
from bprop.training.many.crew import Crew
from bprop.training.many.member import Member
from bprop.training.many.plan import Plan
from bprop.training.many.together import Started, train_together
from bprop.training.side_by_side import side_by_side


def train_all(plan: Plan, crew: Crew) -> list[Fit]:
    """The fits of all networks of a plan, in order."""
    fits: dict[int, Fit] = {}
    engine = plan.settings[0].make_engine()
    left = _together(plan, crew, engine, fits)
    cores = _threads(plan)
    if left:
        share = on_one_core() if min(cores, len(left)) > 1 else nullcontext()
        with share:
            first = _member(plan, crew, engine, left[0])
        if first.run_.apart and min(cores, len(left)) > 1:
            _on_cores(plan, crew, engine, left, first, cores, fits)
        else:
            for k in left:
                fits[k] = (first if k == left[0] else _member(plan, crew, engine, k)).run()
    return [fits[k] for k in range(len(plan.jobs))]


def _threads(plan: Plan) -> int:
    """The threads that train at most. A set larger than memory is read for one network at a time."""
    sets = [plan.data, *(job.validation for job in plan.jobs if job.validation is not None)]
    if not all(data.in_memory for data in sets):
        return 1
    return surroundings.cores() if plan.workers is None else plan.workers


def _member(plan: Plan, crew: Crew, engine: Engine, k: int) -> Member:
    settings, job = plan.settings[k], plan.jobs[k]
    return Member(crew, k, job, engine, settings.first_theta(job), settings)


def _together(plan: Plan, crew: Crew, engine: Engine, fits: dict[int, Fit]) -> list[int]:
    """Train those that the engine does together; the numbers of the others."""
    groups: dict[Any, list[int]] = defaultdict(list)
    for k, job in enumerate(plan.jobs):
        groups[alike(job)].append(k)
    left: list[int] = []
    for group in groups.values():
        jobs = [plan.jobs[k] for k in group]
        if len(group) == 1:
            left += group
            continue
        thetas = [plan.settings[k].first_theta(job) for k, job in zip(group, jobs, strict=True)]
        many = engine.start_many(jobs, thetas, plan.data, [plan.rows[k] for k in group])
        if many is None:
            left += group
            continue
        with ExitStack() as places:
            members = []
            for k, run, theta in zip(group, many.runs, thetas, strict=True):
                members.append(Member(crew, k, plan.jobs[k], Started(run), theta, plan.settings[k]))
                places.callback(members[-1].close)
            train_together(members, many)
        fits |= {member.k: member.result for member in members}
    return sorted(left)


def alike(job: Job) -> Any:
    """A key of the jobs that may do their steps together: of the same steps, graph and kind of rule."""
    boxes = structure(job.graph)
    code = id(job) if boxes is None else boxes
    return job.steps_per_epoch, job.batches, job.validation is None, code, type(job.rule)


def _on_cores(
    plan: Plan, crew: Crew, engine: Engine, left: list[int], first: Member, cores: int, fits: dict[int, Fit]
) -> None:
    """Each on a core of its own, in threads. An error of one stops the others, and is raised."""

    def train(k: int) -> None:
        try:
            fits[k] = (first if k == left[0] else _member(plan, crew, engine, k)).run()
        except BaseException:
            crew.failed = True
            raise

    try:
        side_by_side(train, left, cores)
    except BaseException:  # a second Ctrl-C comes to this thread alone
        crew.failed = True
        raise
