"""A run that is spread over devices, of one process or of several: each computes its rows of every batch.

Every process has the whole data set in reach (in memory, or in files) and puts on its devices only the rows that they
compute, in the order in which they are visited. So the batches are those of a run on one device. The step is written
for the whole batch; XLA divides it, and adds up across devices the sums over rows: of gradients, losses, weights and
the statistics of batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bprop.data import DataSet
from bprop.engines.engine import Job
from bprop.engines.packing import pack
from bprop.engines.program import Program
from bprop.engines.xla.devices import Devices
from bprop.engines.xla.lowering import EVALUATION_ROWS, Choices, Lowering
from bprop.engines.xla.programs import Compiled, around, functions_of, unpaced
from bprop.engines.xla.run import XlaRun
from bprop.engines.xla.sets import CHUNK, Part, Source, data_budget
from bprop.errors import SettingError

HELD = 0.25
"""The share of the memory for data that a validation set may take for good."""


class Dealt:
    """A data set of which every device has its rows of each batch: arrays (steps, rows of a batch, ...).

    What takes more than CHUNK bytes on a device is put there in chunks, two at a time.
    """

    order: np.ndarray
    chunks: dict[int, tuple[dict[str, Any], Any]]
    held: tuple[dict[str, Any], Any, Any] | None

    def __init__(self, source: Source, devices: Devices, batch_size: int, turn: int):
        self.source, self.devices, self.batch_size = source, devices, batch_size
        self.count: int = len(source.data)
        rows = batch_size // len(devices)
        self.steps: int = max(1, CHUNK // max(1, rows * source.row_bytes * turn)) * turn
        self.chunks, self.held = {}, None

    def set_order(self, order: np.ndarray) -> None:
        """The order of the epoch, in whole batches."""
        self.order, self.chunks = order, {}

    def parts(self, start: int, count: int) -> Iterator[Part]:
        """The steps, chunk by chunk. The rows of the next are put while those of one are computed."""
        end, size = start + count, self.steps * self.batch_size
        while start < end:
            chunk, first = divmod(start, self.steps)
            some = min(end - start, self.steps - first)
            arrays, weights = self._chunk(chunk)
            rows = np.int32(min(size, self.count - chunk * size))
            yield Part(arrays, weights, rows, None, first, some)
            del arrays, weights
            start += some
            if (chunk + 1) * size < len(self.order):
                self._chunk(chunk + 1)

    def _chunk(self, chunk: int) -> tuple[dict[str, Any], Any]:
        self.chunks = {c: held for c, held in self.chunks.items() if c in (chunk - 1, chunk)}
        if chunk not in self.chunks:
            size = self.steps * self.batch_size
            self.chunks[chunk] = self._put(self.order[chunk * size : (chunk + 1) * size], self.batch_size)
        return self.chunks[chunk]

    def _put(self, index: np.ndarray, rows: int) -> tuple[dict[str, Any], Any]:
        """(arrays, weights) of the rows at `index`, `rows` of them a step."""
        data, source = self.source.data, self.source
        visits = index.reshape(-1, rows)
        arrays = {name: self._deal(array, source.dtypes[name], visits) for name, array in data.arrays.items()}
        return arrays, None if data.weights is None else self._deal(data.weights, source.dtype, visits)

    def _deal(self, array: np.ndarray, dtype: np.dtype, visits: np.ndarray) -> Any:
        inner = array.shape[1:]

        def part(columns: slice) -> np.ndarray:
            own = visits[:, columns]
            return pack(array, dtype, own.size, own.ravel()).reshape(*own.shape, *inner)

        if visits.shape[1] % len(self.devices):
            return self.devices.put(part(slice(None)))
        return self.devices.put_dealt((*visits.shape, *inner), 1, part)

    def last(self, first: int, rows: int) -> Part:
        """The rows of the last step, which begins at position `first` of the order, by themselves. If they cannot be
        dealt to the devices in equal parts, each device computes all of them."""
        return Part(*self._put(self.order[first : first + rows], rows), np.int32(rows), None, 0, 1)

    def whole(self) -> tuple[dict[str, Any], Any, Any]:
        """(arrays, weights, rows) of the whole set as one batch."""
        if self.held is None:
            self.held = *self._put(np.arange(self.count), self.count), np.int32(self.count)
        return self.held

    def pieces(self) -> Iterator[tuple[dict[str, Any], Any, Any]]:
        """(arrays, weights, rows) of one chunk after the other, for an evaluation. A small set stays on the devices."""
        if self.held is not None:
            yield self.held
            return
        together = -(-EVALUATION_ROWS // len(self.devices)) * len(self.devices)
        own = max(1, together // len(self.devices)) * self.source.row_bytes
        blocks, budget = -(-self.count // together), int(HELD * data_budget(self.devices.own[0][1]))
        some = min(blocks, max(1, CHUNK // own))
        for first in range(0, self.count, some * together):
            index = np.arange(first, first + some * together)
            rows = np.int32(min(len(index), self.count - first))
            piece = *self._put(np.minimum(index, self.count - 1), together), rows
            if some == blocks and blocks * own <= budget:
                self.held = piece
            yield piece


@dataclass(frozen=True)
class SpreadLowering(Lowering):
    """Functions of arrays that are dealt to devices: (steps, rows of a batch, ...)."""

    devices: Devices | None = None

    def visited(self, order: Any, step: Any) -> Callable[..., Any]:
        return lambda array: lax.dynamic_index_in_dim(array, step, keepdims=False)

    def evaluated_together(self, data: Mapping[str, Any], together: int | None) -> int:
        return next(iter(data.values())).shape[1]

    def evaluated(self, data: Any, block: Any, position: Any, rows: Any) -> Callable[..., Any]:
        return lambda array: lax.dynamic_index_in_dim(array, block, keepdims=False)

    def weights(self, weights: Any, take: Any, position: Any, rows: Any, mean: Any = None) -> tuple[Any, Any]:
        own, divisor = super().weights(weights, take, position, rows, mean)
        if divisor is None and weights is not None:
            return own, None
        assert self.devices is not None
        # the rows of the batch, counted without asking the other devices
        first = lax.with_sharding_constraint(position, self.devices.everywhere)[0]
        count = jnp.clip(rows - first, 0, position.shape[0]).astype(self.program.dtype)
        return own, count if mean is None else count * mean

    def everywhere(self, state: Any) -> Any:
        assert self.devices is not None
        return lax.with_sharding_constraint(state, self.devices.everywhere)


class SpreadRun(XlaRun):
    """A run on all devices. Raises SettingError where a batch cannot be dealt to them in equal parts."""

    def __init__(self, job: Job, params: Mapping[str, np.ndarray], devices: Devices):
        need_equal_parts(job.batches.rows, len(devices))
        self.devices = devices
        super().__init__(job, params)
        places, processes = len(devices), jax.process_count()
        self.reason: str = f"xla, on {places} devices of {processes} processes" if processes > 1 else (
            f"xla, on {places} devices of this process" if places > 1 else ""
        )  # fmt: skip

    def _functions(self, rows: int) -> Compiled:
        return functions_of(self.job, self.integer, rows, self._made, self.devices)

    def _made(self, job: Job, integer: np.dtype, rows: int, choices: Choices, compile: Any = None) -> Compiled:
        program, rule = Program(job.graph, job.dtype), unpaced(job.rule)
        lowering = SpreadLowering(program, rule, rows, choices, job.narrow, integer, self.devices)
        return around(lowering, _compiled, self.devices.everywhere)

    def put(self, tree: Any) -> Any:
        return self.devices.put(tree)

    def _place(self, job: Job) -> dict[str, Any]:
        sets: dict[str, DataSet | None] = {"data": job.data, "validation": job.validation}
        dealt = {}
        for name, data in sets.items():
            if data is not None:
                dealt[name] = Dealt(Source.of(data, job), self.devices, job.batches.rows, self.turn)
        return dealt

    def surroundings(self) -> dict[str, str]:
        facts = super().surroundings()
        processes = jax.process_count()
        return {**facts, "processes": str(processes), "devices": str(len(self.devices))}


def _compiled(lowered: Any, device: Any, store: Any) -> Any:
    """The program of lowered code. It is for several devices, and is not kept between processes."""
    return lowered.compile()


def need_equal_parts(rows: int, devices: int) -> None:
    """Raise SettingError unless a batch of so many rows can be dealt to the devices in equal parts."""
    if rows % devices:
        fewer, more = rows - rows % devices, rows + devices - rows % devices
        sizes = f"{fewer} or {more}" if fewer else f"{more}"
        raise SettingError(
            f"a batch of {rows} rows cannot be dealt to {devices} devices in equal parts: give a batch size of {sizes}"
        )
