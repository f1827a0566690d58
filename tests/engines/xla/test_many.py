"""Many runs as one program, beside the runs by themselves."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet

pytest.importorskip("jax")

from bprop.engines.engine import Job
from bprop.engines.xla import XlaEngine

RNG = np.random.default_rng(2)
DATA = DataSet({"x": RNG.normal(size=(20, 3)), "y": RNG.integers(2, size=20)})
GRAPHS = [bp.mlp([3, 4, 2], l2=l2, dropout=0.3) for l2 in (0.1, 0.01, 0.0)]


def job(k=0, data=DATA, batch_size=6, graph=None, validation=None, dtype="float64"):
    return Job(graph or GRAPHS[k], bp.Adam(0.01 * (k + 1)), data, batch_size, np.dtype(dtype), k, validation)


def start(jobs, rows=None, data=DATA):
    params = [one.graph.init(one.seed) for one in jobs]
    return XlaEngine().start_many(jobs, params, data, rows or [None] * len(jobs))


def stepped(run, order, start, count, t):
    run.set_order(order)
    return run.steps(start, count, t)


def close(arrays, others):
    for one, other in zip(arrays, others, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)


def test_steps_sums_state_penalty_and_evaluation_are_those_of_single_runs():
    validation = DATA.rows(np.arange(7))
    jobs = [job(k, validation=validation) for k in range(3)]
    many, singles = start(jobs), [XlaEngine().start(one, one.graph.init(one.seed)) for one in jobs]
    orders = [DATA.order(k, 0) for k in range(3)]
    many.set_orders(orders, [None] * 3)
    for begin, count in ((0, 3), (3, 1)):
        stretches = many.steps(begin, count, begin)
        for k, single in enumerate(singles):
            if begin == 0:
                single.set_order(orders[k])
            stretch = single.steps(begin, count, begin)
            assert stretches[k].sums == pytest.approx(stretch.sums, rel=1e-12)
            assert stretches[k].bad_step is stretch.bad_step is None
            np.testing.assert_allclose(stretches[k].running[0], stretch.running[0], rtol=1e-12)
    for run, single in zip(many.runs, singles, strict=True):
        assert run.penalty() == pytest.approx(single.penalty(), rel=1e-12)
        assert run.evaluate("validation") == pytest.approx(single.evaluate("validation"), rel=1e-12)
        close(run.params().values(), single.params().values())
        close(run.rule_arrays(), single.rule_arrays())
        assert run.penalty() == pytest.approx(single.penalty(), rel=1e-12)  # also after params were asked for
        assert run.surroundings() == single.surroundings()


def test_before_is_the_state_before_the_last_steps():
    many = start([job(0), job(1)])
    many.set_orders([np.arange(20)] * 2, [None] * 2)
    many.steps(0, 2, 0)
    expected = many.runs[1].params(), many.runs[1].rule_arrays()
    many.steps(2, 1, 2)
    params, rule_arrays = many.before(1)
    close(params.values(), expected[0].values())
    close(rule_arrays, expected[1])
    assert np.abs(many.runs[1].params()["W1"] - params["W1"]).max() > 0


def test_a_run_that_is_restored_begins_there():
    many = start([job(0), job(1)])
    theta = {name: array + 1 for name, array in GRAPHS[1].init(9).items()}
    many.runs[1].restore(theta, None)
    many.set_orders([np.arange(20)] * 2, [None] * 2)
    many.steps(0, 1, 0)
    single = XlaEngine().start(job(1), theta)
    stepped(single, np.arange(20), 0, 1, 0)
    close(many.runs[1].params().values(), single.params().values())


def test_rows_of_the_common_set_and_validation_sets_of_their_own():
    rows = [np.array([5, 5, 1, 2, 19, 7, 8]), np.arange(3, 13)]
    sets = [DATA.rows(np.arange(2)), DATA.rows(np.arange(9))]
    jobs = [job(k, DATA.rows(rows[k]), validation=sets[k], batch_size=5) for k in range(2)]
    many = start(jobs, rows)
    orders = [one.data.order(3, 0) for one in jobs]
    many.set_orders(orders, [None] * 2)
    many.steps(0, 2, 0)
    for k, run in enumerate(many.runs):
        single = XlaEngine().start(jobs[k], jobs[k].graph.init(k))
        stepped(single, orders[k], 0, 2, 0)
        close(run.params().values(), single.params().values())
        assert run.evaluate("validation") == pytest.approx(single.evaluate("validation"), rel=1e-12)


def test_the_step_that_is_not_finite_is_that_of_its_network():
    graphs = [bp.mlp([3, 4, 1], task="regression", activation="relu")] * 2
    data = DataSet({"x": DATA.arrays["x"], "y": DATA.arrays["x"][:, 0]})
    jobs = [Job(g, bp.SGD(rate), data, 5, np.dtype("float64"), 0) for g, rate in zip(graphs, (0.1, 1e150), strict=True)]
    many, single = start(jobs, data=data), XlaEngine().start(jobs[1], graphs[1].init(0))
    many.set_orders([np.arange(20)] * 2, [None] * 2)
    first, second = many.steps(0, 4, 0)
    assert first.bad_step is None
    assert second.bad_step == stepped(single, np.arange(20), 0, 4, 0).bad_step is not None


def test_jobs_that_need_programs_of_their_own_are_not_done_together(monkeypatch):
    other = bp.mlp([3, 5, 2])
    assert start([job(0)]) is None
    assert start([job(0), job(1, batch_size=9)]) is None
    assert start([job(0), job(1, graph=other)]) is None
    assert start([job(0), job(1, dtype="float32")]) is None
    assert start([job(0), job(1, validation=DATA)]) is None
    assert start([job(0), job(1)]) is not None
    monkeypatch.setenv("BPROP_DATA_MEMORY", "1")
    assert start([job(0), job(1)]) is None


def test_a_single_run_among_many_does_no_steps_of_its_own():
    run = start([job(0), job(1)]).runs[0]
    for call in (lambda: run.set_order(np.arange(20)), lambda: run.steps(0, 1, 0)):
        with pytest.raises(NotImplementedError, match="together"):
            call()
