import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors


def dropped(rate, shape=(2000,), **settings):
    x = bp.Input("x", shape)
    graph = bp.Graph(outputs={"h": bp.dropout(x, rate)})
    return graph.fprop({}, x=np.ones((10, *shape)), **settings)["h"]


def test_an_element_is_kept_where_the_noise_reaches_the_rate(bare):
    box, noise = bare(boxes.Dropout, rate=0.75), np.array([0.0, 0.7, 0.75, 0.9])
    np.testing.assert_array_equal(box.fprop(np.array([1.0, 2.0, 3.0, 4.0]), noise), [0, 0, 12, 16])
    np.testing.assert_array_equal(box.bprop(np.ones(4), None, None, noise), [0, 0, 4, 4])


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_the_share_dropped_is_the_rate_and_the_mean_stays(rate):
    h = dropped(rate)
    assert (h == 0).mean() == pytest.approx(rate, abs=0.01)
    assert h.mean() == pytest.approx(1, abs=0.03)
    np.testing.assert_allclose(h[h != 0], 1 / (1 - rate), rtol=1e-15)


def test_a_rate_of_zero_drops_nothing():
    np.testing.assert_array_equal(dropped(0.0), 1)


def test_dropout_is_the_identity_outside_training():
    np.testing.assert_array_equal(dropped(0.8, training=False), 1)
    box = bp.dropout(bp.Input("x", (3,)))
    assert box.evaluation() is box.children[0]


def test_a_seed_draws_the_same_units_and_another_seed_others():
    np.testing.assert_array_equal(dropped(0.5, seed=4), dropped(0.5, seed=4))
    assert (dropped(0.5, seed=4) != dropped(0.5, seed=5)).mean() == pytest.approx(0.5, abs=0.05)


def test_two_dropouts_of_one_graph_draw_different_noise():
    x = bp.Input("x", (2000,))
    graph = bp.Graph(outputs={"one": bp.dropout(x), "two": bp.dropout(x)})
    values = graph.fprop({}, x=np.ones((1, 2000)))
    assert (values["one"] != values["two"]).mean() == pytest.approx(0.5, abs=0.06)


def test_backpropagation_drops_the_elements_that_forward_propagation_dropped():
    x = bp.Input("x", (50,))
    graph = bp.Graph(loss=bp.sum(bp.dropout(x, 0.3, name="h"), axis=1))
    values = graph.fprop({}, x=np.ones((4, 50)))
    np.testing.assert_allclose(graph.bprop(values, "x")["x"], values["h"] / 4, rtol=1e-15)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, float("nan")])
def test_an_illegal_rate_is_refused(rate):
    with pytest.raises(errors.SettingError, match="rate"):
        bp.dropout(bp.Input("x", (3,)), rate, name="d1")


def test_the_rate_may_change_without_compiling():
    assert "rate" in boxes.Dropout.runtime


# --- gaussian noise ---


def noisy(scale, shape=(4000,), **settings):
    graph = bp.Graph(outputs={"h": bp.gaussian_noise(bp.Input("x", shape), scale)})
    return graph.fprop({}, x=np.full((5, *shape), 3.0), **settings)["h"]


def test_noise_is_normal_with_the_scale_as_its_deviation():
    z = np.sort(((noisy(0.25) - 3.0) / 0.25).ravel())
    assert (z.mean(), z.std()) == (pytest.approx(0, abs=0.02), pytest.approx(1, abs=0.02))
    shares = [(z < bound).mean() for bound in (-1.959964, -0.674490, 0.674490, 1.959964)]
    np.testing.assert_allclose(shares, [0.025, 0.25, 0.75, 0.975], atol=0.01)
    assert abs(np.corrcoef(noisy(0.25)[:2])[0, 1]) < 0.05


def test_numbers_are_finite_where_the_uniform_ones_are_at_their_ends(bare):
    ends = np.array([[[0.0, 0.0], [0.0, 0.5], [1 - 2.0**-24, 0.25]]])
    z = bare(boxes.GaussianNoise).noise(lambda shape: ends.reshape(shape), np.zeros((1, 3)))
    np.testing.assert_allclose(z, [[0, 0, 0]], atol=1e-15)
    high = bare(boxes.GaussianNoise).noise(lambda shape: np.full(shape, 1 - 2.0**-24), np.zeros((1, 1)))
    assert high == pytest.approx(np.sqrt(48 * np.log(2)), rel=1e-6)


def test_noise_is_none_outside_training_and_the_same_for_the_same_seed():
    np.testing.assert_array_equal(noisy(0.5, training=False), 3.0)
    np.testing.assert_array_equal(noisy(0.5, seed=4), noisy(0.5, seed=4))
    assert (noisy(0.5, seed=4) != noisy(0.5, seed=5)).mean() > 0.99


@pytest.mark.parametrize("engine", ["native", "xla"])
def test_all_engines_draw_the_same_noise(engine):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}[engine])
    x = np.random.default_rng(0).normal(size=(7, 3))
    h = bp.gaussian_noise(bp.Input("x", (3,)), 0.3) @ bp.Parameter("W", (3, 2))
    graph = bp.Graph(loss=bp.sum(bp.square(h), axis=1))
    settings = {"rule": bp.SGD(0.1), "batch_size": 3, "epochs": 2, "dtype": "float64", "seed": 1, "progress": False}
    one, two = (bp.train(graph, {"x": x}, engine=e, **settings).params["W"] for e in ("numpy", engine))
    np.testing.assert_allclose(one, two, rtol=1e-9)


@pytest.mark.parametrize("scale", [-0.1, float("nan"), float("inf")])
def test_an_illegal_scale_is_refused(scale):
    with pytest.raises(errors.SettingError, match="scale"):
        bp.gaussian_noise(bp.Input("x", (3,)), scale)


def test_weights_take_noise_too():
    W = bp.Parameter("W", (3, 2))
    x = bp.Input("x", (3,))
    graph = bp.Graph(loss=bp.sum(bp.square(x @ bp.gaussian_noise(W, 0.5)), axis=1))
    theta = graph.init(0)
    values = graph.fprop(theta, x=np.ones((4, 3)), training=True, seed=1)
    noise = values["gaussian_noise_1"] - theta["W"]
    assert noise.shape == (3, 2)
    assert 0.1 < noise.std() < 1
