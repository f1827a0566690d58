"""Kernels around a product of arrays of several axes: tiles in registers, with loops over strides around and within."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import prod
from typing import Any

from bprop.engines.native.emit.emitter import I32, Emitter, Int, Value, constant, stored_type
from bprop.engines.native.emit.indices import Lane
from bprop.engines.native.emit.loops import Bounds, Loops
from bprop.engines.native.emit.values import Memory, ValueEmitter
from bprop.engines.native.schedule.kernels import Kernel
from bprop.engines.native.schedule.tensordots import Axis, TensorForm
from bprop.engines.native.schedule.tiles import Tiles, tile_rows
from bprop.engines.trace.tape import Traced

REGISTERS = 30
"""Vectors that a tile may hold, as in `products`."""
UNROLLED = 8
"""So many terms of a sum are written one after the other, without a loop."""

Place = tuple[Int, ...]


class TensorProducts:
    """Emits the kernel of a tensordot: shares are points of the outer loops, for each list of rows."""

    e: Emitter
    b: Any
    known: dict[Traced, Memory]
    kernel: Kernel
    form: TensorForm
    height: int
    width: int

    type: Any

    def __init__(self, emitter: Emitter, known: dict[Traced, Memory], kernel: Kernel, form: TensorForm):
        self.e, self.b, self.known, self.kernel, self.form = emitter, emitter.b, known, kernel, form
        self.loops: Loops = Loops(emitter, kernel, known)
        assert kernel.core is not None
        self.array: Traced = kernel.core
        self.type = stored_type(self.array.dtype)
        self.vectors: int = -(-form.column.size // emitter.lanes)
        self.valid: int | None = form.column.size % emitter.lanes or None
        rows = prod(axis.size for axis in form.rows)
        self.height, self.width = tile_rows(rows, self.vectors, REGISTERS)
        self.points: int = prod(axis.size for axis in form.loops)
        self.pieces: list[list[tuple[Place, int]]] | None = self.cut(rows)

    def cut(self, rows: int) -> list[list[tuple[Place, int]]] | None:
        """The rows of each tile where several axes make them up, as (indices, offset in A); None: one axis."""
        axes = self.form.rows
        if len(axes) == 1:
            return None
        places = list(product(*(range(axis.size) for axis in axes)))
        listed = [(place, sum(i * axis.of_a for i, axis in zip(place, axes, strict=True))) for place in places]
        return [listed[i : i + self.height] for i in range(0, rows, self.height)]

    @property
    def units(self) -> int:
        """Shares that threads can take."""
        return self.points * (1 if self.pieces is None else len(self.pieces))

    def emit(self, bounds: Bounds) -> None:
        columns = Tiles.of(self.vectors, self.width)
        count = columns.count if columns.rest else columns.count - 1
        with self.e.loop(0, count) as index:
            self.column_tile(bounds, self.e.mul(index, columns.size), columns.size)
        self.column_tile(bounds, count * columns.size, columns.rest or columns.size)

    def column_tile(self, bounds: Bounds, n: Int, width: int) -> None:
        """All shares, for `width` vectors of columns from vector n on."""
        lo, hi = bounds
        if self.pieces is None:
            with self.e.loop(lo, hi) as u:
                self.along_rows(u, n, width)
            return
        for number, piece in enumerate(self.pieces):
            first = number * self.points
            start = self.clamped(lo, first)
            stop = self.clamped(hi, first)
            with self.e.loop(start, stop) as u:
                self.tile(u, piece, None, n, width)

    def clamped(self, bound: Int, first: int) -> Int:
        """A bound of shares within those from `first` on: 0 .. points."""
        if isinstance(bound, int):
            return min(max(bound - first, 0), self.points)
        shifted = self.e.add(bound, -first)
        zero = self.e.integer(0)
        above = self.b.select(self.b.icmp_signed(">", shifted, zero), shifted, zero)
        return self.e.minimum(above, self.points)

    def along_rows(self, u: Int, n: Int, width: int) -> None:
        """The tiles of the one axis of rows."""
        axis = self.form.rows[0]
        tiles = Tiles.of(axis.size, self.height)
        with self.e.loop(0, tiles.count) as index:
            base = self.e.mul(index, tiles.size)
            self.tile(u, [((i,), i * axis.of_a) for i in range(tiles.size)], base, n, width)
        if tiles.rest:
            base = tiles.count * tiles.size
            self.tile(u, [((i,), i * axis.of_a) for i in range(tiles.rest)], base, n, width)

    # --- one tile ---

    def tile(self, u: Int, rows: Sequence[tuple[Place, int]], base: Int | None, n: Int, width: int) -> None:
        """Rows of A (from `base` on, if they are of one axis) times `width` vectors of B, at the outer point u."""
        form, e = self.form, self.e
        around = self.unravelled(u)
        at_a = self.moved(form.A.start, form.loops, around, "of_a")
        at_b = e.add(self.moved(form.B.start, form.loops, around, "of_b"), e.mul(n, e.lanes))
        if base is not None:
            at_a = e.add(at_a, e.mul(base, form.rows[0].of_a))
        offsets = [offset for _, offset in rows]
        zeros = [constant(e.vector(self.type), 0)] * (len(rows) * width)
        sums = self.summed(form.sums, at_a, at_b, zeros, offsets, width)
        for i, (place, _) in enumerate(rows):
            indices = [e.add(base, place[0])] if base is not None else list(place)
            for j in range(width):
                last = isinstance(n, int) and n + width == self.vectors and j == width - 1
                self.put(around, indices, e.add(n, j), sums[i * width + j], self.valid if last else None)

    def unravelled(self, u: Int) -> list[Int]:
        """The indices of the outer loops at their point number u."""
        indices: list[Int] = []
        left = u
        for axis in reversed(self.form.loops):
            if isinstance(left, int):
                indices.append(left % axis.size)
                left //= axis.size
            elif len(indices) == len(self.form.loops) - 1:
                indices.append(left)
            else:
                size = self.e.integer(axis.size)
                indices.append(self.b.urem(left, size))
                left = self.b.udiv(left, size)
        return indices[::-1]

    def moved(self, start: int, axes: Sequence[Axis], indices: Sequence[Int], which: str) -> Int:
        """An offset into an operand at these indices."""
        offset: Int = start
        for axis, index in zip(axes, indices, strict=True):
            offset = self.e.add(offset, self.e.mul(index, getattr(axis, which)))
        return offset

    def summed(
        self, axes: Sequence[Axis], at_a: Int, at_b: Int, sums: list[Value], offsets: list[int], width: int
    ) -> list[Value]:
        """The sums, with the terms of all points of `axes` added."""
        if not axes:
            return self.step(at_a, at_b, sums, offsets, width)
        axis, *inner = axes

        def term(k: Int, sums: list[Value]) -> list[Value]:
            a, b = (self.e.add(at, self.e.mul(k, by)) for at, by in ((at_a, axis.of_a), (at_b, axis.of_b)))
            return self.summed(inner, a, b, sums, offsets, width)

        return self.repeated(axis.size, sums, term, 1 if inner else 4)

    def repeated(self, count: int, sums: list[Value], term: Callable, together: int) -> list[Value]:
        """`count` terms; `together` of them, or all if they are few, stand in one turn of a loop."""
        if count <= (UNROLLED if together > 1 else 1):
            for k in range(count):
                sums = term(k, sums)
            return sums

        def turn(index: Int, sums: list[Value]) -> list[Value]:
            for k in range(together):
                sums = term(self.e.add(self.e.mul(index, together), k), sums)
            return sums

        sums = self.e.repeat(0, count // together, sums, turn)
        for k in range(count // together * together, count):
            sums = term(k, sums)
        return sums

    def step(self, at_a: Int, at_b: Int, sums: list[Value], offsets: list[int], width: int) -> list[Value]:
        """One element of each row of A times vectors of B."""
        e = self.e
        A, B = (self.known[base].pointer for base in self.form.operands)
        vectors = [e.load(B, e.add(at_b, j * e.lanes), self.type, vector=True) for j in range(width)]
        added = []
        for i, offset in enumerate(offsets):
            a = e.splat(e.load(A, e.add(at_a, offset), self.type))
            added += [e.intrinsic("fma", a, vectors[j], sums[i * width + j]) for j in range(width)]
        return added

    def put(self, around: list[Int], rows: list[Int], n: Int, value: Value, valid: int | None) -> None:
        """Write a vector of the sums, or the epilogue of it, to its place."""
        form = self.form
        point: list[Any] = [0] * len(self.array.shape)
        for axis, index in zip((*form.loops, *form.rows), (*around, *rows), strict=True):
            assert axis.out is not None
            point[axis.out] = index
        if form.column.out is None:
            value = self.b.extract_element(value, I32(0))
        else:
            point[form.column.out] = Lane(self.e.mul(n, self.e.lanes))
        place = tuple(point)
        here = ValueEmitter(self.e, self.loops.reads)
        here.bind(self.array, place, value)
        values = [here.value_at(array, place) for array, _ in self.kernel.outputs]
        for (array, leaf), result in zip(self.kernel.outputs, values, strict=True):
            self.loops.write(result, self.known[array if leaf is None else leaf], place, valid)
