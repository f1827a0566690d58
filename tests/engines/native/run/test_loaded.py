"""A compiled step with its arrays: what is shared with others, what is its own, and how its calls are parted."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose

ROWS = 45


def started():
    rng = np.random.default_rng(0)
    data = DataSet({"x": rng.normal(size=(20, 6)), "y": rng.integers(3, size=20)})
    job = Job(bp.mlp([6, 5, 3]), bp.Adam(), data, 3, np.dtype("float32"), 0)
    run = choose("native").start(job, job.graph.init(0))
    run.set_order(np.arange(20, dtype=np.int32))
    return run


def test_two_runs_share_code_but_no_memory():
    run, other = started(), started()
    assert run.step.routine is other.step.routine
    before = other.params()
    run.steps(0, 5, 0)
    for name, array in before.items():
        np.testing.assert_array_equal(other.params()[name], array)


@pytest.mark.parametrize("rows", [0, 24])
def test_the_first_bad_step_is_counted_from_the_first_asked_for_however_the_steps_are_parted(monkeypatch, rows):
    data = {"x": np.ones((ROWS, 6)), "y": np.ones(ROWS)}
    data["x"][30] = 1e30  # its square leaves float32
    graph = bp.mlp([6, 1], task="regression")
    job = Job(graph, bp.SGD(1e-3), DataSet(data), 1, np.dtype("float32"), 0)
    run = choose("native").start(job, graph.init(0))
    monkeypatch.setattr(run.step.tuner, "parts", lambda steps: iter([(1, 4)] * (steps // 4)))
    run.set_order(np.arange(ROWS, dtype=np.int32))
    assert run.steps(rows, 12 if rows else 40, 0).bad_step == 30 - rows


def test_the_time_of_steps_is_noted_by_the_count_of_threads():
    run = started()
    run.steps(0, 5, 0)
    assert list(run.step.tuner.seconds) == run.step.tuner.counts


def test_the_arrays_of_the_state_are_shared_by_name_and_all_others_are_not():
    run = started()
    run.evaluate("data")
    step, measure = run.step, run.measures["data"]
    theta = [name for name in step.routine.trace.state if name.startswith("p:")]
    assert len(theta) == 4
    for name in theta:
        assert measure.arrays[measure.routine.trace.state[name]] is run.memory[name]
    others = [array for leaf, array in step.arrays.items() if leaf not in set(step.routine.trace.state.values())]
    assert others and not any(np.shares_memory(a, b) for a in others for b in measure.arrays.values())


def test_every_address_of_the_table_is_that_of_an_array_or_none():
    step = started().step
    addresses = [step.address(key) for key in step.routine.table]
    assert addresses[-2] == 0  # learning rates, which come with a call
    assert addresses[-1] == step.gate.address
    assert all(addresses[:-5])  # arrays of the trace and of the data
