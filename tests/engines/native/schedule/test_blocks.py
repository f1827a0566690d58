"""How a large product is cut into blocks for the caches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.engines.native.schedule.blocks import MOST_STEPS, blocks, cut
from bprop.engines.native.schedule.caches import Caches

sizes = st.integers(1, 5000)
XEON, ZEN, SMALL = Caches(48 * 1024, 2**21), Caches(32 * 1024, 2**20), Caches(16 * 1024, 2**18)


@given(st.tuples(sizes, sizes, sizes), st.sampled_from([XEON, ZEN, SMALL]), st.sampled_from([(16, 4), (4, 8), (8, 4)]))
def test_blocks_hold_whole_vectors_and_fit_into_the_caches(size, caches, vector):
    lanes, itemsize = vector
    tile = min(size[0], 8), min(-(-size[2] // lanes), 3)
    found = blocks(size, tile, lanes, itemsize, caches)
    assert found.steps % lanes == 0 and 0 < found.steps <= MOST_STEPS
    assert found.steps * tile[0] * itemsize <= caches.first // 2
    assert found.columns == 1 or found.panel * itemsize <= caches.second // 4
    assert found.rows == 1 or found.sums * itemsize <= caches.second // 2
    assert found.panel == found.steps * found.columns * tile[1] * lanes
    assert found.strip >= found.steps * tile[0] + lanes  # the last vector of a strip may end beyond it
    assert found.length == found.panel + found.strip + found.sums


@pytest.mark.parametrize(
    ("size", "caches", "steps", "columns", "rows"),
    [
        ((512, 784, 512), XEON, 400, 6, 64),
        ((512, 784, 512), ZEN, 400, 3, 64),
        ((2048, 128, 2048), XEON, 128, 21, 256),
        ((128, 2048, 2048), SMALL, 256, 1, 16),
    ],
)
def test_blocks_of_some_machines(size, caches, steps, columns, rows):
    found = blocks(size, (8, 3), 16, 4, caches)
    assert (found.steps, found.columns, found.rows) == (steps, columns, rows)


def test_sums_wait_only_where_there_are_several_blocks_of_steps():
    assert blocks((64, 700, 64), (8, 3), 16, 4, XEON).sums == 0
    assert blocks((64, 900, 64), (8, 3), 16, 4, XEON).sums > 0


def test_the_cut_for_this_machine():
    tile, found = cut((100, 500, 70), 8, 4)
    assert tile == (6, 2)  # vectors of 32 bytes: 16 registers
    assert found.steps % 8 == 0
