"""Kernels around the product of two matrices, in tiles that are held in registers while the sum runs.

Whatever is made of the product element by element (adding b and tanh in fprop; the regulariser and the update of W
in bprop) is done to the tile before it leaves the registers, so W is read and written once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir

from bprop.engines.native.emit.emitter import I32, Emitter, Int, Value, constant, stored_type
from bprop.engines.native.emit.indices import Lane, Point
from bprop.engines.native.emit.loops import Bounds, Loops
from bprop.engines.native.emit.values import Memory, ValueEmitter
from bprop.engines.native.schedule.forms import Form, Operand
from bprop.engines.native.schedule.kernels import Kernel
from bprop.engines.native.schedule.tiles import Tiles, tile_rows
from bprop.engines.trace.tape import Traced

REGISTERS = 30
"""Vectors that a tile may hold: a few less than the machine has (32 with AVX-512, else the compiler spills)."""
NEAR = 8
"""How many steps ahead of its use a row of a large operand is fetched."""
CACHE = 256 * 1024
"""Bytes of an operand that are used again and again before the next ones come: well within a core's own cache."""
MANY_TILES = 24
"""From so many tiles on, threads share out the rows of an updated array evenly enough."""
LONG = 64
"""Products of so many steps take longer than memory does to answer."""
LARGE = 256 * 1024
"""Bytes from which on an operand is fetched ahead."""


class Products:
    """Emits the kernel of one product. What the two forms have in common: tiles, addresses, several sums at a time."""

    e: Emitter
    b: Any
    known: dict[Traced, Memory]
    kernel: Kernel
    form: Form
    itemsize: int
    rows: Tiles
    columns: Tiles

    type: Any

    def __init__(self, emitter: Emitter, known: dict[Traced, Memory], kernel: Kernel, form: Form):
        self.e, self.b, self.known, self.kernel, self.form = emitter, emitter.b, known, kernel, form
        self.loops: Loops = Loops(emitter, kernel, known)
        assert kernel.core is not None
        self.array: Traced = kernel.core
        self.type, self.itemsize = stored_type(self.array.dtype), self.array.dtype.itemsize
        self.M, self.K, self.N = form.sizes
        self.rows, self.columns = self.tiles()
        self.by_columns: bool = self.shared_by_columns()

    def tiles(self) -> tuple[Tiles, Tiles]:
        """How the rows and the columns of C are cut."""
        raise NotImplementedError

    def shared_by_columns(self) -> bool:
        """Whether threads take columns of C each, not rows."""
        raise NotImplementedError

    def emit_tiles(self, rows: Bounds, columns: Bounds) -> None:
        """Emit the tiles between these bounds."""
        raise NotImplementedError

    @property
    def units(self) -> int:
        """Shares that threads can take: tiles along one axis."""
        return self.columns.units if self.by_columns else self.rows.units

    def emit(self, bounds: Bounds) -> None:
        if self.by_columns:
            self.emit_tiles((0, self.rows.units), bounds)
        else:
            self.emit_tiles(bounds, (0, self.columns.units))

    def along(self, tiles: Tiles, bounds: Bounds, body: Callable[[Int, int], None]) -> None:
        """body(first, size) for the tiles of an axis between bounds. The last tile may be a smaller one."""
        lo, hi = bounds
        # the last whole tile stands alone where there is no rest: it may end in a vector that is not full
        whole, rest = (tiles.count, tiles.rest) if tiles.rest else (tiles.count - 1, tiles.size)
        with self.e.loop(lo, self.e.minimum(hi, whole)) as index:
            body(self.e.mul(index, tiles.size), tiles.size)
        with self.loops.only_if_above(hi, whole):
            body(whole * tiles.size, rest)

    def side_by_side(self, steps: int, ways: int, count: int, step: Callable[..., Any]) -> list[Value]:
        """`count` sums over all steps, each as `ways` sums side by side: no product waits for the one before."""
        zero = constant(self.e.vector(self.type), 0)

        def turn(index: Int, sums: list[Value]) -> list[Value]:
            at = self.e.mul(index, ways)
            parts = [step(self.e.add(at, w), sums[w * count : (w + 1) * count]) for w in range(ways)]
            return [value for part in parts for value in part]

        sums = self.e.repeat(0, steps // ways, [zero] * (count * ways), turn)
        for k in range(steps // ways * ways, steps):
            sums = [*step(k, sums[:count]), *sums[count:]]
        for w in range(1, ways):
            others = sums[w * count : (w + 1) * count]
            sums[:count] = [self.b.fadd(a, c) for a, c in zip(sums[:count], others, strict=True)]
        return sums[:count]

    def pointer(self, operand: Operand) -> Value:
        return self.known[operand.base].pointer

    def offset(self, operand: Operand, first: Int, second: Int) -> Int:
        return self.e.add(self.e.mul(first, operand.strides[0]), self.e.mul(second, operand.strides[1]))


class BroadcastProducts(Products):
    """C[m, n..] += A[m, k] B[k, n..]: every element of A is multiplied with whole vectors of B's rows."""

    vectors: int
    valid: int | None
    height: int
    width: int

    def tiles(self) -> tuple[Tiles, Tiles]:
        self.vectors = -(-self.N // self.e.lanes)
        self.valid = self.N % self.e.lanes or None
        self.height, self.width = tile_rows(self.M, self.vectors, REGISTERS)
        return Tiles.of(self.M, self.height), Tiles.of(self.vectors, self.width)

    def shared_by_columns(self) -> bool:
        """Whether threads take columns. Rows of an array that is updated: they lie together, and stay with one core."""
        if self.kernel.targets and self.rows.units >= MANY_TILES:
            return self.columns.units >= self.rows.units
        return self.columns.units >= min(4, self.rows.units)

    def emit_tiles(self, rows: Bounds, columns: Bounds) -> None:
        if self.M > self.K:
            self.emit_along_rows(rows, columns)
        else:
            self.along(self.columns, columns, lambda n, width: self.stripe(rows, n, width))

    def emit_along_rows(self, rows: Bounds, columns: Bounds) -> None:
        """C is the large one: along its rows, in blocks of columns for which B stays in the cache."""
        width = max(1, CACHE // (self.K * self.width * self.e.lanes * self.itemsize))
        lo, hi = columns
        with self.e.loop(lo, hi, width) as start:
            block = start, self.e.minimum(self.e.add(start, width), hi)
            self.along(self.rows, rows, lambda m, height: self.along(
                self.columns, block, lambda n, width: self.tile(m, height, n, width)))  # fmt: skip

    def stripe(self, rows: Bounds, n: Int, width: int) -> None:
        """All rows of some columns: B's columns are read once from afar, and in blocks along k if they are long."""
        room = self.M * width * self.e.lanes * self.itemsize
        long = self.K * width * self.e.lanes * self.itemsize > CACHE
        if not long or room > CACHE or 2 * self.height > self.M or rows != (0, self.rows.units):
            self.along(self.rows, rows, lambda m, height: self.tile(m, height, n, width))
            return
        vector = self.e.vector(self.type)
        totals = self.e.scratch(vector, self.M * width)
        step = max(64, CACHE // (width * self.e.lanes * self.itemsize))
        with self.e.loop(0, self.M * width) as i:
            self.e.store_vector(constant(vector, 0), totals, i)

        def part(m: Int, height: int, start: Int, stop: Int) -> None:
            places = [self.e.add(self.e.mul(self.e.add(m, i), width), j) for i in range(height) for j in range(width)]
            sums = [self.e.load_vector(vector, totals, place) for place in places]
            after = self.e.repeat(start, stop, sums, lambda k, sums: self.step(m, height, n, width, k, sums))
            for place, value in zip(places, after, strict=True):
                self.e.store_vector(value, totals, place)

        with self.e.loop(0, self.K, step) as start:
            stop = self.e.minimum(self.e.add(start, step), self.K)
            self.along(self.rows, rows, lambda m, height: part(m, height, start, stop))
        self.along(self.rows, rows, lambda m, height: self.finish(m, height, n, width, [
            self.e.load_vector(vector, totals, self.e.add(self.e.mul(self.e.add(m, i), width), j))
            for i in range(height) for j in range(width)
        ]))  # fmt: skip

    def tile(self, m: Int, height: int, n: Int, width: int) -> None:
        count = height * width
        self.fetch_targets(m, height, n, width)
        sums = self.side_by_side(
            self.K, self.ways(count), count, lambda k, sums: self.step(m, height, n, width, k, sums)
        )
        self.finish(m, height, n, width, sums)

    def fetch_targets(self, m: Int, height: int, n: Int, width: int) -> None:
        """Fetch what the tile will update, while its sums run; if these are short, what the next tile will."""
        ahead = 0 if self.K >= LONG else width
        targets = [leaf for _, leaf in self.kernel.outputs if leaf is not None]  # in the same order in every process
        for leaf in targets:
            memory = self.known[leaf]
            if memory.layout.bytes < LARGE or self.form.swapped or len(memory.layout.strides) != 2:
                continue
            for i in range(height):
                row = self.e.mul(self.e.add(m, i), memory.layout.strides[0])
                for j in range(ahead, ahead + width):
                    place = self.e.add(row, self.e.mul(self.e.add(n, j), self.e.lanes))
                    self.fetch(self.e.address(memory.pointer, place, self.type))

    def fetch(self, address: Value) -> None:
        self.e.call("llvm.prefetch.p0", [address, I32(0), I32(3), I32(1)], ir.VoidType())

    def step(self, m: Int, height: int, n: Int, width: int, k: Int, sums: list[Value]) -> list[Value]:
        rows = [self.vector_of_B(k, self.e.add(n, j)) for j in range(width)]
        self.fetch_ahead(k, n, width)
        added = []
        for i in range(height):
            a = self.e.splat(self.element_of_A(self.e.add(m, i), k))
            added += [self.e.intrinsic("fma", a, rows[j], sums[i * width + j]) for j in range(width)]
        return added

    def ways(self, sums: int) -> int:
        """How many sums run side by side, so that no product waits for the one before."""
        if self.K < 16:
            return 1
        return max(1, min(4, 8 // sums))

    def vector_of_B(self, k: Int, n: Int) -> Value:
        B, offset = self.form.B, self.offset(self.form.B, k, self.e.mul(n, self.e.lanes))
        return self.e.load(self.pointer(B), offset, self.type, vector=True)

    def element_of_A(self, m: Int, k: Int) -> Value:
        return self.e.load(self.pointer(self.form.A), self.offset(self.form.A, m, k), self.type)

    def fetch_ahead(self, k: Int, n: Int, width: int) -> None:
        memory = self.known[self.form.B.base]
        if memory.layout.bytes < LARGE or self.K < 4 * NEAR:
            return
        offset = self.offset(self.form.B, self.e.add(k, NEAR), self.e.mul(n, self.e.lanes))
        for j in range(width):
            self.fetch(self.e.address(memory.pointer, self.e.add(offset, j * self.e.lanes), self.type))

    def finish(self, m: Int, height: int, n: Int, width: int, sums: list[Value]) -> None:
        """Write the sums of the tile, or the epilogue of them, to their places."""
        for i in range(height):
            for j in range(width):
                valid = self.valid_of(n, width, j)
                row, column = self.e.add(m, i), Lane(self.e.mul(self.e.add(n, j), self.e.lanes))
                self.put((row, column), sums[i * width + j], valid)

    def valid_of(self, n: Int, width: int, j: int) -> int | None:
        """How many lanes of vector `j` of a tile are elements of C; None for all."""
        last = isinstance(n, int) and n + width == self.vectors
        return self.valid if last and j == width - 1 else None

    def put(self, place: Point, value: Value, valid: int | None) -> None:
        core = self.array
        row, column = place if not self.form.swapped else place[::-1]
        point = tuple(0 if size == 1 else i for i, size in zip((row, column), core.shape, strict=True))
        here = ValueEmitter(self.e, self.loops.reads)
        here.bind(core, point, value)
        values = [here.value_at(array, point) for array, _ in self.kernel.outputs]
        for (array, leaf), result in zip(self.kernel.outputs, values, strict=True):
            self.loops.write(result, self.known[array if leaf is None else leaf], point, valid)


class PartialProducts(BroadcastProducts):
    """Partial sums: an array (parts, M, N), each part the sum over a run of B's rows.

    Threads share out the parts, and so the rows of B (see `functions.partial_sums`). They are added up where C is used.
    """

    @property
    def units(self) -> int:
        return self.array.shape[0]

    def emit(self, bounds: Bounds) -> None:
        rows, columns = (0, self.rows.units), (0, self.columns.units)
        with self.e.loop(*bounds) as p:
            start = self.e.mul(p, self.array.attr)
            stop = self.e.minimum(self.e.add(start, self.array.attr), self.K)
            self.along(self.columns, columns, lambda n, width: self.along(
                self.rows, rows, lambda m, height: self.part((p, start, stop), m, height, n, width)))  # fmt: skip

    def part(self, which: tuple[Int, Int, Int], m: Int, height: int, n: Int, width: int) -> None:
        """One tile of one partial sum."""
        p, start, stop = which
        zeros = [constant(self.e.vector(self.type), 0)] * (height * width)
        sums = self.e.repeat(start, stop, zeros, lambda k, sums: self.step(m, height, n, width, k, sums))
        for i in range(height):
            for j in range(width):
                place = p, self.e.add(m, i), Lane(self.e.mul(self.e.add(n, j), self.e.lanes))
                self.loops.write(sums[i * width + j], self.known[self.array], place, self.valid_of(n, width, j))
