"""Kernels around the product of two matrices, in tiles that are held in registers while the sum runs.

Whatever is made of the product element by element (adding b and tanh in fprop; the regulariser and the update of W
in bprop) is done to the tile before it leaves the registers, so W is read and written once.
"""

from __future__ import annotations

from collections.abc import Callable

from llvmlite import ir

from bprop.engines.native.emitter import I32, I64, Emitter, Int, Value, constant, stored_type
from bprop.engines.native.forms import INNER, Form, Operand
from bprop.engines.native.loops import Bounds, Loops
from bprop.engines.native.mathematics import Mathematics
from bprop.engines.native.points import Lane, Memory, Point, Points
from bprop.engines.native.schedule import Kernel
from bprop.engines.native.tiles import Tiles, inner_tile, tile_rows
from bprop.engines.native.traced import Traced

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
    """Emits the kernel of one product."""

    def __init__(self, emitter: Emitter, known: dict[Traced, Memory], kernel: Kernel, form: Form):
        self.e, self.b, self.known, self.kernel, self.form = emitter, emitter.b, known, kernel, form
        self.loops = Loops(emitter, kernel, known)
        self.mathematics = Mathematics(emitter)
        assert kernel.core is not None
        self.array = kernel.core
        self.type, self.itemsize = stored_type(self.array.dtype), self.array.dtype.itemsize
        self.M, self.K, self.N = form.sizes
        self.vectors = -(-self.N // emitter.lanes)
        self.valid = self.N % emitter.lanes or None
        if form.kind == INNER:
            self.height, self.width = inner_tile(self.M, self.N)
            self.rows, self.columns = Tiles.of(self.M, self.height), Tiles.of(self.N, self.width)
        else:
            self.height, self.width = tile_rows(self.M, self.vectors, REGISTERS)
            self.rows, self.columns = Tiles.of(self.M, self.height), Tiles.of(self.vectors, self.width)
        self.by_columns = self.shared_by_columns()

    def shared_by_columns(self) -> bool:
        """Whether threads take columns of C each. Rows of what is kept: they lie together, and stay with one core."""
        if self.form.kind == INNER or (self.kernel.targets and self.rows.units >= MANY_TILES):
            return self.columns.units >= self.rows.units
        return self.columns.units >= min(4, self.rows.units)

    @property
    def units(self) -> int:
        """Shares that threads can take: tiles along one axis."""
        return self.columns.units if self.by_columns else self.rows.units

    def emit(self, bounds: Bounds) -> None:
        whole = (0, self.rows.units), (0, self.columns.units)
        rows, columns = (whole[0], bounds) if self.by_columns else (bounds, whole[1])
        if self.form.kind == INNER:
            self.emit_inner(rows, columns)
        elif self.M > self.K:
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
        kept = self.e.scratch(vector, self.M * width)
        step = max(64, CACHE // (width * self.e.lanes * self.itemsize))
        with self.e.loop(0, self.M * width) as i:
            self.e.store_vector(constant(vector, 0), kept, i)

        def part(m: Int, height: int, start: Int, stop: Int) -> None:
            places = [self.e.add(self.e.mul(self.e.add(m, i), width), j) for i in range(height) for j in range(width)]
            sums = [self.e.load_vector(vector, kept, place) for place in places]
            found = self.e.repeat(start, stop, sums, lambda k, sums: self.step(m, height, n, width, k, sums))
            for place, value in zip(places, found, strict=True):
                self.e.store_vector(value, kept, place)

        with self.e.loop(0, self.K, step) as start:
            stop = self.e.minimum(self.e.add(start, step), self.K)
            self.along(self.rows, rows, lambda m, height: part(m, height, start, stop))
        self.along(self.rows, rows, lambda m, height: self.finish(m, height, n, width, [
            self.e.load_vector(vector, kept, self.e.add(self.e.mul(self.e.add(m, i), width), j))
            for i in range(height) for j in range(width)
        ]))  # fmt: skip

    def along(self, tiles: Tiles, bounds: Bounds, body: Callable[[Int, int], None]) -> None:
        """body(first, size) for the tiles of an axis between bounds. The last tile may be a smaller one."""
        lo, hi = bounds
        # the last whole tile stands alone where there is no rest: it may end in a vector that is not full
        whole, rest = (tiles.count, tiles.rest) if tiles.rest else (tiles.count - 1, tiles.size)
        with self.e.loop(lo, self.e.minimum(hi, whole)) as index:
            body(self.e.mul(index, tiles.size), tiles.size)
        with self.loops.only_if_above(hi, whole):
            body(whole * tiles.size, rest)

    # --- C[m, n..] += A[m, k] B[k, n..] ---

    def tile(self, m: Int, height: int, n: Int, width: int) -> None:
        count = height * width
        self.fetch_targets(m, height, n, width)
        sums = self.side_by_side(
            self.K, self.ways(count), count, lambda k, sums: self.step(m, height, n, width, k, sums)
        )
        self.finish(m, height, n, width, sums)

    def fetch_targets(self, m: Int, height: int, n: Int, width: int) -> None:
        """Fetch what the tile is to update while its sums run, or, where these are short, for the next tile."""
        ahead = 0 if self.K >= LONG else width
        for leaf in self.kernel.targets:
            memory = self.known[leaf]
            if memory.layout.bytes < LARGE or self.form.swapped or len(memory.layout.strides) != 2:
                continue
            for i in range(height):
                row = self.e.mul(self.e.add(m, i), memory.layout.strides[0])
                for j in range(ahead, ahead + width):
                    place = self.e.add(row, self.e.mul(self.e.add(n, j), self.e.lanes))
                    self.fetch(self.e.at(memory.pointer, place, self.type))

    def fetch(self, address: Value) -> None:
        self.e.call("llvm.prefetch.p0", [address, I32(0), I32(3), I32(1)], ir.VoidType())

    def side_by_side(self, steps: int, ways: int, count: int, step: Callable) -> list[Value]:
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

    def step(self, m: Int, height: int, n: Int, width: int, k: Int, sums: list[Value]) -> list[Value]:
        rows = [self.vector_of_B(k, self.e.add(n, j)) for j in range(width)]
        self.fetch_ahead(k, n, width)
        found = []
        for i in range(height):
            a = self.e.splat(self.element_of_A(self.e.add(m, i), k))
            found += [self.e.intrinsic("fma", a, rows[j], sums[i * width + j]) for j in range(width)]
        return found

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
            self.fetch(self.e.at(memory.pointer, self.e.add(offset, j * self.e.lanes), self.type))

    def finish(self, m: Int, height: int, n: Int, width: int, sums: list[Value]) -> None:
        """What is made of the tile, and where it goes."""
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
        points = Points(self.e, self.loops.reads)
        points.bind(core, point, value)
        values = [points.at(array, point) for array, _ in self.kernel.outputs]
        for (array, leaf), found in zip(self.kernel.outputs, values, strict=True):
            self.loops.write(found, self.known[array if leaf is None else leaf], point, valid)

    # --- C[m, n] = sum over k of A[m, k..] B[k.., n] ---

    def emit_inner(self, rows: Bounds, columns: Bounds) -> None:
        """Blocks of B's columns that stay in the cache while all of A goes by."""
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
            found = []
            for j in range(width):
                column = self.along_k(self.form.B, (first, self.e.add(n, j)), 0)
                found += [self.e.intrinsic("fma", rows[i], column, sums[j * height + i]) for i in range(height)]
            return found

        ways = max(1, min(4, 8 // count)) if 8 * self.e.lanes <= self.K else 1
        sums = self.side_by_side(-(-self.K // self.e.lanes), ways, count, step)
        for i in range(height):
            self.put_row(self.e.add(m, i), n, [sums[j * height + i] for j in range(width)])

    def along_k(self, operand: Operand, place: tuple[Int, Int], axis: int) -> Value:
        """Elements of an operand along k, whose axis is `axis`; from anywhere where they do not lie side by side."""
        memory, stride = self.known[operand.base], operand.strides[axis]
        offset = self.offset(operand, *place)
        if stride == 1:
            return self.e.load(memory.pointer, offset, self.type, vector=True)
        lanes = self.b.mul(self.e.iota(I64), constant(self.e.vector(I64), stride))
        offsets = self.b.add(self.e.splat(self.e.integer(offset)), lanes)
        inside = self.b.add(self.e.splat(self.e.integer(place[axis])), self.e.iota(I64))
        valid = self.b.icmp_signed("<", inside, constant(self.e.vector(I64), self.K))
        found = Points(self.e, self.loops.reads).gather(memory, offsets, self.type)
        return self.b.select(valid, found, constant(found.type, 0))

    def put_row(self, m: Int, n: Int, sums: list[Value]) -> None:
        """Store C[m, n], C[m, n + 1], ...: the sums over the lanes of these vectors."""
        memory = self.known[self.array]
        found = self.lane_sums(sums)
        row, column = memory.layout.strides
        if column == 1 and found.type.count == len(sums):
            place = self.e.at(memory.pointer, self.e.add(self.e.mul(m, row), n), self.type)
            self.b.store(found, place, align=self.itemsize)
            return
        for j in range(len(sums)):
            offset = self.e.add(self.e.mul(m, row), self.e.mul(self.e.add(n, j), column))
            self.e.store(self.b.extract_element(found, I32(j)), memory.pointer, offset)

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
        found = vectors[0]
        while block > 1:
            found = self.b.fadd(*self.halves(found, None, block))
            block //= 2
        return found

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

    # --- addresses ---

    def pointer(self, operand: Operand) -> Value:
        return self.known[operand.base].pointer

    def offset(self, operand: Operand, first: Int, second: Int) -> Int:
        return self.e.add(self.e.mul(first, operand.strides[0]), self.e.mul(second, operand.strides[1]))
