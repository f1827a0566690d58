"""The network for tables: embeddings beside numbers."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.architecture import Architecture
from bprop.embedding import network, tabular

EMBEDDINGS = {"colour": (5, 2), "size, cm": (4, 3)}


def rows(count=12, numbers=2, classes=3):
    rng = np.random.default_rng(0)
    data = {"c_colour": rng.integers(5, size=count), "c_size, cm": rng.integers(4, size=count)}
    if numbers:
        data["x"] = rng.normal(size=(count, numbers))
    return {**data, "y": rng.integers(classes, size=count)}


def test_embeddings_stand_beside_the_numbers():
    graph = tabular([2, 4, 3], EMBEDDINGS)
    assert set(graph.inputs) == {"x", "c_colour", "c_size, cm", "y"}
    assert {name: box.shape for name, box in graph.parameters.items()} == {
        "E_colour": (5, 2), "E_size, cm": (4, 3), "W1": (7, 4), "b1": (4,), "W2": (4, 3), "b2": (3,),
    }  # fmt: skip
    theta, data = graph.init(0), rows()
    h0 = graph.fprop(theta, data)["h0"]
    np.testing.assert_array_equal(h0[:, :2], data["x"])
    np.testing.assert_array_equal(h0[:, 2:4], theta["E_colour"][data["c_colour"]])
    np.testing.assert_array_equal(h0[:, 4:], theta["E_size, cm"][data["c_size, cm"]])


@pytest.mark.parametrize("numbers", [0, 2])
def test_its_gradients_are_right(numbers):
    graph = tabular([numbers, 4, 3], EMBEDDINGS, activation="tanh", l2=1e-3)
    assert bp.check_gradients(graph, graph.init(1), rows(numbers=numbers), elements=None).ok


def test_a_single_embedding_and_nothing_else():
    graph = tabular([0, 3], {"c": (4, 2)}, l2=0.5)
    assert list(graph.inputs) == ["c_c", "y"]
    theta = graph.init(0)
    assert graph.penalty is not None
    values = graph.fprop(theta, c_c=[1, 3], y=[0, 2])
    expected = 0.5 * sum((theta[name] ** 2).sum() for name in ("E_c", "W1"))
    assert float(values[graph.penalty]) == pytest.approx(expected)


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_it_trains_on_every_engine_and_is_saved(engine, tmp_path):
    for name in {"native": ["llvmlite"], "xla": ["jax"]}.get(engine, []):
        pytest.importorskip(name)
    codes = np.arange(60) % 4
    graph = tabular([0, 8, 2], {"c": (4, 2)}, activation="tanh")
    data = {"c_c": codes, "y": codes % 2}
    fit = bp.train(graph, data, rule=bp.Adam(0.05), batch_size=10, epochs=40, engine=engine, progress=False)
    assert fit.history[-1].metrics["accuracy"] == 1
    bp.save(tmp_path / "net.bprop", fit)
    back = bp.load(tmp_path / "net.bprop")
    np.testing.assert_array_equal(back.predict(c_c=codes), fit.predict(c_c=codes))


def test_numbers_are_scaled_and_values_have_units():
    graph = tabular([2, 4, 1], {"c": (4, 2)}, task="regression", input_scaling=([1, 2], [3, 4]), target_scaling=(10, 2))
    assert graph.boxes["x_mean"].value.tolist() == [1, 2]
    assert float(graph.boxes["y_deviation"].value) == 2


def test_settings_that_make_no_network():
    with pytest.raises(errors.SettingError, match="a network needs inputs"):
        tabular([0, 3], {})
    with pytest.raises(errors.SettingError, match=r"embedding of 'c' is \(categories, width\), not \(4,\)"):
        tabular([1, 3], {"c": (4,)})
    with pytest.raises(errors.SettingError, match="sizes needs at least"):
        tabular([2], {"c": (4, 2)})
    with pytest.raises(errors.SettingError, match="whole numbers"):
        tabular([2, "many"], {"c": (4, 2)})
    with pytest.raises(errors.UnknownNameError, match="'than'"):
        tabular([2, 4, 3], {"c": (4, 2)}, activation="than")


def test_categories_out_of_range_are_refused():
    graph = tabular([0, 2], {"c": (4, 2)})
    with pytest.raises(errors.DataError, match=r"'c_c': 4 .* is outside 0..3"):
        graph.fprop(graph.init(0), c_c=[4], y=[0])


def test_features_of_the_numbers_are_what_the_first_layer_takes():
    wider = Architecture((4,), task="regression", features=lambda x: bp.concat([x, x * x], name="wider"))
    graph = network(wider, 3, {"city": (5, 2)}, 1)
    assert graph.parameters["W1"].shape == (2 * 3 + 2, 4)
    x = np.ones((2, 3))
    assert graph.fprop(graph.init(0), {"x": x, "c_city": [0, 1], "y": [0.0, 1.0]})["wider"].shape == (2, 6)


def test_features_that_are_no_box_of_rows_are_refused():
    with pytest.raises(errors.SettingError, match="features is a function from the box of the numbers"):
        network(Architecture((4,), task="regression", features=lambda x: 3), 3, {}, 1)
