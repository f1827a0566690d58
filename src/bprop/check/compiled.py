"""The gradients of an engine's training program, compared with those of the reference.

The check uses an update rule theta <- gradient. After one step over the whole batch, theta is the gradient, without any
loss to rounding. The noise is that of the first update with this seed, as in the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from bprop.check.difference import Coverage, Mismatch
from bprop.check.report import Report, Row
from bprop.engines import Job, choose
from bprop.engines.program import Program
from bprop.errors import BpropError
from bprop.graph import Graph
from bprop.graph.passes import fprop
from bprop.graph.plan import Context, Plan
from bprop.namespace import Array
from bprop.rules import Rule
from bprop.rules.rule import Arrays, RuleState

DTYPE = np.dtype("float64")
TOLERANCE = 1e-10
SLACK = 64.0


class Reference(NamedTuple):
    """The start of a pass on NumPy in the best precision."""

    plan: Plan
    leaves: Mapping[str, np.ndarray]
    context: Context


@dataclass(frozen=True)
class Reveal(Rule, named=False):
    """theta <- gradient: a rule that shows the gradient that a step computes."""

    elementwise: ClassVar[bool] = True

    def update(
        self, params: Arrays, grads: Arrays, state: RuleState, rate: Any, t: Any
    ) -> tuple[dict[str, Array], RuleState]:
        return dict(grads), {}


def engine_step(
    graph: Graph, params: Mapping[str, Any], data: Mapping[str, Any], weights: Any, seed: int, engine: str
) -> tuple[str, dict[str, np.ndarray], bool]:
    """(the engine, gradients and new averages by name, whether the loss is finite) of one step over the batch."""
    batch = graph.read_set(data, weights)
    theta = {name: np.asarray(array, DTYPE) for name, array in params.items()}
    job = Job(graph, Reveal(), batch, len(batch), DTYPE, seed)
    run = choose(engine).start(job, theta)
    run.set_order(np.arange(len(batch), dtype=np.int32))
    stretch = run.steps(0, 1, 0)
    return run.engine, run.params(), np.isfinite(stretch.sums.get("loss", np.nan))


def check_engine(
    graph: Graph, params: Mapping[str, Any], data: Mapping[str, Any], weights: Any, seed: int, engine: str,
    start: Reference, report: Report, only: str | None,
) -> None:  # fmt: skip
    """Add to the report a row for every trainable parameter, and for every average that a step moves."""
    try:
        ran, results, finite = engine_step(graph, params, data, weights, seed, engine)
    except BpropError:
        raise  # the engine cannot run this graph
    except Exception as error:
        report.failures.append(f"WRONG engine {engine}: its training step failed: {type(error).__name__}: {error}")
        return
    if not finite:
        report.failures.append(f"NOT RESOLVED on {ran}: the loss is not finite, so there is no gradient to compare")
        return
    report.notes.append(
        f"NAME ({ran}): gradients of the training step of engine {ran}, in {DTYPE.name}, against bprop on NumPy in "
        f"{report.precision}"
    )
    expected, rounded = (_expected(graph, start, dtype) for dtype in (report.precision.dtype, DTYPE))
    for name, right in expected.items():
        if only is None or name == only:
            coverage = _compare(results[name], right, rounded[name])
            report.rows.append(Row(f"{name} ({ran})", coverage, sides=(f"engine {ran}", "NumPy")))


def _expected(graph: Graph, start: Reference, dtype: np.dtype) -> dict[str, np.ndarray]:
    """The right results of a step, computed on NumPy in a precision: gradients by parameter, and new averages."""
    plan = start.plan
    leaves = {n: a.astype(dtype) if a.dtype.kind == "f" else a for n, a in start.leaves.items()}
    context = start.context._replace(weights=start.context.weights.astype(dtype), dtype=dtype)
    with np.errstate(all="ignore"):
        state = fprop(plan, leaves, context)
        _, grads = Program(graph, dtype).gradients(state, context, plan)
        return {**grads, **plan.updates(state)}


def _compare(result: np.ndarray, right: np.ndarray, rounded: np.ndarray) -> Coverage:
    """Compare every element. It may be off as far as the rounding of float64 moves it on NumPy."""
    scale = float(np.abs(right).max(initial=0))
    away = np.abs(result.astype(right.dtype) - right)
    allowed = TOLERANCE * scale + SLACK * float(np.abs(rounded.astype(right.dtype) - right).max(initial=0))
    relative = away / scale if scale > 0 else (away != 0).astype(float)
    coverage = Coverage(right.shape, elements=right.size, scale=scale, error=float(relative.max(initial=0)))
    for index in map(tuple, np.argwhere(~(away <= allowed))):
        place = tuple(int(k) for k in index)
        mismatch = Mismatch(
            place,
            float(result[place]),
            float(right[place]),
            float(relative[place]),
            "the numbers of engine and reference",
        )
        coverage.mismatches.append(mismatch)
    return coverage
