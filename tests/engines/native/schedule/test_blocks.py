"""How a large product is cut into blocks for the caches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.engines.native.schedule.blocks import blocks, cut
from bprop.engines.native.schedule.caches import Caches

sizes = st.integers(1, 5000)
XEON, ZEN, SMALL = Caches(48 * 1024, 2**21), Caches(32 * 1024, 2**20), Caches(16 * 1024, 2**18)


@given(st.tuples(sizes, sizes, sizes), st.sampled_from([XEON, ZEN, SMALL]), st.sampled_from([(16, 4), (4, 8), (8, 4)]))
def test_blocks_hold_whole_vectors_and_fit_into_the_caches(size, caches, vector):
    (M, K, N), (lanes, itemsize) = size, vector
    height, width = tile = min(M, 6), min(-(-N // lanes), 4)
    found = blocks(size, tile, lanes, itemsize, caches)
    assert found.steps % lanes == 0 and 0 < found.steps < K + lanes
    assert found.panel == found.steps * width * lanes and found.packed == found.panels * found.panel
    assert found.packed * itemsize <= caches.second // 8
    assert found.panels in (1, -(-N // (width * lanes))) or 256 <= found.panels * width * lanes * itemsize < 512
    assert found.rows == 1 or found.rows * height * found.steps * itemsize <= caches.second // 2
    assert found.rows * found.columns == 1 or found.sums * itemsize <= caches.second // 2
    assert found.strips >= found.rows * height * found.steps + lanes  # the last vector may end beyond the last strip
    assert found.panel % lanes == found.strips % lanes == 0
    assert found.length == found.packed + found.strips + found.sums
    for count, part in ((-(-M // height), found.rows), (-(-N // (width * lanes)), found.columns)):
        assert 1 <= part <= count
        assert -(-count // part) * part - count < -(-count // part)  # parts of one size, but for one tile


@pytest.mark.parametrize(
    ("size", "caches", "steps", "columns", "rows"),
    [
        ((512, 784, 512), XEON, 784, 8, 43),  # two blocks of 43 strips each
        ((512, 784, 512), ZEN, 400, 4, 43),
        ((2048, 128, 2048), XEON, 128, 32, 171),
        ((128, 2048, 2048), SMALL, 128, 3, 22),
        ((128, 1025, 512), XEON, 528, 8, 22),  # not one large and one small block of steps
    ],
)
def test_blocks_of_some_machines(size, caches, steps, columns, rows):
    found = blocks(size, (6, 4), 16, 4, caches)
    assert (found.steps, found.columns, found.rows) == (steps, columns, rows)


def test_sums_wait_only_where_there_are_several_blocks_of_steps():
    assert blocks((64, 1024, 64), (6, 4), 16, 4, XEON).sums == 0
    assert blocks((64, 1025, 64), (6, 4), 16, 4, XEON).sums > 0


def test_the_cut_for_this_machine():
    tile, found = cut((100, 500, 70), 8, 4)
    assert tile == (6, 2)  # vectors of 32 bytes: 16 registers
    assert found.steps % 8 == 0
