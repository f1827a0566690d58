"""Products of two matrices whose sum runs along the vectors; the lanes of each sum are added up at the end."""

from __future__ import annotations

from llvmlite import ir

from bprop.engines.native.emit.emitter import I32, I64, Int, Value, constant
from bprop.engines.native.emit.loops import Bounds
from bprop.engines.native.emit.products import CACHE, Products
from bprop.engines.native.emit.values import ValueEmitter
from bprop.engines.native.schedule.forms import Operand
from bprop.engines.native.schedule.tiles import Tiles, inner_tile


class InnerProducts(Products):
    """C[m, n] = sum over k of A[m, k..] B[k.., n]: both operands are read by vectors along k."""

    height: int
    width: int

    def tiles(self) -> tuple[Tiles, Tiles]:
        self.height, self.width = inner_tile(self.M, self.N)
        return Tiles.of(self.M, self.height), Tiles.of(self.N, self.width)

    def shared_by_columns(self) -> bool:
        return self.columns.units >= self.rows.units

    def emit_tiles(self, rows: Bounds, columns: Bounds) -> None:
        """Emit the tiles in blocks of B's columns that stay in the cache while all of A is read."""
        block = max(1, CACHE // (self.K * self.width * self.itemsize))
        lo, hi = columns
        with self.e.loop(lo, hi, block) as start:
            part = start, self.e.minimum(self.e.add(start, block), hi)
            self.along(self.rows, rows, lambda m, height: self.along(
                self.columns, part, lambda n, width: self.inner(m, height, n, width)))  # fmt: skip

    def inner(self, m: Int, height: int, n: Int, width: int) -> None:
        count = height * width

        def step(k: Int, sums: list[Value]) -> list[Value]:
            first = self.e.mul(k, self.e.lanes)
            rows = [self.along_k(self.form.A, (self.e.add(m, i), first), 1) for i in range(height)]
            added = []
            for j in range(width):
                column = self.along_k(self.form.B, (first, self.e.add(n, j)), 0)
                added += [self.e.intrinsic("fma", rows[i], column, sums[j * height + i]) for i in range(height)]
            return added

        ways = max(1, min(4, 8 // count)) if 8 * self.e.lanes <= self.K else 1
        sums = self.side_by_side(-(-self.K // self.e.lanes), ways, count, step)
        for i in range(height):
            self.put_row(self.e.add(m, i), n, [sums[j * height + i] for j in range(width)])

    def along_k(self, operand: Operand, place: tuple[Int, Int], axis: int) -> Value:
        """A vector of elements of an operand along k, its axis `axis`. They need not lie side by side."""
        memory, stride = self.known[operand.base], operand.strides[axis]
        offset = self.offset(operand, *place)
        if stride == 1:
            return self.e.load(memory.pointer, offset, self.type, vector=True)
        lanes = self.b.mul(self.e.iota(I64), constant(self.e.vector(I64), stride))
        offsets = self.b.add(self.e.splat(self.e.integer(offset)), lanes)
        inside = self.b.add(self.e.splat(self.e.integer(place[axis])), self.e.iota(I64))
        valid = self.b.icmp_signed("<", inside, constant(self.e.vector(I64), self.K))
        elements = ValueEmitter(self.e, self.loops.reads).gather(memory, offsets, self.type)
        return self.b.select(valid, elements, constant(elements.type, 0))

    def put_row(self, m: Int, n: Int, sums: list[Value]) -> None:
        """Store C[m, n], C[m, n + 1], ...: the sums over the lanes of these vectors."""
        memory = self.known[self.array]
        totals = self.lane_sums(sums)
        row, column = memory.layout.strides
        if column == 1 and totals.type.count == len(sums):
            place = self.e.address(memory.pointer, self.e.add(self.e.mul(m, row), n), self.type)
            self.b.store(totals, place, align=self.itemsize)
            return
        for j in range(len(sums)):
            offset = self.e.add(self.e.mul(m, row), self.e.mul(self.e.add(n, j), column))
            self.e.store(self.b.extract_element(totals, I32(j)), memory.pointer, offset)

    def lane_sums(self, vectors: list[Value]) -> Value:
        """A vector whose lanes are the sums over the lanes of each of these: halves are added side by side."""
        while len(vectors) & (len(vectors) - 1):
            vectors = [*vectors, constant(vectors[0].type, 0)]
        block = self.e.lanes
        while len(vectors) > 1:
            if block == 1:
                return self.joined(vectors)
            pairs = zip(vectors[::2], vectors[1::2], strict=True)
            vectors = [self.b.fadd(*self.halves(a, c, block)) for a, c in pairs]
            block //= 2
        total = vectors[0]
        while block > 1:
            total = self.b.fadd(*self.halves(total, None, block))
            block //= 2
        return total

    def halves(self, a: Value, c: Value | None, block: int) -> tuple[Value, Value]:
        """The first and the second halves of every block of `block` lanes of a (and c)."""
        total = a.type.count * (1 if c is None else 2)
        other = ir.Constant(a.type, ir.Undefined) if c is None else c
        parts = []
        for start in (0, block // 2):
            lanes = [at + start + i for at in range(0, total, block) for i in range(block // 2)]
            parts.append(self.b.shuffle_vector(a, other, ir.Constant(ir.VectorType(I32, len(lanes)), lanes)))
        return parts[0], parts[1]

    def joined(self, vectors: list[Value]) -> Value:
        while len(vectors) > 1:
            width = vectors[0].type.count * 2
            order = ir.Constant(ir.VectorType(I32, width), list(range(width)))
            vectors = [self.b.shuffle_vector(a, c, order) for a, c in zip(vectors[::2], vectors[1::2], strict=True)]
        return vectors[0]
