"""Numbers on their way in: every one arrives as NumPy would cast it, and one out of the limits is noticed anywhere."""

import ctypes

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from bprop.engines.native.emit.intake import PAIRS, intake_name
from bprop.engines.native.run.team import performing

COUNT = 37  # two vectors of 16, and a rest


def take(numbers, target, limits):
    """(whether all are within the limits, the numbers that have arrived)."""
    source, place, limits = np.array(numbers), np.full(len(numbers) + 1, 7, target), np.array(limits, numbers.dtype)
    kind = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p)
    function = kind(performing().address_of(intake_name(source.dtype, place.dtype)))
    well = function(source.ctypes.data, place.ctypes.data, len(source), limits.ctypes.data)
    assert place[-1] == 7  # nothing is written past the end
    return bool(well), place[:-1]


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=str)
@pytest.mark.parametrize("count", [1, 16, COUNT])
def test_numbers_arrive_as_numpy_casts_them(source, target, count):
    rng = np.random.default_rng(count)
    numbers = (rng.normal(size=count) * 1000).astype(source)
    well, arrived = take(numbers, target, [-10_000, 10_000])
    assert well
    np.testing.assert_array_equal(arrived, numbers.astype(target))


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=str)
def test_one_number_out_of_the_limits_is_noticed_wherever_it_is(source, target):
    for place in (0, 15, 16, 31, 32, COUNT - 1):
        for bad in (-1, 10, *([np.nan, np.inf, -np.inf] if source.kind == "f" else [])):
            numbers = np.full(COUNT, 9, source)
            numbers[[0, COUNT - 1]] = 0
            assert take(numbers, target, [0, 9])[0]
            numbers[place] = bad
            assert not take(numbers, target, [0, 9])[0], (place, bad)
