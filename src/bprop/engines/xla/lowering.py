"""The functions that are compiled: many steps of training, an evaluation, a penalty.

The data lies on the device and batches are gathered there. Learning rates, penalty weights, dropout rates, constants
and the number of steps are run-time arguments; a ragged last batch is filled with rows of weight 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bprop.engines.engine import Job
from bprop.engines.integers import INT64
from bprop.engines.layout import transposed_weights, unrolled_steps, with_transposed
from bprop.engines.program import Program
from bprop.engines.xla.mixed import mix
from bprop.engines.xla.repeatable import repeatable
from bprop.graph.plan import Context, Plan
from bprop.leaves import Input
from bprop.namespace import Array
from bprop.rules.rule import Arrays
from bprop.rules.runtime import Paced, with_numbers

EVALUATION_ROWS = 512


@dataclass(frozen=True)
class Choices:
    """How a program is lowered. Boxes and users see nothing of it."""

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
class Lowering:
    """Builds the functions that are compiled, around a graph of the right structure.

    Sums are one array (2, k): the sums by `Program.sum_names`, and the corrections to take from them.
    """

    program: Program
    rule: Any
    batch_size: int
    choices: Choices
    narrow: str | None = None
    integer: np.dtype = INT64

    def visited(self, order: Array, step: Array) -> Callable[..., Any]:
        """Takes the rows of a step of the epoch."""
        return rows_at(lax.dynamic_slice(order, (step * self.batch_size,), (self.batch_size,)))

    def evaluated_together(self, data: Arrays, together: int | None) -> int:
        """The rows that are evaluated at a time."""
        return together or min(EVALUATION_ROWS, next(iter(data.values())).shape[0])

    def evaluated(self, data: Arrays, block: Array, position: Array, rows: Array) -> Callable[..., Any]:
        """Takes the rows of a block of an evaluation. Past the end of the set, it takes the last row."""
        return rows_at(jnp.minimum(position, jnp.minimum(rows - 1, next(iter(data.values())).shape[0] - 1)))

    def everywhere(self, state: Any) -> Any:
        """theta and the rule's state after an update."""
        return state

    def batch(self, data: Mapping[str, Any], take: Callable[..., Any]) -> dict[str, Any]:
        """Rows of the data set, widened to the precision of the program."""
        inputs = self.program.graph.inputs
        return {name: self.widen(inputs[name], take(array)) for name, array in data.items()}

    def widen(self, box: Input, array: Any) -> Any:
        return array.astype({"float": self.program.dtype, "int": self.integer, "bool": bool}[box.dtype])

    def weights(
        self, weights: Any, take: Callable[..., Any], position: Any, rows: Any, mean: Any = None
    ) -> tuple[Any, Any]:
        """(weights of a batch: those of its examples, and 0 for rows past the end of the set; what they are divided by:
        the rows of the batch times `mean`, or by default (None) their sum)."""
        inside = (position < rows).astype(self.program.dtype)
        divisor = None if mean is None else inside.sum() * mean
        return (inside if weights is None else inside * take(weights)), divisor

    def plan(self, plan: Plan, hyper: Mapping[str, Mapping[str, Any]]) -> Plan:
        """A plan of the program as it is lowered here."""
        lowered = with_transposed(plan, self.choices.transposed).bind(hyper)
        return lowered if self.narrow is None else mix(lowered, jnp.dtype(self.narrow))

    def epoch(
        self, theta: Arrays, rule_state: Any, data: Arrays, weights: Array | None, order: Array, rows: Array,
        constants: Arrays, hyper: Mapping[str, Mapping[str, Any]], numbers: Any, seed: Array, mean_weight: Array | None,
        sums: Array, start: Array, count: Array, t: Array, rates: Array | None = None,
    ) -> tuple[Any, ...]:  # fmt: skip
        """`count` steps from step `start` of the epoch. `rates`: at least as many, if the rule is paced; else None.

        `t`: the updates before them, in 64 bits if 32 do not hold those of the whole epoch.
        Returns theta, rule state, sums, (sums and penalty in a row, the first step that was not finite).
        """
        rule = with_numbers(self.rule, numbers) if numbers is not None else self.rule
        plan = self.plan(self.program.training, hyper)
        size = self.batch_size

        def body(i, carry):
            theta, rule_state, sums, bad = carry
            first = (start + i) * size
            take = self.visited(order, start + i)
            position = first + jnp.arange(size, dtype=jnp.int32)
            w, divisor = self.weights(weights, take, position, rows, mean_weight)
            outer = Context.at(w, seed, t + i, self.program.dtype, divisor)
            paced = rule if rates is None else Paced(rule, rates[i])

            def step(theta, rule_state, batch, w, divisor, key, t):
                context = outer._replace(weights=w, key=key, divisor=divisor)
                return self.program.step(paced, theta, rule_state, batch, constants, context, t, plan)

            *after, sums_of_batch = repeatable(step, hidden_zero(rows), summed=lambda result: result[2])(
                theta, rule_state, self.batch(data, take), w, divisor, outer.key, t + i
            )
            theta, rule_state = after if t.dtype.itemsize <= 4 else as_before(tuple(after), (theta, rule_state))
            theta, rule_state = self.everywhere((theta, rule_state))
            bad = jnp.where((bad < 0) & ~jnp.isfinite(self.program.watched(sums_of_batch)), i, bad)
            return theta, rule_state, self.add(sums, sums_of_batch), bad

        carry = theta, rule_state, (sums[0], sums[1]), jnp.int32(-1)
        theta, rule_state, sums, bad = loop(count, body, carry, self.choices.unrolled)
        finite = jnp.all(jnp.array([jnp.isfinite(array).all() for array in theta.values()]))
        bad = jnp.where((bad < 0) & ~finite, count, bad)
        sums_and_penalty = jnp.concatenate([*sums, self.penalty(theta, constants, seed).reshape(1)])
        return theta, rule_state, jnp.stack(sums), (sums_and_penalty, bad)

    def evaluate(
        self,
        theta: Arrays,
        data: Arrays,
        weights: Array | None,
        rows: Array,
        constants: Arrays,
        hyper: Mapping[str, Mapping[str, Any]],
        seed: Array,
        sums: Array,
        together: int | None = None,
    ) -> Array:
        """The sums with those of the rows of `data` added, outside training.

        together : how many rows are one batch, where that makes a difference: all of them.
        """
        plan = self.plan(self.program.evaluating, hyper)
        size = self.evaluated_together(data, together)

        def body(i, sums):
            position = i * size + jnp.arange(size, dtype=jnp.int32)
            take = self.evaluated(data, i, position, rows)

            def measure(theta, batch, w):
                context = Context.at(w, seed, jnp.zeros_like(seed), self.program.dtype)
                return self.program.measure(theta, batch, constants, context, plan)

            w, _ = self.weights(weights, take, position, rows)
            return self.add(
                sums, repeatable(measure, hidden_zero(rows), summed=lambda sums: sums)(theta, self.batch(data, take), w)
            )

        return jnp.stack(lax.fori_loop(0, (rows + size - 1) // size, body, (sums[0], sums[1])))

    def penalty(self, theta: Arrays, constants: Arrays, seed: Array) -> Array:
        context = Context.at(jnp.ones(1, self.program.dtype), seed, jnp.zeros_like(seed), self.program.dtype)
        penalty = self.program.penalty(theta, constants, context)
        return jnp.zeros((), self.program.dtype) if penalty is None else penalty

    def add(self, sums: tuple[Any, Any], terms: Mapping[str, Any]) -> tuple[Any, Any]:
        """Kahan's compensated summation: a float32 sum over millions of steps stays exact to rounding.

        A sum that is infinite stays so, as without compensation; its correction would be infinity - infinity.
        """
        before, correction = sums
        term = jnp.stack([terms[name] for name in self.program.sum_names]) - correction
        after = before + term
        return after, jnp.where(jnp.isfinite(after), (after - before) - term, 0)


def hidden_zero(rows: Any) -> Any:
    """0, in a way that no compiler knows it: the sign bit of the number of rows, an argument of the program."""
    return rows >> 31


def as_before(after: Any, before: Any) -> Any:
    """The arrays in the dtypes of before. With 64 bits for the count of updates, an optax rule may widen float32."""
    leaves, tree = jax.tree.flatten(after)
    kinds, same = jax.tree.flatten(before)
    if tree != same:  # which JAX itself refuses, in words
        return after
    return jax.tree.unflatten(tree, [jnp.asarray(new, old.dtype) for new, old in zip(leaves, kinds, strict=True)])


def duplicate(state: Any, room: Any) -> Any:
    """A copy of a state, to be written into `room`."""
    return jax.tree.map(jnp.copy, state)


def rows_at(index: Any) -> Callable[..., Any]:
    """Takes the rows at `index`, all of which are there."""
    return lambda array: array.at[index].get(mode="promise_in_bounds")


def loop(count: Any, body: Callable[..., Any], carry: Any, unrolled: int) -> Any:
    """carry = body(i, carry) for i from 0 to count - 1, in turns of `unrolled` steps and a rest of single ones."""

    def turn(j, carry):
        for k in range(unrolled):
            carry = body(j * unrolled + k, carry)
        return carry

    if unrolled == 1:
        return lax.fori_loop(0, count, body, carry)
    turns = count // unrolled
    return lax.fori_loop(turns * unrolled, count, body, lax.fori_loop(0, turns, turn, carry))
