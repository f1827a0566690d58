"""A callable that measures the health of a run after some epochs, on a fixed sample of its examples."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np

from bprop.blas import one_thread
from bprop.data import DataSet
from bprop.engines.engine import Job, Run
from bprop.engines.program import Program
from bprop.errors import SettingError
from bprop.health.looks import Looks
from bprop.health.measure import Health, measure
from bprop.rules import Rule

ROWS = 256
FEWEST = 16
WORK = 100_000_000
"""Multiplications of a look. A network with many weights is measured on fewer rows, but at least FEWEST."""


class HealthProbe:
    """Measures the health of a run. It draws no random numbers and changes nothing of the run.

    wanted : True, after every epoch; "auto", after the first, the last and so many others of the `epochs` that this
    takes about a fiftieth of the time (see `Looks`); False, never.
    """

    job: Job
    looks: Looks

    def __init__(self, job: Job, wanted: bool | str, epochs: int, clock: Callable[[], float] = perf_counter):
        if not isinstance(wanted, bool) and wanted != "auto":
            raise SettingError(f"health is True (every epoch), 'auto' (at negligible cost) or False, not {wanted!r}")
        self.job, self.wanted, self.looks = job, wanted, Looks(epochs, clock=clock)
        if wanted is not False:
            self.program: Program = Program(job.graph, job.dtype)
            self.sample: DataSet = job.data.rows(sample_rows(job))

    def __call__(self, run: Run, t: int) -> Health | None:
        """The health after `t` updates, at the end of an epoch; None if no look is due."""
        epoch = -(-t // self.job.steps_per_epoch)
        if self.wanted is False or not (self.wanted is True or self.looks.due(epoch)):
            return None
        with self.looks.looking(epoch), one_thread():
            return self._look(run, t)

    def _look(self, run: Run, t: int) -> Health:
        job, params = self.job, run.params()
        batch, context = job.batch(self.sample, slice(None), t)
        state = job.rule_state(params, run.rule_arrays()) if isinstance(job.rule, Rule) else {}
        return measure(self.program, job.rule, params, state, batch, context, t)


def sample_rows(job: Job) -> np.ndarray:
    """The numbers of the rows of the sample: spread evenly, and the same for the whole run."""
    weights = job.graph.weight_count
    count = min(len(job.data), ROWS, max(FEWEST, WORK // (3 * max(weights, 1))))
    return np.linspace(0, len(job.data) - 1, count).astype(np.intp)
