"""At which numbers exactly an array takes another dtype on its way to a device."""

import numpy as np
import pytest

from bprop.engines import packing

FLOAT = np.dtype("float32")
MOST, LEAST = 2**31 - 1, -(2**31)


@pytest.mark.parametrize("values", [[MOST, LEAST], [MOST + 1, 0], [0, LEAST - 1], [MOST + 1, LEAST - 1]])
def test_whole_numbers_take_64_bits_where_32_do_not_hold_the_largest_and_the_smallest(values):
    fits = min(values) >= LEAST and max(values) <= MOST
    assert packing.narrow(np.array(values), FLOAT, "int") == (np.int32 if fits else np.int64)
    assert packing.narrow(np.array(values), FLOAT, "float") == (np.int32 if fits else FLOAT)


@pytest.mark.parametrize("dtype", ["uint32", "uint64"])
def test_unsigned_numbers_do_not_wrap(dtype):
    assert packing.narrow(np.array([MOST], dtype), FLOAT, "int") == np.int32
    assert packing.narrow(np.array([MOST + 1], dtype), FLOAT, "int") == np.int64


@pytest.mark.parametrize("dtype", ["int8", "uint8", "uint16", "bool", "int32"])
def test_whole_numbers_that_are_narrow_stay_so_for_inputs_of_any_kind(dtype):
    for kind in ("int", "float"):
        assert packing.narrow(np.ones(2, dtype), FLOAT, kind) == np.dtype(dtype)


@pytest.mark.parametrize(("dtype", "kept"), [("float64", "float64"), ("float32", "float32"), ("longdouble", "float64")])
def test_floats_are_narrowed_to_the_precision_of_the_run_only(dtype, kept):
    assert packing.narrow(np.ones(2, dtype), np.dtype("float64"), "float") == np.dtype(kept)


def test_a_whole_array_is_copied():
    array = np.arange(6.0).reshape(2, 3)
    copy = packing.copied(array, FLOAT)
    array[:] = 0
    np.testing.assert_array_equal(copy, [[0, 1, 2], [3, 4, 5]])
    assert copy.dtype == FLOAT
    assert copy.ctypes.data % packing.LINE == 0


def test_a_single_number_is_packed():
    assert packing.copied(np.array(2.5), FLOAT).shape == ()
