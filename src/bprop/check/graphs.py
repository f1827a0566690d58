"""The check of the gradients of a whole graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.check.compiled import Reference, check_engine
from bprop.check.contract import Trial, broken_promises, impurities
from bprop.check.difference import Comparison, Coverage
from bprop.check.dtypes import disagreements
from bprop.check.evaluation import check_updates, noise_outside_training
from bprop.check.local import BESIDE, check_step, take_beside
from bprop.check.objective import with_objective
from bprop.check.precision import Precision, best_precision, natural_units, rounding_noise
from bprop.check.report import Report, Row
from bprop.check.slope import KINK, RIGHT, UNRESOLVED, WRONG, Verdict
from bprop.elsewhere import answering
from bprop.engines import choose
from bprop.errors import BpropError, SettingError, UnknownNameError
from bprop.graph import Graph, Values
from bprop.graph.objective import backpropagate, safe_total
from bprop.graph.passes import fprop, refresh
from bprop.graph.plan import Context, Node, Plan, State
from bprop.names import known
from bprop.namespace import Array
from bprop.trained import as_pass

FEW = 64
"""Elements of a child of a box that are compared one by one for the verdict on one element of a leaf."""


@answering({}, "bp.check_gradients", places="the data is one argument, (X, y), or keywords, x=X, y=Y")
def check_gradients(
    graph: Any,
    params: Any = None,
    data: Any = None,
    /,
    *,
    training: bool = True,
    seed: int = 0,
    weights: Any = None,
    elements: int | None = 200,
    inputs: bool = True,
    only: str | None = None,
    engine: str | None = None,
    **arrays: Any,
) -> Report:
    """Compare backpropagation with finite differences of the objective, (f(x + eps) - f(x - eps)) / (2 eps).

    A backward graph, which has no loss, is checked by the squares of its outputs.
    Everything is computed in longdouble if that is wider than float64. Noise (dropout) is drawn once and then fixed.
    The error of an element is relative to the largest magnitude in its tensor. Every box on the way must keep its
    promises too (purity, linearity, `wanted`, float32 and float64). Kinks are judged box by box: see
    docs/gradient_checking.md.

    Parameters
    ----------
    graph, params, data or arrays : as for `graph.fprop`. A few rows are enough; longdouble is slow on many. Or anything
        trained, and rows with targets: check_gradients(fit, x=X, y=Y), check_gradients(classifier, X, y).
    training : False checks the graph outside training (no dropout, running averages).
    seed : the seed of the noise and of the random projections.
    weights : (N,) example weights, default 1.
    elements : a tensor of at most so many elements is compared element by element, a larger one along two random
        directions. If these disagree, halving leads to a wrong element. None: every element.
    inputs : also check the gradients with respect to float inputs.
    only : check this parameter or input alone.
    engine : also compare the gradients of this engine ("numpy", "native", "xla", "auto"). They come from its training
        program in float64, for every trainable parameter.

    Returns
    -------
    Report : `report.ok` is the verdict. The printed report has a table, the wrong elements and the boxes that cause
        them. It is not ok if finite differences cannot decide ("not resolved").

    >>> graph = bp.mlp([3, 4, 2], activation="tanh")
    >>> report = bp.check_gradients(graph, graph.init(seed=0), x=np.eye(3), y=[0, 1, 1])
    >>> report.ok
    True
    """
    if engine is not None and not training:
        raise SettingError(f"engine={engine!r} checks the training program: it needs training=True")
    if engine is not None:
        choose(engine)  # an engine that is unknown or not installed is refused before the work
    precision = best_precision()
    report = Report("gradient check", precision)
    if not isinstance(graph, Graph):
        graph, params, data = as_pass(graph, (arrays or params, data), "check_gradients(fit, data)")
        arrays = {}
    elif params is None:
        raise SettingError("check_gradients(graph, theta, data) needs theta, such as graph.init(seed=0)")
    graph = with_objective(graph)
    plan = graph.plan([box for box in (graph.loss, graph.penalty) if box is not None], training=training)
    batch = graph.named(data, arrays)
    with np.errstate(all="ignore"):
        values = graph.fprop(params, batch, training=training, seed=seed, weights=weights, dtype=precision.dtype)
        check = GraphCheck(graph, plan, values, report, np.random.default_rng(seed))
        targets = _targets(graph, plan, inputs, only)
        if check.promises(targets):
            check.compare(targets, elements)
    if engine is not None and check.grads:
        start = Reference(plan, check.leaves, check.context)
        check_engine(graph, params, batch, weights, seed, engine, start, report, only)
    return report


class GraphCheck:
    """A graph in one pass, and the comparisons there. grads : the gradients by slot, empty until they are computed."""

    graph: Graph
    plan: Plan
    report: Report
    rng: np.random.Generator

    def __init__(self, graph: Graph, plan: Plan, values: Values, report: Report, rng: np.random.Generator):
        self.graph, self.plan, self.report, self.rng = graph, plan, report, rng
        self.context: Context = values.context
        # a pass of the training plan from the same leaves: without the boxes that only outputs need
        self.leaves: dict[str, Array] = {name: values[name] for name in plan.leaves}
        self.state: State = fprop(plan, self.leaves, self.context)
        self.grads: list[Any] = []

    @property
    def precision(self) -> Precision:
        return self.report.precision

    def promises(self, targets: Mapping[str, int]) -> bool:
        """Report all broken promises. True if every box on the way is pure, so that gradients can be compared."""
        on_way = self.plan.ways(targets.values())
        trials = [
            Trial.of(node, self.state, self.rng, self.precision.dtype) for node in self.plan.nodes if on_way[node.slot]
        ]
        impure = [text for trial in trials for text in impurities(trial, self.rng)]
        failures = list(impure)
        for trial in () if impure else trials:
            failures += broken_promises(trial, self.rng) or disagreements(trial, self.precision, self.rng)
            failures += noise_outside_training(trial) + check_updates(trial, _as_here(trial))
        self.report.failures += [f"WRONG {text}" for text in failures]
        return not impure

    def compare(self, targets: Mapping[str, int], elements: int | None) -> None:
        """Add a row for each target. If there are kinks or doubts, the boxes decide."""
        try:
            self.grads = backpropagate(self.graph, self.plan, self.state, self.context, targets.values())
        except BpropError as error:
            if f"WRONG {error}" not in self.report.failures:
                self.report.failures.append(f"WRONG {error}")
            return
        self.report.rows += self._rows(targets, self.state, self.grads, elements)
        doubtful = [row for row in self.report.rows if not row.ok or row.coverage.kinks]
        if doubtful:
            self._ask_the_boxes(doubtful, targets, elements)

    def comparison(self, name: str) -> Comparison:
        """The gradient of one leaf beside finite differences of the objective, for single elements."""
        slot = self.plan.leaves[name]
        self.grads = backpropagate(self.graph, self.plan, self.state, self.context, [slot])
        return self._compared(slot, self.state, self.grads)

    def element(self, comparison: Comparison, name: str, index: tuple[int, ...]) -> Verdict:
        """The verdict on one element. At a kink, or where it seems wrong, the boxes decide, as for whole tensors."""
        verdict = comparison.along_element(index)
        if verdict.kind not in (WRONG, KINK):
            return verdict
        local = [row for node in self.plan.nodes for row in self._local(node)]
        if not all(row.ok for row in local):
            wrong = verdict.kind == WRONG and any(row.wrong for row in local)
            return verdict if wrong else replace(verdict, kind=UNRESOLVED)
        if not any(row.coverage.kinks for row in local):
            return verdict
        slot = self.plan.leaves[name]
        state, grads = self._moved({name: slot})
        beside = self._compared(slot, state, grads).along_element(index)
        return replace(verdict, kind=KINK if beside.kind in (RIGHT, KINK) else beside.kind)

    def _local(self, node: Node) -> list[Row]:
        """The rows of one box by itself, with the gradient that it got."""
        if self.grads[node.slot] is None:
            return []
        rows, failures = check_step(node, self.state, self.grads[node.slot], self.precision, FEW, self.rng)
        self.report.failures += [f"WRONG {text}" for text in failures]
        return rows

    def _compared(self, slot: int, state: State, grads: list[Any]) -> Comparison:
        noise = rounding_noise(grads, state.values, self.precision.epsilon)
        grad = grads[slot] if grads[slot] is not None else np.zeros_like(state.values[slot])
        return Comparison(self._change(state, slot), state.values[slot], grad, noise, self.precision)

    def _rows(self, targets: Mapping[str, int], state: State, grads: list[Any], elements: int | None) -> list[Row]:
        return [Row(name, self._compared(slot, state, grads).run(elements, self.rng)) for name, slot in targets.items()]

    def _change(self, state: State, slot: int) -> Callable[[np.ndarray], Any]:
        """The change of the objective as a function of the value in one slot: the sum of the examples' changes."""
        loss, *penalty = [self.plan.slot_of[b] for b in (self.graph.loss, self.graph.penalty) if b is not None]
        shares = self.context.weights / safe_total(self.context.weights)
        before = state.values
        constant = {n.slot: before[n.slot] for n in self.plan.nodes if n.box.stops_gradient}  # as bprop takes them

        def change(x: np.ndarray) -> Any:
            new = refresh(self.plan, state, {**constant, slot: x}, self.context).values
            return ((new[loss] - before[loss]) * shares).sum() + sum(new[p] - before[p] for p in penalty)

        return change

    # --- kinks ---

    def _ask_the_boxes(self, doubtful: list[Row], targets: Mapping[str, int], elements: int | None) -> None:
        """Check every box on the way by itself, with the gradient that it got, and judge kinks by the results.

        A sum of kinks has no rule of its own: |a| + (a - |a|) is smooth, but two legal gradients of its boxes may sum
        to a wrong one. If every box is right and some are at a kink, the graph is right at its kinks if it is right a
        little beside them.
        """
        local: list[Row] = []
        for node in self.plan.nodes:
            if self.grads[node.slot] is not None:
                rows, failures = check_step(node, self.state, self.grads[node.slot], self.precision, 200, self.rng)
                local += rows
                new = [f"WRONG {text}" for text in failures]
                self.report.failures += [text for text in new if text not in self.report.failures]
        self.report.culprits += [row for row in local if not row.ok]
        if self.report.culprits:
            for row in doubtful:
                _withhold(row.coverage)
        if self.report.culprits or not any(row.coverage.kinks for row in local):
            return
        for row in doubtful:
            coverage = row.coverage
            coverage.kinks += coverage.mismatches
            coverage.mismatches = []
        again = [row for row in doubtful if self._needs_more(row.coverage)]
        for row, beside in zip(again, self._beside([r.name for r in again], targets, elements), strict=True):
            take_beside(row.coverage, beside.coverage)

    @staticmethod
    def _needs_more(coverage: Coverage) -> bool:
        """Whether there are only kinks, or kinks that hide a wrong gradient of the whole graph."""
        return bool(coverage.kinks) and (
            len(coverage.kinks) >= coverage.elements or any(kink.error > 0 for kink in coverage.kinks)
        )

    def _beside(self, names: list[str], targets: Mapping[str, int], elements: int | None) -> list[Row]:
        """The rows of some targets after all targets have moved a little, away from kinks."""
        if not names:
            return []
        state, grads = self._moved(targets)
        return self._rows({name: targets[name] for name in names}, state, grads, elements)

    def _moved(self, targets: Mapping[str, int]) -> tuple[State, list[Any]]:
        """The pass, and its gradients, after all targets have moved a little, away from kinks."""
        leaves = dict(self.leaves)
        for name in targets:
            x = leaves[name]
            signs = self.rng.choice([-1.0, 1.0], x.shape) * self.rng.uniform(0.5, 1.5, x.shape)
            leaves[name] = (x + BESIDE * natural_units(x) * signs).astype(x.dtype)
        state = fprop(self.plan, leaves, self.context)
        return state, backpropagate(self.graph, self.plan, state, self.context, targets.values())


def _as_here(trial: Trial) -> Callable[[Box, list[np.ndarray]], tuple[Any, ...]]:
    """The extras of the box that replaces one outside training: the same weights."""
    known = dict(zip(trial.node.box.needs, trial.extras, strict=True))
    return lambda box, arrays: tuple(known[need] for need in box.needs)


def _withhold(coverage: Coverage) -> None:
    """Count kinks as not resolved, since a box on the way is wrong or not resolved: the kinks may come from it."""
    note = "at a kink, and a box on the way is not right"
    coverage.unresolved += [replace(kink, note=note) for kink in coverage.kinks]
    coverage.kinks = []


def _targets(graph: Graph, plan: Plan, inputs: bool, only: str | None) -> dict[str, int]:
    """{name: slot} of the parameters and inputs to check."""
    names = [*graph.trainable, *(n for n, box in graph.inputs.items() if inputs and box.dtype == "float")]
    if only is not None:
        every = (*graph.parameters, *graph.inputs)
        if only not in every:
            raise UnknownNameError(f"cannot check {only!r}; there is {known(only, every)}")
        names = [only]
    return {name: plan.leaves[name] for name in names if name in plan.leaves}
