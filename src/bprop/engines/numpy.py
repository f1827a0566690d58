"""The NumPy engine: eager and readable. The reference; breakpoints work inside fprop and bprop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop import blas
from bprop.engines import surroundings
from bprop.engines.engine import Engine, Job, Run, Stretch, need_counts
from bprop.engines.numpy_functions import NumpyFunctions
from bprop.engines.program import Program
from bprop.errors import SettingError
from bprop.heap import keep_freed_memory
from bprop.namespace import Array
from bprop.rules import Foreign

EVALUATION_ROWS = 1024


class NumpyRun(Run):
    """Step after step, in Python."""

    engine = "numpy"

    order: np.ndarray
    sums: dict[str, float]

    def __init__(self, job: Job, params: Mapping[str, np.ndarray]):
        keep_freed_memory()
        self.job = job
        self.program: Program = Program(job.graph, job.dtype)
        self.constants: dict[str, Array] = self.program.constants()
        self.restore(params, None)

    def restore(self, params: Mapping[str, np.ndarray], rule_arrays: list[np.ndarray] | None) -> None:
        theta = {name: np.array(array, dtype=self.job.dtype) for name, array in params.items()}
        copies = None if rule_arrays is None else (array.astype(self.job.dtype) for array in rule_arrays)
        self.state: Any = theta, self.job.rule_state(theta, copies)

    def rule_arrays(self) -> list[np.ndarray]:
        return [p[name] for _, p in sorted(self.state[1].items()) for name in sorted(p)]

    def params(self) -> dict[str, np.ndarray]:
        return {name: array.copy() for name, array in self.state[0].items()}

    def surroundings(self) -> dict[str, str]:
        threads = blas.threads() or surroundings.cores()
        return {**surroundings.common(), "BLAS": blas.library(), surroundings.CORES: str(threads)}

    def set_order(self, order: np.ndarray, running: list[list[float]] | None = None) -> None:
        self.order = order
        self.sums = dict(zip(self.program.sum_names, running[0], strict=True)) if running else {}

    def steps(self, start: int, count: int, t: int) -> Stretch:
        need_counts(t, count)
        size = self.job.batch_size
        with np.errstate(all="ignore"):  # values that are not finite are noticed below, and reported by name
            for i in range(count):
                rows = self.order[(start + i) * size : (start + i + 1) * size]
                batch, context = self.job.batch(self.job.data, rows, t + i)
                theta, rule_state = self.state
                theta, rule_state, sums = self.program.step(
                    self.job.rule, theta, rule_state, batch, self.constants, context, t + i
                )
                if not np.isfinite(self.program.watched(sums)):
                    return self._stretch(i)
                self.state = theta, rule_state
                _accumulate(self.sums, sums)
        finite = all(np.isfinite(array).all() for array in self.state[0].values())
        return self._stretch(None if finite else count)

    def _stretch(self, bad_step: int | None) -> Stretch:
        running = [self.sums.get(name, 0.0) for name in self.program.sum_names]
        return Stretch(dict(self.sums), bad_step, [running])

    def evaluate(self, which: str) -> dict[str, float]:
        data = self.job.set_of(which)
        size = self.job.together(data) or EVALUATION_ROWS
        sums: dict[str, float] = {}
        with np.errstate(all="ignore"):
            cuts = ((start, cut.stop) for cut in data.cuts() for start in range(cut.start, cut.stop, size))
            for start, stop in cuts:
                batch, context = self.job.batch(data, np.arange(start, min(start + size, stop)), 0)
                _accumulate(sums, self.program.measure(self.state[0], batch, self.constants, context))
        return self.program.finish(sums)

    def penalty(self) -> float:
        penalty = self.program.penalty(self.state[0], self.constants, self.job.context(np.ones(1), 0))
        return 0.0 if penalty is None else float(penalty)


def _accumulate(sums: dict[str, float], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        sums[name] = sums.get(name, 0.0) + float(value)


class NumpyEngine(Engine):
    """Runs a graph on NumPy alone."""

    name = "numpy"

    def start(self, job: Job, params: Mapping[str, np.ndarray]) -> Run:
        if isinstance(job.rule, Foreign):
            raise SettingError("an optax rule computes with JAX: it needs engine='xla' (pip install 'bprop[xla]')")
        return NumpyRun(job, params)

    def functions(self, job: Job, options: Any) -> Any:
        return NumpyFunctions(job, options)
