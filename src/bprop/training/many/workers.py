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
from bprop.training.many.network import Network, Networks
from bprop.training.many.plan import Plan
from bprop.training.many.together import Started, train_together


def train_all(plan: Plan, crew: Networks) -> list[Fit]:
    """The fits of all networks of a plan, in order."""
    engine = plan.settings[0].make_engine()
    fits: dict[int, Fit] = {}
    left = _together(plan, crew, engine, fits)
    if left:
        fits |= dict(zip(left, _on_cores(plan, crew, engine, left), strict=True))
    return [fits[k] for k in range(len(plan.jobs))]


def _threads(plan: Plan) -> int:
    """The threads that train at most. A set larger than memory is read for one network at a time."""
    sets = [plan.data, *(job.validation for job in plan.jobs if job.validation is not None)]
    if not all(data.in_memory for data in sets):
        return 1
    return surroundings.cores() if plan.workers is None else plan.workers


def _network(plan: Plan, crew: Networks, engine: Engine, k: int) -> Network:
    settings, job = plan.settings[k], plan.jobs[k]
    return Network(crew, k, job, engine, settings.first_theta(job), settings)


def _together(plan: Plan, crew: Networks, engine: Engine, fits: dict[int, Fit]) -> list[int]:
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
                members.append(Network(crew, k, plan.jobs[k], Started(run), theta, plan.settings[k]))
                places.callback(members[-1].close)
            train_together(members, many)
        fits |= {member.k: member.result for member in members}
    return sorted(left)


def alike(job: Job) -> Any:
    """A key of the jobs that may do their steps together: of the same steps, graph and kind of rule."""
    boxes = structure(job.graph)
    code = id(job) if boxes is None else boxes
    return job.steps_per_epoch, job.batches, job.validation is None, code, type(job.rule)


def _on_cores(plan: Plan, crew: Networks, engine: Engine, left: list[int]) -> list[Fit]:
    """Each on a core of its own, in threads, where the engine allows it; else one after the other."""
    threads = min(_threads(plan), len(left))
    with on_one_core() if threads > 1 else nullcontext():
        first = _network(plan, crew, engine, left[0])

    def train(k: int) -> Fit:
        return (first if k == left[0] else _network(plan, crew, engine, k)).run()

    return crew.each(train, left, threads if first.run_.apart else 1)
