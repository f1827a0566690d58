"""The devices of all processes: arrays on them, and numbers that are agreed on. Here there is one process."""

import numpy as np
import pytest

pytest.importorskip("jax")

from bprop.engines.xla.devices import Devices


@pytest.fixture
def devices():
    return Devices.every()


def test_arrays_are_whole_on_every_device(devices):
    put = devices.put({"W": np.arange(6.0, dtype=np.float32).reshape(2, 3), "t": np.int32(3)})
    assert put["W"].sharding.is_fully_replicated and int(put["t"]) == 3
    np.testing.assert_array_equal(np.asarray(put["W"]), [[0, 1, 2], [3, 4, 5]])


def test_an_axis_is_dealt_in_neighbouring_parts(devices):
    size = 4 * len(devices)
    whole = np.arange(3 * size, dtype=np.float32).reshape(3, size)
    put = devices.put_dealt(whole.shape, 1, lambda part: np.ascontiguousarray(whole[:, part]))
    np.testing.assert_array_equal(np.asarray(put), whole)
    assert {shard.data.shape for shard in put.addressable_shards} == {(3, 4)}


def test_one_process_agrees_with_itself(devices):
    assert devices.largest([3, -(2**40), 0]) == [3, -(2**40), 0]
