"""The formulas of one training step and one evaluation step, as pure functions on any array namespace.

An engine decides where and how often they run.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bprop.boxes.loss import Loss
from bprop.engines.integers import is_ours
from bprop.graph.graph import Graph
from bprop.graph.objective import backpropagate, weighted_sum
from bprop.graph.passes import fprop
from bprop.graph.plan import Context, Plan, State
from bprop.graph.validation import cast
from bprop.leaves import Constant, Input, Parameter
from bprop.metrics import METRICS
from bprop.namespace import Array, namespace

Arrays = Mapping[str, Array]
Sums = dict[str, Array]
"""{"weight": sum_t w_t, "loss": sum_t w_t l_t, metric: sum_t w_t m_t, ...}, and "penalty" where it depends on data."""
PENALTY, LOSS = "penalty", "loss"


@dataclass(frozen=True)
class Program:
    """The lean plans of a graph (only what loss, penalty and metrics need) and the step functions over them."""

    graph: Graph
    dtype: Any

    @cached_property
    def training(self) -> Plan:
        return self._plan(training=True)

    @cached_property
    def evaluating(self) -> Plan:
        return self._plan(training=False)

    def _plan(self, training: bool) -> Plan:
        roots = [self.graph.need_loss()]
        if self.graph.penalty is not None:
            roots.append(self.graph.penalty)
        return self.graph.plan(roots, training=training)

    @cached_property
    def metrics(self) -> dict[str, tuple[str, Loss]]:
        """{name in the records: (metric, loss box)}: a loss box brings its metrics. Of several, each also brings its
        own mean, "loss[nll_1]", without its factor in the loss of the graph."""
        losses = {name: box for name, box in self.graph.losses.items() if box in self.training.slot_of}
        return {
            metric if len(losses) == 1 else f"{metric}[{name}]": (metric, box)
            for name, box in losses.items()
            for metric in ((LOSS, *box.metrics) if len(losses) > 1 else box.metrics)
        }

    def step(
        self, rule: Any, params: Arrays, rule_state: Any, batch: Arrays, constants: Arrays, context: Context, t: Any,
        plan: Plan | None = None,
    ) -> tuple[dict[str, Array], Any, Sums]:  # fmt: skip
        """fprop, bprop, update: theta and the rule's state after the step, and the sums of the batch before it."""
        plan = plan or self.training
        state = fprop(plan, {**params, **batch, **constants}, context)
        _, grads = self.gradients(state, context, plan)
        trained = {name: params[name] for name in grads}
        moved, state_after = rule.step(trained, grads, rule_state, t)
        moved = _as_wide(moved, trained)
        if isinstance(rule_state, dict) and isinstance(state_after, dict):  # of a Rule; optax has others
            state_after = {what: _as_wide(arrays, rule_state.get(what)) for what, arrays in state_after.items()}
        averages = {n: value for n, value in plan.updates(state).items() if n not in self.graph.frozen}
        params = {**params, **moved, **{name: value.astype(params[name].dtype) for name, value in averages.items()}}
        return params, state_after, self.sums(plan, state, context)

    def gradients(
        self, state: State, context: Context, plan: Plan | None = None
    ) -> tuple[list[Array], dict[str, Array]]:
        """Backpropagation of a pass in training: the gradients by slot, and those of the trained parameters by name.

        A parameter that nothing reaches (under a penalty of weight 0, say) has the gradient 0.
        """
        plan = plan or self.training
        slots = {name: plan.leaves[name] for name in self.graph.trained}
        grads = backpropagate(self.graph, plan, state, context, slots.values())
        return grads, {n: grads[s] if grads[s] is not None else _zeros(state.values[s]) for n, s in slots.items()}

    def measure(
        self, params: Arrays, batch: Arrays, constants: Arrays, context: Context, plan: Plan | None = None
    ) -> Sums:
        """The sums of a batch outside training."""
        plan = plan or self.evaluating
        return self.sums(plan, fprop(plan, {**params, **batch, **constants}, context), context)

    @cached_property
    def penalises_data(self) -> bool:
        """Whether the penalty depends on the batch, as one on activations does: then `sums` adds it up."""
        if self.graph.penalty is None:
            return False
        return any(isinstance(box, Input) for box in self.graph.plan([self.graph.penalty]).boxes)

    def penalty(self, params: Arrays, constants: Arrays, context: Context) -> Array | None:
        """lambda * Omega(theta), or None where the graph has no penalty, or one that depends on the batch."""
        if self.graph.penalty is None or self.penalises_data:
            return None
        plan = self.graph.plan([self.graph.penalty], training=False)
        leaves = {**params, **constants}
        state = fprop(plan, {name: leaves[name] for name in plan.leaves}, context)
        return state.values[plan.slot_of[self.graph.penalty]]

    @property
    def sum_names(self) -> tuple[str, ...]:
        """The names of what `sums` gives."""
        return "weight", "loss", *self.metrics, *([PENALTY] if self.penalises_data else [])

    def sums(self, plan: Plan, state: State, context: Context) -> Sums:
        """Weighted sums over a batch of the loss and of every metric."""
        weights, values = context.weights, state.values
        sums = {"weight": weights.sum(), "loss": weighted_sum(values[plan.slot_of[self.graph.need_loss()]], weights)}
        for name, (metric, box) in self.metrics.items():
            if metric == LOSS:
                sums[name] = weighted_sum(values[plan.slot_of[box]], weights)
                continue
            answer, y = (values[plan.slot_of[child]] for child in plan.boxes[plan.slot_of[box]].children)
            judge = self.graph.computed(box)  # the child of a rewritten loss is a pre-activation
            prediction = judge.prediction(answer) if isinstance(judge, Loss) else answer
            each = METRICS[metric].per_example(prediction, y).astype(weights.dtype)
            sums[name] = weighted_sum(each, weights)
        if self.penalises_data:
            assert self.graph.penalty is not None
            sums[PENALTY] = values[plan.slot_of[self.graph.penalty]].astype(weights.dtype)
        return sums

    def watched(self, sums: Sums) -> Array:
        """The number that must be finite after a step: the loss of the batch, plus its penalty."""
        return sums["loss"] + sums[PENALTY] if self.penalises_data else sums["loss"]

    def totals(self, running: Sequence[Sequence[float]]) -> dict[str, float]:
        """Sums by name, of running sums and, where an engine keeps them, the corrections to take from them."""
        corrections = running[1] if len(running) > 1 else [0.0] * len(self.sum_names)
        return {n: s - c for n, s, c in zip(self.sum_names, running[0], corrections, strict=True)}

    def finish(self, sums: Mapping[str, float]) -> dict[str, float]:
        """Sums as what a record shows: weighted means, with each metric's last function."""
        total = sums["weight"] or 1.0
        loss = {"loss": float(sums["loss"]) / total}
        means = {n: (m, float(sums[n]) / total) for n, (m, _) in self.metrics.items()}
        return loss | {n: mean if m == LOSS else METRICS[m].finish(mean) for n, (m, mean) in means.items()}

    def constants(self) -> dict[str, Array]:
        """The values of the Constant leaves, in the dtype of the program."""
        return {name: cast(box.value, box, self.dtype) for name, box in self.graph.constants.items()}

    def hyper(self) -> dict[str, dict[str, float]]:
        """{box: {hyper-parameter: value}}: the numbers of boxes that are run-time arguments (a dropout rate)."""
        return {
            name: {key: getattr(box, key) for key in type(box).runtime}
            for name, box in self.graph.boxes.items()
            if type(box).runtime and not isinstance(box, Constant)
        }


def _zeros(array: Array) -> Array:
    return namespace(array).zeros_like(array)


def _as_wide(after: Any, before: Any) -> Any:
    """Arrays by name in the dtypes that they had: np.float64(0.5) in a rule of one's own makes float64 of float32,
    which no engine but NumPy would keep, nor a checkpoint."""
    if not isinstance(before, dict) or all(after[name].dtype is a.dtype for name, a in before.items() if name in after):
        return after
    return {name: a.astype(before[name].dtype) if name in before else a for name, a in after.items()}


def structure(graph: Graph) -> Hashable | None:
    """The parts of a graph that a compiled program depends on: all but the values that are run-time arguments.

    None where only the code itself says it: that of a box of the user's, or of a function or an object among the
    hyper-parameters. Such a graph is traced anew for every run, and its program looked up by the trace.
    """
    boxes = []
    for box in graph.order:
        skip = {*type(box).runtime, *(("init",) if isinstance(box, Parameter) else ())}
        shaping = {key: value for key, value in box.hyper.items() if key not in skip}
        if not is_ours(box) or not all(map(is_plain, shaping.values())):
            return None
        hyper = tuple((key, exactly(value)) for key, value in shaping.items())
        children = tuple(graph.names[child] for child in box.children)
        boxes.append((type(box), graph.names[box], children, hyper, box.dims))
    roots = (graph.loss, graph.penalty)
    outputs = tuple((key, graph.names[box]) for key, box in graph.outputs.items())
    choices = (graph.stable, tuple(sorted(graph.frozen)))
    return tuple(boxes), tuple(graph.names[b] if b is not None else None for b in roots), outputs, choices


def is_plain(value: Any) -> bool:
    """Whether a hyper-parameter is a value and nothing else: no function, no object with code of its own."""
    if isinstance(value, tuple):
        return all(map(is_plain, value))
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fiub"
    return value is None or value is Ellipsis or type(value) in (bool, int, float, str, slice)


def exactly(value: Any) -> Hashable:
    """A plain value, word for word: `repr` shortens arrays and rounds what they hold, and 0.0 == -0.0."""
    if isinstance(value, tuple):
        return tuple(map(exactly, value))
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    return repr(value)
