"""The block of words that says everything of a call of a step (emit/perform.py), and where the batch arrives."""

from __future__ import annotations

from math import ceil, floor
from typing import Any

import numpy as np

from bprop.engines.native.emit import perform
from bprop.engines.native.emit.intake import PAIRS, intake_name
from bprop.engines.native.run.native_run import NativeRun
from bprop.engines.native.run.pacer import Pacer
from bprop.engines.native.run.team import TEAM, TURNS, Performing
from bprop.engines.native.run.workspace import Call, Workspace
from bprop.engines.trace.tracer import BAD


class Stage:
    """Where the numbers of an input of a dtype arrive: `array`. Machine code takes them on to `target`.

    limits : (2,), the lowest and the highest legal number; None for truth values.
    """

    dtype: np.dtype
    array: np.ndarray
    target: np.ndarray
    limits: np.ndarray | None

    def __init__(self, dtype: np.dtype, array: np.ndarray, target: np.ndarray, limits: np.ndarray | None):
        self.dtype, self.array, self.target, self.limits = dtype, array, target, limits

    def words(self, code: Performing) -> list[int]:
        """The words of the intake; none for truth values."""
        if self.limits is None:
            return []
        name = intake_name(self.array.dtype, self.target.dtype)
        source, target, limits = (array.ctypes.data for array in (self.array, self.target, self.limits))
        return [code.address_of(name), source, target, self.array.size, limits]


def stage_of(array: np.ndarray, target: np.ndarray, legal: tuple[float, float, str] | None) -> Stage | None:
    """The stage of arrays like this one; None for arrays of a shape or dtype that has to be checked.

    legal : (lowest, highest, ...) of the input; None where nothing is checked.
    """
    if array.shape != target.shape:
        return None
    if (array.dtype, target.dtype) in PAIRS:
        here = target if array.dtype == target.dtype else np.zeros(array.shape, array.dtype)
    elif array.dtype.kind in "fiub" and np.can_cast(array.dtype, target.dtype):
        here = target
    else:
        return None
    return Stage(
        array.dtype, here, target, None if here.dtype.kind == "b" else limits_of(here.dtype, target.dtype, legal)
    )


def limits_of(source: np.dtype, target: np.dtype, legal: tuple[float, float, str] | None) -> np.ndarray:
    """The lowest and the highest number of the source that need no check: legal, and held by the target."""
    if source.kind == "f":
        if legal is None:
            return np.array([-np.inf, np.inf], source)
        top = float(min(np.finfo(source).max, np.finfo(target).max))
        wanted = max(float(legal[0]), -top), min(float(legal[1]), top)
        bounds = np.array(wanted, source)
        for i, (inside, towards) in enumerate(((bounds[0] >= wanted[0], np.inf), (bounds[1] <= wanted[1], -np.inf))):
            if not inside:
                bounds[i] = np.nextafter(bounds[i], source.type(towards))
        return bounds
    whole, held = np.iinfo(source), np.iinfo(target)
    if legal is None:
        return np.array([whole.min, whole.max], source)
    low, high = max(whole.min, held.min), min(whole.max, held.max)
    low = low if legal[0] <= low else min(ceil(legal[0]), high)
    high = high if legal[1] >= high else max(floor(legal[1]), low)
    return np.array([low, high], source)


class Block:
    """The block of a step for batches of certain dtypes and one number of rows."""

    call: Call
    stages: dict[str, Stage]

    def __init__(
        self, code: Performing, space: Workspace, run: NativeRun, call: Call, stages: dict[str, Stage], rows: int
    ):
        self.call, self.stages = call, stages
        self.inputs: list[tuple[str, np.dtype, tuple[int, ...], np.ndarray]] = [
            (name, stage.dtype, stage.array.shape, stage.array) for name, stage in stages.items()
        ]
        self.pacer: Pacer = Pacer(call.loaded)
        self.rates: np.ndarray | None = np.zeros(1, space.dtype) if run.paced else None
        self.result: np.ndarray = np.zeros(1, space.dtype)
        """The mean loss of the last call."""
        self.alone: np.ndarray = call.table.copy()
        self.alone[-2] = 0 if self.rates is None else self.rates.ctypes.data
        self.together: np.ndarray = self.alone.copy()
        self.together[-1] = TEAM.gate
        self.sums: np.ndarray = np.array([sum_at(space, p, n) for n in ("loss", "weight") for p in "sk"], np.int64)
        presets = [*self.presets(space, rows)]
        intakes = [words for stage in stages.values() if (words := stage.words(code))]
        head = self.head(space, len(intakes), len(presets))
        more = [word for part in (*intakes, *presets) for word in part]
        self.words: np.ndarray = np.array([*head, *more], np.int64)
        self.address: int = self.words.ctypes.data
        self.view: memoryview = self.words.data
        """The words, quicker to write."""

    def presets(self, space: Workspace, rows: int) -> list[tuple[int, int]]:
        """(address, word): what memory holds before a step."""
        names = space.functions.program.sum_names
        sums = [(sum_at(space, part, name), 0) for name in names for part in "sk"]
        return [(space.memory[BAD].ctypes.data, -1), (self.call.loaded.rows.ctypes.data, rows), *sums]

    def head(self, space: Workspace, intakes: int, presets: int) -> list[int]:
        head = [0] * perform.WORDS
        for place, word in {
            perform.CODE: self.call.loaded.routine.code.address,
            perform.ALONE: self.alone.ctypes.data,
            perform.TOGETHER: self.together.ctypes.data,
            perform.THREADS: 1,
            perform.TEAM: TEAM.address,
            perform.TURNS: TURNS,
            perform.LOSS: space.dtype.itemsize,
            perform.RESULT: self.result.ctypes.data,
            perform.SUMS: self.sums.ctypes.data,
            perform.INTAKES: intakes,
            perform.PRESETS: presets,
        }.items():
            head[place] = word
        return head

    def takes(self, batch: Any) -> bool:
        """Whether the batch is of these dtypes and shapes. Then it has been copied in."""
        if len(batch) != len(self.inputs):
            return False
        for name, dtype, shape, stage in self.inputs:
            array = batch[name]
            if type(array) is not np.ndarray or array.shape != shape:
                return False
            if array.dtype is not dtype and array.dtype != dtype:
                return False
            stage[...] = array
        return True

    def begin(self, t: int) -> int:
        """Make it ready for update t. Returns the number of threads."""
        pacer = self.pacer
        if pacer.left <= 0:
            pacer.choose(self.view)
        pacer.left -= 1
        self.view[perform.T] = t
        return pacer.threads


def sum_at(space: Workspace, part: str, name: str) -> int:
    """The address of a sum ("s") or of its correction ("k")."""
    return space.memory[f"{part}:{name}"].ctypes.data
