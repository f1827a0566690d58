"""A graph as plain functions of machine code: theta goes into padded memory, a call runs one step, results come out.

All functions share one memory of theta. An array that lies there already is not copied in again: a step in place hands
out views of that memory, any other step copies that cannot be written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.engines.engine import Job
from bprop.engines.functions import Functions, Options, State, need_count, room, rows_of, word_of
from bprop.engines.integers import integer_dtype
from bprop.engines.layout import narrow_weights
from bprop.engines.native.run.loaded import Loaded
from bprop.engines.native.run.native_run import NativeRun, compiled_structure, fixed_values, narrowed, routine_for
from bprop.engines.native.run.object_code import machine
from bprop.engines.trace.tracer import BAD, OBJECTIVE, SEED, Tracer
from bprop.noise import seed_at


class Call:
    """A compiled step with room for one batch: `arrays` and `weights` are what it reads, and `fill` writes there."""

    loaded: Loaded
    arrays: Mapping[str, np.ndarray]
    weights: np.ndarray | None

    def __init__(self, loaded: Loaded, data: DataSet):
        self.loaded, self.arrays, self.weights = loaded, data.arrays, data.weights
        self.loaded.order = np.arange(len(data), dtype=np.int32)
        self.table: np.ndarray = loaded.addresses()

    def __call__(self, word: np.ndarray, t: int, rates: np.ndarray | None = None) -> None:
        self.loaded.set_seed(seed_at(word, np.array([t >> 32], np.uint32)))
        self.loaded.run(self.table, 0, 1, t, rates)

    def fill(self, arrays: Mapping[str, np.ndarray], weights: np.ndarray | None) -> None:
        rows = rows_of(arrays)
        for name, array in arrays.items():
            self.arrays[name][:rows] = array
        if self.weights is not None:
            self.weights[:rows] = weights
        self.loaded.rows[0] = rows


class NativeFunctions(Functions):
    """Each function is compiled once for each number of rows."""

    engine = "native"

    def __init__(self, job: Job, options: Options):
        super().__init__(job, options)
        self.transposed: frozenset[str] = narrow_weights(job, machine().lanes(job.dtype))
        self.memory: dict[str, np.ndarray] = {}
        self.views: dict[str, np.ndarray] = {}
        """The arrays of theta ("p:W1") and of the rule's state ("r:velocity:W1") in memory, in the user's layout."""
        self.held: dict[str, np.ndarray] = {}
        """Arrays that have the values of the memory: views of it, or copies that cannot be written."""
        self.steps: dict[Any, tuple[NativeRun, Call]] = {}
        self.calls: dict[Any, Call] = {}

    # --- the functions ---

    def loss(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int = 0, *, t: Any = 0, weights: Any = None
    ) -> Any:
        call = self.derived(False, theta, batch, seed, t, weights)
        return call.loaded.arrays[call.loaded.routine.trace.state[OBJECTIVE]][0]

    def gradients(
        self,
        theta: Mapping[str, Any],
        batch: Mapping[str, Any],
        seed: int = 0,
        *,
        t: Any = 0,
        weights: Any = None,
        per_example: bool = False,
    ) -> dict[str, Any]:
        if per_example:
            return self.one_by_one(theta, batch, seed, t, weights)
        results = self.results(self.derived(True, theta, batch, seed, t, weights).loaded, "g:")
        return {n: np.array(a.T if n in self.transposed else a, order="C") for n, a in results.items()}

    def step(
        self, theta: Mapping[str, Any], state: State, batch: Mapping[str, Any], seed: int = 0, *, weights: Any = None
    ) -> tuple[Any, State, Any]:
        t = self.need_state(state)
        arrays, weights = self.read(batch, weights)
        run, call = self.training(theta, rows_of(arrays), weights is not None)
        call.fill(arrays, weights)
        self.put({**named("p:", theta), **of_rule(state["rule"])})
        self.memory[BAD][0] = -1
        for name in self.program.sum_names:
            self.memory[f"s:{name}"][0] = self.memory[f"k:{name}"][0] = 0
        call(np.array([word_of(seed)], np.uint32), t, self.rule.rates(t, 1).astype(self.dtype) if run.paced else None)
        theta, rule = self.taken(run)
        loss, weight = (self.memory[f"s:{n}"][0] - self.memory[f"k:{n}"][0] for n in ("loss", "weight"))
        return theta, {"t": t + 1, "rule": rule}, loss / weight

    def outputs(self, theta: Mapping[str, Any], batch: Mapping[str, Any]) -> dict[str, Any]:
        arrays = (
            self.graph.predictor.read(batch) if self.options.check else {n: np.asarray(a) for n, a in batch.items()}
        )
        inputs = {n: arrays[n] for n in self.graph.predictor.inputs}
        rows = rows_of(inputs)
        call = self.call("outputs", theta, rows, False)
        call.fill(inputs, None)
        call(np.array([word_of(0)], np.uint32), 0)  # the noise of `graph.predict`
        results = self.results(call.loaded, "y:")
        return {name: np.array(array, order="C") for name, array in results.items()}

    # --- programs ---

    def training(self, theta: Mapping[str, Any], rows: int, weighted: bool) -> tuple[NativeRun, Call]:
        """The compiled step of a batch of so many rows."""
        size = self.filled(rows)
        key = size, weighted
        if key not in self.steps:
            data, job = room(self.graph, size, weighted, self.dtype), self.job
            job = Job(job.graph, job.rule, data, size, job.dtype, job.seed)
            self.held.clear()
            run = NativeRun(job, self.cast(theta), self.transposed, self.memory)
            self.steps[key] = run, Call(run.step, run.step.data)
            for name in self.memory:
                if name[:2] in ("p:", "r:"):
                    self.views[name] = run.users_view(name, name.rpartition(":")[2] if name[0] == "r" else name[2:])
        return self.steps[key]

    def derived(self, gradients: bool, theta: Any, batch: Any, seed: int, t: Any, weights: Any) -> Call:
        """The call of the objective or its gradients, done."""
        t = need_count(t)
        arrays, weights = self.read(batch, weights)
        call = self.call("gradients" if gradients else "loss", theta, rows_of(arrays), weights is not None)
        call.fill(arrays, weights)
        call(np.array([word_of(seed)], np.uint32), t)
        return call

    def call(self, what: str, theta: Mapping[str, Any], rows: int, weighted: bool) -> Call:
        """The compiled code of another function than a step, with theta in its memory."""
        size = rows if what == "outputs" else self.filled(rows)
        key = what, size, weighted
        if key not in self.calls:
            self.calls[key] = self.compiled(what, size, weighted)
        self.put(named("p:", theta))
        return self.calls[key]

    def compiled(self, what: str, size: int, weighted: bool) -> Call:
        graph, program, job = self.graph, self.program, self.job
        data = room(graph, size, weighted, self.dtype)
        if what == "outputs":
            data = DataSet({name: data.arrays[name] for name in graph.predictor.inputs})
        integer = integer_dtype(graph, (data,))
        by_weight = what != "outputs" and (weighted or not (size == 1 or graph.mixing() is not None))
        tracer = Tracer(program, job.rule, size, by_weight, self.transposed, integer=integer)
        make = tracer.outputs if what == "outputs" else partial(tracer.derive, what == "gradients")
        structure = compiled_structure(program, integer)
        key = None if structure is None else (structure, self.transposed, what)
        data = narrowed(data, Job(graph, job.rule, data, size, job.dtype, job.seed))
        values = fixed_values(program) | {SEED: 0}
        loaded = Loaded(routine_for(key, make, size, data, self.dtype), data, self.memory, values)
        for name, leaf in loaded.routine.trace.state.items():
            if name.startswith("p:") and name not in self.views:
                view = loaded.routine.layouts[leaf].view(self.memory[name])
                self.views[name] = view.T if name[2:] in self.transposed else view
        return Call(loaded, data)

    def results(self, loaded: Loaded, role: str) -> dict[str, np.ndarray]:
        """The results of a call, as views of memory, by name."""
        layouts, state = loaded.routine.layouts, loaded.routine.trace.state
        return {
            name.removeprefix(role): layouts[leaf].view(loaded.arrays[leaf])
            for name, leaf in state.items()
            if name.startswith(role)
        }

    # --- theta and the rule's state, in memory and out ---

    def put(self, arrays: Mapping[str, Any]) -> None:
        """Write arrays into memory, except those that have come from there and are unchanged."""
        if any(array is not self.held.get(name) for name, array in arrays.items()):
            self.check_arrays(arrays)
        for name, array in arrays.items():
            if array is not self.held.get(name):
                self.held.pop(name, None)
                self.views[name][...] = array

    def check_arrays(self, arrays: Mapping[str, Any]) -> None:
        """Raise an error for a theta or a state of other names and shapes."""
        self.cast({name[2:]: array for name, array in arrays.items() if name.startswith("p:")})

    def taken(self, run: NativeRun) -> tuple[dict[str, np.ndarray], dict[str, dict[str, np.ndarray]]]:
        """(theta, the rule's state): views of the memory, or copies of it."""
        self.held = dict(self.views) if self.options.in_place else {n: frozen(a) for n, a in self.views.items()}
        theta = {name: self.held[f"p:{name}"] for name in self.graph.parameters}
        layout = run.layout_of_rule.items()
        return theta, {what: {name: self.held[f"r:{what}:{name}"] for name in names} for what, names in layout}


def named(role: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{role}{name}": array for name, array in arrays.items()}


def of_rule(state: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The arrays of a rule's state by their names in memory."""
    return {f"r:{what}:{name}": array for what, arrays in state.items() for name, array in arrays.items()}


def frozen(array: np.ndarray) -> np.ndarray:
    """A copy that cannot be written."""
    copy = np.array(array, order="C")
    copy.flags.writeable = False
    return copy
