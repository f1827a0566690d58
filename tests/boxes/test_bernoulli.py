import numpy as np
import pytest

import bprop as bp
from bprop import boxes


def test_the_loss_is_the_cross_entropy_of_a_1_of_probability_y(bare):
    f, y = np.array([[0.25, 0.5], [0.75, 0.125]]), np.array([[0.5, 1.0], [0.0, 0.25]])
    expected = -(y * np.log(f) + (1 - y) * np.log(1 - f)).sum(axis=1)
    np.testing.assert_allclose(bare(boxes.BernoulliNll).fprop(f, y), expected, rtol=1e-14)


def test_certain_probabilities_that_are_right_cost_nothing_and_wrong_ones_are_infinite(bare):
    box = bare(boxes.BernoulliNll)
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(box.fprop(np.array([1.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])), [0, 0, np.inf])
        to_f, _ = box.bprop(np.ones(2), None, np.array([1.0, 0.0]), np.array([1.0, 0.0]))
    np.testing.assert_array_equal(to_f, [-1, 1])


def autoencoder(stable=True):
    x = bp.Input("x", (3,))
    W, b, c = bp.Parameter("W", (3, 2)), bp.Parameter("b", (2,)), bp.Parameter("c", (3,))
    f = bp.sigmoid(bp.linear_transposed(bp.tanh(bp.linear(x, W, b)), W, c))
    return bp.Graph(loss=bp.bernoulli_nll(f, x, name="loss"), outputs={"f": f}, stable=stable)


def test_of_a_sigmoid_it_is_computed_from_the_pre_activations():
    graph = autoencoder()
    assert "bernoulli_cross_entropy" in graph.rewrites["loss"]
    theta = graph.init(0) | {"c": np.array([800.0, -800.0, 0.0])}
    values = graph.fprop(theta, x=np.array([[0.0, 1.0, 0.5]]))
    assert values["loss"] == pytest.approx(1600 + np.log(2), abs=3)
    assert np.isfinite(graph.bprop(values)["W"]).all()


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
@pytest.mark.parametrize("stable", [True, False])
def test_metrics_compare_probabilities_with_the_values_even_if_the_loss_is_rewritten(engine, stable):
    if engine != "numpy":
        pytest.importorskip({"native": "llvmlite", "xla": "jax"}[engine])
    x, graph = np.random.default_rng(0).uniform(size=(20, 3)), autoencoder(stable)
    fit = bp.train(graph, {"x": x}, rule=bp.SGD(1e-9), batch_size=20, epochs=1, engine=engine, seed=0, progress=False)
    f = graph.predict(fit.params, x=x)
    assert fit.history[-1].metrics["rmse"] == pytest.approx(np.sqrt(((f - x) ** 2).mean()), rel=1e-5)


def test_values_outside_0_to_1_are_refused():
    with pytest.raises(bp.errors.DataError, match="1"):
        autoencoder().fprop(autoencoder().init(0), x=np.array([[0.0, 0.5, 1.5]]))
