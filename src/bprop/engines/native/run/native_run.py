"""Training with compiled steps: arrays in padded memory, one call of machine code for many steps."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any

import llvmlite
import numpy as np

from bprop.data import DataSet
from bprop.engines import surroundings
from bprop.engines.engine import Job, Run, Stretch, need_counts
from bprop.engines.integers import integer_dtype
from bprop.engines.native.run.loaded import Loaded
from bprop.engines.native.run.object_code import machine
from bprop.engines.native.run.routines import Routine, routine
from bprop.engines.packing import narrow
from bprop.engines.program import Program, structure
from bprop.engines.trace.tracer import BAD, MEAN_WEIGHT, SEED, Trace, Tracer
from bprop.graph.validation import all_finite
from bprop.noise import key_of, seed_at, spans
from bprop.rules.runtime import is_known, numbers_of, structure_of

EVALUATION_ROWS = 256


def routine_for(key: Hashable, make: Callable[[], Trace], batch_size: int, data: DataSet, dtype: np.dtype) -> Routine:
    """The compiled trace for batches of a data set."""
    weights = None if data.weights is None else data.weights.dtype
    return routine(key, make, batch_size, {n: array.dtype for n, array in data.arrays.items()}, weights, dtype)


def narrowed(data: DataSet, job: Job) -> DataSet:
    """The data set in the dtypes in which compiled code reads it, every array in C order."""
    dtype, inputs = job.dtype, job.graph.inputs
    kinds = {name: legible(narrow(array, dtype, inputs[name].dtype)) for name, array in data.arrays.items()}
    arrays = {name: np.ascontiguousarray(data.arrays[name], kind) for name, kind in kinds.items()}
    return data.recast(arrays, None if data.weights is None else data.weights.astype(dtype, copy=data.in_memory))


def legible(dtype: np.dtype) -> np.dtype:
    """A dtype as it is, or float32 where compiled code cannot read it: bfloat16, and float16 on old processors."""
    known = dtype.kind in "fiub" and (dtype != np.float16 or machine().reads_halves)
    return dtype if known else np.dtype(np.float32)


def fixed_values(program: Program) -> dict[str, Any]:
    """Hyper-parameters and constants, by their names in a trace."""
    hyper = {f"h:{box}:{k}": v for box, values in program.hyper().items() for k, v in values.items()}
    return hyper | {f"c:{name}": value for name, value in program.constants().items()}


def compiled_structure(program: Program, integer: np.dtype) -> Hashable | None:
    """The parts of a graph that decide which code is compiled. None if only the code of its boxes can tell."""
    kinds = tuple((name, value.dtype.str) for name, value in program.constants().items())
    boxes = structure(program.graph)
    return None if boxes is None else (boxes, kinds, integer.str)


class NativeRun(Run):
    """Many steps in each call of machine code.

    memory : where theta and the rule's state lie by name, with the values that they have; None: this run makes it.
    """

    engine = "native"
    apart = True  # machine code runs while other threads run Python

    job: Job
    transposed: frozenset[str]

    def __init__(
        self, job: Job, params: Mapping[str, np.ndarray], transposed: frozenset[str],
        memory: dict[str, np.ndarray] | None = None,
    ):  # fmt: skip
        self.job, self.transposed = job, transposed
        self.program: Program = Program(job.graph, job.dtype)
        self.memory: dict[str, np.ndarray] = {} if memory is None else memory
        self.kept: dict[str, np.ndarray] | None = None
        self.values: dict[str, Any] = fixed_values(self.program) | {SEED: key_of(self.job.seed)}
        self.paced: Any = job.rule.scheduled
        self.rule: Any = job.rule.unscheduled() if self.paced else job.rule
        self.numbers: dict[str, float] = numbers_of(self.rule)
        self.values |= {f"n:{name}": value for name, value in self.numbers.items()}
        self.values |= {} if job.mean_weight is None else {MEAN_WEIGHT: job.mean_weight}
        data = narrowed(job.data, job)
        self.integer: np.dtype = integer_dtype(job.graph, (job.data, job.validation))
        small = {n: np.zeros((), job.dtype) for n in job.graph.trained}
        self.layout_of_rule: dict[Any, list[Any]] = {
            what: sorted(arrays) for what, arrays in sorted(job.rule.init(small).items())
        }
        rows, _, last = job.batches
        self.step: Loaded = self.compiled_step(rows, data)
        self.last: Loaded | None = self.compiled_step(last, data) if last else None
        self.measures: dict[str, Loaded] = {} if job.validation is None else {"validation": self.measure("validation")}
        if memory is None:
            self.restore(params, None)

    def compiled_step(self, rows: int, data: DataSet) -> Loaded:
        """A compiled step of `rows` rows. It shares theta, the rule's state and the sums with the others."""
        job = self.job
        by_mean = job.mean_weight is not None
        every = rows == 1 or job.graph.mixing() is not None  # then no row is ever added to a batch
        tracer = Tracer(
            self.program, self.rule, rows, not every or data.weights is not None, self.transposed, by_mean,
            self.integer, self.paced,
        )  # fmt: skip
        graph = self.structure
        known = graph is not None and is_known(self.rule)
        key = (graph, structure_of(self.rule), self.paced, self.transposed, "step", by_mean) if known else None
        make = partial(tracer.step, self.numbers, self.layout_of_rule)
        return Loaded(routine_for(key, make, rows, data, job.dtype), data, self.memory, self.values)

    @property
    def structure(self) -> Hashable | None:
        """The parts of the graph that decide which code is compiled. None if only the code of its boxes can tell."""
        return compiled_structure(self.program, self.integer)

    # --- state ---

    def view(self, name: str) -> np.ndarray:
        """An array of the state, in its memory."""
        routine = self.step.routine
        return routine.layouts[routine.trace.state[name]].view(self.memory[name])

    def users_view(self, name: str, parameter: str) -> np.ndarray:
        """The same array in the user's layout."""
        return self.view(name).T if parameter in self.transposed else self.view(name)

    @property
    def state(self) -> dict[str, np.ndarray]:  # type: ignore[override]
        """A copy of theta and the rule's state. The next copy overwrites it."""
        arrays = {name: array for name, array in self.memory.items() if name[:2] in ("p:", "r:")}
        if self.kept is None:  # writing memory for the first time is several times slower than writing it again
            self.kept = {name: array.copy() for name, array in arrays.items()}
        for name, array in arrays.items():
            np.copyto(self.kept[name], array)
        return self.kept

    @state.setter
    def state(self, saved: dict[str, np.ndarray]) -> None:
        for name, array in saved.items():
            self.memory[name][...] = array

    def params(self) -> dict[str, np.ndarray]:
        return {name: np.array(self.users_view(f"p:{name}", name), order="C") for name in self.job.graph.parameters}

    def rule_arrays(self) -> list[np.ndarray]:
        return [
            np.array(self.users_view(f"r:{what}:{name}", name), order="C")
            for what, names in self.layout_of_rule.items()
            for name in names
        ]

    def restore(self, params: Mapping[str, np.ndarray], rule_arrays: list[np.ndarray] | None) -> None:
        for name, array in params.items():
            self.users_view(f"p:{name}", name)[...] = array
        theta = {name: self.users_view(f"p:{name}", name) for name in self.job.graph.trained}
        for what, arrays in self.job.rule_state(theta, rule_arrays).items():
            for name, array in arrays.items():
                self.users_view(f"r:{what}:{name}", name)[...] = array

    def surroundings(self) -> dict[str, str]:
        """The number of threads is no part of it: they share out results, never the terms of a sum."""
        width = {"vectors of so many bits": str(8 * machine().vector_bytes)}
        return {**surroundings.common(), "llvmlite": llvmlite.__version__, **width}

    # --- steps ---

    def set_order(self, order: np.ndarray, running: list[list[float]] | None = None) -> None:
        self.step.order = order = np.ascontiguousarray(order, np.int32)
        if self.last is not None:
            rows, full, last = self.job.batches
            self.last.order = order[rows * full :]
            self.last.rows[0] = last
        self.put_sums(self.memory, running or [[0.0] * len(self.program.sum_names)] * 2)

    def put_sums(self, arrays: Mapping[str, np.ndarray], running: Any) -> None:
        for name, total, correction in zip(self.program.sum_names, *running, strict=True):
            arrays[f"s:{name}"][0], arrays[f"k:{name}"][0] = total, correction

    def sums(self, arrays: Mapping[str, np.ndarray]) -> list[list[float]]:
        return [[float(arrays[f"{part}:{name}"][0]) for name in self.program.sum_names] for part in "sk"]

    def steps(self, start: int, count: int, t: int) -> Stretch:
        need_counts(t, count)
        bad, done = -1, 0
        for part in spans(t, count):  # one, unless the stretch passes a multiple of 2^32
            first = self.some(start + done, part, t + done) if bad < 0 else -1
            bad = bad if first < 0 else done + first
            done += part
        running = self.sums(self.memory)
        if bad < 0 and not all(all_finite(self.view(f"p:{name}")) for name in self.job.graph.parameters):
            bad = count
        return Stretch(self.program.totals(running), None if bad < 0 else bad, running)

    def some(self, start: int, count: int, t: int) -> int:
        """Do steps whose noise comes from one word of the seed. Returns the first that was not finite, or -1."""
        for loaded in filter(None, (self.step, self.last)):
            loaded.set_seed(seed_at(self.job.seed_key, np.array([t >> 32], np.uint32)))
        self.memory[BAD][0] = -1
        full = count if self.last is None else min(count, self.job.batches.full - start)
        rates = self.job.rule.rates(t, count).astype(self.job.dtype) if self.paced else None
        if full:
            self.step(start, full, t, rates)
        bad = int(self.memory[BAD][0])
        bad = bad if bad < 0 else bad - start
        if self.last is not None and full < count:
            self.last(0, 1, t + full, None if rates is None else rates[full:])
            bad = full if bad < 0 <= int(self.memory[BAD][0]) else bad
        return bad

    def evaluate(self, which: str) -> dict[str, float]:
        if which not in self.measures:
            self.measures[which] = self.measure(which)
        measure = self.measures[which]
        arrays = {name: measure.arrays[leaf] for name, leaf in measure.routine.trace.state.items()}
        self.put_sums(arrays, [[0.0] * len(self.program.sum_names)] * 2)
        size = measure.routine.trace.batch[next(iter(self.job.graph.inputs))].shape[0]
        for cut in self.job.set_of(which).cuts():  # of whole steps
            measure(cut.start // size, -(-(cut.stop - cut.start) // size), 0)
        return self.program.finish(self.program.totals(self.sums(arrays)))

    def measure(self, which: str) -> Loaded:
        """The compiled evaluation of the set "data" or "validation". It shares theta, and has sums of its own."""
        job = self.job
        rows = job.set_of(which)
        together = job.together(rows)
        data = self.step.data if rows is job.data else narrowed(rows, job)
        size = together or EVALUATION_ROWS
        weighted = together is None or data.weights is not None
        tracer = Tracer(self.program, job.rule, size, weighted, self.transposed, integer=self.integer)
        graph = self.structure
        key = None if graph is None else (graph, self.transposed, "measure")
        theta = {name: array for name, array in self.memory.items() if name.startswith("p:")}
        loaded = Loaded(routine_for(key, tracer.measure, size, data, job.dtype), data, theta, self.values)
        loaded.order = np.arange(len(data), dtype=np.int32)
        return loaded

    def penalty(self) -> float:
        params = {name: np.asarray(self.users_view(f"p:{name}", name)) for name in self.job.graph.parameters}
        penalty = self.program.penalty(params, self.program.constants(), self.job.context(np.ones(1), 0))
        return 0.0 if penalty is None else float(penalty)
