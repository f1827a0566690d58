"""How a model does on rows with targets: the measures, their intervals, a baseline, and the confusion matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.boxes import Sigmoid, Softmax
from bprop.graph import Graph
from bprop.measures.judge import Question, judged
from bprop.measures.own import called, read_metrics
from bprop.model import Model
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.tables.outputs import f_of


def judge(
    net: Model, rows: Frame, preparation: Preparation, weights: np.ndarray, resamples: int, seed: int,
    metrics: Any = (),
) -> dict[str, Any]:  # fmt: skip
    """The result of `bprop.measures.judge.judged` for a model on rows with targets.

    metrics : further measures and functions, as in `bprop.train`.
    """
    own = read_metrics(metrics)
    values = Model.evaluate(net, preparation.arrays(rows), weights=weights, metrics=())
    f, y = f_of(net, preparation.inputs(rows)), preparation.y(rows)
    values |= {n: called(n, one, f, y, weights) for n, one in own.items() if not isinstance(one, str)}
    names = [one for one in own.values() if isinstance(one, str)]
    result = judged(question_of(preparation, net.graph), f, y, weights, values, resamples, seed, names)
    renamed = {name: result["scores"][one] for name, one in own.items() if isinstance(one, str) and name != one}
    return {**result, "scores": {**result["scores"], **renamed}}


def question_of(preparation: Preparation, graph: Graph) -> Question:
    """The question that the output f of a graph answers about a table."""
    output, classes = graph.outputs["f"], preparation.classes
    kind = Softmax if classes is not None else Sigmoid
    return Question(
        preparation.target, preparation.task, preparation.answer.columns, classes, preparation.decision,
        isinstance(output, kind),
    )  # fmt: skip
