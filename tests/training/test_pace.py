"""How long an epoch takes."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.training.members import Member
from bprop.training.pace import epoch_seconds

DATA = DataSet({"x": np.ones((64, 3), np.float32), "y": np.arange(64) % 2})
GRAPH = bp.mlp([3, 4, 2])


def seconds(engine="numpy", over=lambda: False, **more):
    settings = {"epochs": 10**6, "batch_size": 4, "engine": engine, "notes": {}, **more}
    return epoch_seconds(GRAPH, Member(0, DATA, DATA), bp.SGD(0.1), settings, over)


def test_an_epoch_takes_some_time_and_nothing_is_written(tmp_path):
    epoch, apart = seconds(checkpoint=tmp_path / "c.bprop", callbacks=[lambda *args: pytest.fail("called")])
    assert 0 < epoch < 5
    assert not apart
    assert not list(tmp_path.iterdir())


def test_a_look_that_ends_within_the_first_epoch_is_projected():
    calls = iter([False] * 2 + [True] * 100)
    epoch, _ = seconds(over=lambda: next(calls))
    assert 0 < epoch < 5


def test_a_look_without_any_time_is_an_answer():
    assert seconds(over=lambda: True)[0] >= 0


def test_members_of_the_native_engine_have_a_core_each():
    pytest.importorskip("llvmlite")
    assert seconds("native", epochs=2)[1]
