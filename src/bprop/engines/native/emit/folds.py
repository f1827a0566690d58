"""The kernel of a fold: windows are added up where they lie, the gradient of reading windows."""

from __future__ import annotations

from typing import Any

from bprop.engines.native.emit.emitter import Emitter, constant, stored_type
from bprop.engines.native.emit.indices import Lane
from bprop.engines.native.emit.loops import Bounds, Loops
from bprop.engines.native.emit.values import Memory, ValueEmitter
from bprop.engines.native.schedule.kernels import Kernel
from bprop.engines.trace.tape import Traced


class Folds:
    """Emits a fold with the loops of its kernel. Shares are examples."""

    loops: Loops
    e: Emitter
    array: Traced

    def __init__(self, loops: Loops, kernel: Kernel):
        assert kernel.core is not None
        self.loops, self.e, self.array = loops, loops.e, kernel.core
        self.source: Traced = kernel.core.args[0]
        self.memory: Memory = loops.known[kernel.core]

    @property
    def units(self) -> int:
        """Shares that threads can take."""
        return max(1, self.array.shape[0])

    def emit(self, bounds: Bounds) -> None:
        source = self.source
        point: list[Any] = [0] * source.ndim
        several = source.shape[0] > 1
        with self.e.loop(*(bounds if several else (0, 1))) as n:
            point[0] = n if several else 0
            self.clear(n if several else 0)
            inner = [axis for axis in range(1, source.ndim - 1) if source.shape[axis] > 1]
            self.loops.nest(inner, source.shape, None, point, lambda: self.add(point))

    def clear(self, n: Any) -> None:
        """Zeros for one example."""
        layout = self.memory.layout
        length = layout.strides[0] or layout.length
        zero = constant(self.e.vector(stored_type(self.array.dtype)), 0)
        with self.e.loop(0, length // self.e.lanes) as index:
            place = self.e.add(self.e.mul(n, length), self.e.mul(index, self.e.lanes))
            self.e.store(zero, self.memory.pointer, place)

    def add(self, point: list[Any]) -> None:
        """All channels of one element of one window, added to the element that it meets."""
        step, apart = self.array.attr
        axes, channels = len(step), self.source.shape[-1]
        spots = zip(point[1 : axes + 1], point[axes + 1 : -1], step, apart, strict=True)
        moved = [self.e.add(self.e.mul(o, s), self.e.mul(k, d)) for o, k, s, d in spots]
        for first in range(0, channels, self.e.lanes):
            channel = Lane(first) if channels > 1 else 0
            here, there = ValueEmitter(self.e, self.loops.reads), ValueEmitter(self.e, {self.array: self.memory})
            at = (point[0], *moved, channel)
            value = here.value_at(self.source, (*point[:-1], channel))
            value, so_far = self.e.alike(value, there.value_at(self.array, at))
            valid = channels - first if 1 < channels < first + self.e.lanes else None
            self.loops.write(here.mathematics.apply("add", so_far, value), self.memory, at, valid)
