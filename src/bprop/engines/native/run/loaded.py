"""A compiled step with its arrays in memory, ready to be called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.engines.many import cores_here
from bprop.engines.native.emit.assemble import GATE, ORDER, RATES, ROWS, WEIGHTS
from bprop.engines.native.emit.gate import Gate
from bprop.engines.native.run import threads
from bprop.engines.native.run.routines import Routine
from bprop.engines.native.run.thread_tuner import ThreadTuner, now
from bprop.engines.trace.tape import Traced
from bprop.engines.trace.tracer import OUTPUT, SEED


class Loaded:
    """A routine with its memory. Its state is shared with other routines, by name; all else is its own.

    numbers : the values of the arguments of its trace.
    """

    routine: Routine
    data: DataSet

    def __init__(self, routine: Routine, data: DataSet, shared: dict[str, np.ndarray],
                 numbers: Mapping[str, Any]):  # fmt: skip
        self.routine, self.data = routine, data
        trace, layouts = routine.trace, routine.layouts
        self.arrays: dict[Traced, np.ndarray] = {}
        for name, leaf in trace.state.items():
            if name.startswith(OUTPUT):  # it has a row for each of the batch: other batches have others
                continue
            if name not in shared:
                shared[name] = layouts[leaf].allocate()
            self.arrays[leaf] = shared[name]
        for array, layout in layouts.items():
            self.arrays.setdefault(array, layout.allocate())
        values = {**numbers, **trace.tape.arrays}
        for name, leaf in trace.arguments.items():
            layouts[leaf].view(self.arrays[leaf])[...] = values[name]
        self.rows: np.ndarray = np.array([len(data)], np.int64)
        self.gate: Gate = Gate()
        self.gate.shut()
        self.order: np.ndarray = np.zeros(1, np.int32)
        self.tuner: ThreadTuner = ThreadTuner(min(routine.most, cores_here()), dict(routine.speeds))

    def __call__(self, first: int, steps: int, t: int, rates: np.ndarray | None = None) -> None:
        """Do `steps` steps from step `first` of the order. `rates` (steps,): learning rates, if the rule is paced."""
        self.run(self.addresses(), first, steps, t, rates)

    def addresses(self) -> np.ndarray:
        """The table of addresses that the machine code takes. It holds as long as no array of this object changes."""
        return np.array([self.address(key) for key in self.routine.table], np.int64)

    def run(self, table: np.ndarray, first: int, steps: int, t: int, rates: np.ndarray | None = None) -> None:
        """A call, with the table of `addresses`."""
        tuner = self.tuner
        for count, part in tuner.parts(steps):
            begun = now()
            table[-2] = 0 if rates is None else rates.ctypes.data  # RATES and GATE are the last of the table
            count = threads.run_together(self.routine.code, table, count, first, part, t)
            tuner.timed(count, part, begun)
            first, t = first + part, t + part
            rates = None if rates is None else rates[part:]
        self.routine.speeds.update(tuner.seconds)

    def set_seed(self, word: np.ndarray) -> None:
        """Set the word of the seed (1,) from which the noise of the next steps follows."""
        leaf = self.routine.trace.arguments[SEED]
        if leaf in self.arrays:
            self.routine.layouts[leaf].view(self.arrays[leaf])[...] = word

    def address(self, key: Any) -> int:
        if isinstance(key, Traced):
            return self.arrays[key].ctypes.data
        if key == RATES:
            return 0
        if key.startswith("data "):
            return self.data.arrays[key.removeprefix("data ")].ctypes.data
        array = {ORDER: self.order, ROWS: self.rows, GATE: self.gate.words, WEIGHTS: self.data.weights}[key]
        return 0 if array is None else array.ctypes.data
