"""Checkpoints: a model file that also holds where the run is, so that it continues bit for bit."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from time import perf_counter as clock
from typing import Any
from zlib import crc32

import numpy as np

from bprop.box import Box
from bprop.console import say
from bprop.data import DataSet
from bprop.disk.reading import status_of, why
from bprop.engines.engine import Job
from bprop.errors import ModelFileError, SettingError, UnreadableError
from bprop.graph.validation import native_order
from bprop.model import Model, read_model, write_model
from bprop.record import Record
from bprop.rules import Rule
from bprop.rules.comparison import differences, recorded
from bprop.training.epoch import Position
from bprop.training.folder import Folder
from bprop.training.stopping import EarlyStopping
from bprop.visible import visible

EVERY_SECONDS = 30.0
ENGINE = "engine"  # among the settings, but a run may go on upon another
SURROUNDINGS = "surroundings"  # likewise
RULE = "what the rule holds"
WEIGHTS = "weights divided"
PART = 4096  # rows looked at together
SHOWN = 10  # names of boxes in an error
Content = tuple[Model, dict[str, Any], dict[str, np.ndarray]]
__all__ = ["EVERY_SECONDS", "Saved", "check_precision", "clock", "read", "settings", "write"]


@dataclass(frozen=True)
class Saved:
    """What a checkpoint holds."""

    params: dict[str, np.ndarray]
    rule_arrays: list[np.ndarray]
    history: list[Record]
    position: dict[str, Any]
    stopping: dict[str, Any] | None
    best_params: dict[str, np.ndarray]
    engine: str | None  # which it ran on; None: an older bprop's, that did not say
    surroundings: Any  # what decided its bits beside the settings; None likewise


def check_precision(dtype: np.dtype) -> None:
    """Raise ModelFileError where a checkpoint can never be written: better now than after hours of training."""
    if dtype.itemsize > 8:
        raise ModelFileError(f"cannot write a checkpoint of {dtype.name}, which the file format does not know")


def source_of(resume: str | os.PathLike | bool | None, checkpoint: str | os.PathLike | None) -> Any:
    """Where to resume from, or None. True stands for `checkpoint`, where that holds one already."""
    if resume is None or resume is False:
        return None
    if resume is not True:
        return resume
    if checkpoint is None:
        raise SettingError("resume=True continues from `checkpoint`: give checkpoint=, or the place as resume=")
    try:
        status = status_of(checkpoint)
    except OSError as error:
        raise UnreadableError(f"{os.fspath(checkpoint)}: cannot be read: {why(error)}") from error
    if status is not None and stat.S_ISDIR(status.st_mode):
        return checkpoint if Folder(checkpoint).steps() else None
    return None if status is None else checkpoint


def same_place(one: str | os.PathLike, other: str | os.PathLike) -> bool:
    """Whether two paths are those of the same file or folder."""
    return os.path.realpath(one) == os.path.realpath(other)


def settings(job: Job, shuffle: bool) -> dict[str, Any]:
    """What must be the same for a resumed run to be the run that was interrupted."""
    return {
        "examples": len(job.data),
        "batch_size": job.batch_size,
        "seed": job.seed,
        "dtype": job.precision,
        "shuffle": shuffle,
        "rule": repr(job.rule) if isinstance(job.rule, Rule) else type(job.rule).__name__,
        "arrangement of the data": job.data.arrangement,
        "checksum of the data": checksum(job.data),
        "checksum of the validation set": None if job.validation is None else checksum(job.validation),
        RULE: recorded(job.rule),
        WEIGHTS: None if job.mean_weight is None else "by the mean of the set",
    }


def checksum(data: DataSet) -> str:
    """CRC-32 of the examples and their weights."""
    arrays = [*data.arrays.values(), *([] if data.weights is None else [data.weights])]
    found = 0
    for array in arrays:
        for cut in data.cuts():
            for start in range(cut.start, cut.stop, PART):
                part = native_order(np.asarray(array[start : min(start + PART, cut.stop)]))
                found = crc32(part.tobytes(), found)
    return f"{found:08x}"


def write(
    path: str | os.PathLike, model: Model, settings: Mapping[str, Any], position: Position,
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


def read(path: str | os.PathLike, job: Job, now: Mapping[str, Any], monitor: str | None = None) -> Saved:
    """The checkpoint of a run with these settings: a file, or the newest of a folder that is not damaged.

    monitor : what early stopping looks at now; None without early stopping.

    Raises ModelFileError where it is another run's, or damaged.
    """
    own = tuple({type(box) for box in job.graph.order if ":" in type(box).type_key})
    path, (model, training, arrays) = _newest(path, own)
    then = training["settings"]
    if job.mean_weight is not None:
        then = {WEIGHTS: "by the sum of each batch, as bprop once did", **then}
    compared = [key for key in now if key in then and key != RULE]
    changed = [f"{key} was {then[key]!r}, now {now[key]!r}" for key in compared if then[key] != now[key]]
    more, said = differences(then.get(RULE), now.get(RULE))
    changed += more
    before = _monitor(training["stopping"])
    if monitor is not None and before not in (None, monitor):  # the best value so far is one of another measure
        changed.append(f"monitor was {before!r}, now {monitor!r}")
    if changed:
        raise ModelFileError(f"{path}: cannot resume exactly, settings differ: {'; '.join(changed)}")
    if said:
        say(f"bprop: {visible(said)}", error=True)
    _need_same_graph(path, model.graph.describe()["boxes"], job.graph.describe()["boxes"])
    _need_legal_place(path, training, job.steps_per_epoch, len(model.history))
    return Saved(
        params=model.params,
        rule_arrays=_under(arrays, "rule/"),
        history=model.history,
        position=training["position"],
        stopping=training["stopping"],
        best_params={n.removeprefix("best/"): a for n, a in arrays.items() if n.startswith("best/")},
        engine=then.get(ENGINE),
        surroundings=then.get(SURROUNDINGS),
    )


def _monitor(stopping: Any) -> str | None:
    """What early stopping looked at; None without it, and in the files of older versions, which do not say."""
    return stopping.get("monitor") if isinstance(stopping, dict) else None


def _newest(path: str | os.PathLike, own: tuple[type[Box], ...]) -> tuple[str | os.PathLike, Content]:
    """(file, what it holds) of a checkpoint: of a folder, the first from the newest that is whole."""
    if not os.path.isdir(path):
        return path, _content(path, own)
    damage = None
    for file in Folder(path).steps().values():
        try:
            return file, _content(file, own)
        except UnreadableError:  # it may be whole: to go back would be to lose it
            raise
        except ModelFileError as error:
            if not os.path.lexists(file):  # a run that lives has just removed it: there are newer ones
                return _newest(path, own)
            say(f"bprop: {visible(error)}; going back to the checkpoint before it", error=True)
            damage = error
    if damage is not None:
        raise ModelFileError(f"{path}: none of its checkpoints can be read") from damage
    raise ModelFileError(f"{path}: there is no checkpoint in this folder")


def _content(path: str | os.PathLike, own: tuple[type[Box], ...]) -> Content:
    model, training, arrays = read_model(path, own)
    if not {"position", "settings", "stopping"} <= training.keys() or not isinstance(training["settings"], dict):
        raise ModelFileError(f"{path}: a model, but not a checkpoint: it does not say where training was")
    return model, training, arrays


def _need_same_graph(path: str | os.PathLike, then: list[dict], now: list[dict]) -> None:
    before, after = ({entry["name"]: entry for entry in entries} for entries in (then, now))
    changed = [name for name in {**after, **before} if before.get(name) != after.get(name)]
    if changed:
        more = f", and {len(changed) - SHOWN:,} more" if len(changed) > SHOWN else ""
        raise ModelFileError(
            f"{path}: a checkpoint of another graph: boxes differ ({', '.join(changed[:SHOWN])}{more})"
        )


def _need_legal_place(path: str | os.PathLike, training: Mapping[str, Any], steps: int, epochs: int) -> None:
    """Raise ModelFileError where a checkpoint does not say, sensibly, where a run of so many steps an epoch was."""
    place, stopping = training["position"], training["stopping"]
    try:
        epoch, step, updates = counts = [place[key] for key in ("epoch", "step", "updates")]
        rows, waited = place["running"], [] if stopping is None else [stopping["best_epoch"], stopping["waited"]]
        best = None if stopping is None else stopping["best_value"]
        floats = [place["seconds"], *([] if best is None else [best]), *(v for row in rows or () for v in row)]
        legal = (
            all(type(count) is int and count >= 0 for count in (*counts, *waited))
            and all(type(number) in (int, float) for number in floats)
            and epoch == epochs and step <= steps and updates == epoch * steps + step and (step > 0) == bool(rows)
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        legal = False
    if not legal:
        raise ModelFileError(f"{path}: a damaged checkpoint: it does not say where a run was")


def _under(arrays: Mapping[str, np.ndarray], prefix: str) -> list[np.ndarray]:
    return [arrays[name] for name in sorted(arrays) if name.startswith(prefix)]
