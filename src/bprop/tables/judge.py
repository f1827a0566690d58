"""How a model does on rows with targets: the measures, their intervals, a baseline, and the confusion matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.boxes import Sigmoid, Softmax
from bprop.graph import Graph
from bprop.model import Model
from bprop.sources.decision import Decision
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.tables import scores
from bprop.tables.baseline import baseline
from bprop.tables.class_scores import per_class
from bprop.tables.outputs import f_of


def judge(
    net: Model, rows: Frame, preparation: Preparation, weights: np.ndarray, resamples: int, seed: int
) -> dict[str, Any]:
    """{"values": measures, "scores": these with the loss and the metrics of the graph, "more": {"intervals": ...,
    "baseline": ..., "confusion": ...}} of a model on rows with targets."""
    loss = net.evaluate(preparation.arrays(rows), weights=weights)
    f, y = f_of(net, preparation.inputs(rows)), preparation.y(rows)
    of, more = measures_of(f, y, preparation, weights, net.graph)
    measured = {name: measure(weights) for name, measure in of.items()}
    values = {name: value if value == value else None for name, value in measured.items()}
    every = {**values, **loss}
    if preparation.decision is not None and preparation.decision.threshold is not None:
        every["accuracy"] = values["accuracy"]  # the graph's own is of the more probable class
    spans = scores.intervals(of, weights, resamples, seed)
    more = {
        "intervals": {name: list(span) for name, span in spans.items()},
        "baseline": baseline(preparation.answer, y, weights), "target": preparation.target, "task": preparation.task,
        **more,
    }  # fmt: skip
    return {"values": values, "scores": every, "more": more}


def measures_of(
    f: np.ndarray, y: np.ndarray, preparation: Preparation, weights: np.ndarray, graph: Graph
) -> tuple[dict[str, scores.Measure], dict[str, Any]]:
    """The measures of the output f of a graph for targets y, and what `of_classes` adds for classes."""
    output = graph.outputs["f"]
    if preparation.classes is not None:
        return of_classes(f, y, preparation, weights, isinstance(output, Softmax))
    if preparation.task == "multilabel" and isinstance(output, Sigmoid):
        return scores.of_switches(f, y), {}
    return scores.of_columns(f, y, preparation), {}


def of_classes(
    f: np.ndarray, y: np.ndarray, preparation: Preparation, weights: np.ndarray, probabilities: bool
) -> tuple[dict[str, scores.Measure], dict[str, Any]]:
    """The measures of scores f (N, C) for labels y (N,), and {"classes", "confusion"}; of two classes also {"positive",
    "threshold"}."""
    assert preparation.classes is not None
    names, decision = [str(name) for name in preparation.classes], preparation.decision
    if decision is None and len(names) == 2:
        decision = Decision.of(np.bincount(y, minlength=2))
    predicted = scores.predictions(f, decision)
    each = per_class(predicted, y, weights, len(names))
    more: dict[str, Any] = {
        "classes": dict(zip(names, each, strict=True)),
        "confusion": {"classes": names, "counts": scores.confusion(predicted, y, len(names)).tolist()},
    }
    if decision is not None:
        more |= {"positive": names[decision.positive], "threshold": decision.threshold}
    return scores.of_classes(f, y, probabilities, decision), more
