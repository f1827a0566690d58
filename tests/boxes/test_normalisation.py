import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bprop as bp
from bprop import boxes, errors

EPSILON = 1e-5


@pytest.fixture
def layer():
    """A graph whose loss goes through batch_norm, its theta, and data."""
    x = bp.Input("x", (3,))
    gain, shift = bp.Parameter("gain", (3,)), bp.Parameter("shift", (3,))
    mean, variance = bp.Parameter("mean", (3,), trainable=False), bp.Parameter("variance", (3,), trainable=False)
    h = bp.batch_norm(x, gain, shift, mean, variance, decay=0.75, name="h")
    graph = bp.Graph(loss=bp.sum(bp.tanh(h), axis=1), outputs={"h": h})
    rng = np.random.default_rng(5)
    theta = {"gain": rng.normal(size=3), "shift": rng.normal(size=3),
             "mean": rng.normal(size=3), "variance": rng.uniform(0.5, 2.0, size=3)}  # fmt: skip
    return graph, theta, rng.normal(size=(6, 3))


# --- layer normalisation ---


def test_layer_norm_makes_mean_0_and_variance_1_in_each_row(bare, rng):
    a = 5 + 3 * rng.normal(size=(4, 50))
    h = bare(boxes.LayerNorm).fprop(a, np.ones(50), np.zeros(50))
    np.testing.assert_allclose(h.mean(axis=1), 0, atol=1e-13)
    np.testing.assert_allclose((h**2).mean(axis=1), a.var(axis=1) / (a.var(axis=1) + EPSILON), rtol=1e-12)


def test_layer_norm_of_a_row_by_hand(bare):
    h = bare(boxes.LayerNorm, epsilon=1.0).fprop(np.array([[1.0, 5.0]]), np.array([2.0, 3.0]), np.array([10.0, 20.0]))
    np.testing.assert_allclose(h, [[10 - 2 * 2 / np.sqrt(5), 20 + 3 * 2 / np.sqrt(5)]], rtol=1e-15)


def test_layer_norm_of_a_constant_row_is_the_shift(bare):
    a, ones, shift = np.full((2, 4), 3.0), np.ones(4), np.arange(4.0)
    box = bare(boxes.LayerNorm)
    np.testing.assert_array_equal(box.fprop(a, ones, shift), [shift, shift])
    assert np.isfinite(box.bprop(np.ones((2, 4)), None, a, ones, shift)[0]).all()


def test_a_shift_of_the_whole_row_gets_no_gradient(bare, rng):
    a, gain = rng.normal(size=(3, 5)), rng.normal(size=5)
    grad_a = bare(boxes.LayerNorm).bprop(rng.normal(size=(3, 5)), None, a, gain, gain)[0]
    np.testing.assert_allclose(grad_a.sum(axis=1), 0, atol=1e-13)


# --- batch normalisation ---


def test_batch_norm_makes_mean_0_and_variance_1_in_each_feature(bare, rng):
    a = 5 + 3 * rng.normal(size=(50, 4))
    h = bare(boxes.BatchNorm).fprop(a, np.ones(4), np.zeros(4), None, None, np.ones(50))
    np.testing.assert_allclose(h.mean(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose(h.var(axis=0), a.var(axis=0) / (a.var(axis=0) + EPSILON), rtol=1e-12)


def test_positions_of_an_example_share_the_statistics(bare, rng):
    a, gain, shift = rng.normal(size=(4, 5, 3)), rng.normal(size=3), rng.normal(size=3)
    box = bare(boxes.BatchNorm)
    whole = box.fprop(a, gain, shift, None, None, np.ones(4))
    flat = box.fprop(a.reshape(20, 3), gain, shift, None, None, np.ones(20))
    np.testing.assert_allclose(whole.reshape(20, 3), flat, rtol=1e-12)


def test_shifting_or_stretching_a_whole_feature_changes_nothing_so_gets_no_gradient(bare, rng):
    a, gain, weights, grad = rng.normal(size=(6, 3)), rng.normal(size=3), rng.uniform(1, 2, 6), rng.normal(size=(6, 3))
    box, state = bare(boxes.BatchNorm, epsilon=1e-15), np.zeros(3)
    grad_a = box.bprop(grad, None, a, gain, state, state, state, weights)[0]
    mean = np.average(a, axis=0, weights=weights)
    assert np.abs(grad_a).min() > 1e-4
    np.testing.assert_allclose(grad_a.sum(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose((grad_a * (a - mean)).sum(axis=0), 0, atol=1e-13)


def test_batch_norm_does_not_read_the_running_averages_in_training(layer):
    graph, theta, X = layer
    other = theta | {"mean": np.full(3, 99.0)}
    np.testing.assert_array_equal(graph.fprop(theta, x=X)["h"], graph.fprop(other, x=X)["h"])


def test_a_row_of_weight_zero_has_no_part_in_anything(layer):
    graph, theta, X = layer
    weights = np.array([1.0, 0.0, 2.0, 0.0, 0.5, 1.5])
    kept = weights > 0
    padded = X.copy()
    padded[~kept] = 1e6  # whatever the padding holds
    all_rows, some = graph.fprop(theta, x=padded, weights=weights), graph.fprop(theta, x=X[kept], weights=weights[kept])
    np.testing.assert_allclose(all_rows["h"][kept], some["h"], rtol=1e-12)
    assert all_rows.objective == pytest.approx(some.objective, rel=1e-12)
    for name in ("gain", "shift"):
        np.testing.assert_allclose(graph.bprop(all_rows)[name], graph.bprop(some)[name], atol=1e-12)
    for name, new in some.updates.items():
        np.testing.assert_allclose(all_rows.updates[name], new, rtol=1e-12)


@given(counts=st.lists(st.integers(0, 3), min_size=4, max_size=4).filter(any))
def test_a_whole_number_as_weight_is_that_many_rows(counts):
    box = object.__new__(boxes.BatchNorm)
    box.__dict__.update(boxes.BatchNorm.hyper_defaults)
    rng = np.random.default_rng(0)
    a, gain, shift = rng.normal(size=(4, 2)), rng.normal(size=2), rng.normal(size=2)
    zeros = np.zeros(2)
    weighted = box.fprop(a, gain, shift, zeros, zeros, np.array(counts, float))
    rows = np.repeat(np.arange(4), counts)
    repeated = box.fprop(a[rows], gain, shift, zeros, zeros, np.ones(len(rows)))
    np.testing.assert_allclose(weighted[rows], repeated, rtol=1e-9, atol=1e-12)


def test_a_batch_in_which_all_weights_are_zero_changes_nothing_and_is_finite(bare, rng):
    a, gain, shift, mean, variance = rng.normal(size=(3, 2)), *rng.uniform(1, 2, size=(4, 2))
    box, zero = bare(boxes.BatchNorm), np.zeros(3)
    value = box.fprop(a, gain, shift, mean, variance, zero)
    assert np.isfinite(value).all()
    for grad in box.bprop(np.zeros((3, 2)), value, a, gain, shift, mean, variance, zero):
        np.testing.assert_array_equal(grad, np.zeros_like(grad))
    updates = box.updates(value, a, gain, shift, mean, variance, zero)
    np.testing.assert_array_equal(updates[3], mean)
    np.testing.assert_array_equal(updates[4], variance)


def test_running_averages_move_towards_the_batchs(layer):
    graph, theta, X = layer
    updates = graph.fprop(theta, x=X).updates
    assert set(updates) == {"mean", "variance"}
    np.testing.assert_allclose(updates["mean"], 0.75 * theta["mean"] + 0.25 * X.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(updates["variance"], 0.75 * theta["variance"] + 0.25 * X.var(axis=0), rtol=1e-13)


def test_running_averages_get_no_gradient(layer):
    graph, theta, X = layer
    grads = graph.bprop(graph.fprop(theta, x=X))
    assert graph.trainable == ("gain", "shift")
    assert "mean" not in grads and "variance" not in grads
    assert np.all(grads["gain"] != 0)


def test_outside_training_the_running_averages_are_used_and_kept(layer):
    graph, theta, X = layer
    values = graph.fprop(theta, x=X, training=False)
    expected = theta["gain"] * (X - theta["mean"]) / np.sqrt(theta["variance"] + EPSILON) + theta["shift"]
    np.testing.assert_allclose(values["h"], expected, rtol=1e-13)
    assert values.updates == {}
    np.testing.assert_allclose(graph.predict(theta, x=X[:1]), expected[:1], rtol=1e-13)


def test_evaluation_keeps_epsilon_and_name():
    a, others = bp.Input("a", (3,)), [bp.Parameter(n, (3,)) for n in "gsmv"]
    after = bp.batch_norm(a, *others, epsilon=0.5, name="h").evaluation()
    assert (type(after), after.epsilon, after.name) == (boxes.Normalise, 0.5, "h")
    assert after.evaluation() is after


@pytest.mark.parametrize(("make", "count"), [(bp.layer_norm, 2), (bp.batch_norm, 4), (bp.normalise, 4)])
def test_illegal_shapes_and_settings_are_refused(make, count):
    a = bp.Input("a", (3,))
    good = [bp.Parameter(f"p{i}", (3,)) for i in range(count)]
    assert make(a, *good).dims == ("N", 3)
    for bad in ((2,), (1,), ()):
        with pytest.raises(errors.ShapeError, match="shape of the last axis"):
            make(a, *good[:-1], bp.Parameter("bad", bad))
    with pytest.raises(errors.ShapeError):
        make(bp.Input("a", ()), *good)
    for epsilon in (0.0, -1.0):
        with pytest.raises(errors.SettingError, match="epsilon"):
            make(a, *good, epsilon=epsilon)
