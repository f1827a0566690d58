"""Arrays on their way to a device."""

import numpy as np
import pytest

from bprop.engines import packing


def test_whole_numbers_of_32_bits_are_taken():
    assert packing.narrow("x", np.array([2**31 - 1, -(2**31)]), np.dtype("float32")).dtype == np.int32


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


def test_padding_adds_rows_of_zeros():
    np.testing.assert_array_equal(packing.pad(np.ones((2, 2)), 4), [[1, 1], [1, 1], [0, 0], [0, 0]])


def test_the_users_array_is_never_shared_with_the_device():
    array = np.ones((4, 2))
    padded = packing.pad(array, 4)
    array[:] = 7
    np.testing.assert_array_equal(padded, np.ones((4, 2)))
