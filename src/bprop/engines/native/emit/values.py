"""The value of an array of the trace at one point, or at a vector of neighbouring points, of its index space.

Views only change the point that is read: no values move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from bprop.engines.native.emit.building_blocks import is_float, scalar
from bprop.engines.native.emit.emitter import I64, Emitter, Type, Value, constant, stored_type, type_of
from bprop.engines.native.emit.indices import Index, Indices, Lane, Many, Point, index_key
from bprop.engines.native.emit.mathematics import Mathematics
from bprop.engines.native.schedule.buffers import Layout
from bprop.engines.trace.tape import UINT, Shape, Traced


@dataclass(frozen=True)
class Memory:
    """An array in memory."""

    pointer: Value
    layout: Layout


class ValueEmitter(Indices):
    """Evaluates arrays of a trace at points, each at most once. `known` arrays are read from memory."""

    def __init__(self, emitter: Emitter, known: Mapping[Traced, Memory]):
        super().__init__(emitter)
        self.known = known
        self.mathematics: Mathematics = Mathematics(emitter)
        self.memo: dict[tuple[Any, ...], Value] = {}

    def bind(self, array: Traced, point: Point, value: Value) -> None:
        """Set the value of an array at a point."""
        self.memo[array.number, *map(index_key, point)] = value

    def value_at(self, array: Traced, point: Point) -> Value:
        """The value: a scalar where all indices are numbers, a vector where one differs by lane."""
        point = tuple(0 if n == 1 else i for i, n in zip(point, array.shape, strict=True))
        key = (array.number, *map(index_key, point))
        if key not in self.memo:
            self.memo[key] = self.evaluate(array, point)
        return self.memo[key]

    def evaluate(self, array: Traced, point: Point) -> Value:
        if array in self.known:
            return self.read(array, point)
        view = getattr(self, f"view_{array.op}", None)
        if view is not None:
            return view(array, point)
        args = self.e.alike(*(self.value_at(a, self.broadcast(point, array.shape, a.shape)) for a in array.args))
        if array.op == "cast":
            return self.cast(args[0], array.args[0], array)
        return self.mathematics.apply(array.op, *args, signed=array.args[0].dtype != UINT)

    @staticmethod
    def broadcast(point: Point, shape: Shape, inner: Shape) -> Point:
        """The point of an argument of shape `inner` that is broadcast to `shape`."""
        return tuple(0 if n == 1 else i for i, n in zip(point[len(shape) - len(inner) :], inner, strict=True))

    # --- leaves and views ---

    def view_constant(self, array: Traced, point: Point) -> Value:
        return constant(type_of(array.dtype), array.attr)

    def view_iota(self, array: Traced, point: Point) -> Value:
        return self.number(point[0], type_of(array.dtype))

    def view_broadcast(self, array: Traced, point: Point) -> Value:
        inner = array.args[0]
        return self.value_at(inner, self.broadcast(point, array.shape, inner.shape))

    def view_copy(self, array: Traced, point: Point) -> Value:
        return self.value_at(array.args[0], point)

    def view_transpose(self, array: Traced, point: Point) -> Value:
        inner: list[Index] = [0] * len(point)
        for to, index in zip(array.attr, point, strict=True):
            inner[to] = index
        return self.value_at(array.args[0], tuple(inner))

    def view_slice(self, array: Traced, point: Point) -> Value:
        moved = (self.shifted(i, start, step) for i, (start, step) in zip(point, array.attr, strict=True))
        return self.value_at(array.args[0], tuple(moved))

    def view_windows(self, array: Traced, point: Point) -> Value:
        first, *places, last = point
        half = len(places) // 2
        step, apart = array.attr
        moved = (
            self.plus(self.times(o, s), self.times(k, d))
            for o, k, s, d in zip(places[:half], places[half:], step, apart, strict=True)
        )
        return self.value_at(array.args[0], (first, *moved, last))

    def view_reshape(self, array: Traced, point: Point) -> Value:
        return self.value_at(array.args[0], self.reshaped(point, array.shape, array.args[0].shape))

    def view_take(self, array: Traced, point: Point) -> Value:
        source, rows = array.args
        row, within = self.row(self.value_at(rows, point[: rows.ndim]), source.shape[0])
        index: Index = Many(row) if self.e.is_vector(row) else row
        value, within = self.e.alike(self.value_at(source, (index, *point[rows.ndim :])), within)
        wrong = constant(value.type, float("nan") if is_float(value) else 0)
        return self.b.select(within, value, wrong)

    def row(self, row: Value, count: int) -> tuple[Value, Value]:
        """(which of `count` rows a number says, negative ones from the end; whether there is one: else the first)."""
        wide = self.e.vector(I64) if self.e.is_vector(row) else I64
        row = row if row.type == wide else self.b.sext(row, wide)
        zero, size = constant(wide, 0), constant(wide, count)
        row = self.b.select(self.b.icmp_signed("<", row, zero), self.b.add(row, size), row)
        within = self.b.icmp_unsigned("<", row, size)
        return self.b.select(within, row, zero), within

    # --- memory ---

    def read(self, array: Traced, point: Point) -> Value:
        memory = self.known[array]
        offset: Index = 0
        for index, stride in zip(point, memory.layout.strides, strict=True):
            offset = self.plus(offset, self.times(index, stride))
        kind = stored_type(array.dtype)
        if isinstance(offset, Lane) and offset.step == 1:
            value = self.e.load(memory.pointer, offset.base, kind, vector=True)
        elif isinstance(offset, Lane | Many):
            value = self.gather(memory, self.number(offset, I64), kind)
        else:
            value = self.e.load(memory.pointer, offset, kind)
        return self.b.icmp_unsigned("!=", value, constant(value.type, 0)) if array.dtype.kind == "b" else value

    def gather(self, memory: Memory, offsets: Value, kind: Type) -> Value:
        """Elements from anywhere; lanes past the end of a row read some element of the array."""
        last = constant(offsets.type, memory.layout.length - 1)
        offsets = self.b.select(self.b.icmp_unsigned("<", offsets, last), offsets, last)
        return self.e.lane_by_lane(lambda offset: self.e.load(memory.pointer, offset, kind), offsets)

    def cast(self, value: Value, source: Traced, target: Traced) -> Value:
        to = type_of(target.dtype)
        wanted = ir.VectorType(to, value.type.count) if self.e.is_vector(value) else to
        if target.dtype.kind == "b":
            return self.mathematics.compare("!=", value, constant(value.type, 0))
        if is_float(value):
            return self.float_cast(value, wanted, target)
        if target.dtype.kind == "f":
            unsigned = source.dtype.kind in "bu"
            return (self.b.uitofp if unsigned else self.b.sitofp)(value, wanted)
        return self.whole_cast(value, source, wanted)

    def whole_cast(self, value: Value, source: Traced, wanted: Type) -> Value:
        """A whole number, or a truth value, in as many bits as are wanted."""
        before, after = scalar(value.type).width, scalar(wanted).width
        if before == after:
            return value
        if before > after:
            return self.b.trunc(value, wanted)
        return (self.b.zext if source.dtype.kind in "bu" else self.b.sext)(value, wanted)

    def float_cast(self, value: Value, wanted: Type, target: Traced) -> Value:
        if target.dtype.kind != "f":
            return (self.b.fptoui if target.dtype == UINT else self.b.fptosi)(value, wanted)
        wider = scalar(wanted) == ir.DoubleType()
        return (self.b.fpext if wider else self.b.fptrunc)(value, wanted)
