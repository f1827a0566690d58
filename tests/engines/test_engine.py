"""Choosing an engine, and what a job knows."""

import importlib.util

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.engines import Job, builtin, choose
from bprop.engines.engine import LAST, need_counts


def without(monkeypatch, package):
    find = importlib.util.find_spec
    monkeypatch.setattr(builtin, "find_spec", lambda name: None if name == package else find(name))


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


# --- what a job knows of batches and weights ---


def job_of(graph, rows=10, batch_size=4, weights=None, mean_weight=None, validation=None):
    data = DataSet({"x": np.ones((rows, 2))}, weights)
    return Job(graph, bp.SGD(), data, batch_size, np.dtype("float32"), 3, validation, None, mean_weight)


def graph_of(mixed):
    x, w = bp.Input("x", (2,)), bp.Parameter("w", (2,))
    return bp.Graph(loss=bp.sum((x[::-1] if mixed else x) * w, axis=1))


@pytest.mark.parametrize(
    ("mixed", "rows", "batch_size", "batches"),
    [
        (False, 10, 4, (4, 3, 0)),  # the last is filled up
        (True, 10, 4, (4, 2, 2)),
        (True, 8, 4, (4, 2, 0)),
        (True, 3, 200, (3, 1, 0)),
        (True, 1, 1, (1, 1, 0)),
    ],
)
def test_batches_of_mixed_rows_have_no_rows_of_others(mixed, rows, batch_size, batches):
    assert job_of(graph_of(mixed), rows, batch_size).batches == batches


def test_a_set_of_mixed_rows_is_evaluated_together_and_must_fit_in_memory():
    class Vast(DataSet):
        in_memory = False

    vast = Vast({"x": np.ones((9, 2))})
    assert job_of(graph_of(False)).together(vast) is None
    job = job_of(graph_of(True))
    assert job.together(job.data) == 10
    with pytest.raises(errors.SettingError, match=r"the box 'slice_1' mixes the rows of a batch.*fits in memory"):
        job.together(vast)


def test_a_set_is_evaluated_in_parts_where_only_training_mixes_rows():
    x, w = bp.Input("x", (2,)), bp.Parameter("w", (2,))
    a = x * w
    job = job_of(bp.Graph(loss=bp.sum(a, axis=1), penalty=bp.mean(bp.square(a))))
    assert job.graph.mixing() is not None
    assert job.together(job.data) is None


def test_the_context_of_a_batch_divides_by_the_mean_weight_of_the_set():
    weights = np.arange(1.0, 11.0)
    context = job_of(graph_of(False), weights=weights, mean_weight=5.5).context(weights[:3], 7)
    assert context.weights.dtype == np.float32
    assert context.divisor == pytest.approx(3 * 5.5)
    assert context.divisor.dtype == np.float32
    assert context.key[1] == 7
    assert job_of(graph_of(False), weights=weights).context(weights[:3], 7).divisor is None


def test_updates_are_counted_from_0_and_no_more_than_64_bits_hold():
    for t, count in ((0, 0), (0, LAST), (LAST, 0)):
        need_counts(t, count)
    for t, count in ((-1, 1), (0, -1), (0, LAST + 1), (LAST, 1)):
        with pytest.raises(errors.SettingError, match=f"a run counts them from 0 to {LAST:,}"):
            need_counts(t, count)
