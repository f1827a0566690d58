"""Large products: panels of B are copied to where tiles read them one after the other, whatever the layout of B.

The tiles, and what follows a product, are those of `products`. The sum of an element goes through k in order, one term
after the other, so its bits are the same for every tile, block and number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir

from bprop.engines.native.emit.emitter import I32, Emitter, Int, Value, constant
from bprop.engines.native.emit.loops import Bounds
from bprop.engines.native.emit.products import MANY_TILES, BroadcastProducts
from bprop.engines.native.emit.values import Memory
from bprop.engines.native.schedule.blocks import Blocks, cut
from bprop.engines.native.schedule.forms import Form
from bprop.engines.native.schedule.kernels import Kernel
from bprop.engines.native.schedule.tiles import Tiles
from bprop.engines.trace.tape import Traced

UNROLLED = 4
"""So many terms of a sum stand in one turn of a loop."""
AHEAD = 8
"""Rows of B are fetched so many rows before they are copied."""
ENOUGH = 8
"""So many tiles of columns are enough for threads to share them."""
EXAMPLES = 256
"""So many rows for a thread to have enough of them, though each thread packs all of B then."""


class PackedProducts(BroadcastProducts):
    """C[m, n..] += A[m, k] B[k, n..] through packed panels of B, and strips of A that are packed where its columns
    lie together. `memory`: of a thread, for what it packs: panels, then strips, then sums."""

    blocks: Blocks

    def __init__(self, emitter: Emitter, known: dict[Traced, Memory], kernel: Kernel, form: Form, memory: Value):
        super().__init__(emitter, known, kernel, form)
        self.memory: Value = memory

    def tiles(self) -> tuple[Tiles, Tiles]:
        lanes = self.e.lanes
        self.vectors = -(-self.N // lanes)
        self.valid = self.N % lanes or None
        (self.height, self.width), self.blocks = cut(self.form.sizes, lanes, self.itemsize)
        return Tiles.of(self.M, self.height), Tiles.of(self.vectors, self.width)

    def shared_by_columns(self) -> bool:
        """Whether threads take columns: then each packs its own part of B alone. Many rows are cut as rows: those of
        layers and their gradients are examples, which stay with one core from layer to layer."""
        if self.M >= EXAMPLES or (self.kernel.targets and self.rows.units >= MANY_TILES):
            return False
        return self.columns.units >= min(ENOUGH, self.rows.units)

    def emit_tiles(self, rows: Bounds, columns: Bounds) -> None:
        """C in blocks of rows and columns, for which the sums of tiles and the strips of A stay in the cache."""
        (top, bottom), (left, right) = rows, columns
        with self.e.loop(top, bottom, self.blocks.rows) as m:
            below = self.e.minimum(self.e.add(m, self.blocks.rows), bottom)
            with self.e.loop(left, right, self.blocks.columns) as n:
                self.block((m, below), (n, self.e.minimum(self.e.add(n, self.blocks.columns), right)))

    def block(self, rows: Bounds, columns: Bounds) -> None:
        """All of k in blocks of steps. Between two of them the sums of the tiles wait in memory."""
        steps, start = self.blocks.steps, (rows[0], columns[0])
        last = (self.K - 1) // steps * steps
        if not last:
            self.sweep(rows, columns, 0, self.K, self.whole_tile)
            return
        self.clear(rows)
        with self.e.loop(0, last, steps) as k:
            self.sweep(rows, columns, k, steps, self.next_part(start))
        self.sweep(rows, columns, last, self.K - last, self.last_part(start))

    def clear(self, rows: Bounds) -> None:
        """Zeros for the sums of tiles of rows."""
        count = self.e.add(rows[1], self.e.mul(rows[0], -1))
        sums, zero = self.waiting_room(0), constant(self.e.vector(self.type), 0)
        with self.e.loop(0, self.e.mul(count, self.blocks.columns * self.height * self.width)) as i:
            self.e.store(zero, sums, self.e.mul(i, self.e.lanes))

    # --- tiles ---

    def along(self, tiles: Tiles, bounds: Bounds, body: Callable[[Int, int], None]) -> None:
        """As in `products`. The last tile stands alone only where it is another one: code for it takes LLVM's time."""
        if tiles.rest or (tiles is self.columns and self.valid):
            super().along(tiles, bounds, body)
            return
        with self.e.loop(*bounds) as index:
            body(self.e.mul(index, tiles.size), tiles.size)

    def sweep(self, rows: Bounds, columns: Bounds, k: Int, steps: int, body: Callable[..., None]) -> None:
        """body(tile, add) for the tiles of a block: (m, height, n, width), and what adds the products of the block's
        steps to the sums of a tile. Panels of B stay near while all strips of A pass by."""
        top = self.e.mul(rows[0], -self.height)
        packed = self.pack_strips(rows, top, k, steps)

        def tile(panel: Value, m: Int, height: int, n: Int, width: int) -> None:
            strip = self.strip(m, top, k, packed)
            body((m, height, n, width), lambda sums: self.added(strip, panel, height, width, steps, sums))

        lo, hi = columns
        with self.e.loop(lo, hi, self.blocks.panels) as start:
            part = start, self.e.minimum(self.e.add(start, self.blocks.panels), hi)
            self.pack(k, steps, part)
            self.each_panel(part, lambda panel, n, width: self.along(
                self.rows, rows, lambda m, height: tile(panel, m, height, n, width)))  # fmt: skip

    def whole_tile(self, tile: tuple[Any, ...], add: Callable[[list[Value]], list[Value]]) -> None:
        m, height, n, width = tile
        self.fetch_targets(m, height, n, width)
        self.finish(m, height, n, width, add([constant(self.e.vector(self.type), 0)] * (height * width)))

    def next_part(self, start: tuple[Int, Int]) -> Callable[..., None]:
        return lambda tile, add: self.keep(start, tile, add(self.waiting(start, tile)))

    def last_part(self, start: tuple[Int, Int]) -> Callable[..., None]:
        def body(tile: tuple[Any, ...], add: Callable[[list[Value]], list[Value]]) -> None:
            m, height, n, width = tile
            self.fetch_targets(m, height, n, width)
            self.finish(m, height, n, width, add(self.waiting(start, tile)))

        return body

    def waiting_room(self, offset: Int) -> Value:
        """The address from which the sums of tiles wait, in elements from there."""
        return self.e.address(self.memory, self.e.add(offset, self.blocks.packed + self.blocks.strips), self.type)

    def places(self, start: tuple[Int, Int], tile: tuple[Any, ...]) -> tuple[Value, list[int]]:
        """Where the sums of a tile wait: an address, and offsets from there."""
        m, height, n, width = tile
        row = self.e.add(m, self.e.mul(start[0], -self.height))
        column = self.e.add(n, self.e.mul(start[1], -self.width))
        offset = self.e.add(self.e.mul(row, self.blocks.columns * self.width), self.e.mul(column, self.height))
        return self.waiting_room(self.e.mul(offset, self.e.lanes)), [i * self.e.lanes for i in range(height * width)]

    def keep(self, start: tuple[Int, Int], tile: tuple[Any, ...], sums: list[Value]) -> None:
        address, offsets = self.places(start, tile)
        for offset, value in zip(offsets, sums, strict=True):
            self.e.store(value, address, offset)

    def waiting(self, start: tuple[Int, Int], tile: tuple[Any, ...]) -> list[Value]:
        address, offsets = self.places(start, tile)
        return [self.e.load(address, offset, self.type, vector=True) for offset in offsets]

    def added(
        self, strip: tuple[Value, int, int], panel: Value, height: int, width: int, steps: int, sums: list[Value]
    ) -> list[Value]:
        """The sums, with the products of a strip of A and a panel of B."""
        e, (left, per_row, per_step) = self.e, strip
        row = self.width * e.lanes

        def term(a: Value, b: Value, k: int, sums: list[Value]) -> list[Value]:
            vectors = [e.load(b, k * row + j * e.lanes, self.type, vector=True) for j in range(width)]
            added = []
            for i in range(height):
                value = e.splat(e.load(a, k * per_step + i * per_row, self.type))
                added += [e.intrinsic("fma", value, vectors[j], sums[i * width + j]) for j in range(width)]
            return added

        def turn(index: Int, sums: list[Value]) -> list[Value]:
            a = e.address(left, e.mul(index, UNROLLED * per_step), self.type)
            b = e.address(panel, e.mul(index, UNROLLED * row), self.type)
            for k in range(UNROLLED):
                sums = term(a, b, k, sums)
            return sums

        sums = e.repeat(0, steps // UNROLLED, sums, turn)
        for k in range(steps // UNROLLED * UNROLLED, steps):
            sums = term(left, panel, k, sums)
        return sums

    # --- packing ---

    def pack_strips(self, rows: Bounds, top: Int, k: Int, steps: int) -> bool:
        """Copy the strips of A from step k on, one after the other; not where elements that follow each other in a row
        lie together. Returns whether it did. top : minus the first row of the block."""
        A, e = self.form.A, self.e
        if A.strides[1] == 1:
            return False
        assert A.strides[0] == 1
        whole = steps // UNROLLED

        def strip(m: Int, height: int) -> None:
            source = e.address(self.pointer(A), self.offset(A, m, k), self.type)
            target, _, _ = self.strip(m, top, k, True)
            with e.loop(0, whole) as index:
                at = e.mul(index, UNROLLED)
                here, there = (
                    e.address(p, e.mul(at, n), self.type) for p, n in ((source, A.strides[1]), (target, self.height))
                )
                self.copy_steps(here, there, height, range(UNROLLED))
            self.copy_steps(source, target, height, range(whole * UNROLLED, steps))

        self.along(self.rows, rows, strip)
        return True

    def strip(self, m: Int, top: Int, k: Int, packed: bool) -> tuple[Value, int, int]:
        """(address of A[m, k], elements from row to row, from step to step) for a tile."""
        if not packed:
            source = self.e.address(self.pointer(self.form.A), self.offset(self.form.A, m, k), self.type)
            return source, self.form.A.strides[0], 1
        place = self.e.add(self.e.mul(self.e.add(m, top), self.blocks.steps), self.blocks.packed)
        return self.e.address(self.memory, place, self.type), 1, self.height

    def copy_steps(self, source: Value, target: Value, height: int, steps: range) -> None:
        """Some steps of a strip, in order: a vector may end in elements that the next step overwrites."""
        for step in steps:
            for first in range(0, height, self.e.lanes):
                place = step * self.form.A.strides[1] + first
                value = self.e.load(source, place, self.type, vector=True)
                self.e.store(value, target, step * self.height + first)

    def panel(self, number: Int) -> Value:
        """Where the panel of this number of those that lie packed begins."""
        return self.e.address(self.memory, self.e.mul(number, self.blocks.panel), self.type)

    def each_panel(self, columns: Bounds, body: Callable[[Value, Int, int], None]) -> None:
        """body(panel, n, width) for the panels of some tiles of columns, which lie packed in this order."""
        with self.e.loop(*columns) as column:
            panel = self.panel(self.e.add(column, self.e.mul(columns[0], -1)))
            self.along(self.columns, (column, self.e.add(column, 1)), lambda n, width: body(panel, n, width))

    def pack(self, k: Int, steps: int, columns: Bounds) -> None:
        """Copy the rows from k on of some tiles of B's columns."""
        if self.form.B.strides[1] == 1:
            self.pack_rows(k, steps, columns)
        else:
            self.pack_turned(k, steps, columns)

    def pack_rows(self, k: Int, steps: int, columns: Bounds) -> None:
        e, lanes = self.e, self.e.lanes
        with e.loop(0, steps) as step:
            row = e.add(k, step)

            def copy(target: Value, n: Int, width: int, row: Int = row, step: Int = step) -> None:
                source = e.address(self.pointer(self.form.B), self.offset(self.form.B, row, e.mul(n, lanes)), self.type)
                for j in range(width):
                    self.fetch(e.address(source, AHEAD * self.form.B.strides[0] + j * lanes, self.type))
                    value = e.load(source, j * lanes, self.type, vector=True)
                    e.store(value, target, e.add(e.mul(step, self.width * lanes), j * lanes))

            self.each_panel(columns, copy)

    def pack_turned(self, k: Int, steps: int, columns: Bounds) -> None:
        """The same where the elements of a column lie together: squares of `lanes` rows and columns are turned."""
        e, lanes, B = self.e, self.e.lanes, self.form.B
        assert B.strides[0] == 1
        with e.loop(*columns) as column:
            first, panel = e.mul(column, self.width), self.panel(e.add(column, e.mul(columns[0], -1)))
            with e.loop(first, e.minimum(e.add(first, self.width), self.vectors)) as n:
                target = e.address(panel, e.mul(e.add(n, e.mul(first, -1)), lanes), self.type)
                rows = [e.mul(e.minimum(e.add(e.mul(n, lanes), i), self.N - 1), B.strides[1]) for i in range(lanes)]
                with e.loop(0, steps, lanes) as step:
                    at = e.add(k, step)
                    square = [e.load(self.pointer(B), e.add(row, at), self.type, vector=True) for row in rows]
                    for i, vector in enumerate(self.turned(square)):
                        e.store(vector, target, e.mul(e.add(step, i), self.width * lanes))

    def turned(self, rows: list[Value]) -> list[Value]:
        """The columns of a square of rows: in each round, halves of blocks are exchanged."""
        lanes = len(rows)
        apart = lanes // 2
        while apart:
            for i in (i for i in range(lanes) if not i & apart):
                a, c = rows[i], rows[i + apart]
                upper = [n + lanes - apart if n & apart else n for n in range(lanes)]
                lower = [n + lanes if n & apart else n + apart for n in range(lanes)]
                rows[i], rows[i + apart] = (self.b.shuffle_vector(a, c, self.order(order)) for order in (upper, lower))
            apart //= 2
        return rows

    def order(self, lanes: list[int]) -> ir.Constant:
        return ir.Constant(ir.VectorType(I32, len(lanes)), lanes)
