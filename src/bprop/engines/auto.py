"""engine="auto": the first engine that has code for a job, in the order in which they are fast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from math import prod
from typing import Any

import numpy as np

from bprop.engines.engine import Engine, Job, Run
from bprop.errors import UnsupportedError
from bprop.rules import Foreign

ACCELERATORS = ("jax_cuda12_plugin", "jax_cuda13_plugin", "jax_rocm7_plugin", "libtpu")
"""Packages that come with JAX for a device other than the processor."""
WORTH_SENDING = 20_000_000
"""Multiplications of a step from which on such a device, where there is one, is preferred."""
MANY_BOXES = 2000
"""Boxes from which on compiling takes longer than most training."""


def names(job: Job) -> list[str]:
    """The engines to try for a job, the best first. NumPy, which can do everything, is the last."""
    compiled = len(job.graph.order) <= MANY_BOXES
    native = compiled and not isinstance(job.rule, Foreign) and job.dtype in (np.float32, np.float64)
    xla = find_spec("jax") is not None and (compiled or isinstance(job.rule, Foreign)) and job.dtype.itemsize <= 8
    found = ["native"] if native and find_spec("llvmlite") is not None else []
    if xla:
        accelerated = any(find_spec(name) is not None for name in ACCELERATORS)
        found.insert(0 if accelerated and work(job) >= WORTH_SENDING else len(found), "xla")
    return [*found, "numpy"]


def work(job: Job) -> int:
    """About how many multiplications a step does: three for every weight and example."""
    weights = sum(prod(box.shape) for box in job.graph.parameters.values())
    return 3 * job.batch_size * weights


class AutoEngine(Engine):
    """Runs a job on the best engine that can do it. `choose(name)` gives the engine called so."""

    name = "auto"

    def __init__(self, choose: Callable[[str], Engine]):
        self.choose = choose

    def start(self, job: Job, params: Mapping[str, np.ndarray]) -> Run:
        *better, last = names(job)
        for name in better:
            try:
                run = self.choose(name).start(job, params)
            except UnsupportedError:
                continue
            if name != "xla" or isinstance(job.rule, Foreign):
                return run
            return Cautious(run, lambda params: self.choose(last).start(job, params))
        return self.choose(last).start(job, params)


class Cautious(Run):
    """A run on XLA, which sees code only when that is to run first: what it cannot trace goes on elsewhere."""

    def __init__(self, run: Run, elsewhere: Callable[[Mapping[str, np.ndarray]], Run]):
        self.run, self.elsewhere = run, elsewhere
        self.turn = run.turn

    def attempt(self, what: str, *args: Any) -> Any:
        """What the run answers; from a new one where box code does with arrays what a traced one refuses."""
        try:
            return getattr(self.run, what)(*args)
        except TypeError:  # that is what JAX raises: no conversion to NumPy or to bool, no assignment
            before, self.run = self.run, self.elsewhere(self.run.params())
            self.run.restore(before.params(), before.rule_arrays())
            self.run.set_order(*self.order)
        return getattr(self.run, what)(*args)

    @property
    def engine(self) -> str:  # type: ignore[override]
        return self.run.engine

    @property
    def state(self) -> Any:  # type: ignore[override]
        return self.run, self.run.state

    @state.setter
    def state(self, kept: Any) -> None:
        self.run, self.run.state = kept

    def set_order(self, order, running=None):
        self.order = order, running
        self.run.set_order(order, running)

    def steps(self, start, count, t):
        return self.attempt("steps", start, count, t)

    def evaluate(self, which):
        return self.attempt("evaluate", which)

    def penalty(self):
        return self.run.penalty()

    def params(self):
        return self.run.params()

    def rule_arrays(self):
        return self.run.rule_arrays()

    def restore(self, params, rule_arrays):
        self.run.restore(params, rule_arrays)
