"""A graph as plain functions on NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.engines.functions import Functions, Options, need_count, need_own_rule, rows_of, word_of
from bprop.graph.objective import objective_of
from bprop.graph.passes import fprop
from bprop.graph.plan import Context, State
from bprop.graph.validation import cast
from bprop.heap import keep_freed_memory
from bprop.namespace import Array


class NumpyFunctions(Functions):
    """Every function is a pass in Python."""

    engine = "numpy"

    def __init__(self, job: Any, options: Options):
        need_own_rule(job.rule, self.engine)
        super().__init__(job, options)
        keep_freed_memory()
        self.constants: dict[str, Array] = self.program.constants()

    def start(self, batch: Mapping[str, Any], seed: int, t: Any, weights: Any) -> tuple[dict[str, np.ndarray], Context]:
        """The arrays of a batch in the precision of the functions, and the context of update `t`."""
        arrays, weights = self.read(batch, weights)
        inputs = self.graph.inputs
        arrays = {name: cast(array, inputs[name], self.dtype) for name, array in arrays.items()}
        weights = np.ones(rows_of(arrays)) if weights is None else weights
        word = np.array([word_of(seed)], np.uint32)
        return arrays, Context.at(weights.astype(self.dtype), word, np.array(need_count(t), np.int64), self.dtype)

    def forward(self, theta: Any, batch: Any, seed: int, t: Any, weights: Any) -> tuple[State, Context]:
        arrays, context = self.start(batch, seed, t, weights)
        leaves = {**self.cast(theta), **arrays, **self.constants}
        plan = self.program.training
        return fprop(plan, {name: leaves[name] for name in plan.leaves}, context), context

    def loss(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int = 0, *, t: Any = 0, weights: Any = None
    ) -> Any:
        with np.errstate(all="ignore"):
            state, context = self.forward(theta, batch, seed, t, weights)
            return objective_of(self.graph, self.program.training, state, context)

    def batch_gradients(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int, t: Any, weights: Any
    ) -> dict[str, Any]:
        with np.errstate(all="ignore"):
            state, context = self.forward(theta, batch, seed, t, weights)
            return self.program.gradients(state, context)[1]

    def value_and_gradients(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int = 0, *, t: Any = 0, weights: Any = None
    ) -> tuple[Any, dict[str, Any]]:
        with np.errstate(all="ignore"):
            state, context = self.forward(theta, batch, seed, t, weights)
            value = objective_of(self.graph, self.program.training, state, context)
            return value, self.program.gradients(state, context)[1]

    def step(
        self,
        theta: Mapping[str, Any],
        state: dict[str, Any],
        batch: Mapping[str, Any],
        seed: int = 0,
        *,
        weights: Any = None,
    ) -> tuple[Any, dict[str, Any], Any]:
        t = self.need_state(state)
        arrays, context = self.start(batch, seed, t, weights)
        with np.errstate(all="ignore"):
            theta, rule_state, sums = self.program.step(
                self.rule, self.cast(theta), state["rule"], arrays, self.constants, context, t
            )
            return theta, {"t": t + 1, "rule": rule_state}, sums["loss"] / sums["weight"]

    def outputs(self, theta: Mapping[str, Any], batch: Mapping[str, Any]) -> dict[str, Any]:
        with np.errstate(all="ignore"):
            result = self.graph.predict(theta, batch, dtype=self.dtype)
        return result if len(self.graph.outputs) > 1 else dict.fromkeys(self.graph.outputs, result)
