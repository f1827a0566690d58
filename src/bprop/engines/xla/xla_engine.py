"""The engine that starts runs on XLA, one or many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.engines.engine import Engine, Job, Run
from bprop.engines.xla.compilation import need_few
from bprop.engines.xla.functions import XlaFunctions
from bprop.engines.xla.many import start_many
from bprop.engines.xla.run import XlaRun
from bprop.errors import SettingError
from bprop.forked import need_jax


class XlaEngine(Engine):
    """Runs a graph as a compiled XLA program."""

    name = "xla"

    def start(self, job: Job, params: Mapping[str, np.ndarray]) -> Run:
        self._need_able(job)
        return XlaRun(job, params)

    def functions(self, job: Job, options: Any) -> Any:
        self._need_able(job)
        if job.dtype.name not in ("float32", "float64"):
            raise SettingError(f"engine 'xla' computes in float32 or float64, not {job.dtype.name}")
        return XlaFunctions(job, options)

    def start_many(
        self,
        jobs: Sequence[Job],
        params: Sequence[Mapping[str, np.ndarray]],
        data: DataSet,
        rows: Sequence[np.ndarray | None],
    ) -> Any:
        for job in jobs:
            self._need_able(job)
        return start_many(jobs, params, data, rows)

    def _need_able(self, job):
        need_jax()
        need_few(len(job.graph.order))
        job.graph.ranges.need_known(self.name)
