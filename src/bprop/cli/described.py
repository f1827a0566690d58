"""A model file as plain data, for `bprop info`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bprop import notes as noted
from bprop.errors import BpropError
from bprop.files import read_tensors
from bprop.graph import Graph
from bprop.lower_case import snake
from bprop.model import Model, read_model
from bprop.names import some
from bprop.record import Record
from bprop.reporting.about import RUN
from bprop.scaling import with_older
from bprop.sources.preparation import Preparation
from bprop.sources.standard import standard_form
from bprop.structure.show import show_shape
from bprop.tables.certainty import Conformal
from bprop.tables.recipe import KEY as RECIPE
from bprop.temperature import temperature_in

ENCODING = ("kind", "name", "codes")  # entries of a column's notes that are no facts for people
SHOWN = 12  # parameters of a graph in its line


def described(path: Path) -> dict[str, Any]:
    """The facts about a model file, or a checkpoint. Raises ModelFileError."""
    model, training, _ = read_model(path)
    with suppress(BpropError):
        model.notes = with_older(model.notes)
    run = model.notes.get(RUN)
    settings = dict(run) if isinstance(run, Mapping) else {}
    facts = {
        "file": str(path), "is": "checkpoint" if training else "model", "bytes": path.stat().st_size,
        "bprop": str(read_tensors(path)[1].get("bprop", "of an unknown version")), **_data(model.notes),
        "columns": columns(model), "epochs": len(model.history), "stopped": model.stopped, **scores(model),
    }  # fmt: skip
    facts |= certainty(model)
    if isinstance(test := settings.pop("test", None), str):
        facts["test"] = test
    if isinstance(recipe := model.notes.get(RECIPE), Mapping):
        facts["recipe"] = dict(recipe)
    if members := noted.members(model.notes):
        facts["networks"] = [dict(member) for member in members]
    if tuned := _tuned(model.notes):
        facts["tuned"] = tuned
    size = sum(array.size for array in model.params.values())
    return {
        **facts, "takes_rows": _takes_rows(model), "settings": settings, "graph": in_a_line(model.graph),
        "parameters": size, "precision": str(model.dtype),
    }  # fmt: skip


def _takes_rows(model: Model) -> bool:
    """Whether `bprop predict` takes rows for a model: one that was made in Python may have several inputs."""
    try:
        return standard_form(model) is not None
    except BpropError:
        return False


def certainty(model: Model) -> dict[str, Any]:
    """The temperature, and the rows from which intervals or sets are made, where there are some."""
    temperature = temperature_in(model.graph)
    facts: dict[str, Any] = {} if temperature is None else {"temperature": temperature}
    with suppress(BpropError):
        scores_ = Conformal.from_notes(model.notes, len(Preparation.from_notes(model.notes).answer.columns))
        facts["intervals_from"] = f"{scores_.rows} {scores_.source} rows"
    return facts


def _data(notes: Mapping[str, Any]) -> dict[str, Any]:
    """The source, the target, the task and the classes, as far as they are noted."""
    facts: dict[str, Any] = {
        name: word for name in ("source", "target", "task") if (word := noted.word(notes, name)) is not None
    }
    if classes := noted.words(notes, "classes"):
        facts["classes"] = list(classes)
    if isinstance(read := notes.get("read"), Mapping):
        facts["read"] = dict(read)
    return facts


def _tuned(notes: Mapping[str, Any]) -> dict[str, Any]:
    """The search that made a model, in short; empty where there was none."""
    noted_ = notes.get("tuning")
    trials = noted_.get("trials") if isinstance(noted_, Mapping) else None
    if not isinstance(noted_, Mapping) or not isinstance(trials, list):
        return {}
    short = {name: value for name in ("measure", "sampler", "pruner", "folds") if (value := noted_.get(name))}
    return {"trials": len(trials), "best": noted_.get("best"), **short}


def columns(model: Model) -> list[dict[str, Any]]:
    """[{"name", "kind", "learned"}] of the columns of a table, or of the inputs of arrays."""
    scaling = _scaling(model)
    if noted.table(model.notes) is None:
        names = noted.words(model.notes, "columns")
        return [{"name": name, "kind": "numeric", "learned": scaling.get(name, {})} for name in names]
    return [
        {
            "name": str(one["name"]), "kind": one["kind"],
            "learned": {**scaling.get(one["name"], {}), **{k: v for k, v in one.items() if k not in ENCODING}},
        }
        for one in noted.columns(model.notes)
    ]  # fmt: skip


def _scaling(model: Model) -> dict[str, dict[str, float]]:
    """{column: {"mean", "deviation"}} of the columns that are scaled."""
    with suppress(BpropError, ValueError, TypeError):
        features, x = Preparation.from_notes(model.notes).features, model.units.scalings.get("x")
        if x is not None and len(features) == len(x.mean):
            scaled: dict[str, dict[str, float]] = {}
            for name, mean, deviation in zip(features, x.mean.tolist(), x.divisor.tolist(), strict=True):
                if (mean, deviation) != (0.0, 1.0):
                    scaled.setdefault(name, {"mean": mean, "deviation": deviation})
            return scaled
    return {}


def scores(model: Model) -> dict[str, Any]:
    """The records of the last and of the best epoch."""
    facts = {}
    if model.history:
        facts["last_epoch"] = _record(model.history[-1])
    if model.best_epoch is not None:
        facts["best_epoch"] = _record(model.history[model.best_epoch - 1])
    return facts


def _record(record: Record) -> dict[str, Any]:
    watched = {f"validation_{name}": value for name, value in (record.validation or {}).items()}
    return {"epoch": record.epoch, "loss": record.loss, **record.metrics, **watched}


def in_a_line(graph: Graph) -> str:
    """Inputs, parameters and outputs with their shapes, and the loss."""
    inputs = ", ".join(f"{name} {show_shape(box.dims)}" for name, box in graph.inputs.items())
    parameters = some((f"{name} {show_shape(box.shape)}" for name, box in graph.parameters.items()), SHOWN)
    outputs = ", ".join(f"{name} {show_shape(box.dims)}" for name, box in graph.outputs.items()) or "no output"
    loss = "" if graph.loss is None else f"; loss {snake(type(graph.loss).__name__)}"
    return f"{inputs} -> {outputs}; {parameters}{loss}"
