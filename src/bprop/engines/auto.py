"""engine="auto": the first engine that has code for a job, in the order in which they are fast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np

from bprop.engines.delegate import Delegate
from bprop.engines.engine import Engine, Job, Run
from bprop.errors import UnsupportedError
from bprop.rules import Foreign

ACCELERATORS = ("jax_cuda12_plugin", "jax_cuda13_plugin", "jax_rocm7_plugin", "libtpu")
"""Packages that come with JAX for a device other than the processor."""
WORTH_SENDING = 20_000_000
"""Multiplications of a step from which on such a device, where there is one, is preferred."""
MANY_BOXES = {"native": 2000, "xla": 1000}
"""Boxes from which on compiling takes longer than most training (XLA: and gigabytes, see `bprop.engines.xla.limit`)."""


def names(job: Job) -> list[str]:
    """The engines to try for a job, the best first. NumPy, which can do everything, is the last."""
    return [name for name in preferred(job) if obstacle(name, job) is None]


def preferred(job: Job) -> list[str]:
    """All engines, the one that is likely to be fastest for a job first."""
    accelerated = any(find_spec(name) is not None for name in ACCELERATORS)
    compilers = ["native", "xla"]
    return [*(compilers[::-1] if accelerated and work(job) >= WORTH_SENDING else compilers), "numpy"]


def obstacle(name: str, job: Job) -> str | None:
    """Why an engine is not tried for a job, or None where it is."""
    if name == "numpy":
        return None
    package = {"native": "llvmlite", "xla": "jax"}[name]
    foreign, boxes = isinstance(job.rule, Foreign), len(job.graph.order)
    if find_spec(package) is None:
        return f"{package} is not installed (pip install 'bprop[{name}]')"
    if job.dtype not in (np.float32, np.float64):
        return f"it does not compute in {job.dtype.name}"
    if foreign and name == "native":
        return "an optax rule computes with JAX"
    if boxes > MANY_BOXES[name] and not foreign:
        return f"compiling {boxes:,} boxes would take longer than most training"
    return None


def why(name: str, declined: Mapping[str, str]) -> str:
    """A sentence on the choice of an engine, and on what each faster one said."""
    if not declined:
        return f"{name} is the fastest engine for this job"
    return f"{name}, because " + "; ".join(f"{other} declined: {said}" for other, said in declined.items())


def work(job: Job) -> int:
    """About how many multiplications a step does: three for every weight and example."""
    weights = job.graph.weight_count
    return 3 * job.batch_size * weights


class AutoEngine(Engine):
    """Runs a job on the best engine that can do it. `choose(name)` gives the engine called so."""

    name = "auto"

    def __init__(self, choose: Callable[[str], Engine]):
        self.choose = choose

    def start(self, job: Job, params: Mapping[str, np.ndarray]) -> Run:
        *better, last = preferred(job)
        declined: dict[str, str] = {}
        for name in better:
            try:
                run = None if self.skipped(name, job, declined) else self.choose(name).start(job, params)
            except UnsupportedError as error:
                if isinstance(job.rule, Foreign):  # no other engine can take it
                    raise
                declined[name] = str(error)
                continue
            if run is None:
                continue
            run.reason = why(name, declined)
            if name == "xla" and not isinstance(job.rule, Foreign):
                return FallbackRun(run, lambda params: self.choose(last).start(job, params), declined)
            return run
        run = self.choose(last).start(job, params)
        run.reason = why(last, declined)
        return run

    @staticmethod
    def skipped(name: str, job: Job, declined: dict[str, str]) -> bool:
        """Whether an engine is not even tried; `declined` takes down why."""
        reason = obstacle(name, job)
        if reason is not None:
            declined[name] = reason
        return reason is not None


class FallbackRun(Delegate):
    """An XLA run that falls back to another engine if its code cannot be traced, which shows only at the first call."""

    def __init__(self, run: Run, elsewhere: Callable[[Mapping[str, np.ndarray]], Run], declined: Mapping[str, str]):
        super().__init__(run)
        self.elsewhere, self.declined = elsewhere, declined

    def attempt(self, what: str, *args: Any) -> Any:
        """What the run answers; from a new one where box code does with arrays what a traced one refuses."""
        try:
            return getattr(self.run, what)(*args)
        except TypeError as error:  # that is what JAX raises: no conversion to NumPy or to bool, no assignment
            said = f"it cannot follow this code: {str(error).splitlines()[0]}"
            before, self.run = self.run, self.elsewhere(self.run.params())
            self.run.reason = why(self.run.engine, {**self.declined, before.engine: said})
            self.run.restore(before.params(), before.rule_arrays())
            self.run.set_order(*self.order)
        return getattr(self.run, what)(*args)

    @property
    def state(self) -> Any:  # type: ignore[override]
        return self.run, self.run.state

    @state.setter
    def state(self, kept: Any) -> None:
        self.run, self.run.state = kept

    def surroundings(self):
        return self.run.surroundings()

    def set_order(self, order, running=None):
        self.order = order, running
        self.run.set_order(order, running)

    def steps(self, start, count, t):
        return self.attempt("steps", start, count, t)

    def evaluate(self, which):
        return self.attempt("evaluate", which)
