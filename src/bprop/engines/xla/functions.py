"""A graph as plain functions of JAX's arrays, which pass through jax.jit, jax.vmap and JAX's derivatives.

`loss`, `gradients` and `outputs` are compiled functions of JAX. A step of concrete arrays runs the program that
training runs, with the same bits; a step that JAX traces is the same formulas, written out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from bprop.engines.engine import Job
from bprop.engines.functions import Functions, Options, State, need_count, room, rows_of, word_of
from bprop.engines.integers import INT64, integer_dtype
from bprop.engines.packing import copied
from bprop.engines.xla.run import NARROW, XlaRun
from bprop.errors import SettingError
from bprop.graph.objective import objective_of
from bprop.graph.passes import fprop
from bprop.graph.plan import Context
from bprop.graph.validation import check_names
from bprop.rules import Foreign

ROOM = 2
"""Batches that the arrays of a step have room for. With room for one, XLA would know the rows of the batch, and compile
the step into other loops than those of training, which round differently."""


@jax.tree_util.register_pytree_node_class
class Held(Mapping[str, Any]):
    """Arrays by name as the device holds them: some weights lie there as (outputs, inputs). It reads as a dict of the
    arrays in the layout of the graph."""

    def __init__(self, arrays: Mapping[str, Any], turned: frozenset[str] = frozenset()):
        self.arrays, self.turned = dict(arrays), turned

    def __getitem__(self, name: str) -> Any:
        array = self.arrays[name]
        if isinstance(array, jax.Array) and not isinstance(array, Tracer) and array.is_deleted():
            raise SettingError(f"{name!r} of this theta or state was overwritten by a step in place that took it")
        return array.T if name in self.turned else array

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def __repr__(self) -> str:
        return f"<{', '.join(f'{name} {array.shape}' for name, array in self.items())}>"

    def tree_flatten(self) -> tuple[Any, Any]:
        return tuple(self.values()), tuple(self)

    @classmethod
    def tree_unflatten(cls, names: Any, arrays: Any) -> Held:
        return cls(dict(zip(names, arrays, strict=True)))


class XlaFunctions(Functions):
    """Each function is compiled once for each number of rows."""

    engine = "xla"

    loss_of: Any
    gradients_of: Any
    both_of: Any
    outputs_of: Any
    mean_of: Any

    def __init__(self, job: Job, options: Options):
        super().__init__(job, options)
        data = room(job.graph, 1, False, job.dtype)
        self.room: Mapping[str, Any] = data.arrays
        self.integer: np.dtype = integer_dtype(job.graph, (data,))
        self.wide: bool = job.dtype == np.float64 or self.integer == INT64
        self.runs: dict[Any, XlaRun] = {}
        self.handed: dict[str, tuple[Any, Any]] = {}
        """Arrays that a step has returned, and the same on the device, in its layout."""
        self.loss_of, self.gradients_of = jax.jit(self.objective), jax.jit(self.derive)
        self.each_of: Any = jax.jit(self.derive_each)
        self.both_of = jax.jit(self.derive_both)
        self.outputs_of, self.mean_of = jax.jit(self.compute_outputs), jax.jit(mean_loss)

    # --- the functions ---

    def init(self, theta: Mapping[str, Any]) -> State:
        if not isinstance(self.rule, Foreign):
            return super().init(theta)
        with self.precision(theta):
            return {"t": 0, "rule": self.rule.init({n: jnp.asarray(a, self.dtype) for n, a in theta.items()})}

    def loss(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int = 0, *, t: Any = 0, weights: Any = None
    ) -> Any:
        return self.called(self.loss_of, theta, batch, seed, t, weights)

    def batch_gradients(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int, t: Any, weights: Any
    ) -> dict[str, Any]:
        grads = self.called(self.gradients_of, theta, batch, seed, t, weights)
        return {name: grads[name] for name in self.graph.trained}  # JAX sorts them

    def value_and_gradients(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int = 0, *, t: Any = 0, weights: Any = None
    ) -> tuple[Any, dict[str, Any]]:
        value, grads = self.called(self.both_of, theta, batch, seed, t, weights)
        return value, {name: grads[name] for name in self.graph.trained}

    def example_gradients(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int, t: Any
    ) -> dict[str, Any]:
        grads = self.called(self.each_of, theta, batch, seed, t, None)
        return {name: grads[name] for name in self.graph.trained}

    def step(
        self, theta: Mapping[str, Any], state: State, batch: Mapping[str, Any], seed: int = 0, *, weights: Any = None
    ) -> tuple[Any, State, Any]:
        if is_traced(theta, state, batch, weights):
            return self.called(self.update, theta, batch, seed, state["t"], weights, state["rule"])
        t = self.need_state(state)
        arrays, weights = self.read(batch, weights)
        rows = rows_of(arrays)
        run = self.training(theta, self.filled(rows), weights is not None)
        with jax.enable_x64(self.wide):
            size = ROOM * run.batches.rows
            arrays = {name: padded(array, self.room[name].dtype, size) for name, array in arrays.items()}
            weights = None if weights is None else padded(weights, self.dtype, size)
            order = np.arange(size, dtype=np.int32)
            order[rows:] = 0  # rows past the end: one of the same batch, of weight 0
            constants, hyper, numbers, _, mean = run.arguments
            epoch = run.compiled.epoch_in_place if self.options.in_place else run.compiled.epoch
            device, rule = self.placed(run, theta, state["rule"])
            device, rule, sums, _ = epoch(
                device, rule, arrays, weights, order, np.int32(rows), constants, hyper, numbers,
                np.array([word_of(seed)], np.uint32), mean, run.no_sums, np.int32(0), np.int32(1),
                np.int32(t) if t < NARROW else np.int64(t), run._rates(t, 1),
            )  # fmt: skip
            theta, rule = self.taken(run, device, rule)
            return theta, {"t": t + 1, "rule": rule}, self.mean_of(sums)

    def outputs(self, theta: Mapping[str, Any], batch: Mapping[str, Any]) -> dict[str, Any]:
        predictor = self.graph.predictor
        if is_traced(theta, batch) or not self.options.check:
            arrays = {name: batch[name] for name in predictor.inputs}
        else:
            arrays = predictor.read(batch)
        with self.precision(theta, batch):
            results = self.outputs_of(dict(theta), arrays)
            return {name: results[name] for name in self.graph.outputs}

    # --- their formulas, on arrays that JAX traces ---

    def forward(self, theta: Any, batch: Any, word: Any, t: Any, weights: Any) -> tuple[Any, Context]:
        """The pass in training: (its values, its context)."""
        arrays = {name: self.widened(name, batch[name]) for name in self.graph.inputs}
        weights = jnp.ones(rows_of(arrays), self.dtype) if weights is None else jnp.asarray(weights, self.dtype)
        context = Context.at(weights, word, jnp.asarray(t), self.dtype)
        leaves = {**self.floats(theta), **arrays, **self.program.constants()}
        plan = self.program.training
        return fprop(plan, {name: leaves[name] for name in plan.leaves}, context), context

    def floats(self, theta: Mapping[str, Any]) -> dict[str, Any]:
        return {name: jnp.asarray(theta[name], self.dtype) for name in self.graph.parameters}

    def widened(self, name: str, array: Any) -> Any:
        kinds = {"float": self.dtype, "int": self.integer, "bool": np.bool_}
        return jnp.asarray(array).astype(kinds[self.graph.inputs[name].dtype])

    def objective(self, theta: Any, batch: Any, word: Any, t: Any, weights: Any) -> Any:
        state, context = self.forward(theta, batch, word, t, weights)
        return objective_of(self.graph, self.program.training, state, context)

    def derive(self, theta: Any, batch: Any, word: Any, t: Any, weights: Any) -> Any:
        return self.program.gradients(*self.forward(theta, batch, word, t, weights))[1]

    def derive_both(self, theta: Any, batch: Any, word: Any, t: Any, weights: Any) -> Any:
        state, context = self.forward(theta, batch, word, t, weights)
        value = objective_of(self.graph, self.program.training, state, context)
        return value, self.program.gradients(state, context)[1]

    def derive_each(self, theta: Any, batch: Any, word: Any, t: Any, weights: Any) -> Any:
        """The gradients of each example (see `Functions.one_by_one`)."""
        if self.has_noise:
            return jax.vmap(lambda chosen: self.derive(theta, batch, word, t, chosen))(jnp.eye(rows_of(batch)))
        rows = {name: jnp.asarray(array)[:, None] for name, array in batch.items()}
        return jax.vmap(lambda row: self.derive(theta, row, word, t, weights))(rows)

    def update(self, theta: Any, batch: Any, word: Any, t: Any, weights: Any, rule_state: Any) -> Any:
        state, context = self.forward(theta, batch, word, t, weights)
        floats, grads = self.floats(theta), self.program.gradients(state, context)[1]
        moved, rule_state = self.rule.step({name: floats[name] for name in grads}, grads, rule_state, jnp.asarray(t))
        averages = self.program.training.updates(state)
        after = {name: new.astype(self.dtype) for name, new in {**floats, **moved, **averages}.items()}
        sums = self.program.sums(self.program.training, state, context)
        return after, {"t": t + 1, "rule": rule_state}, sums["loss"] / sums["weight"]

    def compute_outputs(self, theta: Any, batch: Any) -> Any:
        plan = self.graph.predictor.plan
        leaves = {**self.floats(theta), **{n: self.widened(n, a) for n, a in batch.items()}, **self.program.constants()}
        word, t = np.array([word_of(0)], np.uint32), np.zeros(1, np.uint32)  # the noise of `graph.predict`
        context = Context.at(jnp.ones(rows_of(batch), self.dtype), word, t, self.dtype)
        state = fprop(plan, {name: leaves[name] for name in plan.leaves}, context)
        return {name: state.values[plan.slot_of[box]] for name, box in self.graph.outputs.items()}

    # --- calls ---

    def called(
        self, function: Callable[..., Any], theta: Any, batch: Any, seed: int, t: Any, weights: Any, *more: Any
    ) -> Any:
        """A compiled function of a batch, which is checked where its numbers are known."""
        check_names(theta, self.graph.parameters, "parameters")
        if is_traced(theta, batch, t, weights, more):
            check_names(batch, self.graph.inputs, "inputs")
            self.need_shapes(batch)
        else:
            batch, weights = self.filled_up(*self.read(batch, weights))
            t = need_count(t)
        with self.precision(theta, batch, t, weights, more):
            word = np.array([word_of(seed)], np.uint32)
            return function(dict(theta), dict(batch), word, t, weights, *more)

    def filled_up(self, arrays: Mapping[str, np.ndarray], weights: Any) -> tuple[Mapping[str, np.ndarray], Any]:
        """A batch of as many rows as the program has: those added repeat the first, with the weight 0."""
        rows = rows_of(arrays)
        size = self.filled(rows)
        if self.options.batch_size is None or size == rows:
            return arrays, weights
        take = np.where(np.arange(size) < rows, np.arange(size), 0)
        weights = np.ones(rows) if weights is None else weights
        return {name: array[take] for name, array in arrays.items()}, padded(weights, self.dtype, size)

    def precision(self, *arguments: Any) -> Any:
        """The context in which JAX has 64 bits, if the functions need them. SettingError where it is too late."""
        if not self.wide or jax.config.jax_enable_x64:  # type: ignore[attr-defined]
            return jax.enable_x64(bool(jax.config.jax_enable_x64))  # type: ignore[attr-defined]
        if is_traced(*arguments) and self.dtype == np.float64:
            raise SettingError(
                "functions of dtype='float64' within a transformation of JAX need its 64 bits: first "
                'jax.config.update("jax_enable_x64", True)'
            )
        return jax.enable_x64(not is_traced(*arguments))

    # --- a step: theta and the rule's state, on the device and back ---

    def training(self, theta: Any, size: int, weighted: bool) -> XlaRun:
        """The program of a training with batches of so many rows."""
        if (size, weighted) not in self.runs:
            data, job = room(self.graph, size, weighted, self.dtype), self.job
            job = Job(job.graph, job.rule, data, size, job.dtype, job.seed)
            self.runs[size, weighted] = XlaRun(job, self.cast(theta))
        return self.runs[size, weighted]

    def placed(self, run: XlaRun, theta: Any, rule_state: Any) -> tuple[Any, Any]:
        """theta and the rule's state on the device, in its layout."""
        check_names(theta, self.graph.parameters, "parameters")
        device = self.put(run, "p", theta)
        if isinstance(self.rule, Foreign):
            return device, jax.tree.map(jnp.asarray, rule_state)
        return device, {what: self.put(run, what, arrays) for what, arrays in rule_state.items()}

    def put(self, run: XlaRun, role: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
        """Arrays by parameter on the device, in the layout of the program."""
        if isinstance(arrays, Held) and arrays.turned == run.compiled.choices.transposed:
            return dict(arrays.arrays)
        return {name: self.put_one(run, role, name, array) for name, array in arrays.items()}

    def put_one(self, run: XlaRun, role: str, name: str, array: Any) -> Any:
        mine, device = self.handed.get(f"{role}:{name}", (None, None))
        if mine is array and mine is not None:
            return device
        return jax.device_put(copied(run.turned(name, np.asarray(array)), self.dtype))

    def taken(self, run: XlaRun, theta: Any, rule_state: Any) -> tuple[Any, Any]:
        """theta and the rule's state for the caller."""
        turned = run.compiled.choices.transposed
        if not turned:
            return theta, rule_state
        if self.options.in_place:
            return Held(theta, turned), {what: Held(arrays, turned) for what, arrays in rule_state.items()}
        every = {"p": theta, **rule_state}
        mine = {role: {n: a.T if n in turned else a for n, a in arrays.items()} for role, arrays in every.items()}
        self.handed = {f"{r}:{n}": (mine[r][n], a) for r, arrays in every.items() for n, a in arrays.items()}
        return mine.pop("p"), mine


def mean_loss(sums: Any) -> Any:
    """The mean loss, of sums with their corrections: "weight" and "loss" are the first two."""
    weight, loss = sums[0, :2] - sums[1, :2]
    return loss / weight


def padded(array: Any, dtype: Any, size: int) -> Any:
    """The array in a dtype, with rows of zeros at the end: `size` in all."""
    if len(array) == size:
        return np.asarray(array, dtype)
    rows = np.zeros((size, *array.shape[1:]), dtype)
    rows[: len(array)] = array
    return rows


def is_traced(*trees: Any) -> bool:
    """Whether JAX is tracing any of the arrays."""
    return any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(trees))
