"""Gradient checking of one weight, and of every box: the verdicts are those of `bprop.check`."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.check.graphs import GraphCheck
from bprop.check.local import check_step
from bprop.check.precision import best_precision
from bprop.check.report import Report, Row, describe_mismatches, describe_unresolved
from bprop.check.slope import KINK, RIGHT, UNRESOLVED, WRONG, Verdict
from bprop.graph.objective import backpropagate, objective_of
from bprop.playing.computed import Computed
from bprop.playing.plain import plain
from bprop.playing.work import Work

MOST_ROWS, FEW_ROWS = 1000, 10
POINTS = 41
WIDER = 2.5
"""The curve reaches so many eps to both sides."""
EACH = 64
"""A child of a box with more numbers is compared along random directions."""


def opened(work: Work, computed: Computed, rows: int) -> GraphCheck:
    """The pass of the first rows in the precision of the check."""
    graph, report = work.network.graph, Report("gradient check", best_precision())
    batch = {name: array[:rows] for name, array in computed.rows(work.subject).items()}
    plan = graph.plan([box for box in (graph.loss, graph.penalty) if box is not None])
    values = graph.fprop(work.theta, batch, dtype=report.precision.dtype)
    return GraphCheck(graph, plan, values, report, np.random.default_rng(0))


def check_weight(work: Work, computed: Computed, name: str, index: tuple[int, ...], epsilon: float) -> dict[str, Any]:
    """J(w +- eps) and their secant beside backpropagation's tangent, the curve around w, and the verdict.

    "slope" is that of the secant, (J(w + eps) - J(w - eps)) / (2 eps). The verdict does not hang on this eps: see
    `bprop.check.slope`; "numeric" is the slope on which it rests.
    """
    rows = min(MOST_ROWS, len(computed.values(work).context.weights))
    with np.errstate(all="ignore"):
        check = opened(work, computed, rows)
        comparison = check.comparison(name)
        verdict = check.element(comparison, name, index)
        w, here = comparison.x[index], objective_of(check.graph, check.plan, check.state, check.context)

        def objective(at: Any) -> Any:
            moved = comparison.x.copy()
            moved[index] = at
            return here + comparison.f(moved)

        ends = [[plain(at), plain(objective(at))] for at in (w - epsilon, w + epsilon)]
        around = w + epsilon * np.linspace(-WIDER, WIDER, POINTS)
        curve = {"w": plain(around), "J": [plain(objective(at)) for at in around]}
        slope = (objective(w + epsilon) - objective(w - epsilon)) / (2 * epsilon)
        tangent = float(comparison.g[index])
    return {
        "parameter": name, "index": list(index), "w": plain(w), "J": plain(here), "epsilon": epsilon, "rows": rows,
        "secant": ends, "slope": plain(slope), "tangent": plain(tangent), "curve": curve,
        "numeric": plain(verdict.numeric), "verdict": verdict.kind, "text": _words(verdict, tangent),
        "left": plain(verdict.left) if verdict.left != verdict.right else None,
        "right": plain(verdict.right) if verdict.left != verdict.right else None,
    }  # fmt: skip


def _words(verdict: Verdict, tangent: float) -> str:
    numeric = f"{verdict.numeric:.10g}"
    if verdict.kind == RIGHT:
        return f"backpropagation gives {tangent:.10g}, and finite differences agree"
    if verdict.kind == KINK:
        return (
            f"there is a kink at this value: the slope is {verdict.left:.6g} to the left and {verdict.right:.6g} to "
            f"the right; backpropagation gives {tangent:.6g}, a legal choice, for every box is right by itself"
        )
    if verdict.kind == WRONG:
        return f"WRONG: backpropagation gives {tangent:.10g}, but finite differences give {numeric}"
    return "finite differences cannot decide here: the loss is too rough, or too flat, around this value"


def check_boxes(work: Work, computed: Computed) -> dict[str, Any]:
    """{"boxes": [{"name", "verdict", "text"}], "verdict", "text"}: the bprop of each box against its own fprop."""
    rows = min(FEW_ROWS, work.subject.rows)
    with np.errstate(all="ignore"):
        check = opened(work, computed, rows)
        targets = {name: check.plan.leaves[name] for name in check.graph.trainable if name in check.plan.leaves}
        check.promises(targets)
        failures = [text.removeprefix("WRONG ") for text in check.report.failures]
        grads = backpropagate(check.graph, check.plan, check.state, check.context, targets.values())
        boxes = []
        for node in check.plan.nodes:
            if grads[node.slot] is None:
                continue
            local, more = check_step(node, check.state, grads[node.slot], check.precision, EACH, check.rng)
            own = [text for text in failures if repr(node.name) in text]
            boxes.append({"name": node.name, **_judged(local, list(dict.fromkeys([*more, *own])))})
    wrong = [box["name"] for box in boxes if box["verdict"] == WRONG]
    others = [text for text in failures if not any(repr(box["name"]) in text for box in boxes)]
    if wrong or others:
        sentences = [f"the mistake is in the bprop of: {', '.join(wrong)}"] if wrong else []
        return {"boxes": boxes, "verdict": WRONG, "text": "; ".join([*sentences, *others])}
    unsure = [box["name"] for box in boxes if box["verdict"] == UNRESOLVED]
    if unsure:
        text = f"finite differences cannot decide on: {', '.join(unsure)}"
        return {"boxes": boxes, "verdict": UNRESOLVED, "text": text}
    text = "the bprop of every box agrees with finite differences of its fprop"
    return {"boxes": boxes, "verdict": RIGHT, "text": text}


def _judged(rows: list[Row], failures: list[str]) -> dict[str, str]:
    """The verdict on one box, with the reason."""
    if failures or any(row.wrong for row in rows):
        sentences = [*failures, *(text for row in rows for text in describe_mismatches(row)[:1])]
        return {"verdict": WRONG, "text": "; ".join(text.removeprefix("WRONG ") for text in sentences)}
    unresolved = [text for row in rows for text in describe_unresolved(row)]
    if unresolved:
        return {"verdict": UNRESOLVED, "text": unresolved[0].removeprefix("NOT RESOLVED ")}
    kinks = [row.name for row in rows if row.coverage.kinks]
    if kinks:
        return {"verdict": KINK, "text": f"right; at a kink for the child {', '.join(kinks)}, where it has two slopes"}
    return {"verdict": RIGHT, "text": "bprop agrees with finite differences of fprop"}
