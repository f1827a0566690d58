"""The memory of theta and of the rule's state that compiled functions share, and the calls that compute there.

One call at a time works here: `NativeFunctions` lends it out. An array that lies in memory already is not copied in
again: a step in place hands out views of the memory, any other step copies that cannot be written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.engines.engine import Job
from bprop.engines.functions import Functions, State, room, rows_of, word_of
from bprop.engines.integers import integer_dtype
from bprop.engines.native.run.loaded import Loaded
from bprop.engines.native.run.native_run import NativeRun, compiled_structure, fixed_values, narrowed, routine_for
from bprop.engines.trace.tracer import BAD, SEED, Tracer
from bprop.graph import Graph
from bprop.noise import seed_at

Rule = dict[str, dict[str, np.ndarray]]


class Call:
    """A compiled step with room for one batch: `arrays` and `weights` are what it reads, and `fill` writes there."""

    loaded: Loaded
    arrays: Mapping[str, np.ndarray]
    weights: np.ndarray | None

    def __init__(self, loaded: Loaded, data: DataSet):
        self.loaded, self.arrays, self.weights = loaded, data.arrays, data.weights
        self.loaded.order = np.arange(len(data), dtype=np.int32)
        self.table: np.ndarray = loaded.addresses()
        keys = loaded.routine.table
        self.places: dict[str, int] = {key: place for place, key in enumerate(keys) if isinstance(key, str)}
        self.seed: Any = None
        """The seed of the last call, as it came."""
        self.high: int = -1
        """floor(t / 2^32) of the last call."""

    def __call__(self, seed: int, t: int, rates: np.ndarray | None = None) -> None:
        self.set_seed(seed, t)
        self.loaded.run(self.table, 0, 1, t, rates)

    def set_seed(self, seed: int, t: int) -> None:
        """Let the noise be that of update t. Raises SettingError for a seed that is none."""
        word = np.array([word_of(seed)], np.uint32)
        self.seed, self.high = None, -1  # where an exception comes before the end
        self.loaded.set_seed(seed_at(word, np.array([t >> 32], np.uint32)))
        self.seed, self.high = seed, t >> 32

    def fill(self, arrays: Mapping[str, np.ndarray], weights: np.ndarray | None) -> None:
        rows = rows_of(arrays)
        for name, array in arrays.items():
            self.arrays[name][:rows] = array
        if self.weights is not None:
            self.weights[:rows] = weights
        self.loaded.rows[0] = rows

    def see(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Let the next calls read these arrays, where they lie as code needs them; else copies. Hold them so long."""
        rows = rows_of(arrays)
        for name, array in arrays.items():
            mine = self.arrays[name]
            if array.dtype != mine.dtype or not array.flags.c_contiguous:
                mine[:rows] = array
                array = mine
            self.table[self.places[f"data {name}"]] = array.ctypes.data
        self.loaded.rows[0] = rows


class Workspace:
    """The memory of some functions. in_place: a step hands out views of it."""

    functions: Functions
    transposed: frozenset[str]
    graph: Graph
    job: Job
    dtype: np.dtype

    def __init__(self, functions: Functions, transposed: frozenset[str]):
        self.functions, self.transposed = functions, transposed
        self.graph, self.job, self.dtype = functions.graph, functions.job, functions.dtype
        self.in_place: bool = functions.options.in_place
        self.memory: dict[str, np.ndarray] = {}
        self.theta: dict[str, np.ndarray] = {}
        """theta in memory, as views in the user's layout."""
        self.rule: Rule = {}
        """The rule's state in memory, likewise."""
        self.held_theta: dict[str, np.ndarray] = {}
        """Arrays that have the values of theta in memory: views of it, or copies that cannot be written."""
        self.held_rule: Rule = {}
        self.steps: dict[Any, tuple[NativeRun, Call]] = {}
        self.calls: dict[Any, Call] = {}

    # --- calls ---

    def step(
        self, theta: Mapping[str, Any], state: State, t: int, arrays: Mapping[str, np.ndarray], weights: Any, seed: int
    ) -> tuple[Any, State, Any]:
        """A step, of a batch that has been checked."""
        run, call = self.training(theta, rows_of(arrays), weights is not None)
        call.fill(arrays, weights)
        self.put_theta(theta)
        self.put_rule(state["rule"])
        self.memory[BAD][0] = -1
        for name in self.functions.program.sum_names:
            self.memory[f"s:{name}"][0] = self.memory[f"k:{name}"][0] = 0
        self.changes()
        rule = self.functions.rule
        call(seed, t, rule.rates(t, 1).astype(self.dtype) if run.paced else None)
        loss, weight = (self.memory[f"s:{n}"][0] - self.memory[f"k:{n}"][0] for n in ("loss", "weight"))
        theta, rule_state = self.taken()
        return theta, {"t": t + 1, "rule": rule_state}, loss / weight

    def training(self, theta: Mapping[str, Any], rows: int, weighted: bool) -> tuple[NativeRun, Call]:
        """The compiled step of a batch of so many rows."""
        size = self.functions.filled(rows)
        key = size, weighted
        if key not in self.steps:
            self.functions.cast(theta)  # raises an error for one of other names and shapes, before anything is compiled
            data, job = room(self.graph, size, weighted, self.dtype), self.job
            job = Job(job.graph, job.rule, data, size, job.dtype, job.seed)
            run = NativeRun(job, {}, self.transposed, self.memory)
            self.theta = {name: run.users_view(f"p:{name}", name) for name in self.graph.parameters}
            layout = run.layout_of_rule.items()
            self.rule = {what: {n: run.users_view(f"r:{what}:{n}", n) for n in names} for what, names in layout}
            self.steps[key] = run, Call(run.step, run.step.data)
        return self.steps[key]

    def call(self, what: str, theta: Mapping[str, Any], rows: int, weighted: bool) -> Call:
        """The compiled code of another function than a step, with theta in its memory."""
        size = rows if what == "outputs" else self.functions.filled(rows)
        key = what, size, weighted
        if key not in self.calls:
            self.calls[key] = self.compiled(what, size, weighted)
        self.put_theta(theta)
        return self.calls[key]

    def calls_at_once(self, theta: Mapping[str, Any], rows: int, count: int) -> list[Call]:
        """Calls that compute the outputs of so many rows each, at the same time: all they share is theta."""
        keys = [("rows", rows, k) for k in range(count)]
        for key in keys:
            if key not in self.calls:
                self.calls[key] = self.compiled("outputs", rows, False)
        self.put_theta(theta)
        return [self.calls[key] for key in keys]

    def compiled(self, what: str, size: int, weighted: bool) -> Call:
        graph, program, job = self.graph, self.functions.program, self.job
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
            if name.startswith("p:") and name[2:] not in self.theta:
                view = loaded.routine.layouts[leaf].view(self.memory[name])
                self.theta[name[2:]] = view.T if name[2:] in self.transposed else view
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

    def holds(self, theta: Any) -> bool:
        """Whether these are the arrays whose values lie in memory."""
        held = self.held_theta
        if not held or len(theta) != len(held):
            return False
        for name, array in theta.items():  # noqa: SIM110, quicker than all(...), of every step
            if array is not held.get(name):
                return False
        return True

    def put_theta(self, theta: Mapping[str, Any]) -> None:
        """Write theta into memory, except what has come from there and is unchanged."""
        if not (isinstance(theta, Mapping) and self.holds(theta)):
            self.functions.cast(theta)  # raises an error for one of other names and shapes
            put(theta, self.theta, self.held_theta)

    def put_rule(self, state: Mapping[str, Mapping[str, Any]]) -> None:
        for what, arrays in state.items():
            put(arrays, self.rule[what], self.held_rule.get(what, {}))

    def holds_rule(self, state: Mapping[str, Mapping[str, Any]]) -> bool:
        """Whether these are the arrays of the rule's state whose values lie in memory."""
        held = self.held_rule
        if len(state) != len(held):
            return False
        for what, arrays in state.items():
            mine = held[what]
            if len(arrays) != len(mine):
                return False
            for name, array in arrays.items():
                if array is not mine.get(name):
                    return False
        return True

    def changes(self) -> None:
        """Note that the memory takes on other values: then a copy has them no more. A view does."""
        if not self.in_place:
            self.held_theta, self.held_rule = {}, {}

    def taken(self) -> tuple[dict[str, np.ndarray], Rule]:
        """(theta, the rule's state): views of the memory, or copies of it."""
        same = self.in_place
        self.held_theta = {name: array if same else frozen(array) for name, array in self.theta.items()}
        self.held_rule = {
            what: {name: array if same else frozen(array) for name, array in arrays.items()}
            for what, arrays in self.rule.items()
        }
        return self.handed()

    def handed(self) -> tuple[dict[str, np.ndarray], Rule]:
        """The arrays that `taken` has taken, in dicts of the caller's own."""
        rule = self.held_rule
        return dict(self.held_theta), {what: dict(arrays) for what, arrays in rule.items()} if rule else {}


def put(arrays: Mapping[str, Any], places: Mapping[str, np.ndarray], held: dict[str, np.ndarray]) -> None:
    for name, array in arrays.items():
        if array is not held.get(name):
            held.pop(name, None)
            places[name][...] = array


def frozen(array: np.ndarray) -> np.ndarray:
    """A copy that cannot be written."""
    copy = np.array(array, order="C")
    copy.flags.writeable = False
    return copy
