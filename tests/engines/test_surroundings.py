"""What decides the last bits beside the job, and what is said where it has changed."""

import os
from importlib.util import find_spec

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.engines.surroundings import changes, common, cores, processor

NOW = {"bprop": "1", "jaxlib": "0.9", "processor": "A (x)", "instructions": "avx fma", "cores": "4"}


def surroundings(engine):
    graph = bp.mlp([2, 2])
    job = Job(graph, bp.SGD(), DataSet({"x": np.ones((4, 2)), "y": np.zeros(4, int)}), 2, np.dtype("float32"), 0)
    return choose(engine).start(job, graph.init(0)).surroundings()


@pytest.mark.parametrize(
    ("engine", "package", "told"),
    [
        ("numpy", "numpy", {"BLAS", "cores"}),
        ("native", "llvmlite", {"llvmlite", "vectors of so many bits"}),
        ("xla", "jax", {"jax", "jaxlib", "device", "cores", "XLA_FLAGS", "jax_default_matmul_precision"}),
    ],
)
def test_every_engine_tells_what_decides_its_bits(engine, package, told):
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    found = surroundings(engine)
    assert told <= found.keys() - common().keys() | {"cores"}
    assert common().items() <= found.items()
    assert all(isinstance(value, str) for value in found.values())


def test_the_number_of_cores_changes_no_bit_on_native_and_is_no_part_of_it():
    pytest.importorskip("llvmlite")
    assert "cores" not in surroundings("native")


def test_an_engine_chosen_by_the_job_tells_what_the_one_that_runs_tells():
    assert surroundings("auto") in [surroundings(name) for name in ("native", "numpy") if name_is_there(name)]


def name_is_there(name):
    return name == "numpy" or find_spec("llvmlite") is not None


def test_what_all_engines_depend_on():
    assert common().keys() == {"bprop", "NumPy", "processor", "instructions"}
    assert common()["NumPy"] == np.__version__
    assert processor()["processor"]


@pytest.mark.parametrize(
    ("word", "count"), [("2", 2), ("1", 1), ("64", 3), ("2,4", 2), ("", 3), ("0", 3), ("-1", 3), ("many", 3)]
)
def test_a_worker_of_a_cluster_uses_no_more_threads_than_it_is_allowed(monkeypatch, word, count):
    """joblib's loky, Dask, Ray and Slurm set OMP_NUM_THREADS in processes that share a machine."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", word)
    assert cores() == count


def test_cores_are_those_of_this_process(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert 1 <= cores() <= (os.cpu_count() or 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 7}, raising=False)
    assert cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert cores() == 6


def test_nothing_is_said_where_nothing_has_changed():
    assert changes(NOW, NOW) == ""


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ({"jaxlib": "0.8"}, "with jaxlib 0.9 instead of 0.8"),
        ({"cores": "2"}, "on 4 cores instead of 2"),
        ({"processor": "B (x)"}, "on the processor A (x) instead of B (x)"),
        ({"processor": "B (x)", "instructions": "sse"}, "on the processor A (x) instead of B (x)"),
        ({"instructions": "avx"}, "on a processor that also has fma"),
        ({"instructions": "amx avx avx512f avx512vl fma sse"}, "on a processor that lacks amx, avx512f, avx512vl ..."),
        ({"bprop": "2", "cores": "1"}, "with bprop 1 instead of 2 and on 4 cores instead of 1"),
    ],
)
def test_what_has_changed_is_said_in_a_line(then, said):
    assert changes({**NOW, **then}, NOW) == f"this run continues {said}: the results may differ in the last bits"


def test_what_stands_in_a_file_does_nothing_to_a_terminal():
    said = changes({**NOW, "jaxlib": "0.8\x1b[2J\u202e\n" + "8" * 10_000}, NOW)
    assert "0.8\\x1b[2J\\u202e\\n8" in said and said.isprintable() and len(said) < 600


def test_one_core_is_one_core():
    assert "on 1 core instead of 4" in changes(NOW, {"cores": "1"})


def test_what_a_checkpoint_does_not_tell_is_not_compared():
    assert changes({"bprop": "1"}, NOW) == ""
    for then in (None, [], "damaged"):
        assert changes(then, NOW).startswith("this checkpoint does not say what it was computed with")
