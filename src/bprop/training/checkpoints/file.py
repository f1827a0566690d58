"""The file of a checkpoint: a model file that also holds where the run is, so that it continues bit for bit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.console import say
from bprop.errors import ModelFileError, UnreadableError
from bprop.graph import Graph
from bprop.model import Model, read_model, write_model
from bprop.record import Record
from bprop.remote.path import RemotePath, model_place_of
from bprop.training.checkpoints.folder import Folder
from bprop.training.epoch import Position
from bprop.training.stopping import EarlyStopping
from bprop.visible import visible


@dataclass(frozen=True)
class Saved:
    """The content of a checkpoint."""

    graph: Graph
    params: dict[str, np.ndarray]
    rule_arrays: list[np.ndarray]
    history: list[Record]
    settings: dict[str, Any]
    position: dict[str, Any]
    stopping: dict[str, Any] | None
    best_params: dict[str, np.ndarray]

    def need_legal_position(self, path: str | os.PathLike[str], steps: int) -> None:
        """Raise ModelFileError if the position is impossible for a run of `steps` steps an epoch."""
        at, stopping = self.position, self.stopping
        try:
            epoch, step, updates = counts = [at[key] for key in ("epoch", "step", "updates")]
            rows, waited = at["running"], [] if stopping is None else [stopping["best_epoch"], stopping["waited"]]
            best = None if stopping is None else stopping["best_value"]
            floats = [at["seconds"], *([] if best is None else [best]), *(v for row in rows or () for v in row)]
            legal = (
                all(type(count) is int and count >= 0 for count in (*counts, *waited))
                and all(type(number) in (int, float) for number in floats)
                and epoch == len(self.history) and step <= steps and updates == epoch * steps + step
                and (step > 0) == bool(rows)
            )  # fmt: skip
        except (KeyError, TypeError, ValueError):
            legal = False
        if not legal:
            raise ModelFileError(f"{path}: a damaged checkpoint: its position in training is missing or impossible")


def check_precision(dtype: np.dtype) -> None:
    """Raise ModelFileError where a checkpoint can never be written: better now than after hours of training."""
    if dtype.itemsize > 8:
        raise ModelFileError(f"cannot write a checkpoint of {dtype.name}, which the file format does not know")


def write(
    path: str | os.PathLike[str], model: Model, settings: Mapping[str, Any], position: Position,
    rule_arrays: list[np.ndarray], stopping: EarlyStopping | None,
) -> None:  # fmt: skip
    """Write a checkpoint, whole or not at all."""
    arrays = {f"rule/{i:06}": array for i, array in enumerate(rule_arrays)}
    if stopping is not None:
        arrays |= {f"best/{name}": array for name, array in stopping.best_params.items()}
    training = {
        "settings": dict(settings),
        "position": asdict(position),
        "stopping": None if stopping is None else stopping.to_dict(),
    }
    write_model(path, model, training, arrays)


def read(path: str | os.PathLike[str], own: tuple[type[Box], ...] = ()) -> tuple[str | os.PathLike[str], Saved]:
    """(file, content) of a checkpoint: `path` is the file, or a folder, of which the newest undamaged one is read.

    own : the classes of boxes of the user's own that its graph may have. Raises ModelFileError.
    """
    if not model_place_of(path).is_dir():
        return path, _read_file(path, own)
    damage = None
    for file in Folder(path).steps().values():
        try:
            return file, _read_file(file, own)
        except UnreadableError:  # it may be whole: to go back would be to lose it
            if isinstance(file, RemotePath) and not file.exists():
                return read(path, own)
            raise
        except ModelFileError as error:
            if not isinstance(file, RemotePath) and not os.path.lexists(file):  # a living run has just removed it
                return read(path, own)
            say(f"bprop: {visible(error)}; going back to the checkpoint before it", error=True)
            damage = error
    if damage is not None:
        raise ModelFileError(f"{path}: none of its checkpoints can be read") from damage
    raise ModelFileError(f"{path}: there is no checkpoint in this folder")


def _read_file(path: str | os.PathLike[str], own: tuple[type[Box], ...]) -> Saved:
    model, training, arrays = read_model(path, own)
    if not {"position", "settings", "stopping"} <= training.keys() or not isinstance(training["settings"], dict):
        raise ModelFileError(f"{path}: a model, but not a checkpoint: training cannot be resumed from it")
    return Saved(
        graph=model.graph, params=model.params, rule_arrays=list(_under(arrays, "rule/").values()),
        history=model.history, settings=training["settings"], position=training["position"],
        stopping=training["stopping"], best_params=_under(arrays, "best/"),
    )  # fmt: skip


def _under(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): arrays[name] for name in sorted(arrays) if name.startswith(prefix)}
