"""The networks of one training, checked before any of them begins: settings, rows and jobs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bprop.data import DataSet, split
from bprop.elsewhere import answer
from bprop.elsewhere.training import TRAINING
from bprop.engines.engine import Job
from bprop.errors import CallError, DataError, SettingError
from bprop.graph import Graph
from bprop.remote.path import RemotePath, model_place_of
from bprop.scaling import Units
from bprop.training.class_weights import class_weights
from bprop.training.examples import is_set, need_share, read_set
from bprop.training.settings import TrainSettings, precision_of, whole


@dataclass(frozen=True)
class Plan:
    """The jobs, and the settings of each. data : the set of all; rows : those of each in it, None: all of them."""

    jobs: list[Job]
    settings: list[TrainSettings]
    data: DataSet
    rows: list[np.ndarray | None]
    workers: int | None


def plan_of(
    graph: Graph | Sequence[Graph], data: Any, seeds: Any, rules: Any, rows: Any, validation_rows: Any,
    workers: int | None, settings: Mapping[str, Any],
) -> Plan:  # fmt: skip
    """The plan of `train_many`, with its arguments. Raises the errors that it documents."""
    lists = {
        "graph": None if isinstance(graph, Graph) else graph, "seeds": seeds, "rules": rules, "rows": rows,
        "validation_rows": validation_rows,
    }  # fmt: skip
    each = {name: _listed(name, values) for name, values in lists.items() if values is not None}
    count = _count(each)
    shared = _shared(settings, validation_rows is not None)
    graphs = each.get("graph", [graph] * count)
    units, dtype = Units.of(shared.notes or {}), precision_of(shared.dtype)[0]
    examples = read_set(graphs[0], units, dtype, data, shared.weights, "weights")
    of_class = None if shared.class_weight is None else class_weights(graphs[0], shared.class_weight, examples)
    examples = examples if of_class is None else of_class.times(examples, "class_weight")
    if is_set(shared.validation) and validation_rows is None:
        one = read_set(graphs[0], units, dtype, shared.validation, shared.validation_weights, "validation_weights")
        one = one if of_class is None else of_class.times(one, "class_weight of the validation set")
        shared = replace(shared, validation=one, validation_weights=None)
    shared = replace(shared, class_weight=None)
    own = [
        replace(shared, weights=None, seed=each["seeds"][k] if "seeds" in each else shared.seed,
                rule=each["rules"][k] if "rules" in each else shared.rule, **_place(shared, k))
        for k in range(count)
    ]  # fmt: skip
    trained, held = _divided(each, own, examples)
    jobs, ready = [], []
    for k, setting in enumerate(own):
        part = examples if trained[k] is None else examples.rows(trained[k])
        if part.weights is not None and not part.weights.any():
            raise DataError(f"rows[{k}]: all examples of network {k} have weight 0")
        ready.append(setting if held[k] is None else replace(setting, validation=held[k]))
        jobs.append(ready[-1].make_job(graphs[k], part))
    return Plan(jobs, ready, examples, trained, None if workers is None else whole("workers", workers))


def _listed(name: str, values: Any) -> list[Any]:
    if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
        raise SettingError(f"{name} is a list with one entry for each network, not {values!r}")
    return list(values)


def _count(each: Mapping[str, list[Any]]) -> int:
    """The number of networks. Raises SettingError where the lists do not agree."""
    if not each:
        raise SettingError("how many networks? Give seeds=range(8), or rules=, rows= or a list of graphs")
    sizes = {name: len(values) for name, values in each.items()}
    if len(set(sizes.values())) > 1 or not all(sizes.values()):
        shown = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        raise SettingError(f"each list needs one entry for each network, 1 or more: {shown}")
    return next(iter(sizes.values()))


def _shared(settings: Mapping[str, Any], of_rows: bool) -> TrainSettings:
    """The settings that all networks have. Raises SettingError for those that `bp.train` does not have.

    of_rows : whether each network has rows to be validated on; until they are known, the validation set is empty.
    """
    known = TrainSettings.__dataclass_fields__
    strange = [name for name in settings if name not in known]
    if strange:
        more = answer(strange[0], known, TRAINING) if strange[0] in TRAINING else f"; there are: {', '.join(known)}"
        raise CallError(f"{strange[0]!r} is no setting of bp.train{more}")
    if settings.get("augment") is not None:
        raise SettingError("augment is for one network: the networks of train_many share their batches")
    if "callbacks" in settings:
        raise SettingError("callbacks are for one network: give callback=f, which is called as f(k, record)")
    resume = settings.get("resume")
    if resume not in (None, True, False) or (resume is True and settings.get("checkpoint") is None):
        raise SettingError("resume=True continues all networks from the folder checkpoint=: give that")
    if of_rows and settings.get("validation") is not None:
        raise SettingError("validation_rows= and validation= are two ways to say the same: give one of them")
    return TrainSettings(**{**settings, **({"validation": {}} if of_rows else {})})


def _place(shared: TrainSettings, k: int) -> dict[str, Any]:
    """The checkpoint of network k: a file in the folder of all."""
    if shared.checkpoint is None:
        return {}
    place, name = model_place_of(shared.checkpoint), f"m{k + 1}.checkpoint"
    if isinstance(place, RemotePath):
        return {"checkpoint": place / name}
    os.makedirs(place, exist_ok=True)
    return {"checkpoint": os.path.join(os.fspath(place), name)}


def _divided(
    each: Mapping[str, list[Any]], own: Sequence[TrainSettings], examples: DataSet
) -> tuple[list[np.ndarray | None], list[DataSet | None]]:
    """For each network, the rows it is trained on (None: all) and its validation set, where that is one of rows."""
    if len({"rows", "validation_rows"} & each.keys()) and not examples.in_memory:
        raise SettingError("a set larger than memory is trained on as a whole: leave out rows= and validation_rows=")
    rows: list[np.ndarray | None] = [
        _row_numbers(f"rows[{k}]", index, len(examples)) for k, index in enumerate(each["rows"])
    ] if "rows" in each else [None] * len(own)  # fmt: skip
    if "validation_rows" in each:
        held = [_row_numbers(f"validation_rows[{k}]", i, len(examples)) for k, i in enumerate(each["validation_rows"])]
        return rows, [examples.rows(index) for index in held]
    share = own[0].validation
    if isinstance(share, float | int) and not isinstance(share, bool) and examples.in_memory:
        need_share(share)
        return _held_out(rows, [setting.seed for setting in own], float(share), examples)
    return rows, [None] * len(own)


def _held_out(
    rows: Sequence[np.ndarray | None], seeds: Sequence[int], share: float, examples: DataSet
) -> tuple[list[np.ndarray | None], list[DataSet | None]]:
    """The same, where each network holds out a share of its rows."""
    trained: list[np.ndarray | None] = []
    sets: list[DataSet | None] = []
    for k, (index, seed) in enumerate(zip(rows, seeds, strict=True)):
        index = np.arange(len(examples)) if index is None else index
        others, held = split(len(index), share, seed)
        trained.append(index[others])
        sets.append(part := examples.rows(index[held]))
        if part.weights is not None and not part.weights.any():
            raise DataError(f"network {k}: all examples of the validation set have weight 0")
    return trained, sets


def _row_numbers(name: str, index: Any, count: int) -> np.ndarray:
    """Row numbers, also from an array (N,) of bool. Raises SettingError."""
    array = np.asarray(index)
    if array.dtype == bool and array.shape == (count,):
        array = np.flatnonzero(array)
    if array.ndim != 1 or array.dtype.kind not in "iu" or not len(array):
        raise SettingError(f"{name} holds the numbers of some rows, or a bool for each of the {count}, not {index!r}")
    if array.min() < 0 or array.max() >= count:
        raise SettingError(f"{name}: there are rows 0 to {count - 1}, but it asks for {array.min()} to {array.max()}")
    return array.astype(np.int64)
