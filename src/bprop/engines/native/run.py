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
from bprop.engines.native import threads
from bprop.engines.native.assemble import GATE, ORDER, RATES, ROWS, WEIGHTS
from bprop.engines.native.compiler import machine
from bprop.engines.native.crew import Crew, now
from bprop.engines.native.gate import Gate
from bprop.engines.native.memory import memory
from bprop.engines.native.routines import Routine, routine
from bprop.engines.native.trace import BAD, MEAN_WEIGHT, SEED, Trace, Tracer
from bprop.engines.native.traced import Traced
from bprop.engines.packing import narrow
from bprop.engines.program import Program, structure
from bprop.graph.validation import all_finite
from bprop.noise import key_of, seed_at, spans
from bprop.rules.runtime import is_known, numbers_of, structure_of

EVALUATION_ROWS = 256


def routine_for(key: Hashable, make: Callable[[], Trace], batch_size: int, data: DataSet, dtype: np.dtype) -> Routine:
    """The compiled trace for batches of a data set."""
    weights = None if data.weights is None else data.weights.dtype
    return routine(key, make, batch_size, {n: array.dtype for n, array in data.arrays.items()}, weights, dtype)


def narrowed(data: DataSet, job: Job) -> DataSet:
    """The data set in the dtypes in which it is read, every array in C order."""
    dtype, inputs = job.dtype, job.graph.inputs
    kinds = {name: legible(narrow(array, dtype, inputs[name].dtype)) for name, array in data.arrays.items()}
    arrays = {name: np.ascontiguousarray(data.arrays[name], kind) for name, kind in kinds.items()}
    return DataSet(arrays, None if data.weights is None else data.weights.astype(dtype, copy=data.in_memory))


def legible(dtype: np.dtype) -> np.dtype:
    """A dtype as it is, or float32 where compiled code cannot read it: bfloat16, and float16 on old processors."""
    known = dtype.kind in "fiub" and (dtype != np.float16 or machine().reads_halves)
    return dtype if known else np.dtype(np.float32)


class Loaded:
    """A routine with its memory: scratch of its own, state shared with others by name."""

    def __init__(self, routine: Routine, data: DataSet, shared: dict[str, np.ndarray], given: Mapping[str, Any]):
        self.routine, self.data = routine, data
        trace, layouts = routine.trace, routine.layouts
        self.arrays: dict[Traced, np.ndarray] = {}
        for name, leaf in trace.state.items():
            if name not in shared:
                shared[name] = memory(layouts[leaf])
            self.arrays[leaf] = shared[name]
        for array, layout in layouts.items():
            self.arrays.setdefault(array, memory(layout))
        values = {**given, **trace.tape.arrays}
        for name, leaf in trace.given.items():
            layouts[leaf].view(self.arrays[leaf])[...] = values[name]
        self.rows = np.array([len(data)], np.int64)
        self.gate = Gate()
        self.gate.shut()
        self.order = np.zeros(1, np.int32)
        self.crew = Crew(routine.most, dict(routine.speeds))

    def __call__(self, first: int, steps: int, t: int, rates: np.ndarray | None = None) -> None:
        """Do `steps` steps from step `first` of the order; `rates` (steps,) where the rule is paced."""
        table, crew = np.array([self.address(key) for key in self.routine.table], np.int64), self.crew
        for count, part in crew.parts(steps):
            begun = now()
            table[-2] = 0 if rates is None else rates.ctypes.data  # RATES and GATE are the last of the table
            count = threads.run(self.routine.code, table, count, first, part, t)
            crew.timed(count, part, begun)
            first, t = first + part, t + part
            rates = None if rates is None else rates[part:]
        self.routine.speeds.update(crew.seconds)

    def set_seed(self, word: np.ndarray) -> None:
        """The word of the seed (1,) of the noise of the steps to come."""
        leaf = self.routine.trace.given[SEED]
        if leaf in self.arrays:
            self.routine.layouts[leaf].view(self.arrays[leaf])[...] = word

    def address(self, key: Any) -> int:
        if isinstance(key, Traced):
            return self.arrays[key].ctypes.data
        if key == RATES:
            return 0
        if key.startswith("data "):
            return self.data.arrays[key.removeprefix("data ")].ctypes.data
        found = {ORDER: self.order, ROWS: self.rows, GATE: self.gate.words, WEIGHTS: self.data.weights}[key]
        return 0 if found is None else found.ctypes.data


class NativeRun(Run):
    """Many steps in each call of machine code."""

    engine = "native"

    def __init__(self, job: Job, params: Mapping[str, np.ndarray], transposed: frozenset[str]):
        self.job, self.transposed = job, transposed
        self.program = Program(job.graph, job.dtype)
        self.memory: dict[str, np.ndarray] = {}
        self.kept: dict[str, np.ndarray] | None = None
        self.given = self.values()
        self.paced = job.rule.scheduled
        self.rule = job.rule.unscheduled() if self.paced else job.rule
        self.numbers = numbers_of(self.rule)
        self.given |= {f"n:{name}": value for name, value in self.numbers.items()}
        self.given |= {} if job.mean_weight is None else {MEAN_WEIGHT: job.mean_weight}
        data = narrowed(job.data, job)
        self.integer = integer_dtype(job.graph, (job.data, job.validation))
        small = {n: np.zeros((), job.dtype) for n in job.graph.trained}
        self.layout_of_rule = {what: sorted(arrays) for what, arrays in sorted(job.rule.init(small).items())}
        rows, _, last = job.batches
        self.step = self.compiled_step(rows, data)
        self.last = self.compiled_step(last, data) if last else None
        self.measures = {} if job.validation is None else {"validation": self.measure("validation")}
        self.restore(params, None)

    def compiled_step(self, rows: int, data: DataSet) -> Loaded:
        """A step of `rows` rows. It shares theta, the rule's state and the sums with others."""
        job = self.job
        by_mean = job.mean_weight is not None
        every = rows == 1 or job.graph.mixing() is not None  # no row is ever added to a batch
        tracer = Tracer(
            self.program, self.rule, rows, not every or data.weights is not None, self.transposed, by_mean,
            self.integer, self.paced,
        )  # fmt: skip
        graph = self.structure
        known = graph is not None and is_known(self.rule)
        key = (graph, structure_of(self.rule), self.paced, self.transposed, "step", by_mean) if known else None
        make = partial(tracer.step, self.numbers, self.layout_of_rule)
        return Loaded(routine_for(key, make, rows, data, job.dtype), data, self.memory, self.given)

    def values(self) -> dict[str, Any]:
        """Numbers and constants by their names in a trace."""
        hyper = {f"h:{box}:{k}": v for box, values in self.program.hyper().items() for k, v in values.items()}
        constants = {f"c:{name}": value for name, value in self.program.constants().items()}
        return hyper | constants | {SEED: key_of(self.job.seed)}

    @property
    def structure(self) -> Hashable | None:
        """What of the graph decides what is compiled; None where only its code says it."""
        kinds = tuple((name, value.dtype.str) for name, value in self.program.constants().items())
        found = structure(self.job.graph)
        return None if found is None else (found, kinds, self.integer.str)

    # --- state ---

    def view(self, name: str) -> np.ndarray:
        """An array of the state, in its memory."""
        routine = self.step.routine
        return routine.layouts[routine.trace.state[name]].view(self.memory[name])

    def users(self, name: str, parameter: str) -> np.ndarray:
        """The same, in the user's layout."""
        return self.view(name).T if parameter in self.transposed else self.view(name)

    @property
    def state(self) -> dict[str, np.ndarray]:  # type: ignore[override]
        """A copy of theta and the rule's state, until the next is asked for: that one is put in the same place."""
        kept = {name: array for name, array in self.memory.items() if name[:2] in ("p:", "r:")}
        if self.kept is None:  # memory that is new to the process is several times slower to write than to write again
            self.kept = {name: array.copy() for name, array in kept.items()}
        for name, array in kept.items():
            np.copyto(self.kept[name], array)
        return self.kept

    @state.setter
    def state(self, kept: dict[str, np.ndarray]) -> None:
        for name, array in kept.items():
            self.memory[name][...] = array

    def params(self):
        return {name: np.array(self.users(f"p:{name}", name), order="C") for name in self.job.graph.parameters}

    def rule_arrays(self):
        return [
            np.array(self.users(f"r:{what}:{name}", name), order="C")
            for what, names in self.layout_of_rule.items()
            for name in names
        ]

    def restore(self, params, rule_arrays):
        for name, array in params.items():
            self.users(f"p:{name}", name)[...] = array
        theta = {name: self.users(f"p:{name}", name) for name in self.job.graph.trained}
        for what, arrays in self.job.rule_state(theta, rule_arrays).items():
            for name, array in arrays.items():
                self.users(f"r:{what}:{name}", name)[...] = array

    def surroundings(self):
        """Threads are no part of it: they share out results, never the terms of a sum."""
        width = {"vectors of so many bits": str(8 * machine().vector_bytes)}
        return {**surroundings.common(), "llvmlite": llvmlite.__version__, **width}

    # --- steps ---

    def set_order(self, order, running=None):
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

    def steps(self, start, count, t):
        need_counts(t, count)
        bad, done = -1, 0
        for part in spans(t, count):  # one, but for the stretch that passes a multiple of 2^32
            found = self.some(start + done, part, t + done) if bad < 0 else -1
            bad = bad if found < 0 else done + found
            done += part
        running = self.sums(self.memory)
        if bad < 0 and not all(all_finite(self.view(f"p:{name}")) for name in self.job.graph.parameters):
            bad = count
        return Stretch(self.program.totals(running), None if bad < 0 else bad, running)

    def some(self, start: int, count: int, t: int) -> int:
        """Do steps whose noise has one word of the seed: the first, of these, that was not well, or -1."""
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

    def evaluate(self, which):
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
        """What evaluates the set "data" or "validation"; it shares theta, and has sums of its own."""
        job = self.job
        given = job.set_of(which)
        together = job.together(given)
        data = self.step.data if given is job.data else narrowed(given, job)
        size = together or EVALUATION_ROWS
        weighted = together is None or data.weights is not None
        tracer = Tracer(self.program, job.rule, size, weighted, self.transposed, integer=self.integer)
        graph = self.structure
        key = None if graph is None else (graph, self.transposed, "measure")
        theta = {name: array for name, array in self.memory.items() if name.startswith("p:")}
        found = Loaded(routine_for(key, tracer.measure, size, data, job.dtype), data, theta, self.given)
        found.order = np.arange(len(data), dtype=np.int32)
        return found

    def penalty(self):
        params = {name: np.asarray(self.users(f"p:{name}", name)) for name in self.job.graph.parameters}
        found = self.program.penalty(params, self.program.constants(), self.job.context(np.ones(1), 0))
        return 0.0 if found is None else float(found)
