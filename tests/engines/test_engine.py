"""Choosing an engine, and what a job knows."""

import importlib.util

import numpy as np
import pytest

import bprop as bp
from bprop import engines, errors
from bprop.data import DataSet
from bprop.engines import Job, choose


def without_jax(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(engines, "find_spec", lambda name: None if name == "jax" else find(name))


def test_an_engine_is_chosen_by_name(jax):
    assert choose("numpy").name == "numpy"
    assert choose("xla").name == "xla"


def test_auto_is_xla_where_jax_is_installed(jax):
    assert choose().name == choose("auto").name == "xla"


def test_auto_is_numpy_where_jax_is_missing(monkeypatch):
    without_jax(monkeypatch)
    assert choose().name == "numpy"


def test_xla_without_jax_says_what_to_install(monkeypatch):
    without_jax(monkeypatch)
    with pytest.raises(errors.MissingPackageError, match=r"pip install 'bprop\[xla\]'"):
        choose("xla")


@pytest.mark.parametrize("name", ["torch", "", "NumPy", None, 3])
def test_an_unknown_engine_is_refused_and_the_known_are_named(name):
    with pytest.raises(errors.UnknownNameError, match="auto, numpy, xla"):
        choose(name)


@pytest.mark.parametrize(("rows", "batch_size", "steps"), [(10, 1, 10), (10, 3, 4), (10, 5, 2), (10, 10, 1)])
def test_a_ragged_last_batch_is_a_step(rows, batch_size, steps):
    x = bp.Input("x")
    graph = bp.Graph(loss=bp.square(x))
    job = Job(graph, bp.SGD(), DataSet({"x": np.zeros(rows)}), batch_size, np.dtype("float64"), 0)
    assert job.steps_per_epoch == steps
