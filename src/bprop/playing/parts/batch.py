"""The parts `batch` and `score`: losses and gradients over all rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.playing import training
from bprop.playing.computed import BATCH_ROWS, Computed
from bprop.playing.plain import parameters, plain
from bprop.playing.work import State


def batch(state: State, computed: Computed) -> dict[str, Any] | None:
    """The mean loss over the rows, the penalty, their sum, and its gradients: mean of dL_n/dtheta + dpenalty/dtheta."""
    work = state.work
    if work.network.graph.loss is None:
        return None
    values, gradients = computed.values(work), computed.gradients(work)
    rows = work.subject.rows
    with np.errstate(all="ignore"):
        numbers = {name: plain(getattr(values, name)) for name in ("loss", "penalty", "objective")}
    return {
        "rows": "all the training rows" if rows <= BATCH_ROWS else f"the first {BATCH_ROWS:,} training rows",
        "count": min(rows, BATCH_ROWS),
        **numbers,
        "gradients": parameters({name: gradients[name] for name in work.network.graph.trainable if name in gradients}),
    }


def score(state: State, computed: Computed) -> dict[str, Any] | None:
    """Loss and metrics of the training set and of the rows held out, outside training."""
    if state.work.network.graph.loss is None:
        return None
    run = computed.run(state.work)
    training.begin(run, state.work)
    sets = {"train": "data"} | ({"test": "validation"} if run.job.validation is not None else {})
    scores = {part: {name: plain(value) for name, value in run.evaluate(of).items()} for part, of in sets.items()}
    return {"train": scores["train"], "test": scores.get("test")}
