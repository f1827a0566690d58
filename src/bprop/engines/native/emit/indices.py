"""Indices into arrays, and arithmetic with them: done while emitting if it can be, else by instructions.

An index is a number (the same for all lanes), a `Lane` (first, first + step, ...) or `Many` (any number for each lane).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

from bprop.engines.native.emit.emitter import I64, Emitter, Int, Type, Value, constant
from bprop.engines.native.schedule.views import groups
from bprop.engines.trace.tape import Shape


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


class Indices:
    """Arithmetic with indices, by the instructions of an emitter."""

    e: Emitter
    b: Any

    def __init__(self, emitter: Emitter):
        self.e, self.b = emitter, emitter.b

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
        indices: list[Index] = []
        for outer_axes, inner_axes in groups(shape, inner):
            place: Index = 0
            for axis in outer_axes:
                place = self.plus(self.times(place, shape[axis]), point[axis])
            indices += self.unravelled(place, [inner[i] for i in inner_axes])
        return tuple(indices)

    def unravelled(self, place: Index, sizes: list[int]) -> list[Index]:
        """The indices of the element at `place` in C order."""
        real = [n for n in sizes if n > 1]
        if len(real) <= 1:
            return [place if n > 1 else 0 for n in sizes]
        indices = []
        for i, size in enumerate(sizes):
            step = prod(sizes[i + 1 :])
            index = self.divided(place, step) if step > 1 else place
            indices.append(self.remainder(index, size) if prod(sizes[:i]) > 1 else index)
        return indices

    def divided(self, index: Index, by: int) -> Index:
        if isinstance(index, int):
            return index // by
        value = self.number(index, I64)
        quotient = self.b.udiv(value, constant(value.type, by))
        return Many(quotient) if self.e.is_vector(quotient) else quotient

    def remainder(self, index: Index, by: int) -> Index:
        if isinstance(index, int):
            return index % by
        value = self.number(index, I64)
        rest = self.b.urem(value, constant(value.type, by))
        return Many(rest) if self.e.is_vector(rest) else rest


def _is_zero(index: Index) -> bool:
    return isinstance(index, int) and index == 0


def index_key(index: Index) -> Any:
    if isinstance(index, Lane):
        return "lane", index_key(index.base), index.step
    if isinstance(index, Many):
        return "many", id(index.values)
    return index if isinstance(index, int) else ("value", id(index))
