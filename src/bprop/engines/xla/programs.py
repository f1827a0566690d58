"""The compiled functions of a job, shared by all jobs of its structure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from bprop.engines.engine import Job
from bprop.engines.program import Program, structure
from bprop.engines.xla.functions import Function
from bprop.engines.xla.tracer import Choices, Tracer
from bprop.rules import Foreign
from bprop.rules.runtime import structure_of

CACHED_PROGRAMS = 64


@dataclass(frozen=True)
class Compiled:
    """The functions of one structure, each compiled when it is first called."""

    epoch: Function
    evaluate: Function
    penalty: Function
    init: Function
    choices: Choices


_programs: OrderedDict[Hashable, Compiled] = OrderedDict()


def compiled(job: Job) -> Compiled:
    """The functions for a job."""
    rule = job.rule.transformation if isinstance(job.rule, Foreign) else structure_of(job.rule)
    choices = Choices.of(job)
    key = (structure(job.graph), rule, job.batch_size, str(job.dtype), choices)
    if key not in _programs:
        tracer = Tracer(Program(job.graph, job.dtype), job.rule, job.batch_size, choices)
        epoch, evaluate, penalty = Function(tracer.epoch, room=2), Function(tracer.evaluate), Function(tracer.penalty)
        _programs[key] = Compiled(epoch, evaluate, penalty, Function(job.rule.init), choices)
        if len(_programs) > CACHED_PROGRAMS:
            _programs.popitem(last=False)
    _programs.move_to_end(key)
    return _programs[key]
