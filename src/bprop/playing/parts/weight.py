"""The part `weight`: one chosen weight, its gradient for each example and over the batch, and its update."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.playing import training
from bprop.playing.computed import Computed
from bprop.playing.per_example import MOST
from bprop.playing.plain import plain
from bprop.playing.work import State, Work


def weight(state: State, computed: Computed) -> dict[str, Any] | None:
    """w, dL_n/dw for rows n, their mean over all rows, the penalty's part, the total, and the change by the rule.

    total = mean + penalty is the gradient of the objective over the rows of `batch`, as in its "gradients". The update
    is what the rule would make of that gradient: of SGD, -rate * total. An update of training takes its batch of rows:
    "next" has these rows, and the value of the weight after it.
    """
    work, chosen = state.work, state.view.chosen
    if chosen is None or work.network.graph.loss is None:
        return None
    name, index = chosen
    gradients = computed.gradients(work)
    trained = name in work.network.graph.trained
    examples = computed.examples(work, name, index) if name in gradients else None
    total = gradients[name][index] if name in gradients else None
    mean, penalty = computed.parts_of(work, name, index) if total is not None else (None, None)
    return {
        "parameter": name,
        "index": list(index),
        "value": plain(work.theta[name][index]),
        "examples": None if examples is None else plain(examples),
        "rows": None if examples is None else list(range(len(examples))),
        "mean": _plain(mean),
        "penalty": _plain(penalty),
        "total": _plain(total),
        "update": _plain(update(work, computed, name, index)) if trained else None,
        "next": following(work, computed, name, index) if trained else None,
        "rule": repr(work.training.rule),
    }


def _plain(value: Any) -> Any:
    return None if value is None else plain(value)


def update(work: Work, computed: Computed, name: str, index: tuple[int, ...]) -> Any:
    """The change of a weight by the rule, from the gradients of the batch."""
    gradients = computed.gradients(work)
    arrays = {one: gradients[one] for one in work.network.graph.trained}
    with np.errstate(all="ignore"):
        return training.planned(work.training.rule, work, arrays)[name][index] - work.theta[name][index]


def following(work: Work, computed: Computed, name: str, index: tuple[int, ...]) -> dict[str, Any] | None:
    """The value after the next update of training, and the rows of its batch; None if that update would fail."""
    try:
        after, rows = training.following(computed.run(work), work)
    except training.FailedUpdateError:
        return None
    return {"value": plain(after.theta[name][index]), "rows": rows[:MOST], "count": len(rows)}
