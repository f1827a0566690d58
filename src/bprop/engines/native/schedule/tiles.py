"""How a product is cut into tiles that the registers hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tiles:
    """Cuts of one axis: `count` whole tiles of `size`, and a rest."""

    size: int
    count: int
    rest: int

    @classmethod
    def of(cls, length: int, size: int) -> Tiles:
        return cls(size, length // size, length % size)

    @property
    def units(self) -> int:
        return self.count + bool(self.rest)


def tile_rows(rows: int, columns: int, registers: int) -> tuple[int, int]:
    """(rows, vectors) of a tile: as square as the registers allow, with as little rest as can be."""
    best, least = (1, 1), float("inf")
    for height in range(1, min(rows, 14) + 1):
        width = min(columns, (registers - 1) // (height + 1))
        if width < 1:
            continue
        tiles = -(-rows // height) * -(-columns // width)
        full = (height * width + 1.5 * (height + width)) * tiles  # products and what they load
        if full < least:
            best, least = (height, width), full
    return best


def packed_tile(rows: int, columns: int, vector_bytes: int) -> tuple[int, int]:
    """(rows, vectors) of a tile of a large product: for 32 registers, or 16 where vectors have 32 bytes (AVX2)."""
    height, width = (6, 2) if vector_bytes == 32 else (6, 4)
    return min(rows, height), min(columns, width)


def inner_tile(rows: int, columns: int) -> tuple[int, int]:
    """(rows, columns) of a tile of inner products: columns a power of 2, as their lanes are summed together."""
    if rows == 1:
        return 1, min(16, columns)
    if rows in (2, 3):
        return rows, min(8, columns)
    return (5, 4) if rows % 5 == 0 else (3, 8)
