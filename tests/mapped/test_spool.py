"""Rows into temporary files and back as a data set."""

import os
import tempfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop import errors
from bprop.mapped.spool import Spool


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.booleans(), st.sampled_from(["float32", "float64"]))
def test_what_goes_in_comes_out(sizes, weighed, dtype):
    rng = np.random.default_rng(sum(sizes))
    spool, parts = Spool(dtype=dtype), []
    for size in sizes:
        part = {"x": rng.normal(size=(size, 3)), "y": rng.integers(9, size=size), "w": rng.uniform(size=size)}
        spool.append({"x": part["x"], "y": part["y"]}, part["w"] if weighed else None)
        parts.append(part)
    found = spool.finish()
    whole = {name: np.concatenate([part[name] for part in parts]) for name in "xyw"}
    assert len(found) == sum(sizes)
    assert found.arrays["x"].dtype == dtype
    assert found.arrays["y"].dtype == np.int32
    np.testing.assert_array_equal(found.arrays["x"], whole["x"].astype(dtype))
    np.testing.assert_array_equal(found.arrays["y"], whole["y"])
    assert list(found.arrays) == ["x", "y"]
    if weighed:
        np.testing.assert_array_equal(found.weights, whole["w"].astype(dtype))
    else:
        assert found.weights is None


def test_no_rows_are_no_data_set():
    assert Spool().finish() is None


def test_the_files_have_no_name(tmp_path):
    if os.name == "nt":
        pytest.skip("Windows has no files without names")
    spool = Spool(tmp_path)
    spool.append({"x": np.zeros((5, 2))})
    found = spool.finish()
    assert len(found) == 5
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(errors.DataError, match=r"cannot write the examples to .*missing.*--spool DIR"):
        Spool(tmp_path / "missing").append({"x": np.zeros(3)})


def test_a_system_without_a_folder_for_temporary_files_says_so(monkeypatch):
    def none():
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    with pytest.raises(errors.DataError, match=r"No usable temporary directory .*--spool DIR"):
        Spool()


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    class Full:
        def write(self, data):
            raise OSError(28, "No space left on device")

        def close(self):
            self.closed = True

    file = Full()
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **more: file)
    with pytest.raises(errors.DataError, match="No space left on device; give another folder"):
        Spool(tmp_path).append({"x": np.zeros(3)})
    assert file.closed


def test_more_rows_than_can_be_counted_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("bprop.mapped.spool.MOST_ROWS", 10)
    spool = Spool(tmp_path)
    spool.append({"x": np.zeros(10)})
    with pytest.raises(errors.DataError, match="10 rows: at most 9"):
        spool.finish()


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1])
def test_whole_numbers_that_would_wrap_are_refused(value):
    with pytest.raises(errors.DataError, match=r"'y': whole numbers beyond 32 bits \(.*\): stream them as floats"):
        Spool().append({"y": np.array([0, value])})
    with pytest.raises(errors.DataError, match="beyond 32 bits"):
        Spool().append({"y": np.array([2**32 - 1], np.uint32)})


@pytest.mark.parametrize("weight", [1e-50, 1e39])
def test_weights_that_float32_does_not_hold_are_refused(weight):
    rows = {"x": np.ones(2)}
    with pytest.raises(errors.DataError, match=r"weights of the examples: 1e.* becomes 0 or infinite in float32"):
        Spool().append(rows, np.array([0.0, weight]))
    spool = Spool(dtype="float64")
    spool.append(rows, np.array([0.0, weight]))
    assert spool.finish().weights[1] == weight
