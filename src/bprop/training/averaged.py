"""The mean of several trainings: their record of an epoch, and their fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.ensembles import ensemble, member_name
from bprop.notes import ENSEMBLE
from bprop.record import Record
from bprop.training.fit import Fit


def mean_record(epoch: int, histories: Sequence[Sequence[Record]]) -> Record:
    """The record of an epoch (1, 2, ...): the means of the members that did it.

    Updates and seconds are sums, those of members that ended before included in the updates.
    """
    records = [history[epoch - 1] for history in histories if len(history) >= epoch]
    updates = sum(history[min(epoch, len(history)) - 1].updates for history in histories if history)
    seconds = sum(record.seconds for record in records)
    examples = sum(record.examples_per_second * max(record.seconds, 1e-9) for record in records)
    validations = [record.validation for record in records if record.validation is not None]
    return Record(
        epoch=epoch, updates=updates, loss=_mean([r.loss for r in records]),
        penalty=_mean([r.penalty for r in records]), objective=_mean([r.objective for r in records]),
        metrics=_means([record.metrics for record in records]),
        validation=_means(validations) if validations else None, learning_rate=records[0].learning_rate,
        seconds=seconds, examples_per_second=examples / max(seconds, 1e-9),
        health=None if len(histories[0]) < epoch else _health(histories[0][epoch - 1].health),
    )  # fmt: skip


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _means(tables: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: _mean([table[name] for table in tables]) for name in tables[0]}


def _health(health: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The health of the first member, under the names that its boxes have in the graph of all."""
    if health is None:
        return None

    def named(name: Any) -> Any:
        return None if name is None else member_name(1, name)

    tables = {key: {named(name): row for name, row in health[key].items()} for key in ("boxes", "parameters")}
    first = named(health["first_not_finite"])
    return {**health, **tables, "layers": [named(name) for name in health["layers"]], "first_not_finite": first}


def mean_fit(members: Sequence[Fit], held: Sequence[DataSet | None], stopped: str) -> Fit:
    """The fit of all members: its graph is their mean, its notes say how each was trained."""
    history = [mean_record(epoch, [one.history for one in members]) for epoch in range(1, _epochs(members) + 1)]
    model = ensemble(members, spread=False)
    fit = Fit(model.graph, model.params, history, model.notes)
    first = members[0]
    fit.stopped, fit.updates, fit.members, fit.held = stopped, sum(m.updates for m in members), members, held
    fit.engine, fit.engine_reason = first.engine, first.engine_reason
    fit.metrics = first.metrics
    fit.settings = {**first.settings, "members": len(members)}
    fit.notes[ENSEMBLE] = [
        {
            "seed": member.settings.get("seed"), "epochs": len(member.history), "stopped": member.stopped,
            "best_epoch": member.best_epoch,
        }
        for member in members
    ]  # fmt: skip
    return fit


def _epochs(members: Sequence[Fit]) -> int:
    return max(len(member.history) for member in members)
