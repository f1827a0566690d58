"""A run continues from a checkpoint: whether the checkpoint is one of this very run, and where the run was."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Any
from zlib import crc32

import numpy as np

from bprop.console import say
from bprop.data import DataSet
from bprop.disk.reading import status_of, why
from bprop.engines.engine import Job, Run
from bprop.engines.program import LOSS, Program
from bprop.engines.surroundings import changes
from bprop.errors import ModelFileError, SettingError, UnreadableError
from bprop.graph.validation import native_order
from bprop.remote.path import RemotePath, model_place_of
from bprop.rules import Rule
from bprop.rules.comparison import differences, recorded
from bprop.training.checkpoints import file
from bprop.training.checkpoints.file import Saved
from bprop.training.checkpoints.folder import Folder
from bprop.training.epoch import Position
from bprop.training.stopping import EarlyStopping
from bprop.visible import visible

ENGINE = "engine"  # among the settings, but a run may go on upon another
SURROUNDINGS = "surroundings"  # likewise
RULE = "what the rule holds"
WEIGHTS = "weights divided"
FREEZE = "freeze"
AUGMENT = "augment"
PART = 4096  # rows that the checksum takes together
SHOWN = 10  # names of boxes in an error


def source_of(resume: str | os.PathLike[str] | bool | None, checkpoint: str | os.PathLike[str] | None) -> Any:
    """Where to resume from, or None. True stands for `checkpoint`, where that holds one already."""
    if resume is None or resume is False:
        return None
    if resume is not True:
        return resume
    if checkpoint is None:
        raise SettingError("resume=True continues from `checkpoint`: give checkpoint=, or the place as resume=")
    place = model_place_of(checkpoint)
    if isinstance(place, RemotePath):
        if place.is_file():
            return checkpoint
        return checkpoint if Folder(place).steps() else None
    try:
        status = status_of(checkpoint)
    except OSError as error:
        raise UnreadableError(f"{os.fspath(checkpoint)}: cannot be read: {why(error)}") from error
    if status is not None and stat.S_ISDIR(status.st_mode):
        return checkpoint if Folder(checkpoint).steps() else None
    return None if status is None else checkpoint


def same_place(one: str | os.PathLike[str], other: str | os.PathLike[str]) -> bool:
    """Whether two paths are those of the same file or folder."""
    places = [model_place_of(path) for path in (one, other)]
    if any(isinstance(place, RemotePath) for place in places):
        return str(places[0]).rstrip("/") == str(places[1]).rstrip("/")
    return os.path.realpath(one) == os.path.realpath(other)


def fingerprint(job: Job, shuffle: bool) -> dict[str, Any]:
    """The settings, data and rule of a run. They must be equal for a checkpoint to be resumed exactly."""
    return {
        "examples": len(job.data),
        "batch_size": job.batch_size,
        "seed": job.seed,
        "dtype": job.precision,
        "shuffle": shuffle,
        "rule": repr(job.rule) if isinstance(job.rule, Rule) else type(job.rule).__name__,
        "arrangement of the data": job.data.arrangement,
        "checksum of the data": checksum_of(job.data),
        "checksum of the validation set": None if job.validation is None else checksum_of(job.validation),
        RULE: recorded(job.rule),
        WEIGHTS: None if job.mean_weight is None else "by the mean of the set",
        FREEZE: sorted(job.graph.frozen),
        AUGMENT: job.data.changes,
    }


def checksum_of(data: DataSet) -> str:
    """CRC-32 of the examples and their weights, before they are changed batch by batch."""
    if (known := data.checksum) is not None:
        return known
    data = data.whole
    arrays = [*data.arrays.values(), *([] if data.weights is None else [data.weights])]
    checksum = 0
    for array in arrays:
        for cut in data.cuts():
            for start in range(cut.start, cut.stop, PART):
                part = native_order(np.asarray(array[start : min(start + PART, cut.stop)]))
                checksum = crc32(part.tobytes(), checksum)
    return f"{checksum:08x}"


def load(path: str | os.PathLike[str], job: Job, now: Mapping[str, Any], monitor: str | None = None) -> Saved:
    """The checkpoint of a run with the fingerprint `now`: a file, or the newest of a folder that is not damaged.

    monitor : the measure that early stopping monitors now; None without early stopping.

    Raises ModelFileError where it is another run's, or damaged.
    """
    own = tuple({type(box) for box in job.graph.order if ":" in type(box).type_key})
    path, saved = file.read(path, own)
    then = {FREEZE: [], AUGMENT: None, **saved.settings}
    if job.mean_weight is not None:
        then = {WEIGHTS: "by the sum of each batch, as bprop once did", **then}
    compared = [key for key in now if key in then and key != RULE]
    changed = [f"{key} was {then[key]!r}, now {now[key]!r}" for key in compared if then[key] != now[key]]
    more, warning = differences(then.get(RULE), now.get(RULE))
    changed += more
    before = _monitor(saved.stopping)
    if monitor is not None and before not in (None, monitor):  # the best value so far is one of another measure
        changed.append(f"monitor was {before!r}, now {monitor!r}")
    if changed:
        data = any(word.startswith(("checksum", "arrangement")) for word in changed)
        why = "; the data has changed, or was read otherwise by another version of bprop" if data else ""
        why = f"; {job.data.advice}" if data and job.data.advice else why
        raise ModelFileError(f"{path}: cannot resume exactly, settings differ: {'; '.join(changed)}{why}")
    if warning:
        say(f"bprop: {visible(warning)}", error=True)
    _need_same_graph(path, saved.graph.describe()["boxes"], job.graph.describe()["boxes"])
    saved.need_legal_position(path, job.steps_per_epoch)
    return saved


def _monitor(stopping: Any) -> str | None:
    """The measure that early stopping monitored. None without it, and in files of older versions, which lack it."""
    return stopping.get("monitor") if isinstance(stopping, dict) else None


def _need_same_graph(path: str | os.PathLike[str], then: list[dict[str, Any]], now: list[dict[str, Any]]) -> None:
    before, after = ({entry["name"]: entry for entry in entries} for entries in (then, now))
    changed = [name for name in {**after, **before} if before.get(name) != after.get(name)]
    if changed:
        more = f", and {len(changed) - SHOWN:,} more" if len(changed) > SHOWN else ""
        raise ModelFileError(
            f"{path}: a checkpoint of another graph: boxes differ ({', '.join(changed[:SHOWN])}{more})"
        )


def restore(saved: Saved, run: Run, program: Program, stopping: EarlyStopping | None) -> Position:
    """Take a run that has been started, and early stopping, to where a checkpoint was. Returns the position.

    Raises ModelFileError for the state of another rule, and where the training state is damaged.
    """
    if [array.shape for array in saved.rule_arrays] != [array.shape for array in run.rule_arrays()]:
        raise ModelFileError("the checkpoint holds the state of another rule: give the rule that it was made with")
    try:
        run.restore(saved.params, saved.rule_arrays)
        position = Position(**saved.position)
        position.running = _with_each_loss(position.running, program)
        if any(len(row) != len(program.sum_names) for row in position.running or ()):
            raise ValueError("sums of other metrics")
        _compare_surroundings(saved, run, program, position)
        if stopping is not None and saved.stopping is not None:
            stopping.restore(saved.stopping, saved.best_params)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"the checkpoint's training state is damaged ({type(error).__name__}: {error})") from error
    return position


def _with_each_loss(running: list[list[float]] | None, program: Program) -> list[list[float]] | None:
    """Sums of a version that did not add up each of several losses: those are NaN for this epoch."""
    names = program.sum_names
    own = [name in program.metrics and program.metrics[name][0] == LOSS for name in names]
    if not running or not any(own) or any(len(row) != len(names) - sum(own) for row in running):
        return running
    rows = [iter(row) for row in running]
    return [[float("nan") if new else next(row) for new in own] for row in rows]


def _compare_surroundings(saved: Saved, run: Run, program: Program, position: Position) -> None:
    """Say where the bits may differ from now on. Of another engine, the sums are taken over in the common form."""
    before = saved.settings.get(ENGINE)  # None: the file is of an older bprop, which did not note it
    if before in (None, run.engine):
        if warning := changes(saved.settings.get(SURROUNDINGS), run.surroundings()):
            say(f"bprop: {visible(warning)}", error=True)
        return
    say(
        f"bprop: this run was on the {visible(before)} engine and goes on on {run.engine}: not bit for bit the same; "
        f"for that, resume it with engine={str(before)!r}",
        error=True,
    )
    if position.running:
        sums = list(program.totals(position.running).values())
        position.running = [sums, [0.0] * len(sums)]
