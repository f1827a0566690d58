"""A product in partial sums: C = sum over p of A[:, p] B[p], where each p is a run of B's rows.

Threads share out the p, and so the rows of B: see `forms.parts_of`. The sums are added up where C is used.
"""

from __future__ import annotations

from bprop.engines.native.emitter import Int, constant
from bprop.engines.native.loops import Bounds
from bprop.engines.native.points import Lane
from bprop.engines.native.products import Products


class PartialProducts(Products):
    """Emits the kernel of the partial sums, an array (parts, M, N)."""

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
