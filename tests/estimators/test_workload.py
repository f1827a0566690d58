"""engine="auto": NumPy for short fits, what else there is for long ones."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

import bprop as bp
from bprop.data import DataSet
from bprop.engines.engine import Job
from bprop.errors import SettingError
from bprop.estimators.workload import engine_for, numpy_seconds


def job(sizes=(4, 10, 3), rows=100, batch=32):
    data = DataSet({"x": np.zeros((rows, sizes[0])), "y": np.zeros(rows, int)})
    return Job(bp.mlp(sizes), bp.SGD(), data, batch, np.dtype(np.float64), 0)


def test_short_fits_run_on_numpy():
    assert engine_for(job(), 200, "auto", None).name == "numpy"
    assert engine_for(job(), 200_000, "auto", None).name == "auto"
    assert engine_for(job((784, 500, 10), 2000, 200), 200, "auto", None).name == "auto"


def test_a_stream_of_many_small_parts_is_compiled_only_where_a_part_is_worth_it():
    assert engine_for(job(), 20, "auto", None, before=100).name == "numpy"
    assert engine_for(job(), 20, "auto", None, before=100_000).name == "auto"
    assert engine_for(job(), 1, "auto", None, before=100_000).name == "numpy"


def test_an_engine_that_is_asked_for_is_taken():
    assert engine_for(job(), 10**9, "numpy", "cpu").name == "numpy"
    pytest.importorskip("llvmlite")
    assert engine_for(job(), 1, "native", None).name == "native"


def test_a_device():
    with pytest.raises(SettingError, match="device='gpu' needs engine='xla'"):
        engine_for(job(), 1, "native", "gpu")
    pytest.importorskip("jax")
    assert engine_for(job(), 1, "auto", "gpu").name == "xla"


def test_more_work_takes_longer():
    assert numpy_seconds(job(), 20) == pytest.approx(2 * numpy_seconds(job(), 10))
    assert numpy_seconds(job((4, 500, 3)), 10) > numpy_seconds(job(), 10)
    assert numpy_seconds(job(rows=10, batch=200), 1) < numpy_seconds(job(rows=200, batch=200), 1)
