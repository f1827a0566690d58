"""The compiled functions of a job, shared by all jobs of its structure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from bprop.engines.engine import Job
from bprop.engines.program import Program, structure
from bprop.engines.xla.compilation import Function, remembered
from bprop.engines.xla.lowering import Choices, Lowering, duplicate
from bprop.rules import Foreign
from bprop.rules.runtime import is_known, structure_of

CACHED_PROGRAMS = 64


@dataclass(frozen=True, eq=False)
class Compiled:
    """The functions of one structure, each compiled when it is first called."""

    epoch: Function
    epoch_in_place: Function
    duplicate: Function
    evaluate: Function
    penalty: Function
    init: Function
    choices: Choices
    lowering: Lowering
    compile: Callable[..., Any] | None = None
    results: Any = None
    whole: dict[int, Function] = field(default_factory=dict)
    many: dict[Hashable, Function] = field(default_factory=dict)
    """Functions of many networks at once."""

    def evaluate_whole(self, rows: int) -> Function:
        """`evaluate` of a set of so many rows as one batch."""
        if rows not in self.whole:
            if len(self.whole) == CACHED_PROGRAMS:
                self.whole.clear()
            evaluate = partial(self.lowering.evaluate, together=rows)
            self.whole[rows] = Function(evaluate, compile=self.compile, results=self.results)
        return self.whole[rows]


def is_paced(rule: Any) -> bool:
    """Whether the programs of a rule take its learning rates as arguments."""
    return not isinstance(rule, Foreign) and rule.scheduled


def unpaced(rule: Any) -> Any:
    """The rule as its programs know it."""
    return rule.unscheduled() if is_paced(rule) else rule


_programs: OrderedDict[Hashable, Compiled] = OrderedDict()


def functions_of(
    job: Job, integer: np.dtype, rows: int | None = None, make: Callable[..., Compiled] | None = None,
    where: Hashable = None,
) -> Compiled:  # fmt: skip
    """The functions for a job. `integer`: the dtype of whole numbers. `rows` of a step: by default those of a batch.

    make : makes them, as `made` does (default). where : the devices that they are made for, if not the default one.
    """
    make = make or made
    rows = job.batches.rows if rows is None else rows
    rule, graph, choices = unpaced(job.rule), structure(job.graph), Choices.of(job)
    if graph is None or not is_known(rule):  # only the code says what it computes: it is traced anew
        return make(job, integer, rows, choices, remembered)
    what = graph, structure_of(rule), is_paced(job.rule)
    key = (*what, rows, str(job.dtype), integer.str, job.narrow, choices, where)
    if key not in _programs:
        _programs[key] = make(job, integer, rows, choices)
        if len(_programs) > CACHED_PROGRAMS:
            _programs.popitem(last=False)
    _programs.move_to_end(key)
    return _programs[key]


def made(
    job: Job, integer: np.dtype, rows: int, choices: Choices, compile: Callable[..., Any] | None = None
) -> Compiled:
    """The functions, not yet traced."""
    return around(
        Lowering(Program(job.graph, job.dtype), unpaced(job.rule), rows, choices, job.narrow, integer), compile
    )


def around(lowering: Lowering, compile: Callable[..., Any] | None = None, results: Any = None) -> Compiled:
    """The functions of a lowering. compile, results : as for a Function."""
    function = partial(Function, compile=compile, results=results)
    return Compiled(
        epoch=function(lowering.epoch),
        epoch_in_place=function(lowering.epoch, given_up=(0, 1)),
        duplicate=function(duplicate, given_up=(1,)),
        evaluate=function(lowering.evaluate),
        penalty=function(lowering.penalty),
        init=function(lowering.rule.init),
        choices=lowering.choices,
        lowering=lowering,
        compile=compile,
        results=results,
    )
