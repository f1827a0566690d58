"""Which data sets lie on the device and which are streamed, and what a call gives up."""

import numpy as np
import pytest

pytest.importorskip("jax")

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.engines.xla.compilation import Function


class OutOfMemory(DataSet):
    """A set that says that it must not be in memory as a whole."""

    @property
    def in_memory(self):
        return False


def placed(monkeypatch, network, data, held, budget):
    monkeypatch.setenv("BPROP_DATA_MEMORY", str(budget))
    graph = network()
    run = choose("xla").start(Job(graph, bp.SGD(0.1), data, 4, np.dtype("float32"), 0, held), graph.init(0))
    return {name: type(one).__name__ for name, one in run.sets.items()}


def test_sets_lie_on_the_device_as_long_as_they_fit_together(monkeypatch, network, rows):
    data, held = DataSet(rows(1024)), DataSet(rows(512))
    row = 3 * 4 + 4  # x in float32, y in int32
    expected = {
        1536 * row: ("Resident", "Resident"),
        1536 * row - 1: ("Resident", "Streamed"),
        1024 * row: ("Resident", "Streamed"),
        1024 * row - 1: ("Streamed", "Resident"),
        512 * row - 1: ("Streamed", "Streamed"),
    }
    for budget, (first, second) in expected.items():
        assert placed(monkeypatch, network, data, held, budget) == {"data": first, "validation": second}


def test_a_set_that_is_larger_than_memory_is_streamed_whatever_fits(monkeypatch, network, rows):
    data, held = OutOfMemory(rows(64)), DataSet(rows(32))
    assert placed(monkeypatch, network, data, held, 2**30) == {"data": "Streamed", "validation": "Resident"}


def test_a_set_that_is_both_is_placed_once(monkeypatch, network, rows):
    data = DataSet(rows(64))
    monkeypatch.setenv("BPROP_DATA_MEMORY", "1G")
    graph = network()
    run = choose("xla").start(Job(graph, bp.SGD(0.1), data, 4, np.dtype("float32"), 0, data), graph.init(0))
    assert run.sets["validation"] is run.sets["data"]


def test_the_memory_of_arguments_that_are_given_up_is_taken_over(jax):
    function = Function(lambda a, b: (a + b, b * 1), given_up=(0,))
    a, b = jax.device_put(np.ones(5, np.float32)), jax.device_put(np.full(5, 2, np.float32))
    function(a, b)
    assert a.is_deleted()
    assert not b.is_deleted()
    keeping = Function(lambda a: a + 1)
    keeping(b)
    assert not b.is_deleted()
