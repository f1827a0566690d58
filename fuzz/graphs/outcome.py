"""What a training comes to: numbers and arrays by name, the same names from every engine and oracle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import bprop as bp
from fuzz.graphs.case import Case, make_graph

Outcome = dict[str, Any]
"""{"theta/w0": array, "loss/0": number, "penalty/0": ..., "metric/0/rmse": ..., "rate/0": ...,
"validation/0/loss": ..., "output/f0": array}; the numbers are of the epochs 0, 1, ..."""


def record(
    epoch: int, means: Mapping[str, float], penalty: float, held: Mapping[str, float] | None, rate: float | None
) -> Outcome:
    """What is kept of an epoch."""
    found: Outcome = {f"loss/{epoch}": means["loss"], f"penalty/{epoch}": penalty, f"rate/{epoch}": rate}
    found |= {f"metric/{epoch}/{name}": value for name, value in means.items() if name != "loss"}
    return found | {f"validation/{epoch}/{name}": value for name, value in (held or {}).items()}


def train(case: Case, engine: str, dtype: str, jitter: tuple[float, int] | None = None) -> Outcome:
    """The case on an engine of bprop."""
    graph = make_graph(case, jitter)
    fit = bp.train(
        graph, case.data, params=case.theta, rule=case.rule.make(), batch_size=case.batch_size, epochs=case.epochs,
        seed=case.seed, validation=case.validation, keep_best=False, weights=case.weights,
        validation_weights=case.validation_weights, shuffle=case.shuffle, dtype=dtype, engine=engine, progress=False,
    )  # fmt: skip
    outcome: Outcome = {f"theta/{name}": array for name, array in fit.params.items()}
    for epoch, r in enumerate(fit.history):
        outcome |= record(epoch, {"loss": r.loss, **r.metrics}, r.penalty, r.validation, r.learning_rate)
    if case.outputs:
        found = fit.predict({name: case.data[name] for name in graph.predictor.inputs})
        found = found if len(case.outputs) > 1 else dict.fromkeys(case.outputs, found)
        outcome |= {f"output/{name}": array for name, array in found.items()}
    return {name: np.asarray(value) for name, value in outcome.items()}
