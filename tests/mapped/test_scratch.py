"""Arrays in temporary files."""

import os

import numpy as np
import pytest

from bprop import errors
from bprop.mapped.scratch import scratch


@pytest.mark.parametrize("length", [0, 1, 5000])
def test_an_array_that_leaves_nothing_behind(tmp_path, length):
    found = scratch(length, np.int32, tmp_path)
    np.testing.assert_array_equal(found, np.zeros(length))
    found[:] = np.arange(length)
    np.testing.assert_array_equal(found, np.arange(length))
    assert found.dtype == np.int32
    if os.name == "posix":
        assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_said(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(errors.DataError, match=r"cannot write an order of the examples to .*: No space left"):
        scratch(10, np.int32, tmp_path)
    with pytest.raises(errors.DataError, match="cannot write an order"):
        scratch(10, np.int32, tmp_path / "absent")
