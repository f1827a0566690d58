"""Checkpoints: a model file that also holds where the run is, so that it continues bit for bit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter as clock
from typing import TYPE_CHECKING, Any

import numpy as np

from bprop.engines.engine import Job
from bprop.errors import ModelFileError
from bprop.model import Model, read_model, write_model
from bprop.record import Record
from bprop.rules import Rule
from bprop.training.stopping import EarlyStopping

if TYPE_CHECKING:
    from bprop.training.trainer import Position

EVERY_SECONDS = 30.0
__all__ = ["EVERY_SECONDS", "Saved", "check_place", "clock", "read", "write"]


@dataclass(frozen=True)
class Saved:
    """What a checkpoint holds."""

    params: dict[str, np.ndarray]
    rule_arrays: list[np.ndarray]
    history: list[Record]
    position: dict[str, Any]
    stopping: dict[str, Any] | None
    best_params: dict[str, np.ndarray]


def check_place(path: str | os.PathLike, dtype: np.dtype) -> None:
    """Raise ModelFileError where a checkpoint can never be written: better now than after hours of training."""
    folder = Path(path).absolute().parent
    if not folder.is_dir():
        raise ModelFileError(f"cannot write the checkpoint {path}: there is no folder {folder}")
    if dtype.itemsize > 8:
        raise ModelFileError(f"cannot write a checkpoint of {dtype.name}, which the file format does not know")


def settings(job: Job, shuffle: bool) -> dict[str, Any]:
    """What must be the same for a resumed run to be the run that was interrupted."""
    return {
        "examples": len(job.data),
        "batch_size": job.batch_size,
        "seed": job.seed,
        "dtype": job.precision,
        "shuffle": shuffle,
        "rule": repr(job.rule) if isinstance(job.rule, Rule) else type(job.rule).__name__,
    }


def write(
    path: str | os.PathLike, model: Model, job: Job, shuffle: bool, position: Position,
    rule_arrays: list[np.ndarray], stopping: EarlyStopping | None,
) -> None:  # fmt: skip
    """Write a checkpoint, whole or not at all."""
    arrays = {f"rule/{i:06}": array for i, array in enumerate(rule_arrays)}
    if stopping is not None:
        arrays |= {f"best/{name}": array for name, array in stopping.best_params.items()}
    training = {
        "settings": settings(job, shuffle),
        "position": asdict(position),
        "stopping": None if stopping is None else stopping.to_dict(),
    }
    write_model(path, model, training, arrays)


def read(path: str | os.PathLike, job: Job, shuffle: bool) -> Saved:
    """The checkpoint of a run with these settings. Raises ModelFileError where it is another's, or damaged."""
    own = tuple({type(box) for box in job.graph.order if ":" in type(box).type_key})
    model, training, arrays = read_model(path, own)
    if "position" not in training:
        raise ModelFileError(f"{path}: a model, but not a checkpoint: it does not say where training was")
    now, then = settings(job, shuffle), training["settings"]
    changed = [f"{key} was {then.get(key)!r}, now {now[key]!r}" for key in now if then.get(key) != now[key]]
    if changed:
        raise ModelFileError(f"{path}: cannot resume exactly, settings differ: {'; '.join(changed)}")
    _need_same_graph(path, model.graph.describe()["boxes"], job.graph.describe()["boxes"])
    return Saved(
        params=model.params,
        rule_arrays=_under(arrays, "rule/"),
        history=model.history,
        position=training["position"],
        stopping=training["stopping"],
        best_params={n.removeprefix("best/"): a for n, a in arrays.items() if n.startswith("best/")},
    )


def _need_same_graph(path: str | os.PathLike, then: list[dict], now: list[dict]) -> None:
    changed = [entry["name"] for entry in (*now, *then) if entry not in now or entry not in then]
    if changed:
        raise ModelFileError(
            f"{path}: a checkpoint of another graph: boxes differ ({', '.join(dict.fromkeys(changed))})"
        )


def _under(arrays: Mapping[str, np.ndarray], prefix: str) -> list[np.ndarray]:
    return [arrays[name] for name in sorted(arrays) if name.startswith(prefix)]
