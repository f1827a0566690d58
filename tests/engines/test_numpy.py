"""The NumPy engine: the reference."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.engines import numpy as engine


def linear():
    x, y = bp.Input("x", (2,)), bp.Input("y")
    w = bp.Parameter("w", (2,))
    f = bp.sum(x * w, axis=1)
    return bp.Graph(loss=bp.squared_error(f, y), penalty=0.1 * bp.l2(w), outputs={"f": f})


def started(rows=7, batch_size=2, rule=None, dtype="float64", params=None, weights=None):
    rng = np.random.default_rng(0)
    data = DataSet({"x": rng.normal(size=(rows, 2)), "y": rng.normal(size=rows)}, weights)
    job = Job(linear(), rule or bp.SGD(0.1, momentum=0.5), data, batch_size, np.dtype(dtype), 0, data)
    run = choose("numpy").start(job, {"w": np.array([0.5, -0.5])} if params is None else params)
    run.set_order(np.arange(rows))
    return run


def test_steps_in_stretches_are_the_steps_in_one():
    one, two = started(), started()
    whole = one.steps(0, 4, 0)
    parts = [two.steps(0, 1, 0), two.steps(1, 3, 1)]
    np.testing.assert_array_equal(one.params()["w"], two.params()["w"])
    assert whole.bad_step is None
    assert whole.sums["weight"] == 7
    assert whole.sums == parts[-1].sums  # sums are over the epoch so far, however it is cut
    assert whole.running == parts[-1].running


def test_the_state_is_a_place_to_go_back_to():
    run = started()
    before, kept = run.state, run.params()
    run.steps(0, 4, 0)
    after = run.params()
    run.state = before
    np.testing.assert_array_equal(run.params()["w"], kept["w"])
    run.steps(0, 4, 0)
    np.testing.assert_array_equal(run.params()["w"], after["w"])


def test_restoring_params_and_rule_state_continues():
    run, other = started(), started()
    run.steps(0, 2, 0)
    other.restore(run.params(), run.rule_arrays())
    for each in (run, other):
        each.steps(2, 2, 2)
    np.testing.assert_array_equal(run.params()["w"], other.params()["w"])
    np.testing.assert_array_equal(run.rule_arrays()[0], other.rule_arrays()[0])


def test_params_are_copies():
    run = started()
    run.params()["w"][:] = 99
    assert run.params()["w"][0] == 0.5


def test_given_params_are_not_changed():
    given = {"w": np.array([0.5, -0.5])}
    started(params=given).steps(0, 4, 0)
    np.testing.assert_array_equal(given["w"], [0.5, -0.5])


def test_the_order_says_which_rows_a_step_sees():
    run = started()
    run.set_order(np.array([6, 5, 4, 3, 2, 1, 0]))
    data = run.job.data.arrays
    f = data["x"][[6, 5]] @ np.array([0.5, -0.5])
    assert run.steps(0, 1, 0).sums["loss"] == pytest.approx(((f - data["y"][[6, 5]]) ** 2).sum())


def test_a_loss_that_is_not_finite_stops_the_stretch_before_its_update():
    run = started(rule=bp.SGD(1e200))
    stretch = run.steps(0, 4, 0)
    assert stretch.bad_step is not None
    assert all(np.isfinite(a).all() for a in run.params().values())


def test_an_update_that_spoils_theta_is_told():
    run = started(params={"w": np.array([1e300, 1.0])}, rule=bp.SGD(1e308))
    stretch = run.steps(0, 1, 0)
    assert stretch.bad_step in (0, 1)


@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_evaluation_in_parts_is_evaluation_of_the_whole(chunk, monkeypatch):
    monkeypatch.setattr(engine, "EVALUATION_ROWS", chunk)
    run = started(weights=np.arange(7.0))
    w, data = np.arange(7.0), run.job.data.arrays
    away = data["x"] @ np.array([0.5, -0.5]) - data["y"]
    found = run.evaluate("data")
    assert found["loss"] == pytest.approx((away**2 * w).sum() / w.sum(), rel=1e-13)
    assert found["mae"] == pytest.approx((abs(away) * w).sum() / w.sum(), rel=1e-13)
    assert run.evaluate("validation") == found


def test_the_penalty_is_of_the_current_theta():
    run = started()
    assert run.penalty() == pytest.approx(0.1 * 0.5)
    run.steps(0, 4, 0)
    assert run.penalty() == pytest.approx(0.1 * (run.params()["w"] ** 2).sum())


@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble"])
def test_a_run_stays_in_its_precision(dtype):
    run = started(dtype=dtype)
    run.steps(0, 4, 0)
    assert run.params()["w"].dtype == np.dtype(dtype)
    assert run.rule_arrays()[0].dtype == np.dtype(dtype)


def test_an_optax_rule_is_refused_with_the_way_out():
    rule = bp.rules.Foreign(None)
    with pytest.raises(errors.SettingError, match=r"engine='xla'"):
        started(rule=rule)


def test_every_step_has_noise_of_its_own_however_they_are_cut():
    x, w = bp.Input("x", (20,)), bp.Parameter("w", (20,))
    graph = bp.Graph(loss=bp.square(bp.sum(bp.dropout(x * w, 0.5), axis=1) - 1.0))

    def run():
        job = Job(graph, bp.SGD(0.01), DataSet({"x": np.ones((6, 20))}), 2, np.dtype("float64"), 0)
        made = choose("numpy").start(job, {"w": np.ones(20)})
        made.set_order(np.arange(6))
        return made

    whole, parts = run(), run()
    whole.steps(0, 3, 5)
    for i in range(3):
        parts.steps(i, 1, 5 + i)
    np.testing.assert_array_equal(whole.params()["w"], parts.params()["w"])
