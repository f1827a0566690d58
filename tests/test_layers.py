"""Layers that make and name their parameters."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors


def x(*shape):
    return bp.Input("x", shape)


def test_layers_make_the_network_of_mlp_with_its_names_and_its_bits():
    h = bp.layers.dense(x(4), 5, activation="tanh")
    h = bp.layers.dense(h, 3, "relu")
    a = bp.layers.dense(h, 2)
    f, y = bp.softmax(a, name="f"), bp.Input("y", dtype="int")
    graph, mlp = (
        bp.Graph(loss=bp.nll(f, y, name="loss"), outputs={"f": f}),
        bp.mlp([4, 5, 3, 2], activation=["tanh", "relu"]),
    )
    assert list(graph.boxes) == list(mlp.boxes)
    assert graph.describe() == mlp.describe()
    X = np.random.default_rng(0).normal(size=(6, 4))
    np.testing.assert_array_equal(graph.predict(graph.init(3), x=X), mlp.predict(mlp.init(3), x=X))


def test_a_named_layer_has_named_parameters_and_is_called_so():
    h = bp.layers.dense(x(4), 5, activation="relu", name="left")
    assert (h.name, h.children[0].name) == ("left", "a_left")
    assert [child.name for child in h.children[0].children[1:]] == ["W_left", "b_left"]
    head = bp.layers.dense(h, 2, name="head")
    assert head.name == "head"
    graph = bp.Graph(outputs={"f": bp.layers.dense(head, 1)})
    assert list(graph.parameters) == ["W_left", "b_left", "W_head", "b_head", "W1", "b1"]


def test_a_layer_counts_those_below_it_of_a_network_of_another_kind_too():
    graph = bp.mlp([4, 5, 5, 3], normalise="layer")
    head = bp.layers.dense(bp.layers.layer_norm(graph.boxes["h2"]), 7)
    assert [p.name for p in bp.Graph(outputs={"f": head}).parameters.values()][-4:] == ["gain3", "shift3", "W3", "b3"]


def test_layers_side_by_side_need_names():
    def branches(**named):
        both = [bp.layers.dense(bp.Input(name, (3,)), 2, **named.get(name, {})) for name in ("l", "r")]
        return bp.Graph(outputs={"f": bp.concat(both)})

    with pytest.raises(errors.GraphError, match=r"two boxes have the name 'W1'.*give one of the layers a name"):
        branches()
    assert list(branches(r={"name": "right"}).parameters) == ["W1", "b1", "W_right", "b_right"]


def test_without_a_bias_and_with_initialisers():
    h = bp.layers.dense(x(4), 3, bias=False, init=bp.init.ones, name="d")
    graph = bp.Graph(outputs={"f": bp.layers.dense(h, 2, bias_init=bp.init.constant(0.5), init=bp.init.zeros)})
    theta = graph.init(0)
    assert list(theta) == ["W_d", "W1", "b1"]
    np.testing.assert_allclose(graph.fprop(theta, x=np.ones((2, 4)))["d"], 4.0)
    np.testing.assert_allclose(graph.predict(theta, x=np.ones((2, 4))), 0.5)


@pytest.mark.parametrize(
    ("activation", "kind"),
    [("softmax", bp.Softmax), ("log_softmax", bp.LogSoftmax), ("sigmoid", bp.Sigmoid), (bp.Relu, bp.Relu),
     (bp.tanh, bp.Tanh), (lambda a: bp.leaky_relu(a, slope=0.3), bp.LeakyRelu)],
)  # fmt: skip
def test_an_activation_is_a_name_a_class_or_a_function(activation, kind):
    assert isinstance(bp.layers.dense(x(4), 3, activation), kind)


def test_layers_of_sequences_work_on_the_last_axis():
    h = bp.layers.embedding(bp.Input("word", (7,), dtype="int"), 100, 5)
    assert h.dims == ("N", 7, 5)
    assert bp.layers.dense(h, 2).dims == ("N", 7, 2)
    assert bp.layers.flatten(h).dims == ("N", 35)


def test_embeddings_take_the_name_of_their_input():
    city, day = (bp.Input(name, dtype="int") for name in ("city", "day"))
    both = bp.concat(
        [bp.layers.embedding(city, 40, 5), bp.layers.embedding(day, 7, 2), bp.layers.embedding(day, 7, 1, name="d")]
    )
    assert {name: box.shape for name, box in bp.Graph(outputs={"f": both}).parameters.items()} == {
        "E_city": (40, 5), "E_day": (7, 2), "E_d": (7, 1),
    }  # fmt: skip


def test_normalisations_are_those_of_mlp():
    for how, layer in (("batch", bp.layers.batch_norm), ("layer", bp.layers.layer_norm)):
        h = bp.tanh(layer(bp.layers.dense(x(4), 3)), name="h1")
        f, y = bp.softmax(bp.layers.dense(h, 2), name="f"), bp.Input("y", dtype="int")
        graph = bp.Graph(loss=bp.nll(f, y, name="loss"), outputs={"f": f})
        assert graph.describe() == bp.mlp([4, 3, 2], normalise=how).describe()
    assert bp.layers.batch_norm(x(4), epsilon=0.1).epsilon == 0.1


def test_dropout_drops_in_training_alone():
    graph = bp.Graph(outputs={"d": bp.layers.dropout(x(50), 0.5)})
    X = np.ones((4, 50))
    assert set(np.unique(graph.fprop({}, x=X)["d"])) == {0.0, 2.0}
    np.testing.assert_array_equal(graph.predict({}, x=X), X)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: bp.layers.dense(np.ones((2, 3)), 4), errors.BoxError, r"bp\.layers\.dense takes a box.*not ndarray"),
        (lambda: bp.layers.dense(x(), 4), errors.ShapeError, r"dense needs a box of shape \(N, ..., D\)"),
        (lambda: bp.layers.dense(x(4), 4, activation="rellu"), errors.UnknownNameError, "did you mean 'relu'"),
        (lambda: bp.layers.dense(x(4), 4, activation=lambda a: 3), errors.BoxError, "it gave 3"),
        (lambda: bp.layers.dense(x(4), 0), errors.BoxError, "positive whole numbers"),
        (lambda: bp.layers.embedding(x(), 4, 2), errors.DTypeError, "int input"),
        (lambda: bp.layers.flatten(bp.Parameter("W", (3, 4))), errors.ShapeError, "one value an example"),
        (lambda: bp.layers.dropout("x", 0.5), errors.BoxError, "takes a box.*not str"),
        (lambda: bp.layers.layer_norm(x()), errors.ShapeError, "layer_norm needs a box of shape"),
    ],
)  # fmt: skip
def test_what_is_no_layer_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_new_head_stands_on_an_old_body():
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = datasets.load_digits(return_X_y=True)
    data = {"x": (X / 16.0)[:600], "y": y[:600]}
    settings = {"batch_size": 20, "progress": False, "rule": bp.SGD(0.3), "engine": "numpy", "dtype": "float64"}
    fit = bp.train(bp.mlp([64, 20, 10]), data, epochs=5, **settings)
    even = {"x": data["x"], "t": (data["y"] % 2).astype(int)}

    head = bp.layers.dense(fit.graph.boxes["h1"], 2, name="head")
    graph = bp.Graph(loss=bp.cross_entropy(head, bp.Input("t", dtype="int")), outputs={"f": bp.softmax(head)})
    tuned = bp.train(graph, even, params=fit, freeze=["W1", "b1"], epochs=3, **settings)

    assert list(graph.parameters) == ["W1", "b1", "W_head", "b_head"]
    assert all(np.array_equal(tuned.params[name], fit.params[name]) for name in ("W1", "b1"))
    assert tuned.evaluate(even)["accuracy"] > 0.85
