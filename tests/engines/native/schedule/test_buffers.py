"""Where arrays lie: rows padded to whole vectors, from the start of a cache line, seen through strides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.engines.native.schedule.buffers import ALIASED, ALIGNMENT, Layout, Room

shapes = st.lists(st.integers(1, 9), max_size=4).map(tuple)


@given(shapes, st.sampled_from([4, 8, 16]), st.sampled_from(["float32", "float64", "int32", "bool"]))
def test_every_element_has_a_place_of_its_own_within_the_memory(shape, lanes, dtype):
    layout = Layout.padded(shape, np.dtype(dtype), lanes)
    flat = layout.allocate()
    assert flat.ctypes.data % ALIGNMENT == 0
    assert flat.dtype == dtype
    assert len(flat) == layout.length
    assert layout.length % lanes == 0
    numbers = np.arange(int(np.prod(shape))).reshape(shape)
    at = sum(np.indices(shape)[i] * stride for i, stride in enumerate(layout.strides)) if shape else np.array(0)
    assert len(np.unique(at)) == numbers.size
    assert np.max(at) + lanes <= layout.length  # a vector may be read from any element on
    view = layout.view(flat)
    view[...] = numbers.astype(dtype)
    np.testing.assert_array_equal(view, numbers.astype(dtype))
    rest = np.delete(flat, np.unique(at))
    assert not rest.any()  # the padding stays 0


@given(shapes, st.sampled_from([4, 8, 16]))
def test_rows_begin_at_whole_vectors(shape, lanes):
    layout = Layout.padded(shape, np.dtype("float32"), lanes)
    real = [i for i, n in enumerate(shape) if n > 1]
    assert all(layout.strides[i] % lanes == 0 for i in real[:-1])
    assert [layout.strides[i] for i in real[-1:]] == [1] * len(real[-1:])
    assert all(layout.strides[i] == 0 for i in range(len(shape)) if i not in real)


@pytest.mark.parametrize("columns", [256, 512, 1024])
def test_rows_of_a_large_matrix_do_not_share_the_sets_of_a_cache(columns):
    layout = Layout.padded((64, columns), np.dtype("float32"), 16)
    assert layout.strides[0] * 4 % ALIASED != 0
    assert Layout.padded((1, columns), np.dtype("float32"), 16).length == columns + 16


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
def test_every_thread_has_room_from_a_cache_line_on(dtype):
    room = Room.of(3, 1001, np.dtype(dtype))
    flat = room.allocate()
    rows = room.view(flat)
    assert rows.shape[0] == 3
    assert rows.shape[1] >= 1001
    assert all(row.ctypes.data % ALIGNMENT == 0 for row in rows)
    rows[...] = 1  # all of it may be written
