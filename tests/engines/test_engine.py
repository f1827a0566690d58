"""Choosing an engine, and what a job knows."""

import importlib.util

import numpy as np
import pytest

import bprop as bp
from bprop import engines, errors
from bprop.data import DataSet
from bprop.engines import Job, choose


def without(monkeypatch, package):
    find = importlib.util.find_spec
    monkeypatch.setattr(engines, "find_spec", lambda name: None if name == package else find(name))


@pytest.mark.parametrize(("name", "package"), [("numpy", "numpy"), ("xla", "jax"), ("native", "llvmlite")])
def test_an_engine_is_chosen_by_name(name, package):
    pytest.importorskip(package)
    assert choose(name).name == name


def test_without_a_name_the_job_decides():
    assert choose().name == choose("auto").name == "auto"


@pytest.mark.parametrize(("name", "package", "said"), [("xla", "jax", "JAX"), ("native", "llvmlite", "llvmlite")])
def test_an_engine_that_is_not_installed_says_what_to_install(monkeypatch, name, package, said):
    without(monkeypatch, package)
    with pytest.raises(errors.MissingPackageError, match=rf"needs {said}: pip install 'bprop\[{name}\]'"):
        choose(name)
    assert choose("numpy").name == "numpy"


@pytest.mark.parametrize("name", ["torch", "", "NumPy", None, 3])
def test_an_unknown_engine_is_refused_and_the_known_are_named(name):
    with pytest.raises(errors.UnknownNameError, match="auto, native, numpy, xla"):
        choose(name)


@pytest.mark.parametrize(("rows", "batch_size", "steps"), [(10, 1, 10), (10, 3, 4), (10, 5, 2), (10, 10, 1)])
def test_a_ragged_last_batch_is_a_step(rows, batch_size, steps):
    x = bp.Input("x")
    graph = bp.Graph(loss=bp.square(x))
    job = Job(graph, bp.SGD(), DataSet({"x": np.zeros(rows)}), batch_size, np.dtype("float64"), 0)
    assert job.steps_per_epoch == steps
