"""The XLA engine: the same box code traced once by JAX, many steps in one compiled program.

JAX serves as array compiler and device layer only: every derivative is the boxes' own bprop. The data set
lives on the device, batches are gathered there. Learning rates, penalty weights, dropout rates, constants
and the number of steps are run-time arguments; a ragged last batch is filled with rows of weight 0.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bprop.data import DataSet
from bprop.engines.engine import Engine, Job, Run, Stretch
from bprop.engines.layout import lay_out, transposed_weights, unrolled_steps
from bprop.engines.packing import narrow, pad, round_up
from bprop.engines.program import Program, structure
from bprop.errors import SettingError
from bprop.graph.plan import Context
from bprop.leaves import Input
from bprop.noise import key_of
from bprop.rules import Foreign
from bprop.rules.runtime import numbers_of, structure_of, with_numbers

EVALUATION_ROWS = 512
CACHED_PROGRAMS = 64


@dataclass(frozen=True)
class Compiled:
    """The jitted functions of one structure. jax.jit compiles each once for every set of array shapes."""

    epoch: Callable
    evaluate: Callable
    penalty: Callable
    init: Callable
    choices: Choices


@dataclass(frozen=True)
class Choices:
    """How a program is lowered: nothing that boxes or users see."""

    transposed: frozenset[str]
    """Weights that lie as (outputs, inputs) on the device."""
    unrolled: int
    """Steps in one turn of the loop."""

    @classmethod
    def of(cls, job: Job) -> Choices:
        if jax.default_backend() != "cpu":  # measured on CPUs only
            return cls(frozenset(), 1)
        elementwise = getattr(job.rule, "elementwise", False)
        transposed = transposed_weights(job.graph, job.batch_size) if elementwise else frozenset()
        return cls(transposed, unrolled_steps(job.graph, job.batch_size))


@dataclass(frozen=True)
class Tracer:
    """Builds the functions that are compiled, around a graph of the right structure."""

    program: Program
    rule: Any
    batch_size: int
    choices: Choices

    def batch(self, data: Mapping[str, Any], take: Callable) -> dict[str, Any]:
        """Rows of the data set, widened to the precision of the program."""
        inputs = self.program.graph.inputs
        return {name: self.widen(inputs[name], take(array)) for name, array in data.items()}

    def widen(self, box: Input, array: Any) -> Any:
        return array.astype(self.program.dtype if box.dtype == "float" else {"int": jnp.int32, "bool": bool}[box.dtype])

    def weights(self, weights: Any, take: Callable, position: Any, rows: Any) -> Any:
        """Weights of a batch: those of its examples, and 0 for rows past the end of the set."""
        inside = (position < rows).astype(self.program.dtype)
        return inside if weights is None else inside * take(weights)

    def epoch(self, theta, rule_state, data, weights, order, rows, constants, hyper, numbers, seed, sums,
              start, count, t):  # fmt: skip
        """`count` steps from step `start` of the epoch: theta, rule state, sums, (first step not finite, penalty)."""
        rule = with_numbers(self.rule, numbers) if numbers is not None else self.rule
        plan = lay_out(self.program.training, self.choices.transposed).bind(hyper)
        size = self.batch_size

        def body(i, carry):
            theta, rule_state, sums, bad = carry
            first = (start + i) * size
            take = rows_at(lax.dynamic_slice(order, (first,), (size,)))
            w = self.weights(weights, take, first + jnp.arange(size, dtype=jnp.int32), rows)
            key = (seed, (t + i).astype(jnp.uint32).reshape(1))
            context = Context(w, key, self.program.dtype)
            theta, rule_state, found = self.program.step(
                rule, theta, rule_state, self.batch(data, take), constants, context, t + i, plan
            )
            bad = jnp.where((bad < 0) & ~jnp.isfinite(found["loss"]), i, bad)
            return theta, rule_state, self.add(sums, found), bad

        carry = theta, rule_state, sums, jnp.int32(-1)
        theta, rule_state, sums, bad = loop(count, body, carry, self.choices.unrolled)
        finite = jnp.all(jnp.array([jnp.isfinite(array).all() for array in theta.values()]))
        bad = jnp.where((bad < 0) & ~finite, count, bad)
        return theta, rule_state, sums, (bad, self.penalty(theta, constants, seed))

    def evaluate(self, theta, data, weights, rows, constants, hyper, seed):
        """Sums over the whole set, outside training."""
        plan = lay_out(self.program.evaluating, self.choices.transposed).bind(hyper)
        size = min(EVALUATION_ROWS, next(iter(data.values())).shape[0])
        last = next(iter(data.values())).shape[0] - 1

        def body(i, sums):
            position = i * size + jnp.arange(size, dtype=jnp.int32)
            take = rows_at(jnp.minimum(position, jnp.minimum(rows - 1, last)))
            context = Context(self.weights(weights, take, position, rows), (seed, seed), self.program.dtype)
            return self.add(sums, self.program.measure(theta, self.batch(data, take), constants, context, plan))

        return lax.fori_loop(0, (rows + size - 1) // size, body, self.no_sums())

    def penalty(self, theta, constants, seed):
        context = Context(jnp.ones(1, self.program.dtype), (seed, seed), self.program.dtype)
        found = self.program.penalty(theta, constants, context)
        return jnp.zeros((), self.program.dtype) if found is None else found

    def no_sums(self) -> tuple[Any, Any]:
        """(sums, corrections), one element a name of `sum_names`, all 0."""
        zeros = jnp.zeros(len(self.program.sum_names), self.program.dtype)
        return zeros, zeros

    def add(self, sums: tuple[Any, Any], found: Mapping[str, Any]) -> tuple[Any, Any]:
        """Kahan's compensated summation: a float32 sum over millions of steps stays exact to rounding."""
        before, correction = sums
        term = jnp.stack([found[name] for name in self.program.sum_names]) - correction
        after = before + term
        return after, (after - before) - term


def rows_at(index: Any) -> Callable:
    """Takes the rows at `index`, all of which are there."""
    return lambda array: array.at[index].get(mode="promise_in_bounds")


def loop(count: Any, body: Callable, carry: Any, unrolled: int) -> Any:
    """carry = body(i, carry) for i from 0 to count - 1, in turns of `unrolled` steps and a rest of single ones."""

    def turn(j, carry):
        for k in range(unrolled):
            carry = body(j * unrolled + k, carry)
        return carry

    if unrolled == 1:
        return lax.fori_loop(0, count, body, carry)
    turns = count // unrolled
    return lax.fori_loop(turns * unrolled, count, body, lax.fori_loop(0, turns, turn, carry))


_programs: OrderedDict[Hashable, Compiled] = OrderedDict()


def compiled(job: Job) -> Compiled:
    """The compiled functions for a job, shared by all jobs of its structure."""
    rule = job.rule.transformation if isinstance(job.rule, Foreign) else structure_of(job.rule)
    choices = Choices.of(job)
    key = (structure(job.graph), rule, job.batch_size, str(job.dtype), choices)
    if key not in _programs:
        tracer = Tracer(Program(job.graph, job.dtype), job.rule, job.batch_size, choices)
        epoch, evaluate, penalty = map(jax.jit, (tracer.epoch, tracer.evaluate, tracer.penalty))
        _programs[key] = Compiled(epoch, evaluate, penalty, jax.jit(job.rule.init), choices)
        if len(_programs) > CACHED_PROGRAMS:
            _programs.popitem(last=False)
    _programs.move_to_end(key)
    return _programs[key]


class DeviceSet:
    """A data set on the device, in its own narrow dtypes, with rows to a round number: the number of rows
    is a run-time argument, so that sets of nearly the same size share one compiled program."""

    def __init__(self, data: DataSet, dtype: np.dtype):
        self.rows = jax.device_put(np.int32(len(data)))
        size = round_up(len(data))
        self.arrays = {name: jax.device_put(pad(narrow(name, a, dtype), size)) for name, a in data.arrays.items()}
        self.weights = None if data.weights is None else jax.device_put(pad(data.weights.astype(dtype), size))


class XlaRun(Run):
    """Many steps in each call of the compiled program; theta stays on the device."""

    def __init__(self, job: Job, params: Mapping[str, np.ndarray]):
        if job.dtype.name not in ("float32", "float64"):
            raise SettingError(f"engine 'xla' computes in float32 or float64, not {job.dtype.name}")
        self.job = job
        self.wide = job.dtype == np.float64
        with jax.enable_x64(self.wide):
            self.compiled = compiled(job)
            self.turn = self.compiled.choices.unrolled
            self.program = Program(job.graph, job.dtype)
            same = job.validation is job.data
            self.sets = {"data": DeviceSet(job.data, job.dtype)}
            if job.validation is not None:
                self.sets["validation"] = self.sets["data"] if same else DeviceSet(job.validation, job.dtype)
            self.constants = jax.device_put(self.program.constants())
            hyper = {n: {k: job.dtype.type(v) for k, v in h.items()} for n, h in self.program.hyper().items()}
            foreign = isinstance(job.rule, Foreign)
            numbers = None if foreign else {k: job.dtype.type(v) for k, v in numbers_of(job.rule).items()}
            self.hyper, self.numbers = jax.device_put((hyper, numbers))  # on the device: a call then costs less
            self.penalty_of: tuple[Any, float] = (None, 0.0)
            self.seed = jax.device_put(np.array([key_of(job.seed)], np.uint32))
            self.restore(params, None)

    def restore(self, params, rule_arrays):
        with jax.enable_x64(self.wide):
            given = {name: np.asarray(array, dtype=self.job.dtype) for name, array in params.items()}
            theta = jax.device_put({name: self.turned(name, array) for name, array in given.items()})
            state = self.compiled.init({name: theta[name] for name in self.job.graph.trainable})
            if rule_arrays is not None:
                leaves, tree = jax.tree.flatten(state)
                dtyped = [np.asarray(a, x.dtype) for a, x in zip(rule_arrays, leaves, strict=True)]
                state = jax.device_put(self.each(self.turned, jax.tree.unflatten(tree, dtyped)))
            self.state = theta, state

    def rule_arrays(self):
        host = jax.tree.map(np.array, self.state[1])
        return jax.tree.leaves(self.each(self.turned, host))

    def params(self):
        return {name: self.turned(name, np.array(array)) for name, array in self.state[0].items()}

    def turned(self, name: str, array: np.ndarray) -> np.ndarray:
        """An array of parameter `name` from the user's layout to the device's, or back."""
        return np.ascontiguousarray(array.T) if name in self.compiled.choices.transposed else array

    def each(self, function: Callable, rule_state: Any) -> Any:
        """function(parameter name, array) of every array of a rule's state {what: {parameter: array}}."""
        if not self.compiled.choices.transposed:
            return rule_state
        return {what: {name: function(name, a) for name, a in arrays.items()} for what, arrays in rule_state.items()}

    def set_order(self, order, running=None):
        size = self.job.batch_size * round_up(self.job.steps_per_epoch)
        padded = np.full(size, order[0], np.int32)  # rows past the end: a real row, of weight 0
        padded[: len(order)] = order
        self.order = jax.device_put(padded)
        zeros = [[0.0] * len(self.program.sum_names)] * 2
        self.sums = tuple(np.array(part, self.job.dtype) for part in (running or zeros))

    def steps(self, start, count, t):
        data = self.sets["data"]
        with jax.enable_x64(self.wide):
            *state, self.sums, told = self.compiled.epoch(
                *self.state, data.arrays, data.weights, self.order, data.rows, self.constants, self.hyper,
                self.numbers, self.seed, self.sums, np.int32(start), np.int32(count), np.int32(t),
            )  # fmt: skip
        sums, (bad, penalty) = jax.device_get((self.sums, told))
        self.state = tuple(state)
        self.penalty_of = self.state, float(penalty)
        running = [part.tolist() for part in sums]
        return Stretch(self.program.totals(running), int(bad) if bad >= 0 else None, running)

    def evaluate(self, which):
        data = self.sets[which]
        with jax.enable_x64(self.wide):
            sums = self.compiled.evaluate(
                self.state[0], data.arrays, data.weights, data.rows, self.constants, self.hyper, self.seed
            )
        return self.program.finish(self.program.totals([part.tolist() for part in jax.device_get(sums)]))

    def penalty(self):
        state, found = self.penalty_of
        if state is self.state:
            return found
        with jax.enable_x64(self.wide):
            return float(self.compiled.penalty(self.state[0], self.constants, self.seed))


class XlaEngine(Engine):
    """Runs a graph as a compiled XLA program."""

    name = "xla"

    def start(self, job, params):
        return XlaRun(job, params)
