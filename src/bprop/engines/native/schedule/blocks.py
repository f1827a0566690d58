"""How a large product is cut into blocks, so that what a tile reads again and again lies in a core's own caches.

A panel of B, `steps` rows of one tile of columns, is copied to where it lies in the order in which tiles read it (it is
packed). So the tiles neither jump from page to page nor meet in few sets of a cache. All strips of A pass by the panel,
then comes the next one: the order of GotoBLAS (Goto and van de Geijn, Anatomy of high-performance matrix
multiplication, 2008). The sums of a tile go on from block to block in the order of k: their bits depend on no block,
and on no cache.
"""

from __future__ import annotations

from dataclasses import dataclass

from bprop.engines.native.schedule.caches import Caches, caches
from bprop.engines.native.schedule.tiles import packed_tile

ROW = 256
"""Bytes of a row of B that are copied at once, at least: where rows lie far apart, memory takes long to give each."""


@dataclass(frozen=True)
class Blocks:
    """steps : terms of a sum in a block. rows, columns : tiles of C along both axes whose sums wait for the next block
    of steps, and for which A is packed once. panels : of B that are packed together.

    Sizes of the memory of a thread are in elements: `panel` of B, `strips` of A, `sums` of tiles.
    """

    steps: int
    columns: int
    rows: int
    panels: int
    panel: int
    strips: int
    sums: int

    @property
    def packed(self) -> int:
        """Elements of the panels that are packed together."""
        return self.panels * self.panel

    @property
    def length(self) -> int:
        return self.packed + self.strips + self.sums


def cut(sizes: tuple[int, int, int], lanes: int, itemsize: int) -> tuple[tuple[int, int], Blocks]:
    """(rows, vectors) of a tile of a product of M, K, N, and its blocks on this machine."""
    tile = packed_tile(sizes[0], -(-sizes[2] // lanes), lanes * itemsize)
    return tile, blocks(sizes, tile, lanes, itemsize, caches())


def blocks(sizes: tuple[int, int, int], tile: tuple[int, int], lanes: int, itemsize: int, caches: Caches) -> Blocks:
    """The blocks of a product. sizes : M, K, N. tile : its rows, and its columns in vectors.

    Few blocks of steps are better, for between two of them the sums wait in memory: panels may take an eighth of the
    second cache, the strips half of it, and the sums that wait the other half. A panel in the first cache is read no
    faster.
    """
    (M, K, N), (height, width) = sizes, tile
    room = caches.second // itemsize
    columns = -(-N // (width * lanes))
    panels = min(columns, max(1, ROW // (width * lanes * itemsize)))
    steps = _rounded(_even(K, room // 8 // (panels * width * lanes) // lanes * lanes), lanes)
    rows = _even(-(-M // height), room // 2 // (steps * height))
    sums = 0
    if steps < K:
        row = rows * height * width * lanes
        columns = _even(columns, room // 2 // row)
        sums = columns * row
    strips = _rounded(rows * height * steps, lanes) + lanes  # the last strip is written by whole vectors
    return Blocks(steps, columns, rows, panels, steps * width * lanes, strips, sums)


def _even(count: int, most: int) -> int:
    """The size of parts of nearly the same size, none above `most`."""
    return -(-count // -(-count // max(1, most)))


def _rounded(count: int, to: int) -> int:
    """The next multiple."""
    return -(-count // to) * to
