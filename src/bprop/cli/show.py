"""Numbers as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sized

from bprop.boxes.loss import Loss
from bprop.graph import Graph
from bprop.sources.columns.infer import listed
from bprop.sources.preparation import Preparation
from bprop.visible import visible

FEW = 20  # up to this many different whole numbers are surely classes


def measures(values: Mapping[str, float], graph: Graph) -> str:
    """Loss and metrics: accuracy 97.5%, loss 0.081 nats; rmse 54.2, mae 43.1."""
    unit = f" {graph.loss.unit}" if isinstance(graph.loss, Loss) and graph.loss.unit else ""
    shown = [
        f"{name} {100 * value:.2f}%" if name == "accuracy" else f"{name} {value:.4g}"
        for name, value in values.items()
        if name != "loss"
    ]
    return ", ".join([*shown, f"loss {values['loss']:.4g}{unit}"])


def choice(preparation: Preparation, task: str | None) -> str:
    """A line for many whole numbers that bprop takes for classes, although they could be quantities; else empty."""
    classes = preparation.classes
    if task is not None or classes is None or len(classes) <= FEW or any(isinstance(name, str) for name in classes):
        return ""
    return (
        f"the {len(classes)} different numbers of {visible(preparation.target)} are taken for classes: "
        "add --task regression to predict them as numbers"
    )


_PURPOSE = {"train": "examples to train on"}


def dataset(preparation: Preparation, **parts: Sized | None) -> str:
    """digits: 1,437 examples to train on, 360 to test; 64 inputs, 10 classes; of a real table its columns too."""
    counts = ", ".join(f"{len(t):,} {_PURPOSE.get(what, f'to {what}')}" for what, t in parts.items() if t is not None)
    kind = (
        f"{len(preparation.classes)} classes"
        if preparation.classes is not None
        else f"predicting {preparation.target!r}"
    )
    line = f"{visible(preparation.source)}: {counts}; {len(preparation.columns)} inputs, {kind}"
    if preparation.task == "regression" and preparation.outputs > 1:
        line += "; while training, rmse and mae are in deviations of each"
    columns = listed(preparation.kinds)
    return f"{line}\n{columns}" if columns else line
