"""Numbers as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sized

from bprop.boxes.loss import Loss
from bprop.graph import Graph
from bprop.sources.columns.infer import listed
from bprop.sources.preparation import Preparation
from bprop.visible import visible


def measures(values: Mapping[str, float], graph: Graph, remarks: Mapping[str, str] | None = None) -> str:
    """Loss and metrics: accuracy 97.5% (always 7: 10.2%), loss 0.081 nats; rmse 54.2, mae 43.1.

    remarks : {metric: text}, put in brackets behind it.
    """
    beside = {name: f" ({text})" for name, text in (remarks or {}).items()}
    unit = f" {graph.loss.unit}" if isinstance(graph.loss, Loss) and graph.loss.unit else ""
    shown = [
        f"{name} {f'{100 * value:.2f}%' if name == 'accuracy' else f'{value:.4g}'}{beside.get(name, '')}"
        for name, value in values.items()
        if name != "loss"
    ]
    return ", ".join([*shown, f"loss {values['loss']:.4g}{unit}"])


_PURPOSE = {"train": "examples to train on"}


def dataset(preparation: Preparation, **parts: Sized | None) -> str:
    """digits: 1,437 examples to train on, 360 to test; 64 inputs, 10 classes; of a real table its columns too."""
    counts = ", ".join(f"{len(t):,} {_PURPOSE.get(what, f'to {what}')}" for what, t in parts.items() if t is not None)
    kind = (
        f"{len(preparation.classes)} classes"
        if preparation.classes is not None
        else f"predicting {preparation.target!r}"
    )
    inputs = len(preparation.columns)
    line = f"{visible(preparation.source)}: {counts}; {inputs} input{'s' * (inputs != 1)}, {kind}"
    if preparation.task == "regression" and preparation.outputs > 1:
        line += "; while training, rmse and mae are in deviations of each"
    columns = listed(preparation.kinds)
    return f"{line}\n{columns}" if columns else line
