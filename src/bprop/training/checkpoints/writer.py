"""When the checkpoints of a run are written: every "30s", "10min", "5epochs" or "200steps"; and that they are."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from time import perf_counter as clock
from typing import Any

import numpy as np

from bprop.console import say
from bprop.disk.reading import why
from bprop.engines.engine import Run
from bprop.errors import ModelFileError, SettingError
from bprop.model import Model, write_model
from bprop.outside import pass_on_limit
from bprop.record import Record
from bprop.remote.path import model_place_of
from bprop.training.checkpoints import file
from bprop.training.checkpoints.folder import Folder
from bprop.training.checkpoints.place import Place
from bprop.training.checkpoints.resume import ENGINE, SURROUNDINGS
from bprop.training.epoch import Position
from bprop.training.stopping import EarlyStopping
from bprop.visible import visible

EVERY_SECONDS = 30.0
UNITS = {
    "s": ("seconds", 1), "min": ("seconds", 60), "h": ("seconds", 3600),
    "epoch": ("epochs", 1), "epochs": ("epochs", 1), "step": ("steps", 1), "steps": ("steps", 1),
}  # fmt: skip
FAILURES = (ModelFileError, OSError, MemoryError)
"""Why a checkpoint cannot be written: a full disk, too many open files, no memory."""


@dataclass(frozen=True)
class Interval:
    """So many "seconds", "epochs" or "steps" (updates since the start of training)."""

    count: float
    unit: str

    @classmethod
    def parse(cls, text: Any) -> Interval:
        """From "30s", "5epochs", ... Raises SettingError."""
        match = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*([a-z]+)\s*", text.lower()) if isinstance(text, str) else None
        if match is None or match[2] not in UNITS:
            raise SettingError(
                f"{text!r} does not say how often to write a checkpoint: give '30s', '10min', '5epochs' or '200steps'"
            )
        unit, factor = UNITS[match[2]]
        count = float(match[1]) * factor
        if not (count > 0 and isfinite(count)) or (unit != "seconds" and count != int(count)):
            raise SettingError(f"every {text!r}: give more than 0, and whole numbers of epochs or steps")
        return cls(count if unit == "seconds" else int(count), unit)


class CheckpointWriter:
    """Writes into one file, replaced each time, or into a folder that keeps the last few and the best.

    path : a folder where it ends in a slash, is one already, or `every` is not None; else a file. Or a Place that
    the caller has locked, and closes.
    fingerprint : the settings and data that a resumed run must share.
    monitor : the measure, on the validation set, by which an epoch is the best. higher : whether a larger value of it
    is better; default as is known.
    resuming : whether this run goes on from the checkpoints in `path`.
    """

    folder: Folder | None
    at: float
    marked: int

    def __init__(
        self, path: str | os.PathLike[str], every: str | None, dtype: np.dtype, fingerprint: Mapping[str, Any],
        monitor: str, resuming: bool, higher: bool | None = None,
    ):  # fmt: skip
        self.path: Path = model_place_of(path)
        self.every: Interval = Interval(EVERY_SECONDS, "seconds") if every is None else Interval.parse(every)
        self.fingerprint = fingerprint
        file.check_precision(dtype)
        self._own = None if isinstance(path, Place) else Place(path, every, resuming)
        place = path if isinstance(path, Place) else self._own
        assert place is not None
        self._place, self.folder = place, place.folder
        self.watch: EarlyStopping = EarlyStopping(1, monitor, higher)
        self.best: Model | None = None  # not yet written

    def close(self) -> None:
        """Let other runs write here, where this one has locked the place itself."""
        if self._own is not None:
            self._own.close()

    def start(self, position: Position, history: Sequence[Record]) -> None:
        """Begin to count from here."""
        self._mark(position)
        for record in history:
            if record.validation is not None:
                self.watch.improved(record.epoch, record.validation)

    def _mark(self, position: Position) -> None:
        self.at, self.marked = clock(), self._count(position)

    def _count(self, position: Position) -> int:
        return position.epoch if self.every.unit == "epochs" else position.updates

    def due(self, position: Position) -> bool:
        """Whether it is time."""
        if self.every.unit == "seconds":
            return clock() - self.at > self.every.count
        return self._count(position) // self.every.count > self.marked // self.every.count

    def steps_until_due(self, position: Position) -> int | None:
        """Steps until it is time, where steps are counted."""
        if self.every.unit != "steps":
            return None
        return int(self.every.count - position.updates % self.every.count)

    def remember_best(self, record: Record, model: Callable[[], Model]) -> None:
        """Remember the model of an epoch that did better on the validation set than all before.

        Where there is no memory for it, say so: training goes on.
        """
        if self.folder is None or record.validation is None:
            return
        try:
            if self.watch.improved(record.epoch, record.validation):
                self.best = model()
        except MemoryError as error:
            say(f"bprop: {visible(as_file_error(error))}; training goes on, the best model before is kept", error=True)

    def write(self, model: Callable[[], Model], position: Position, run: Run, stopping: EarlyStopping | None) -> None:
        """Write a checkpoint, whole or not at all; those kept before it stay until then.

        Raises ModelFileError, whatever the reason.
        """
        self._mark(position)
        try:
            self._write(model(), position, run, stopping)
        except FAILURES as error:
            pass_on_limit(error)
            raise as_file_error(error) from error.__cause__

    def _write(self, model: Model, position: Position, run: Run, stopping: EarlyStopping | None) -> None:
        settings = {**self.fingerprint, ENGINE: run.engine, SURROUNDINGS: run.surroundings()}
        rule_arrays, folder = run.rule_arrays(), self.folder
        self._place.need_held()
        if folder is not None and self.best is not None:
            write_model(folder.best, self.best)
            self.best = None
        target = self._place.file if folder is None else folder.step(position.updates)
        file.write(target, model, settings, position, rule_arrays, stopping)
        self._place.written(target)
        if folder is not None:
            folder.prune(position.updates)


def as_file_error(error: ModelFileError | OSError | MemoryError) -> ModelFileError:
    """The error as a ModelFileError of one line. The arrays made for the checkpoint are freed: memory may be short."""
    _let_go(error)
    if isinstance(error, ModelFileError):
        return error
    return ModelFileError(f"cannot write a checkpoint: {why(error)}; nothing was changed")


def _let_go(error: BaseException) -> None:
    """Free the variables of functions that have ended. (`traceback` does it too, but it may need to open a file.)"""
    level = error.__traceback__
    while level is not None:
        with suppress(RuntimeError):  # a function that goes on
            level.tb_frame.clear()
        level = level.tb_next
