"""engine="auto": the first engine that has code for a job, in the order in which they are fast."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.engines.builtin import NATIVE, NUMPY, XLA, BuiltIn
from bprop.engines.delegate import Delegate
from bprop.engines.engine import Engine, Job, Run, Stretch
from bprop.errors import UnsupportedError
from bprop.rules import Foreign

ACCELERATORS = ("jax_cuda12_plugin", "jax_cuda13_plugin", "jax_rocm7_plugin", "libtpu")
"""Packages that bring JAX to a device other than the processor."""
WORTH_SENDING = 20_000_000
"""Multiplications of a step from which on such a device is preferred."""


def names(job: Job) -> list[str]:
    """The engines to try for a job, the best first. NumPy, which can do everything, is the last."""
    return [engine.name for engine in preferred(job) if engine.obstacle(job) is None]


def preferred(job: Job) -> list[BuiltIn]:
    """All engines, the one that is likely to be fastest for a job first."""
    accelerated = any(find_spec(name) is not None for name in ACCELERATORS)
    return [XLA, NATIVE, NUMPY] if accelerated and work(job) >= WORTH_SENDING else [NATIVE, XLA, NUMPY]


def why(name: str, declined: Mapping[str, str]) -> str:
    """A sentence on the choice of an engine, with the reason why each faster one declined."""
    if not declined:
        return f"{name} is the fastest engine for this job"
    return f"{name}, because " + "; ".join(f"{other} declined: {reason}" for other, reason in declined.items())


def because(error: BaseException) -> str:
    """Why an engine declines, of its error: the box whose code it cannot follow, and the first line of what it says."""
    errors = [error, error.__cause__] if error.__cause__ is not None else [error]
    notes = [note for one in errors for note in getattr(one, "__notes__", ())]
    place = next((f"{note}: " for note in notes if note.startswith("in ") and " of the box " in note), "")
    text = (str(error).splitlines() or [type(error).__name__])[0]
    if "__array_ufunc__" in text or "__array__" in text:  # how NumPy and JAX say it
        text = "it gives an array to a function of np: use that of xp = bp.namespace(a), such as xp.exp(a)"
    return f"{place}{text}"


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
        hindered = False
        for engine in better:
            reason = engine.obstacle(job)
            if reason is not None:
                declined[engine.name] = reason
                continue
            try:
                run = self.choose(engine.name).start(job, params)
            except UnsupportedError as error:
                if isinstance(job.rule, Foreign):  # no other engine can take it
                    raise
                declined[engine.name], hindered = because(error), True
                continue
            run.reason, run.hindered = why(engine.name, declined), hindered
            if engine.traces_late and not isinstance(job.rule, Foreign):
                return FallbackRun(run, lambda params: self.choose(last.name).start(job, params), declined)
            return run
        run = self.choose(last.name).start(job, params)
        run.reason, run.hindered = why(last.name, declined), hindered
        return run

    def functions(self, job: Job, options: Any) -> Any:
        declined: dict[str, str] = {}
        for engine in preferred(job):
            reason = engine.obstacle(job)
            if reason is None:
                try:
                    functions = self.choose(engine.name).functions(job, options)
                except UnsupportedError as error:
                    if isinstance(job.rule, Foreign):
                        raise
                    reason = str(error)
                else:
                    functions.reason = why(engine.name, declined)
                    return functions
            declined[engine.name] = reason
        raise UnsupportedError("; ".join(declined.values()))

    def start_many(
        self,
        jobs: Sequence[Job],
        params: Sequence[Mapping[str, np.ndarray]],
        data: DataSet,
        rows: Sequence[np.ndarray | None],
    ) -> Any:
        first = {next((one.name for one in preferred(job) if one.obstacle(job) is None), NUMPY.name) for job in jobs}
        if len(first) > 1:
            return None
        try:
            return self.choose(first.pop()).start_many(jobs, params, data, rows)
        except UnsupportedError:
            return None


class FallbackRun(Delegate):
    """An XLA run that falls back to another engine if its code cannot be traced, which shows only at the first call."""

    declined: Mapping[str, str]
    run: Run

    order: tuple[np.ndarray, list[list[float]] | None]

    elsewhere: Callable[[Mapping[str, np.ndarray]], Run]

    def __init__(self, run: Run, elsewhere: Callable[[Mapping[str, np.ndarray]], Run], declined: Mapping[str, str]):
        super().__init__(run)
        self.elsewhere, self.declined = elsewhere, declined

    def attempt(self, what: str, *args: Any) -> Any:
        """The answer of the run, or that of a run on another engine if box code does what a traced array refuses."""
        try:
            return getattr(self.run, what)(*args)
        except TypeError as error:  # JAX raises it: no conversion to NumPy or to bool, no assignment
            before, self.run = self.run, self.elsewhere(self.run.params())
            self.run.reason = why(self.run.engine, {**self.declined, before.engine: because(error)})
            self.run.hindered = True
            self.run.restore(before.params(), before.rule_arrays())
            self.run.set_order(*self.order)
        return getattr(self.run, what)(*args)

    @property
    def state(self) -> Any:  # type: ignore[override]
        return self.run, self.run.state

    @state.setter
    def state(self, saved: Any) -> None:
        self.run, self.run.state = saved

    def surroundings(self) -> dict[str, str]:
        return self.run.surroundings()

    def set_order(self, order: np.ndarray, running: list[list[float]] | None = None) -> None:
        self.order = order, running
        self.run.set_order(order, running)

    def steps(self, start: int, count: int, t: int) -> Stretch:
        return self.attempt("steps", start, count, t)

    def evaluate(self, which: str) -> dict[str, float]:
        return self.attempt("evaluate", which)
