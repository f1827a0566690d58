"""Arrays on their way to a device."""

import tracemalloc

import numpy as np
import pytest

from bprop.engines import packing


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("uint8", "uint8"),
        ("int8", "int8"),
        ("uint16", "uint16"),
        ("bool", "bool"),
        ("int32", "int32"),
        ("int64", "int32"),
        ("uint32", "int32"),
        ("uint64", "int32"),
        ("float16", "float16"),
        ("float32", "float32"),
        ("float64", "float32"),
        (">f4", "float32"),
        (">i2", "int16"),
    ],
)
def test_narrow_stays_narrow_and_wide_is_narrowed(given, kept):
    found = packing.narrow(np.ones(3, given), np.dtype("float32"), "float" if "f" in given else "int")
    assert found == np.dtype(kept)
    assert found.isnative


@pytest.mark.parametrize(
    ("numbers", "kind", "kept"),
    [([2**31 - 1, -(2**31)], "int", "int32"), ([2**31], "int", "int64"), ([-(2**31) - 1], "int", "int64"),
     ([2**31], "float", "float32"), (np.array([2**32 - 1], np.uint32), "int", "int64"),
     (np.array([2**64 - 1], np.uint64), "float", "float32"), ([], "int", "float32")],
)  # fmt: skip
def test_whole_numbers_take_the_bits_that_they_need(numbers, kind, kept):
    assert packing.narrow(np.array(numbers), np.dtype("float32"), kind) == kept


@pytest.mark.parametrize(
    ("count", "size"), [(1, 1), (15, 15), (16, 16), (17, 18), (100, 104), (1000, 1024), (60_000, 61_440)]
)
def test_sizes_are_rounded_up_to_few_binary_digits(count, size):
    assert packing.round_up(count) == size


def test_rounding_up_adds_at_most_an_eighth_and_is_stable():
    for count in range(1, 5000):
        size = packing.round_up(count)
        assert count <= size <= count * 1.125
        assert packing.round_up(size) == size


def test_packing_adds_rows_of_zeros():
    packed = packing.pack(np.ones((2, 2)), np.dtype("float32"), 4)
    np.testing.assert_array_equal(packed, [[1, 1], [1, 1], [0, 0], [0, 0]])
    assert packed.dtype == np.float32


@pytest.mark.parametrize("block", [1, 24, 4 * 2**20])
def test_packing_takes_the_rows_asked_for(monkeypatch, rng, block):
    monkeypatch.setattr(packing, "BLOCK", block)
    array, index = rng.normal(size=(9, 3)), np.array([7, 0, 0, 3, 8])
    packed = packing.pack(array, np.dtype("float64"), 6, index)
    np.testing.assert_array_equal(packed, [*array[index], np.zeros(3)])


@pytest.mark.parametrize("shape", [(4,), (4, 3), (4, 2, 2), (4, 0), (0, 3)])
def test_packed_arrays_are_copies_that_a_device_can_take_over(shape):
    array = np.ones(shape)
    packed = packing.pack(array, np.dtype("float64"), len(array))
    array[:] = 7
    np.testing.assert_array_equal(packed, np.ones(shape))
    assert packed.size == 0 or packed.ctypes.data % 64 == 0
    assert packed.flags["C_CONTIGUOUS"]


@pytest.mark.parametrize("index", [None, np.arange(100_000)])
def test_packing_takes_no_second_copy_on_the_way(index):
    array = np.ones((100_000, 16))
    tracemalloc.start()
    packing.pack(array, np.dtype("float32"), len(array), index)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < array.nbytes / 2 + 1.5 * packing.BLOCK
