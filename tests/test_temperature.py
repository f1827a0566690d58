import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.temperature import has_probabilities, temperature_in, with_temperature


def softmax(a):
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.fixture
def network(rng):
    graph = bp.mlp([3, 4, 3], l2=0.1)
    return graph, graph.init(seed=1), rng.normal(size=(6, 3)) * 5, rng.integers(3, size=6)


def test_probabilities_and_loss_are_those_of_a_divided_by_the_temperature(network):
    graph, theta, x, y = network
    before = graph.fprop(theta, x=x, y=y)
    warm = with_temperature(graph, 2.5)
    values = warm.fprop(theta, x=x, y=y)
    p = softmax(np.asarray(before["a2"]) / 2.5)
    np.testing.assert_allclose(values["f"], p, rtol=1e-12)
    np.testing.assert_allclose(values["loss"], -np.log(p[np.arange(6), y]), rtol=1e-12)
    assert warm.parameters.keys() == graph.parameters.keys() and warm.trainable == graph.trainable
    assert temperature_in(warm) == 2.5 and temperature_in(graph) is None
    assert bp.check_gradients(warm, theta, x=x, y=y).ok


def test_a_temperature_of_1_changes_no_bit(network):
    graph, theta, x, _ = network
    np.testing.assert_array_equal(with_temperature(graph, 1.0).predict(theta, x=x), graph.predict(theta, x=x))


def test_a_further_temperature_multiplies_the_first(network):
    graph, theta, x, _ = network
    twice = with_temperature(with_temperature(graph, 2.0), 1.5)
    assert temperature_in(twice) == 3.0 and len(twice.constants) == len(graph.constants) + 1
    np.testing.assert_allclose(twice.predict(theta, x=x), with_temperature(graph, 3.0).predict(theta, x=x), rtol=1e-14)


def test_switches_have_a_temperature_too(rng):
    graph = bp.mlp([3, 4, 2], task="multilabel")
    theta, x, y = graph.init(seed=0), rng.normal(size=(5, 3)), rng.integers(2, size=(5, 2))
    a = np.asarray(graph.fprop(theta, x=x, y=y)["a2"])
    warm = with_temperature(graph, 4.0)
    p = 1 / (1 + np.exp(-a / 4.0))
    values = warm.fprop(theta, x=x, y=y)
    np.testing.assert_allclose(values["f"], p, rtol=1e-12)
    np.testing.assert_allclose(values["loss"], -np.where(y, np.log(p), np.log(1 - p)).sum(axis=1), rtol=1e-10)


def test_an_ensemble_is_calibrated_as_one_network(network):
    graph, theta, x, y = network
    model = bp.ensemble([bp.Model(graph, theta), bp.Model(graph, graph.init(seed=2))], spread=False)
    p = np.asarray(model.predict(x=x))
    warm = bp.Model(with_temperature(model.graph, 2.0), model.params)
    expected = np.sqrt(p) / np.sqrt(p).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(warm.predict(x=x), expected, rtol=1e-9)
    loss = float(warm.evaluate(x=x, y=y)["loss"])
    assert loss == pytest.approx(-np.log(expected[np.arange(6), y]).mean(), rel=1e-9)


def test_a_saved_model_keeps_its_temperature(network):
    graph, theta, x, _ = network
    warm = bp.Model(with_temperature(graph, 2.0), theta)
    bp.save("warm.bprop", warm)
    again = bp.load("warm.bprop")
    np.testing.assert_array_equal(again.predict(x=x), warm.predict(x=x))
    assert temperature_in(again.graph) == 2.0


def test_an_exported_model_has_its_temperature(network):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    graph, theta, x, _ = network
    warm = bp.Model(with_temperature(graph, 2.0), {name: array.astype("float32") for name, array in theta.items()})
    session = runtime.InferenceSession(bp.to_onnx(warm).SerializeToString())
    (f,) = session.run(["f"], {"x": x.astype("float32")})
    np.testing.assert_allclose(f, warm.predict(x=x.astype("float32")), rtol=1e-5)


@pytest.mark.parametrize("temperature", [0, -1, float("inf"), float("nan"), "2"])
def test_a_temperature_is_a_number_above_0(network, temperature):
    with pytest.raises(errors.SettingError, match="above 0"):
        with_temperature(network[0], temperature)


@pytest.mark.parametrize("graph", [bp.mlp([3, 2], task="regression"), bp.mlp([3, 2], loss="hinge")])
def test_values_and_scores_have_no_temperature(graph):
    assert not has_probabilities(graph)
    with pytest.raises(errors.SettingError, match="probabilities"):
        with_temperature(graph, 2.0)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
