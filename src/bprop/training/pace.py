"""How long an epoch takes: a short training, of which nothing is kept."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from bprop.engines.many import on_one_core
from bprop.graph import Graph
from bprop.training.crew import Crew
from bprop.training.members import Member, Turns
from bprop.training.settings import TrainSettings

LONG = 0.3
"""Seconds after which a look at several epochs is long enough."""
APART = ("callbacks", "checkpoint", "every", "resume")


def epoch_seconds(
    graph: Graph, member: Member, rule: Any, settings: Mapping[str, Any], over: Callable[[], bool]
) -> tuple[float, bool]:  # fmt: skip
    """(the seconds of an epoch of one network on one core, with its measures; whether several networks are trained on
    a core each).

    over : whether the look has to end. The first epoch counts only where there is no time for another: it may compile.
    """
    own = {name: value for name, value in settings.items() if name not in APART}
    own |= {"progress": False, "rule": rule, "validation": member.validation, "health": False}
    ready = TrainSettings(**own)
    crew = Crew(1, over)
    with on_one_core(), crew.interrupt as interrupt:
        job = ready.make_job(graph, member.train)
        trainer = Turns(crew, 0, job, ready.make_engine(), ready.first_theta(job), ready)
        seconds = _watched(trainer) * job.steps_per_epoch
    if interrupt.signal is not None:  # nothing was learned yet
        signal.raise_signal(interrupt.signal)
    return seconds, trainer.run_.apart


def _watched(trainer: Turns) -> float:
    """Seconds of a step, from some epochs."""
    ends, updates, stopped = [perf_counter()], [0], None
    while stopped is None and ends[-1] - ends[0] < LONG:
        stopped = trainer.turn()
        ends.append(perf_counter())
        updates.append(trainer.position.updates)
    if updates[-1] > updates[1]:
        return (ends[-1] - ends[1]) / (updates[-1] - updates[1])
    at = trainer.position
    if at.step:  # the time was over in the middle of the first epoch
        return at.seconds / at.step
    return (ends[1] - ends[0]) / max(1, updates[1])
