"""The batch of a step: rows of the data set by number, widened to the types that boxes compute in."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from llvmlite import ir

from bprop.engines.native.emit.emitter import I32, I64, Emitter, Int, Value, constant, stored_type
from bprop.engines.native.emit.mathematics import is_float
from bprop.engines.native.emit.values import Memory
from bprop.engines.native.schedule.buffers import Layout


class Gather:
    """Emits code that copies rows of data, of any numeric dtype, into the memory of a batch."""

    e: Emitter
    b: Any

    def __init__(self, emitter: Emitter):
        self.e, self.b = emitter, emitter.b

    def row(self, order: Value, position: Value, rows: Value, first: Value) -> tuple[Value, Value]:
        """(the number of the row at a position of the order, whether the position is within it).

        Past the end it is the row at position `first` of the same batch, whose results are finite if the batch is well.
        """
        inside = self.b.icmp_signed("<", position, rows)
        place = self.b.select(inside, position, first)
        return self.b.sext(self.e.load(order, place, I32), I64), inside

    def copy(self, source: Value, dtype: np.dtype, row: Value, index: Int, memory: Memory) -> None:
        """Copy row `row` of the array at `source` (C order, nothing between rows) to row `index` of the batch."""
        layout = memory.layout
        inner = layout.shape[1:]
        start = self.e.mul(row, prod(inner))
        target = self.e.mul(index, layout.strides[0])
        self.axes(source, dtype, start, memory, target, inner, layout.strides[1:])

    def axes(self, source: Value, dtype: np.dtype, start: Int, memory: Memory, target: Int,
             shape: tuple[int, ...], strides: tuple[int, ...]) -> None:  # fmt: skip
        real = [i for i, n in enumerate(shape) if n > 1]
        if len(real) > 1:
            first = real[0]
            with self.e.loop(0, shape[first]) as i:
                step = prod(shape[first + 1 :])
                begin, there = self.e.add(start, self.e.mul(i, step)), self.e.add(target, self.e.mul(i, strides[first]))
                self.axes(source, dtype, begin, memory, there, shape[first + 1 :], strides[first + 1 :])
            return
        self.run(source, dtype, start, memory, target, prod(shape))

    def run(self, source: Value, dtype: np.dtype, start: Int, memory: Memory, target: Int, count: int) -> None:
        """Copy `count` neighbouring elements: whole vectors, then the rest one by one."""
        lanes, kind = self.e.lanes, stored_type(dtype)
        whole = count // lanes
        with self.e.loop(0, whole) as i:
            at = self.e.mul(i, lanes)
            value = self.e.load(source, self.e.add(start, at), kind, vector=True)
            self.e.store(self.widened(value, dtype, memory.layout), memory.pointer, self.e.add(target, at))
        for i in range(whole * lanes, count):
            value = self.e.load(source, self.e.add(start, i), kind)
            self.e.store(self.widened(value, dtype, memory.layout), memory.pointer, self.e.add(target, i))

    def widened(self, value: Value, dtype: np.dtype, layout: Layout) -> Value:
        to = stored_type(layout.dtype)
        wanted = ir.VectorType(to, value.type.count) if self.e.is_vector(value) else to
        if layout.dtype.kind == "b":
            empty = constant(value.type, 0)
            true = (
                self.b.fcmp_unordered("!=", value, empty) if is_float(value) else self.b.icmp_signed("!=", value, empty)
            )
            return self.b.zext(true, wanted)
        if is_float(value):
            if layout.dtype.kind != "f":
                return self.b.fptosi(value, wanted)
            if dtype == layout.dtype:
                return value
            wider = layout.dtype.itemsize > dtype.itemsize
            return (self.b.fpext if wider else self.b.fptrunc)(value, wanted)
        signed = dtype.kind == "i"
        if layout.dtype.kind == "f":
            return (self.b.sitofp if signed else self.b.uitofp)(value, wanted)
        if dtype.itemsize * 8 > to.width:
            return self.b.trunc(value, wanted)
        if dtype.itemsize * 8 == to.width:
            return value
        return (self.b.sext if signed else self.b.zext)(value, wanted)
