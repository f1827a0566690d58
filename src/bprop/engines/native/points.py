"""What an array of the trace is at one point, or at a vector of neighbouring points, of its index space.

An index is a number of the program (the same for all lanes), a `Lane` (first, first + step, ...) or `Many`
(any number for each lane). Views only change the point that is asked for: no values move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from llvmlite import ir

from bprop.engines.native.emitter import I64, Emitter, Int, Type, Value, constant, stored_type, type_of
from bprop.engines.native.mathematics import Mathematics, is_float, scalar
from bprop.engines.native.memory import Layout
from bprop.engines.native.traced import UINT, Shape, Traced


@dataclass(frozen=True)
class Lane:
    """base + step * lane."""

    base: Int
    step: int = 1


@dataclass(frozen=True)
class Many:
    """An index for each lane, a vector."""

    values: Value


Index = Any  # Int | Lane | Many
Point = tuple[Index, ...]


@dataclass(frozen=True)
class Memory:
    """An array in memory."""

    pointer: Value
    layout: Layout


class Points:
    """Evaluates arrays of a trace at points, each at most once. `known` arrays are read from memory."""

    def __init__(self, emitter: Emitter, known: Mapping[Traced, Memory]):
        self.e, self.b, self.known = emitter, emitter.b, known
        self.mathematics = Mathematics(emitter)
        self.memo: dict[tuple, Value] = {}

    def fresh(self) -> Points:
        """The same for another place of the program, where what was computed here may not be at hand."""
        return Points(self.e, self.known)

    def bind(self, array: Traced, point: Point, value: Value) -> None:
        """Say what an array is at a point."""
        self.memo[array.number, *map(_key, point)] = value

    def at(self, array: Traced, point: Point) -> Value:
        """The value: a scalar where all indices are numbers, a vector where one differs by lane."""
        point = tuple(0 if n == 1 else i for i, n in zip(point, array.shape, strict=True))
        key = (array.number, *map(_key, point))
        if key not in self.memo:
            self.memo[key] = self.evaluate(array, point)
        return self.memo[key]

    def evaluate(self, array: Traced, point: Point) -> Value:
        if array in self.known:
            return self.read(array, point)
        view = getattr(self, f"see_{array.op}", None)
        if view is not None:
            return view(array, point)
        args = self.e.alike(*(self.at(a, self.broadcast(point, array.shape, a.shape)) for a in array.args))
        if array.op == "cast":
            return self.cast(args[0], array.args[0], array)
        return self.mathematics.apply(array.op, *args, signed=array.args[0].dtype != UINT)

    @staticmethod
    def broadcast(point: Point, shape: Shape, inner: Shape) -> Point:
        """The point of an argument of shape `inner` that is broadcast to `shape`."""
        return tuple(0 if n == 1 else i for i, n in zip(point[len(shape) - len(inner) :], inner, strict=True))

    # --- leaves and views ---

    def see_constant(self, array: Traced, point: Point) -> Value:
        return constant(type_of(array.dtype), array.attr)

    def see_iota(self, array: Traced, point: Point) -> Value:
        return self.number(point[0], type_of(array.dtype))

    def see_broadcast(self, array: Traced, point: Point) -> Value:
        inner = array.args[0]
        return self.at(inner, self.broadcast(point, array.shape, inner.shape))

    def see_copy(self, array: Traced, point: Point) -> Value:
        return self.at(array.args[0], point)

    def see_transpose(self, array: Traced, point: Point) -> Value:
        inner: list[Index] = [0] * len(point)
        for to, index in zip(array.attr, point, strict=True):
            inner[to] = index
        return self.at(array.args[0], tuple(inner))

    def see_slice(self, array: Traced, point: Point) -> Value:
        moved = (self.shifted(i, start, step) for i, (start, step) in zip(point, array.attr, strict=True))
        return self.at(array.args[0], tuple(moved))

    def see_reshape(self, array: Traced, point: Point) -> Value:
        return self.at(array.args[0], self.reshaped(point, array.shape, array.args[0].shape))

    def see_take(self, array: Traced, point: Point) -> Value:
        source, rows = array.args
        row, within = self.row(self.at(rows, point[: rows.ndim]), source.shape[0])
        index: Index = Many(row) if self.e.is_vector(row) else row
        value, within = self.e.alike(self.at(source, (index, *point[rows.ndim :])), within)
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

    # --- arithmetic of indices ---

    def number(self, index: Index, kind: Type) -> Value:
        """An index as a value of the program."""
        if isinstance(index, Many):
            return index.values if kind == I64 else self.b.trunc(index.values, self.e.vector(kind))
        if isinstance(index, Lane):
            base = self.e.splat(self.number(index.base, kind))
            lanes = self.e.iota(kind)
            return self.b.add(base, self.b.mul(lanes, constant(lanes.type, index.step)))
        if isinstance(index, int):
            return kind(index)
        return index if kind == I64 else self.b.trunc(index, kind)

    def times(self, index: Index, factor: int) -> Index:
        if isinstance(index, Many):
            return Many(self.b.mul(index.values, constant(index.values.type, factor))) if factor != 1 else index
        if isinstance(index, Lane):
            return Lane(self.e.mul(index.base, factor), index.step * factor) if factor else 0
        return self.e.mul(index, factor)

    def plus(self, a: Index, c: Index) -> Index:
        if isinstance(c, Lane | Many):
            a, c = c, a
        if isinstance(a, Lane | Many) and isinstance(c, Lane | Many):
            return Many(self.b.add(self.number(a, I64), self.number(c, I64)))
        if isinstance(a, Many):
            return Many(self.b.add(a.values, self.e.splat(self.e.integer(c)))) if not _is_zero(c) else a
        return Lane(self.e.add(a.base, c), a.step) if isinstance(a, Lane) else self.e.add(a, c)

    def shifted(self, index: Index, start: int, step: int) -> Index:
        return self.plus(self.times(index, step), start)

    def reshaped(self, point: Point, shape: Shape, inner: Shape) -> Point:
        """The point in an array of shape `inner` that has, in C order, the place of `point` in `shape`."""
        found: list[Index] = []
        for outer_axes, inner_axes in groups(shape, inner):
            place: Index = 0
            for axis in outer_axes:
                place = self.plus(self.times(place, shape[axis]), point[axis])
            found += self.unravelled(place, [inner[i] for i in inner_axes])
        return tuple(found)

    def unravelled(self, place: Index, sizes: list[int]) -> list[Index]:
        """The indices of the element at `place` in C order."""
        real = [n for n in sizes if n > 1]
        if len(real) <= 1:
            return [place if n > 1 else 0 for n in sizes]
        found = []
        for i, size in enumerate(sizes):
            step = prod(sizes[i + 1 :])
            index = self.divided(place, step) if step > 1 else place
            found.append(self.remainder(index, size) if prod(sizes[:i]) > 1 else index)
        return found

    def divided(self, index: Index, by: int) -> Index:
        if isinstance(index, int):
            return index // by
        value = self.number(index, I64)
        found = self.b.udiv(value, constant(value.type, by))
        return Many(found) if self.e.is_vector(found) else found

    def remainder(self, index: Index, by: int) -> Index:
        if isinstance(index, int):
            return index % by
        value = self.number(index, I64)
        found = self.b.urem(value, constant(value.type, by))
        return Many(found) if self.e.is_vector(found) else found


def groups(shape: Shape, inner: Shape) -> list[tuple[list[int], list[int]]]:
    """The smallest runs of axes of two shapes that hold equally many elements, pair by pair."""
    found, i, j = [], 0, 0
    while i < len(shape) or j < len(inner):
        a, c = [], []
        size_a = size_c = 1
        while True:
            if size_a <= size_c and i < len(shape) and not (size_a == size_c and a and c):
                size_a, i = size_a * shape[i], i + 1
                a.append(i - 1)
            elif j < len(inner) and not (size_a == size_c and a and c):
                size_c, j = size_c * inner[j], j + 1
                c.append(j - 1)
            else:
                break
            if size_a == size_c and (a and c):
                break
        found.append((a, c))
    return found


def _is_zero(index: Index) -> bool:
    return isinstance(index, int) and index == 0


def _key(index: Index) -> Any:
    if isinstance(index, Lane):
        return "lane", _key(index.base), index.step
    if isinstance(index, Many):
        return "many", id(index.values)
    return index if isinstance(index, int) else ("value", id(index))
