"""The compiled functions of a job, shared by all jobs of its structure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from bprop.engines.engine import Job
from bprop.engines.program import Program, structure
from bprop.engines.xla.functions import Function
from bprop.engines.xla.tracer import Choices, Tracer, duplicate
from bprop.rules import Foreign
from bprop.rules.runtime import structure_of

CACHED_PROGRAMS = 64


@dataclass(frozen=True)
class Compiled:
    """The functions of one structure, each compiled when it is first called."""

    epoch: Function
    epoch_in_place: Function
    duplicate: Function
    evaluate: Function
    penalty: Function
    init: Function
    choices: Choices
    tracer: Tracer
    whole: dict[int, Function] = field(default_factory=dict)

    def evaluate_whole(self, rows: int) -> Function:
        """`evaluate` of a set of so many rows as one batch."""
        if rows not in self.whole:
            if len(self.whole) == CACHED_PROGRAMS:
                self.whole.clear()
            self.whole[rows] = Function(partial(self.tracer.evaluate, together=rows))
        return self.whole[rows]


_programs: OrderedDict[Hashable, Compiled] = OrderedDict()


def compiled(job: Job, integer: np.dtype, rows: int | None = None) -> Compiled:
    """The functions for a job, with steps of `rows` rows (default: of its batches) and whole numbers of the dtype `integer`."""
    rows = job.batches.rows if rows is None else rows
    rule = job.rule.transformation if isinstance(job.rule, Foreign) else structure_of(job.rule)
    choices = Choices.of(job)
    key = (structure(job.graph), rule, rows, str(job.dtype), integer.str, job.narrow, choices)
    if key not in _programs:
        tracer = Tracer(Program(job.graph, job.dtype), job.rule, rows, choices, job.narrow, integer)
        _programs[key] = Compiled(
            epoch=Function(tracer.epoch),
            epoch_in_place=Function(tracer.epoch, given_up=(0, 1)),
            duplicate=Function(duplicate, given_up=(1,)),
            evaluate=Function(tracer.evaluate),
            penalty=Function(tracer.penalty),
            init=Function(job.rule.init),
            choices=choices,
            tracer=tracer,
        )
        if len(_programs) > CACHED_PROGRAMS:
            _programs.popitem(last=False)
    _programs.move_to_end(key)
    return _programs[key]
