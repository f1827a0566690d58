"""Prediction gives the same as a plain pass, whole or in parts of the rows."""

import numpy as np
import pytest

import bprop as bp
from bprop import architecture, errors
from bprop.graph import prediction

NETWORKS = {
    "tanh": {},
    "normalised by layer": {"normalise": "layer"},
    "normalised by batch": {"normalise": "batch", "dropout": 0.5},
    "scaled": {"task": "regression", "input_scaling": (1.0, 2.0), "target_scaling": (3.0, 4.0)},
} | {name: {"activation": name} for name, kind in architecture.activations().items() if ":" not in kind.type_key}


@pytest.fixture(params=NETWORKS)
def graph(request):
    return bp.mlp([4, 5, 6, 3], **NETWORKS[request.param])


class Centre(bp.Box):
    """a minus its mean over the rows: (N, D) -> (N, D), and yet its rows are not apart."""

    def fprop(self, a):
        return a - a.mean(axis=0)

    def bprop(self, grad, value, a):
        return grad - grad.mean(axis=0)


class Proud(bp.Box):
    """The identity, which refuses NaN."""

    def fprop(self, a):
        if np.isnan(a).any():
            raise ValueError("NaN")
        return a

    def bprop(self, grad, value, a):
        return grad


class Refusing(Proud):
    """The identity, which refuses what it is tried out on."""

    def fprop(self, a):
        if len(a) == 6:
            raise ValueError("six rows")
        return a


class Jitter(bp.Box):
    """a + noise, outside training too."""

    needs = ("noise",)

    def noise(self, draw, a):
        return draw(a.shape)

    def fprop(self, a, noise):
        return a + noise

    def bprop(self, grad, value, a, noise):
        return grad


def plain(graph, theta, **inputs):
    """{output: value} of the pass that keeps all values."""
    values = graph.fprop(theta, inputs, training=False)
    return {name: values[box] for name, box in graph.outputs.items()}


@pytest.mark.parametrize("params", ["float32", "float64"])
@pytest.mark.parametrize("data", ["float32", "float64", "int8"])
@pytest.mark.parametrize("rows", [1, 7])
def test_predictions_are_those_of_the_plain_pass_to_the_bit(graph, rng, params, data, rows):
    theta, x = graph.init(1, params), (4 * rng.normal(size=(rows, 4))).astype(data)
    y = np.zeros((rows, *graph.inputs["y"].shape), int)
    expected = graph.fprop(theta, x=x, y=y, training=False)["f"]
    for _ in range(2):
        found = graph.predict(theta, x=x)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    own = bp.Model(graph, theta).predict(x=x)
    assert own.dtype == params
    np.testing.assert_array_equal(own, graph.predict(theta, x=x, dtype=params))


def test_every_network_is_computed_in_parts(graph, rng, monkeypatch):
    assert graph.predictor.in_parts
    theta, x = graph.init(1), rng.normal(size=(23, 4))
    whole = graph.predict(theta, x=x)
    monkeypatch.setattr(prediction, "PART", 5)
    np.testing.assert_allclose(graph.predict(theta, x=x), whole, rtol=1e-13)


def test_a_box_of_ones_own_that_keeps_rows_apart_is_computed_in_parts():
    assert bp.Graph(outputs={"f": Proud(bp.Input("x", (2,)))}).predictor.in_parts


def test_an_embedding_is_computed_in_parts(monkeypatch):
    rows, W = bp.Input("rows", (), "int"), bp.Parameter("W", (6, 2))
    graph = bp.Graph(outputs={"f": bp.take(W, rows), "same": rows})
    theta, numbers = graph.init(0), np.arange(12) % 6
    monkeypatch.setattr(prediction, "PART", 5)
    assert graph.predictor.in_parts
    found = graph.predict(theta, rows=numbers)
    np.testing.assert_array_equal(found["f"], theta["W"][numbers])
    np.testing.assert_array_equal(found["same"], numbers)
    with pytest.raises(errors.DataError, match="6 at row 11"):
        graph.predict(theta, rows=np.r_[numbers[:11], 6])


@pytest.mark.parametrize(
    "mix",
    [
        lambda x: x - bp.mean(x, axis=0),
        lambda x: x[::-1],
        lambda x: x @ bp.transpose(x, (1, 0)) @ x,
        lambda x: bp.max(x),
        lambda x: bp.concat([x, np.ones((1, 2))], axis=0),
        Centre,
        lambda x: bp.tanh(Centre(x) * 2.0),
        lambda x: x[:7],
        Refusing,
        Jitter,
        lambda x: bp.tanh(Jitter(x)),
    ],
)
def test_outputs_that_may_mix_rows_are_computed_whole(mix, rng, monkeypatch):
    graph = bp.Graph(outputs={"f": mix(bp.Input("x", (2,)))})
    x = rng.normal(size=(12, 2))
    monkeypatch.setattr(prediction, "PART", 5)
    assert not graph.predictor.in_parts
    np.testing.assert_array_equal(graph.predict({}, x=x), plain(graph, {}, x=x)["f"])


def test_whole_numbers_out_of_order_are_taken_whole(monkeypatch):
    rows = bp.Input("rows", (), "int")
    graph = bp.Graph(outputs={"f": rows[::-1]})
    monkeypatch.setattr(prediction, "PART", 5)
    np.testing.assert_array_equal(graph.predict({}, rows=np.arange(12)), np.arange(12)[::-1])


def test_rows_that_only_the_loss_mixes_do_no_harm():
    x = bp.Input("x", (2,))
    graph = bp.Graph(loss=bp.sum(Centre(x), axis=1), penalty=bp.mean(x), outputs={"f": bp.tanh(x)})
    assert graph.predictor.in_parts


def test_an_output_that_needs_no_data_is_computed_once(monkeypatch):
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    graph = bp.Graph(outputs={"f": x * W, "size": bp.l2(W)})
    monkeypatch.setattr(prediction, "PART", 5)
    found = graph.predict({"W": np.array([3.0, 4.0])}, x=np.ones((12, 2)))
    assert found["size"] == 25
    np.testing.assert_array_equal(found["f"], np.tile([3.0, 4.0], (12, 1)))


def test_inputs_of_several_kinds_are_cut_alike(rng, monkeypatch):
    x, z = bp.Input("x", (2,)), bp.Input("z", (), "int")
    graph = bp.Graph(outputs={"f": x * z[:, None]})
    monkeypatch.setattr(prediction, "PART", 5)
    a, b = rng.normal(size=(12, 2)), np.arange(12)
    np.testing.assert_array_equal(graph.predict({}, x=a, z=b), a * b[:, None])
    with pytest.raises(errors.ShapeError, match="number of examples"):
        graph.predict({}, x=a, z=b[:11])


def test_a_box_that_needs_noise_outside_training_gets_it(rng):
    graph = bp.Graph(outputs={"f": Jitter(bp.Input("x", (2,)), name="jitter")})
    x = rng.normal(size=(3, 2))
    found = graph.predict({}, x=x)
    assert ((found - x >= 0) & (found - x < 1)).all()
    np.testing.assert_array_equal(found, graph.predict({}, x=x))


def test_prediction_writes_into_no_argument(graph, rng):
    theta, x = graph.init(1), rng.normal(size=(7, 4))
    for array in (x, *theta.values()):
        array.setflags(write=False)
    first = graph.predict(theta, x=x)
    second = graph.predict({name: array + 1 for name, array in theta.items()}, x=x)
    assert (first != second).any()
    np.testing.assert_array_equal(graph.predict(theta, x=x), first)


class MixesGradients(bp.Box):
    """2 a, whose bprop wrongly sends the mean gradient of all rows: a prediction asks for the value alone."""

    def fprop(self, a):
        return 2 * a

    def bprop(self, grad, value, a):
        return 2 * grad.mean(axis=0, keepdims=True) + 0 * a


def test_what_bprop_does_with_rows_does_not_matter_for_a_prediction():
    assert bp.Graph(outputs={"f": MixesGradients(bp.Input("x", (2,)))}).predictor.in_parts
