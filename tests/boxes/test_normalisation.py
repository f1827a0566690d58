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
    padded[~kept] = 1e200  # whatever the padding holds
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


@pytest.mark.parametrize("weights", [None, np.array([1.0, 0.0, 2.0, 0.5, 0.5, 1.5])], ids=["equal", "weighted"])
def test_running_averages_move_towards_the_batchs_unbiased_moments(layer, weights):
    graph, theta, X = layer
    updates = graph.fprop(theta, x=X, weights=weights).updates
    assert set(updates) == {"mean", "variance"}
    shares = np.full(6, 1 / 6) if weights is None else weights / weights.sum()
    move = 0.25 * (1 - (shares**2).sum())
    unbiased = np.cov(X.T, aweights=shares).diagonal()  # NumPy's correction for weights is the same
    for name, batch in (("mean", shares @ X), ("variance", unbiased)):
        np.testing.assert_allclose(updates[name], theta[name] + move * (batch - theta[name]), rtol=1e-12)


@pytest.mark.parametrize("weights", [[1.0], [0.3], [0.0, 0.7, 0.0]])
def test_a_batch_of_one_row_leaves_the_running_averages_as_they_are(layer, weights):
    graph, theta, X = layer
    updates = graph.fprop(theta, x=X[: len(weights)], weights=np.array(weights)).updates
    for name in ("mean", "variance"):
        np.testing.assert_array_equal(updates[name], theta[name])


def test_places_of_one_example_are_rows_of_the_running_averages(bare, rng):
    a, running = rng.normal(size=(1, 5, 3)), np.ones(3)
    updates = bare(boxes.BatchNorm).updates(None, a, running, running, running, running, np.ones(1))
    expected = running + 0.1 * (1 - 1 / 5) * (a[0].var(axis=0, ddof=1) - running)
    np.testing.assert_allclose(updates[4], expected, rtol=1e-13)


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
@pytest.mark.parametrize("rows", [100, 101, 102])
def test_a_short_last_batch_does_not_pull_the_running_variance_away(rows, engine):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(engine, "numpy"))
    x, y = bp.Input("x", (2,)), bp.Input("y", (2,))
    ones, zeros = bp.Parameter("gain", (2,), init=bp.init.ones), bp.Parameter("shift", (2,))
    mean = bp.Parameter("mean", (2,), trainable=False)
    variance = bp.Parameter("variance", (2,), init=bp.init.ones, trainable=False)
    graph = bp.Graph(loss=bp.squared_error(bp.batch_norm(x, ones, zeros, mean, variance), y))
    X = 3 + 2 * np.random.default_rng(1).normal(size=(rows, 2))
    run = bp.train(graph, {"x": X, "y": 0 * X}, batch_size=100, epochs=60, engine=engine, progress=False)
    np.testing.assert_allclose(run.params["variance"], X.var(axis=0), rtol=0.2 if rows == 102 else 0.03)
    np.testing.assert_allclose(run.params["mean"], X.mean(axis=0), atol=0.3 if rows == 102 else 0.05)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rows", [3, 7, 100])
def test_a_constant_is_normalised_to_the_shift_however_large_it_is(rows, dtype, bare):
    large = np.array([0.1, 1e4 / 3, 1e6 / 3], dtype)
    ones, shift = np.ones(3, dtype), np.array([0.5, -1.0, 2.0], dtype)
    batch = bare(boxes.BatchNorm).fprop(np.tile(large, (rows, 1)), ones, shift, None, None, ones[:1].repeat(rows))
    np.testing.assert_allclose(batch, np.tile(shift, (rows, 1)), atol=1e-4)
    row = np.zeros(rows, dtype)
    layer = bare(boxes.LayerNorm).fprop(np.tile(large[:, None], (1, rows)), row + 1, row)
    np.testing.assert_allclose(layer, np.zeros((3, rows)), atol=1e-4)


@pytest.mark.parametrize("cls", [boxes.LayerNorm, boxes.BatchNorm, boxes.Normalise])
def test_a_deviation_that_overflows_is_not_taken_for_a_value_of_0(cls, bare):
    a, one = np.array([[1e30, 2e30], [-4e30, 1.0]], "float32"), np.ones(2, "float32")
    given = {"LayerNorm": (), "BatchNorm": (0 * one, one, one), "Normalise": (0 * one, np.inf * one)}[cls.__name__]
    with np.errstate(all="ignore"):
        assert np.isnan(bare(cls).fprop(a, one, one, *given)).all()


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


def total_weight(weights, **settings):
    x = bp.Input("x", (3,))
    graph = bp.Graph(outputs={"w": bp.batch_weight(x)}, loss=bp.sum(x * bp.Parameter("p", ()), axis=1))
    return graph.fprop({"p": 1.0}, x=np.ones((4, 3)), weights=weights, **settings)["w"]


def test_batch_weight_is_the_number_of_examples_if_all_weigh_one():
    assert total_weight(None) == 4


def test_batch_weight_is_the_sum_of_the_weights():
    assert total_weight([0.5, 0.0, 2.0, 1.0]) == 3.5


def test_batch_weight_is_never_zero_so_that_one_may_divide_by_it():
    (box,) = (b for b in [bp.batch_weight(bp.Input("x", (3,)))])
    assert box.fprop(np.ones((2, 3)), np.zeros(2)) == 1


def test_a_penalty_can_be_divided_by_the_batch_weight():
    x, W = bp.Input("x", (3,)), bp.Parameter("W", (3,))
    loss = bp.sum(x * W, axis=1) + bp.l2(W) / bp.batch_weight(x)
    graph = bp.Graph(loss=loss)
    theta = {"W": np.array([1.0, 2.0, 3.0])}
    grads = graph.bprop(graph.fprop(theta, x=np.zeros((5, 3))))
    assert np.allclose(grads["W"], 2 * theta["W"] / 5)
    assert bp.check_gradients(graph, theta, x=np.ones((5, 3))).ok


def test_a_child_without_a_batch_axis_is_refused():
    with pytest.raises(errors.ShapeError, match="batch axis"):
        bp.batch_weight(bp.Parameter("W", (3,)))


def test_rms_norm_leaves_features_with_a_mean_square_of_1(bare, rng):
    a, gain = 5 + rng.normal(size=(4, 3, 6)), np.full(6, 2.0)
    normal = bare(boxes.RmsNorm, epsilon=1e-12).fprop(a, gain)
    np.testing.assert_allclose((normal**2).mean(axis=-1), 4, rtol=1e-10)
    np.testing.assert_allclose(normal / a, (normal / a)[..., :1].repeat(6, -1), rtol=1e-10)


def test_rms_norm_of_zeros_is_zeros(bare):
    box, a, gain = bare(boxes.RmsNorm, epsilon=1e-5), np.zeros((2, 3)), np.ones(3)
    np.testing.assert_array_equal(box.fprop(a, gain), 0)
    np.testing.assert_allclose(box.bprop(np.ones((2, 3)), None, a, gain)[0], 1e5**0.5)


@pytest.mark.parametrize("gain", [(2,), (3, 1)])
def test_rms_norm_refuses_other_shapes(gain):
    with pytest.raises(bp.errors.ShapeError, match="gain must have the shape of the last axis"):
        bp.rms_norm(bp.Input("a", (3,)), bp.Parameter("gain", gain))
