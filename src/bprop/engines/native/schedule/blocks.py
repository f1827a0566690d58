"""How a large product is cut into blocks, so that what a tile reads again and again lies in a core's own caches.

A block of B, `steps` rows of some tiles of columns, is copied to where it lies in the order in which tiles read it (it
is packed). So the tiles neither jump from page to page nor meet in few sets of a cache. The sums of a tile go on from
block to block in the order of k: their bits depend on no block, and on no cache.
"""

from __future__ import annotations

from dataclasses import dataclass

from bprop.engines.native.schedule.caches import Caches, caches
from bprop.engines.native.schedule.tiles import packed_tile

MOST_STEPS = 1024
"""Rows of B in a block at most. Few blocks are better: between two of them, the sums of the tiles wait in memory."""


@dataclass(frozen=True)
class Blocks:
    """steps : rows of B in a block. columns : tiles of columns in a block. rows : tiles of rows whose sums wait
    for the next block of steps.

    Sizes of the memory of a thread are in elements: `panel` for a block of B, `strip` for a tile of A, `sums`.
    """

    steps: int
    columns: int
    rows: int
    panel: int
    strip: int
    sums: int

    @property
    def length(self) -> int:
        return self.panel + self.strip + self.sums


def cut(sizes: tuple[int, int, int], lanes: int, itemsize: int) -> tuple[tuple[int, int], Blocks]:
    """(rows, vectors) of a tile of a product of M, K, N, and its blocks on this machine."""
    tile = packed_tile(sizes[0], -(-sizes[2] // lanes), lanes * itemsize)
    return tile, blocks(sizes, tile, lanes, itemsize, caches())


def blocks(sizes: tuple[int, int, int], tile: tuple[int, int], lanes: int, itemsize: int, caches: Caches) -> Blocks:
    """The blocks of a product. sizes : M, K, N. tile : its rows, and its columns in vectors."""
    (M, K, N), (height, width) = sizes, tile
    most = min(MOST_STEPS, caches.first // 2 // (height * itemsize) // lanes * lanes)  # A's strip: half of the cache
    count = -(-K // max(most, lanes))
    even = -(-K // count)  # blocks of nearly the same size
    steps = -(-even // lanes) * lanes
    per_tile = steps * width * lanes  # elements of B that one tile of columns reads in a block
    columns = max(1, min(caches.second // 4 // (per_tile * itemsize), -(-N // (width * lanes))))
    rows = -(-M // height)
    sums = 0
    if steps < K:
        row = columns * height * width * lanes
        rows = max(1, min(rows, caches.second // 2 // (row * itemsize)))
        sums = rows * row
    return Blocks(steps, columns, rows, columns * per_tile, -(-(steps * height) // lanes) * lanes + 2 * lanes, sums)
