"""Arrays as JSON holds them."""

import json
from base64 import b64decode

import numpy as np
import pytest

from bprop.playing.plain import levels, parameter, plain, some


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_numbers_read_back_to_the_same_bits(dtype):
    array = np.random.default_rng(0).normal(size=(3, 4)).astype(dtype)
    back = np.array(json.loads(json.dumps(plain(array), allow_nan=False)), dtype)
    assert back.tobytes() == array.tobytes()


def test_numbers_that_are_not_finite_are_words():
    assert plain(np.array([[1.0, np.nan], [np.inf, -np.inf]])) == [[1.0, "nan"], ["inf", "-inf"]]
    assert plain(np.float32("inf")) == "inf" and plain(3) == 3 and plain(np.True_) is True


def test_long_arrays_are_cut_and_large_parameters_are_summed_up():
    assert some(np.arange(64.0)) == list(range(64))
    assert some(np.arange(100.0).reshape(10, 10)) == {"head": list(range(64)), "count": 100}
    summary = parameter(np.full((100, 50), 2.0))
    assert summary == {"shape": [100, 50], "rms": 2.0, "min": 2.0, "max": 2.0}


def test_levels_go_from_0_to_255_whatever_the_numbers():
    values = np.array([-1.0, 0.0, 0.5, 1.0, 9.0, np.nan, np.inf, -np.inf])
    assert list(b64decode(levels(values, 0.0, 1.0))) == [0, 0, 128, 255, 255, 128, 255, 0]
    assert list(b64decode(levels(np.ones(2), 1.0, 1.0))) == [0, 0]
