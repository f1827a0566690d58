"""Whole numbers on their way to a device: none is changed."""

import numpy as np
import pytest

from bprop import errors
from bprop.engines import packing

FLOAT = np.dtype("float32")
MOST, LEAST = 2**31 - 1, -(2**31)


@pytest.mark.parametrize("values", [[MOST + 1, 0], [0, LEAST - 1], [MOST + 1, LEAST - 1]])
def test_whole_numbers_beyond_32_bits_are_refused_with_their_range(values):
    with pytest.raises(
        errors.DataError, match=rf"input 'k': whole numbers beyond 32 bits \({min(values)} \.\. {max(values)}\)"
    ):
        packing.narrow("k", np.array(values), FLOAT)


@pytest.mark.parametrize("dtype", ["uint32", "uint64"])
def test_unsigned_numbers_beyond_32_bits_are_refused(dtype):
    assert packing.narrow("k", np.array([MOST], dtype), FLOAT) == np.int32
    with pytest.raises(errors.DataError, match="beyond 32 bits"):
        packing.narrow("k", np.array([MOST + 1], dtype), FLOAT)


@pytest.mark.parametrize("dtype", ["int64", "uint32", "int32"])
def test_no_numbers_at_all_are_narrowed(dtype):
    assert packing.narrow("k", np.array([], dtype), FLOAT) == np.int32


@pytest.mark.parametrize(("dtype", "kept"), [("float64", "float64"), ("float32", "float32"), ("longdouble", "float64")])
def test_floats_are_narrowed_to_the_precision_of_the_run_only(dtype, kept):
    assert packing.narrow("x", np.ones(2, dtype), np.dtype("float64")) == np.dtype(kept)


def test_a_whole_array_is_copied():
    array = np.arange(6.0).reshape(2, 3)
    copy = packing.copied(array, FLOAT)
    array[:] = 0
    np.testing.assert_array_equal(copy, [[0, 1, 2], [3, 4, 5]])
    assert copy.dtype == FLOAT
    assert copy.ctypes.data % packing.LINE == 0


def test_a_single_number_is_packed():
    assert packing.copied(np.array(2.5), FLOAT).shape == ()
