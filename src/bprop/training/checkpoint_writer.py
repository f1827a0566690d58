"""When and where the checkpoints of a run are written."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bprop.model import Model, write_model
from bprop.record import Record
from bprop.training import checkpoint as files
from bprop.training.epoch import Position
from bprop.training.interval import Interval
from bprop.training.place import Place
from bprop.training.stopping import EarlyStopping


class CheckpointWriter:
    """Writes into one file, replaced each time, or into a folder that keeps the last few and the best.

    path : a folder where it ends in a slash, is one already, or `every` is given; else a file. Or a Place that the
    caller has locked, and closes.
    fresh : False if this run resumes from the checkpoints in `path`.
    settings : what a resumed run is compared with; monitor : what says, on the validation set, which epoch is best.
    """

    def __init__(
        self, path: str | os.PathLike, every: str | None, dtype: np.dtype, settings: Mapping[str, Any], monitor: str,
        fresh: bool,
    ):  # fmt: skip
        self.path = Path(path)
        self.every = Interval(files.EVERY_SECONDS, "seconds") if every is None else Interval.parse(every)
        self.settings, self.monitor = settings, monitor
        files.check_precision(dtype)
        self._own = None if isinstance(path, Place) else Place(path, every, fresh)
        place = path if isinstance(path, Place) else self._own
        assert place is not None
        self._place, self.folder = place, place.folder
        self.watch = EarlyStopping(1, monitor)
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
        self.at, self.marked = files.clock(), self._count(position)

    def _count(self, position: Position) -> int:
        return position.epoch if self.every.unit == "epochs" else position.updates

    def due(self, position: Position) -> bool:
        """Whether it is time."""
        if self.every.unit == "seconds":
            return files.clock() - self.at > self.every.count
        return self._count(position) // self.every.count > self.marked // self.every.count

    def steps_until_due(self, position: Position) -> int | None:
        """Steps until it is time, where steps are counted."""
        if self.every.unit != "steps":
            return None
        return int(self.every.count - position.updates % self.every.count)

    def remember_best(self, record: Record, model: Callable[[], Model]) -> None:
        """Remember the model of an epoch that did better on the validation set than all before."""
        if self.folder is None or record.validation is None:
            return
        if self.watch.improved(record.epoch, record.validation):
            self.best = model()

    def write(
        self, model: Model, position: Position, rule_arrays: list[np.ndarray], stopping: EarlyStopping | None
    ) -> None:
        """Write a checkpoint, whole or not at all; those kept before it stay until then. Raises ModelFileError."""
        self._mark(position)
        folder = self.folder
        self._place.need_held()
        if folder is not None and self.best is not None:
            write_model(folder.best, self.best)
            self.best = None
        target = self._place.file if folder is None else folder.step(position.updates)
        files.write(target, model, self.settings, position, rule_arrays, stopping)
        self._place.written(target)
        if folder is not None:
            folder.prune(position.updates)
