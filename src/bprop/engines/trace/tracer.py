"""The steps of a program, traced: the new values after a step, as arrays of a tape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bprop.engines.layout import with_transposed
from bprop.engines.program import Program
from bprop.engines.trace.functions import new_tape
from bprop.engines.trace.tape import BOOL, INT, LONG, UINT, Shape, Tape, Traced
from bprop.graph.objective import objective_of
from bprop.graph.passes import fprop
from bprop.graph.plan import Context, Plan
from bprop.leaves import Input
from bprop.rules.runtime import Paced, with_numbers

BAD, RATE, MEAN_WEIGHT, ROWS_OF_BATCH, SEED = "bad step", "rate", "mean weight", "b", "seed"
OBJECTIVE = "objective"
OUTPUT = "y:"
"""How the names of outputs begin."""


@dataclass(eq=False)
class Trace:
    """Leaves by role and name, and the updates: (leaf, its value after the step)."""

    tape: Tape
    batch: dict[str, Traced] = field(default_factory=dict)
    """Gathered anew for every step: the inputs, and "" for the weights of the examples (if they are not all 1)."""
    state: dict[str, Traced] = field(default_factory=dict)
    """Kept from step to step: theta as "p:W1", the rule's state as "r:what:W1", sums, the first bad step."""
    arguments: dict[str, Traced] = field(default_factory=dict)
    """Constants and numbers that every call brings."""
    clock: dict[str, Traced] = field(default_factory=dict)
    """Whole numbers that the loop itself counts: "i" steps of the order before this one, "t" updates since the start of
    the run, "b" rows of the batch."""
    pace: dict[str, Traced] = field(default_factory=dict)
    """Numbers of which a call brings one for every step: "rate", for a learning rate that changes."""
    updates: list[tuple[Traced, Traced]] = field(default_factory=list)

    def leaf(self, role: dict[str, Traced], name: str, shape: Shape, dtype: np.dtype) -> Traced:
        kind = next(k for k, v in vars(self).items() if v is role)
        role[name] = self.tape.leaf(f"{kind} {name}", shape, dtype)
        return role[name]

    def take_arrays(self) -> None:
        """Add the arrays that box code holds to the arguments. Call it when all is traced."""
        for name, values in self.tape.arrays.items():
            self.leaf(self.arguments, name, values.shape, self.tape.array(values).dtype)


class Tracer:
    """Traces the steps of a program with batches of `batch_size` rows.

    weighted : rows have weights. by_mean : they are divided by the mean weight of the set, not by that of the batch.
    integer : see Tape. paced : the learning rate of the rule changes from step to step.
    """

    program: Program
    rule: Any
    size: int
    weighted: bool
    transposed: frozenset[str]
    by_mean: bool
    integer: np.dtype

    def __init__(
        self, program: Program, rule: Any, batch_size: int, weighted: bool, transposed: frozenset[str],
        by_mean: bool = False, integer: np.dtype = LONG, paced: bool = False,
    ):  # fmt: skip
        self.paced = paced
        self.program, self.rule, self.size = program, rule, batch_size
        self.weighted, self.transposed, self.by_mean, self.integer = weighted, transposed, by_mean, integer
        self.dtype: Any = program.dtype

    def step(self, numbers: Mapping[str, float], state: Mapping[str, Iterable[str]]) -> Trace:
        """One training step; `state` is that of the rule."""
        trace = Trace(new_tape(self.dtype, self.integer))
        theta = self.theta(trace)
        rule_state = {
            what: {n: trace.leaf(trace.state, f"r:{what}:{n}", theta[n].shape, self.dtype) for n in arrays}
            for what, arrays in state.items()
        }
        t = trace.leaf(trace.clock, "t", (), LONG)
        rule = with_numbers(self.rule, {n: trace.leaf(trace.arguments, f"n:{n}", (), self.dtype) for n in numbers})
        if self.paced:
            rule = Paced(rule, trace.leaf(trace.pace, RATE, (), self.dtype))
        batch, context = self.batch(trace, t)
        if self.by_mean:
            rows = trace.leaf(trace.clock, ROWS_OF_BATCH, (), INT).astype(self.dtype)
            context = context._replace(divisor=rows * trace.leaf(trace.arguments, MEAN_WEIGHT, (), self.dtype))
        plan = self.bound(self.program.training, trace)
        after, rule_after, sums = self.program.step(
            rule, theta, rule_state, batch, self.constants(trace), context, t, plan
        )
        self.update_sums(trace, sums)
        bad, i = trace.leaf(trace.state, BAD, (), INT), trace.leaf(trace.clock, "i", (), INT)
        xp = trace.tape.functions
        wrong = (bad < 0) & ~xp.isfinite(self.program.watched(sums))
        trace.updates.append((bad, xp.where(wrong, i, bad)))
        self.update(trace, theta, after)
        for what, arrays in rule_state.items():
            self.update(trace, arrays, rule_after[what])
        trace.take_arrays()
        return trace

    def measure(self) -> Trace:
        """The sums of a batch outside training."""
        trace = Trace(new_tape(self.dtype, self.integer))
        theta = self.theta(trace)
        batch, context = self.batch(trace, trace.tape.constant(0, INT))
        plan = self.bound(self.program.evaluating, trace)
        sums = self.program.measure(theta, batch, self.constants(trace), context, plan)
        self.update_sums(trace, sums)
        trace.take_arrays()
        return trace

    def derive(self, gradients: bool) -> Trace:
        """The objective of a batch in training, as the state "objective"; with gradients, also these, as "g:W1"."""
        trace = Trace(new_tape(self.dtype, self.integer))
        theta = self.theta(trace)
        batch, context = self.batch(trace, trace.leaf(trace.clock, "t", (), LONG))
        plan, program = self.bound(self.program.training, trace), self.program
        state = fprop(plan, {**theta, **batch, **self.constants(trace)}, context)
        results = {OBJECTIVE: objective_of(program.graph, plan, state, context)}
        if gradients:
            results |= {f"g:{name}": grad for name, grad in program.gradients(state, context, plan)[1].items()}
        return self.results(trace, results)

    def outputs(self) -> Trace:
        """The outputs of the graph outside training, as the state "y:NAME" (OUTPUT)."""
        trace = Trace(new_tape(self.dtype, self.integer))
        theta = self.theta(trace)
        batch, context = self.batch(trace, trace.tape.constant(0, INT), self.program.graph.predictor.inputs)
        roots = self.program.graph.outputs
        plan = self.bound(self.program.graph.plan(roots.values(), training=False), trace)
        leaves = {**theta, **batch, **self.constants(trace)}
        state = fprop(plan, {name: leaves[name] for name in plan.leaves}, context)
        return self.results(trace, {f"{OUTPUT}{name}": state.values[plan.slot_of[box]] for name, box in roots.items()})

    def results(self, trace: Trace, results: Mapping[str, Any]) -> Trace:
        """The trace with its results as leaves of the state."""
        for name, result in results.items():
            value = trace.tape.read(result)
            trace.updates.append((trace.leaf(trace.state, name, value.shape, value.dtype), value))
        trace.take_arrays()
        return trace

    def theta(self, trace: Trace) -> dict[str, Traced]:
        return {
            name: trace.leaf(trace.state, f"p:{name}", self.shape_of(name, box.shape), self.dtype)
            for name, box in self.program.graph.parameters.items()
        }

    def shape_of(self, name: str, shape: Shape) -> Shape:
        return shape[::-1] if name in self.transposed else shape

    def batch(
        self, trace: Trace, t: Traced, inputs: Mapping[str, Input] | None = None
    ) -> tuple[dict[str, Traced], Context]:
        """Inputs (by default all) and context of a batch of `batch_size` rows."""
        xp, tape = trace.tape.functions, trace.tape
        kinds = {"float": self.dtype, "int": self.integer, "bool": BOOL}
        batch = {
            name: trace.leaf(trace.batch, name, (self.size, *box.shape), kinds[box.dtype])
            for name, box in (self.program.graph.inputs if inputs is None else inputs).items()
        }
        weights = xp.ones((self.size,))
        if self.weighted:
            weights = trace.leaf(trace.batch, "", (self.size,), self.dtype)
        seed = trace.leaf(trace.arguments, SEED, (1,), UINT)  # the word of `noise.seed_at`, by whoever calls
        return batch, Context.at(weights, seed, t.astype(UINT), tape.dtype)

    def bound(self, plan: Plan, trace: Trace) -> Plan:
        hyper = {
            box: {key: trace.leaf(trace.arguments, f"h:{box}:{key}", (), self.dtype) for key in values}
            for box, values in self.program.hyper().items()
        }
        return with_transposed(plan, self.transposed).bind(hyper)

    def constants(self, trace: Trace) -> dict[str, Traced]:
        return {
            name: trace.leaf(trace.arguments, f"c:{name}", np.shape(value), dtype_in_trace(value, self.integer))
            for name, value in self.program.constants().items()
        }

    def update(self, trace: Trace, before: Mapping[str, Traced], after: Mapping[str, Any]) -> None:
        for name, leaf in before.items():
            new = trace.tape.read(after[name])
            if new is not leaf:
                new = new if new.shape == leaf.shape else trace.tape.functions.broadcast_to(new, leaf.shape)
                trace.updates.append((leaf, new.astype(leaf.dtype)))

    def update_sums(self, trace: Trace, sums: Mapping[str, Traced]) -> None:
        """Kahan's compensated summation: a float32 sum over millions of steps stays exact to rounding.

        A sum that is infinite stays so, as without compensation; its correction would be infinity - infinity.
        """
        xp = trace.tape.functions
        for name in self.program.sum_names:
            total = trace.leaf(trace.state, f"s:{name}", (), self.dtype)
            correction = trace.leaf(trace.state, f"k:{name}", (), self.dtype)
            term = sums[name].astype(self.dtype) - correction
            after = total + term
            trace.updates += [(total, after), (correction, xp.where(xp.isfinite(after), (after - total) - term, 0.0))]


def dtype_in_trace(value: Any, integer: np.dtype = LONG) -> np.dtype:
    """The dtype of a constant of the graph in a trace: floats as they are, whole numbers as the tape has them."""
    dtype = np.asarray(value).dtype
    return {"f": dtype, "b": BOOL}.get(dtype.kind, integer)
