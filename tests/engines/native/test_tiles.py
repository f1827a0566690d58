"""How a product is cut into tiles."""

from hypothesis import given
from hypothesis import strategies as st

from bprop.engines.native.products import REGISTERS
from bprop.engines.native.tiles import Tiles, inner_tile, tile_rows


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
