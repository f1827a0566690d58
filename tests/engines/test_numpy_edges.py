"""The NumPy engine at its edges: no penalty, the last and smaller batch, sums to go on from, weights and noise."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose


def started(graph, arrays, rows, batch_size=2, weights=None, seed=0, rule=None):
    data = DataSet(arrays, weights)
    run = choose("numpy").start(
        Job(graph, rule or bp.SGD(0.1), data, batch_size, np.dtype("float64"), seed, data), graph.init(0)
    )
    run.set_order(np.arange(rows))
    return run


def scaled():
    return bp.Graph(loss=bp.square(bp.Input("x") * bp.Parameter("w", (), init=bp.init.ones)))


def test_without_a_penalty_it_is_0():
    assert started(scaled(), {"x": np.ones(3)}, 3).penalty() == 0.0


def test_the_last_batch_is_what_is_left():
    run = started(scaled(), {"x": np.array([1.0, 2.0, 3.0])}, 3)
    run.steps(0, 1, 0)
    w = run.params()["w"].item()
    assert w == pytest.approx(1 - 0.1 * (2 * 1 + 2 * 4) / 2)
    sums = run.steps(1, 1, 1).sums
    assert run.params()["w"] == pytest.approx(w - 0.1 * 2 * 9 * w)
    assert sums["weight"] == 3
    assert sums["loss"] == pytest.approx(1 + 4 + 9 * w * w)


def test_sums_go_on_from_those_of_a_checkpoint():
    run = started(scaled(), {"x": np.ones(4)}, 4, rule=bp.SGD(0.0))
    run.set_order(np.arange(4), [[2.0, 7.5]])
    stretch = run.steps(1, 1, 1)
    assert stretch.sums == {"weight": 4.0, "loss": 9.5}
    assert stretch.running == [[4.0, 9.5]]


def test_a_step_whose_loss_is_not_finite_is_the_bad_one_and_leaves_no_sum():
    run = started(scaled(), {"x": np.array([1.0, 1.0, 1e200, 1.0, 1.0, 1.0])}, 6, rule=bp.SGD(0.0))
    stretch = run.steps(0, 3, 0)
    assert stretch.bad_step == 1
    assert stretch.sums == {"weight": 2.0, "loss": 2.0}


def test_an_update_that_spoils_theta_is_the_step_after_the_last():
    run = started(scaled(), {"x": np.array([1e100, 1e100])}, 2, batch_size=1, rule=bp.SGD(1e300))
    assert run.steps(0, 1, 0).bad_step == 1


def test_the_weights_of_examples_weigh_their_gradients():
    w = np.array([1.0, 3.0])
    run = started(scaled(), {"x": np.array([1.0, 2.0])}, 2, weights=w)
    run.steps(0, 1, 0)
    assert run.params()["w"] == pytest.approx(1 - 0.1 * (2 * 1 * 1 + 2 * 4 * 3) / 4)


@pytest.mark.parametrize(("seed", "first"), [(0, 0), (0, 5), (1, 0)])
def test_noise_follows_from_the_seed_and_the_number_of_the_update(seed, first):
    x = bp.Input("x", (64,))
    graph = bp.Graph(loss=bp.sum(bp.dropout(x * bp.Parameter("w", (64,), init=bp.init.ones), 0.5), axis=1))
    arrays = {"x": np.ones((4, 64))}
    run = started(graph, arrays, 4, seed=seed)
    moved = {}
    for t in (first, first + 1):
        run.restore(graph.init(0), None)
        run.set_order(np.arange(4))
        run.steps(0, 1, t)
        moved[t] = run.params()["w"].tobytes()
    run.restore(graph.init(0), None)
    run.set_order(np.arange(4))
    run.steps(0, 1, first)
    assert run.params()["w"].tobytes() == moved[first] != moved[first + 1]
    other = started(graph, arrays, 4, seed=seed + 2)
    other.steps(0, 1, first)
    assert other.params()["w"].tobytes() != moved[first]


def test_evaluation_of_more_rows_than_are_taken_together_counts_each_once():
    rows = 2 * 1024 + 3
    run = started(scaled(), {"x": np.sqrt(np.arange(rows))}, rows)
    assert run.evaluate("data")["loss"] == pytest.approx((rows - 1) / 2, rel=1e-12)


def test_rule_state_comes_back_by_name():
    graph = bp.Graph(loss=bp.square(bp.Input("x") * bp.Parameter("w", ()) * bp.Parameter("a", ())))
    run = started(graph, {"x": np.ones(2)}, 2, rule=bp.Adam())
    given = [np.array(float(k)) for k in range(4)]
    run.restore(graph.init(0), given)
    assert run.state[1] == {"m": {"a": 0.0, "w": 1.0}, "v": {"a": 2.0, "w": 3.0}}
    assert [array.item() for array in run.rule_arrays()] == [0.0, 1.0, 2.0, 3.0]


class Shaken(bp.Box):
    """a + noise, also outside training."""

    needs = ("noise",)

    def fprop(self, a, noise):
        return a + noise

    def bprop(self, grad, value, a, noise):
        return grad

    def noise(self, draw, a):
        return draw(a.shape)


@pytest.mark.parametrize("seed", [0, 3])
def test_noise_outside_training_is_that_of_a_pass_with_the_seed(seed):
    graph = bp.Graph(loss=bp.square(Shaken(bp.Input("x"))))
    x = np.linspace(0, 1, 20)
    found = started(graph, {"x": x}, 20, batch_size=20, seed=seed).evaluate("data")
    assert found["loss"] == pytest.approx(graph.fprop({}, x=x, training=False, seed=seed).loss, rel=1e-12)
