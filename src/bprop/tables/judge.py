"""How a model does on rows with targets: the measures, their intervals, and the confusion matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.boxes import Sigmoid, Softmax
from bprop.model import Model
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.tables import scores


def judge(
    net: Model, rows: Frame, preparation: Preparation, weights: np.ndarray, resamples: int, seed: int
) -> dict[str, Any]:
    """{"values": measures, "more": {"intervals": ..., "confusion": ...}} of a model on rows with targets."""
    f, y = np.asarray(Model.predict(net, preparation.inputs(rows))), preparation.y(rows)
    output = net.graph.outputs["f"]
    more: dict[str, Any] = {}
    if preparation.classes is not None:
        of = scores.of_classes(f, y, isinstance(output, Softmax))
        names = [str(name) for name in preparation.classes]
        more["confusion"] = {"classes": names, "counts": scores.confusion(f, y).tolist()}
    elif preparation.task == "multilabel" and isinstance(output, Sigmoid):
        of = scores.of_switches(f, y)
    else:
        of = scores.of_columns(f, y, preparation)
    values = {name: measure(weights) for name, measure in of.items()}
    spans = scores.intervals(of, weights, resamples, seed)
    more = {"intervals": {name: list(span) for name, span in spans.items()}, **more}
    return {"values": {name: value if value == value else None for name, value in values.items()}, "more": more}
