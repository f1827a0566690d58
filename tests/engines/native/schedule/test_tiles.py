"""How a product is cut into tiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.engines.native.emit.products import REGISTERS
from bprop.engines.native.schedule.tiles import Tiles, inner_tile, packed_tile, tile_rows


@given(st.integers(1, 500), st.integers(1, 40))
def test_tiles_cover_an_axis(length, size):
    tiles = Tiles.of(length, size)
    assert tiles.count * tiles.size + tiles.rest == length
    assert 0 <= tiles.rest < tiles.size == size
    assert tiles.units == -(-length // size)


@given(st.integers(1, 300), st.integers(1, 300))
def test_tiles_are_no_larger_than_what_they_tile_nor_than_the_registers(rows, columns):
    height, width = tile_rows(rows, columns, REGISTERS)
    assert 1 <= height <= rows
    assert 1 <= width <= columns
    assert height * width + width + 1 <= REGISTERS or (height, width) == (1, 1)


@given(st.integers(1, 300), st.integers(1, 300))
def test_inner_tiles_have_a_power_of_two_of_columns_or_all(rows, columns):
    height, width = inner_tile(rows, columns)
    assert 1 <= height * width <= 24
    assert width & (width - 1) == 0 or width == columns


@pytest.mark.parametrize(
    ("rows", "columns", "of_30", "of_16"),
    [
        (1, 1, (1, 1), (1, 1)),
        (1, 40, (1, 14), (1, 7)),  # 1 x 14 vectors of the sum, 14 of B and 1 of A: all but 1 of 30
        (3, 3, (3, 3), (3, 3)),
        (4, 4, (4, 4), (2, 4)),
        (7, 5, (4, 5), (2, 5)),
        (10, 10, (10, 2), (2, 5)),
        (14, 2, (7, 2), (5, 2)),  # no rest
        (28, 7, (3, 7), (4, 3)),
        (64, 8, (6, 4), (6, 2)),
        (100, 3, (8, 3), (4, 3)),
        (20, 1, (10, 1), (10, 1)),
    ],
)
def test_tiles_are_nearly_square_and_leave_little_rest(rows, columns, of_30, of_16):
    assert (tile_rows(rows, columns, 30), tile_rows(rows, columns, 16)) == (of_30, of_16)


@pytest.mark.parametrize(
    ("rows", "columns", "tile"),
    [(1, 40, (1, 16)), (1, 3, (1, 3)), (2, 9, (2, 8)), (3, 5, (3, 5)), (4, 9, (3, 8)), (5, 9, (5, 4)), (10, 1, (5, 4))],
)
def test_inner_tiles_are_as_large_as_the_registers_allow(rows, columns, tile):
    assert inner_tile(rows, columns) == tile


@pytest.mark.parametrize(
    ("rows", "columns", "vector_bytes", "tile"),
    [(500, 40, 64, (6, 4)), (500, 40, 32, (6, 2)), (500, 40, 16, (6, 4)), (5, 2, 64, (5, 2)), (1, 1, 32, (1, 1))],
)
def test_tiles_of_packed_products_fit_into_the_registers_of_a_processor(rows, columns, vector_bytes, tile):
    height, width = packed_tile(rows, columns, vector_bytes)
    assert (height, width) == tile
    assert height * width + width + 1 <= (16 if vector_bytes == 32 else 32)
