"""The multi-layer perceptron builder."""

import numpy as np
import pytest

import bprop as bp
from bprop import architecture, errors
from bprop.registry import registry

ROWS, INPUTS = 8, 3


def data(task, loss=None, rows=ROWS, seed=0):
    """x, and targets that go with the task and loss."""
    rng = np.random.default_rng(seed)
    y = {
        "classification": lambda: rng.permutation(np.arange(rows) % 4),
        "binary": lambda: rng.permutation(np.arange(rows) % 2),
        "multilabel": lambda: rng.integers(2, size=(rows, 4)),
        "regression": lambda: rng.normal(size=(rows, 4)) * 3 + 10,
        "counts": lambda: rng.poisson(3.0, size=(rows, 4)),
    }[task]()
    return {"x": rng.normal(size=(rows, INPUTS)), "y": y}


def outputs(task):
    return 1 if task == "binary" else 4


# --- names, and the graph built by hand ---


def test_names_are_the_lectures():
    graph = bp.mlp([3, 5, 4, 2])
    assert set(graph.inputs) == {"x", "y"}
    assert list(graph.parameters) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert {"a1", "h1", "a2", "h2", "a3", "f"} <= set(graph.boxes)
    assert list(graph.outputs) == ["f"]
    assert {name: box.shape for name, box in graph.parameters.items()} == {
        "W1": (3, 5), "b1": (5,), "W2": (5, 4), "b2": (4,), "W3": (4, 2), "b3": (2,),
    }  # fmt: skip


def by_hand(sizes, weight):
    """The design's graph: tanh, softmax, negative log-likelihood, L2 on both matrices."""
    D, H, C = sizes
    x, y = bp.Input("x", (D,)), bp.Input("y", (), dtype="int")
    W1, b1 = bp.Parameter("W1", (D, H)), bp.Parameter("b1", (H,), init=bp.init.zeros)
    W2, b2 = bp.Parameter("W2", (H, C)), bp.Parameter("b2", (C,), init=bp.init.zeros)
    h1 = bp.tanh(bp.linear(x, W1, b1))
    f = bp.softmax(bp.linear(h1, W2, b2))
    return bp.Graph(loss=bp.nll(f, y), penalty=weight * bp.l2(W1, W2), outputs={"f": f})


def test_the_network_is_the_one_built_by_hand():
    mine, built = by_hand([3, 5, 4], 1e-2), bp.mlp([3, 5, 4], activation="tanh", task="classification", l2=1e-2)
    theta = mine.init(3)
    for name, array in built.init(3).items():
        np.testing.assert_array_equal(array, theta[name])
    batch = data("classification")
    values, expected = built.fprop(theta, batch), mine.fprop(theta, batch)
    np.testing.assert_array_equal(values["f"], expected["f"])
    assert values.objective == expected.objective
    grads, wanted = built.bprop(values), mine.bprop(expected)
    for name in theta:
        np.testing.assert_array_equal(grads[name], wanted[name])


def test_training_it_is_training_the_one_built_by_hand():
    batch = data("classification", rows=20)
    settings = {"rule": bp.SGD(0.1), "batch_size": 3, "epochs": 2, "seed": 5, "engine": "numpy", "dtype": "float64"}
    mine = bp.train(by_hand([3, 5, 4], 1e-2), batch, **settings)
    built = bp.train(bp.mlp([3, 5, 4], l2=1e-2), batch, **settings)
    for name, array in mine.params.items():
        np.testing.assert_array_equal(built.params[name], array)


def test_the_output_is_o_of_the_last_pre_activation():
    graph, batch = bp.mlp([3, 5, 4], activation="sigmoid"), data("classification")
    theta = graph.init(0)
    h1 = 1 / (1 + np.exp(-(batch["x"] @ theta["W1"] + theta["b1"])))
    a2 = h1 @ theta["W2"] + theta["b2"]
    f = np.exp(a2) / np.exp(a2).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(graph.predict(theta, x=batch["x"]), f, rtol=1e-12)
    values = graph.fprop(theta, batch)
    np.testing.assert_allclose(values["h1"], h1, rtol=1e-12)
    np.testing.assert_allclose(values.loss, -np.log(f[np.arange(ROWS), batch["y"]]).mean(), rtol=1e-12)


def test_no_hidden_layer_is_a_linear_model():
    graph, batch = bp.mlp([3, 4], task="regression"), data("regression")
    theta = graph.init(0)
    assert list(theta) == ["W1", "b1"]
    np.testing.assert_allclose(graph.predict(theta, x=batch["x"]), batch["x"] @ theta["W1"] + theta["b1"], rtol=1e-12)


def test_sizes_may_be_any_whole_numbers():
    same = bp.mlp([3, 5, 2]).describe()
    assert bp.mlp((3, 5, 2)).describe() == same
    assert bp.mlp(np.array([3, 5, 2])).describe() == same
    assert bp.mlp(size for size in (3, 5, 2)).describe() == same


def test_one_output_has_no_axis_of_its_own():
    for task in ("binary", "regression", "counts"):
        graph = bp.mlp([3, 5, 1], task=task)
        assert graph.inputs["y"].shape == ()
        assert graph.predict(graph.init(0), x=np.zeros((7, 3))).shape == (7,)


def test_multilabel_keeps_its_axis_even_with_one_output():
    graph = bp.mlp([3, 5, 1], task="multilabel")
    assert graph.inputs["y"].shape == (1,)
    assert graph.predict(graph.init(0), x=np.zeros((7, 3))).shape == (7, 1)


def test_several_outputs_of_one_example():
    graph = bp.mlp([3, 5, 2], task="regression")
    assert graph.inputs["y"].shape == (2,)
    assert graph.predict(graph.init(0), x=np.zeros((7, 3))).shape == (7, 2)


# --- every task, loss and activation ---


def of_ours(named):
    """Without what other tests of this process have defined."""
    return {name: kind for name, kind in named.items() if ":" not in kind.type_key}


FITTING = [
    (task, loss)
    for task in architecture.TASKS
    for loss, kind in of_ours(architecture.losses()).items()
    if kind.head.labels == (task == "classification")
]


def targets_for(task, loss, rows=ROWS):
    """Data whose y the loss can take: 0 and 1, or counts, or numbers, as it asks for."""
    batch = data(task, rows=rows)
    if loss == "binary_cross_entropy" and task not in ("binary", "multilabel"):
        batch["y"] = (batch["y"] > np.median(batch["y"])).astype(int)
    if loss == "poisson" and task == "regression":
        batch["y"] = np.abs(batch["y"])
    return batch


def test_every_loss_goes_with_some_task():
    assert {loss for _, loss in FITTING} == set(of_ours(architecture.losses()))
    assert {task for task, _ in FITTING} == set(architecture.TASKS)


@pytest.mark.parametrize(("task", "loss"), FITTING)
def test_every_task_and_loss_trains_on_a_few_rows(task, loss):
    batch = targets_for(task, loss, rows=24)
    graph = bp.mlp([INPUTS, 6, outputs(task)], task=task, loss=loss)
    fit = bp.train(graph, batch, rule=bp.Adam(0.02), batch_size=8, epochs=30, engine="numpy", dtype="float64")
    assert fit.history[-1].loss < fit.history[0].loss
    assert fit.history[-1].metrics
    f = fit.predict(x=batch["x"])
    assert (f["f"] if loss == "quantile" else f).shape[0] == 24


@pytest.mark.parametrize(("task", "loss"), FITTING)
def test_every_task_and_loss_passes_the_gradient_check(task, loss):
    graph = bp.mlp([INPUTS, 4, outputs(task)], task=task, loss=loss, l1=1e-3, l2=1e-3)
    report = bp.check_gradients(graph, graph.init(1), targets_for(task, loss))
    assert report.ok, str(report)


def test_each_task_has_its_loss():
    for task, loss in architecture.TASKS.items():
        size = outputs(task)
        assert bp.mlp([3, size], task=task).describe() == bp.mlp([3, size], task=task, loss=loss).describe()


def test_cross_entropy_is_another_name_of_nll():
    assert bp.mlp([3, 4], loss="cross_entropy").describe() == bp.mlp([3, 4], loss="nll").describe()


def test_outputs_are_probabilities_rates_or_values():
    x = np.random.default_rng(0).normal(size=(20, INPUTS)) * 3
    f = {
        task: (g := bp.mlp([INPUTS, 5, outputs(task)], task=task)).predict(g.init(0), x=x)
        for task in architecture.TASKS
    }
    np.testing.assert_allclose(f["classification"].sum(axis=1), 1.0, rtol=1e-12)
    for task in ("binary", "multilabel"):
        assert ((f[task] > 0) & (f[task] < 1)).all()
    assert (f["counts"] > 0).all()
    assert (f["regression"] < 0).any()


@pytest.mark.parametrize("name", sorted(of_ours(architecture.activations())))
def test_every_activation_by_name(name):
    graph, batch = bp.mlp([3, 5, 4], activation=name), data("classification")
    assert type(graph.boxes["h1"]) is architecture.activations()[name]
    assert bp.check_gradients(graph, graph.init(0), batch).ok


def test_the_activations_are_the_ones_of_the_contract():
    names = {"elu", "gelu", "leaky_relu", "relu", "sigmoid", "silu", "softplus", "tanh"}
    assert names <= set(of_ours(architecture.activations()))


# --- what stands in a layer ---


def test_an_activation_for_each_hidden_layer():
    graph = bp.mlp([3, 5, 6, 4], activation=["tanh", "relu"])
    assert [type(graph.boxes[h]).__name__ for h in ("h1", "h2")] == ["Tanh", "Relu"]


def test_an_activation_of_ones_own():
    graph = bp.mlp([3, 5, 4], activation=lambda a: bp.leaky_relu(a, slope=0.3) + 1.0)
    batch, theta = data("classification"), graph.init(0)
    a1 = batch["x"] @ theta["W1"] + theta["b1"]
    h1 = np.where(a1 > 0, a1, 0.3 * a1) + 1.0
    a2 = h1 @ theta["W2"] + theta["b2"]
    f = np.exp(a2) / np.exp(a2).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(graph.predict(theta, x=batch["x"]), f, rtol=1e-12)
    assert bp.check_gradients(graph, theta, batch).ok


def test_an_activation_that_is_a_class_of_ones_own():
    class Cube(bp.Box):
        """a^3."""

        def fprop(self, a):
            return a**3

        def bprop(self, grad, value, a):
            return grad * 3 * a**2

    graph, batch = bp.mlp([3, 5, 4], activation=Cube), data("classification")
    assert type(graph.boxes["h1"]) is Cube
    assert bp.check_gradients(graph, graph.init(0), batch).ok


def test_names_functions_and_classes_can_be_mixed():
    graph = bp.mlp([3, 5, 6, 7, 4], activation=["sigmoid", bp.relu, lambda a: a])
    assert type(graph.boxes["h1"]).__name__ == "Sigmoid"
    assert "Relu" in {type(box).__name__ for box in graph.order}
    assert bp.check_gradients(graph, graph.init(0), data("classification")).ok


def test_dropout_follows_every_hidden_layer_and_is_off_outside_training():
    graph, plain, batch = bp.mlp([3, 50, 40, 4], dropout=0.5), bp.mlp([3, 50, 40, 4]), data("classification")
    theta = graph.init(0)
    assert {"d1", "d2"} <= set(graph.boxes)
    assert "d3" not in graph.boxes
    np.testing.assert_array_equal(graph.predict(theta, x=batch["x"]), plain.predict(theta, x=batch["x"]))
    values = graph.fprop(theta, batch)
    for name in ("d1", "d2"):
        assert 0.2 < (values[name] == 0).mean() < 0.8
    assert bp.check_gradients(graph, theta, batch, seed=3).ok


def test_dropout_for_each_layer():
    graph, batch = bp.mlp([3, 50, 40, 4], dropout=[0.0, 0.9]), data("classification")
    values = graph.fprop(graph.init(0), batch)
    assert (values["d1"] != 0).all()
    assert (values["d2"] == 0).mean() > 0.7


def test_dropout_may_leave_a_layer_out():
    graph = bp.mlp([3, 5, 6, 4], dropout=[None, 0.5])
    assert "d1" not in graph.boxes
    assert "d2" in graph.boxes


@pytest.mark.parametrize(("l1", "l2"), [(0.1, None), (None, 0.2), (0.1, 0.2), (0.0, 0.0), (0, 0.3)])
def test_the_penalty_is_the_lectures_on_weights_alone(l1, l2):
    graph = bp.mlp([3, 5, 4], l1=l1, l2=l2)
    theta = graph.init(0) | {"b1": np.full(5, 7.0), "b2": np.full(4, 7.0)}
    W = np.concatenate([theta["W1"].ravel(), theta["W2"].ravel()])
    expected = (l1 or 0) * np.abs(W).sum() + (l2 or 0) * (W**2).sum()
    assert graph.fprop(theta, data("classification")).penalty == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_a_term_is_there_when_its_weight_is_a_number():
    for given, terms in (({"l1": 0.1}, {"L1"}), ({"l2": 0}, {"L2"}), ({"l1": 0, "l2": 0.1}, {"L1", "L2"})):
        kinds = {type(box).__name__ for box in bp.mlp([3, 5, 4], **given).order}
        assert kinds & {"L1", "L2"} == terms


def test_no_penalty_where_neither_is_given():
    assert bp.mlp([3, 5, 4]).penalty is None


def test_layer_normalisation_of_every_hidden_pre_activation():
    graph, batch = bp.mlp([3, 5, 6, 4], normalise="layer"), data("classification")
    assert {"n1", "n2", "gain1", "shift1", "gain2", "shift2"} <= set(graph.boxes)
    assert "n3" not in graph.boxes
    theta = graph.init(0)
    np.testing.assert_allclose(graph.fprop(theta, batch)["n1"].mean(axis=1), 0, atol=1e-12)
    assert bp.check_gradients(graph, theta, batch).ok


def test_batch_normalisation_of_every_hidden_pre_activation():
    graph, batch = bp.mlp([3, 5, 4], normalise="batch"), data("classification")
    assert set(graph.trainable) == {"W1", "b1", "gain1", "shift1", "W2", "b2"}
    theta = graph.init(0)
    np.testing.assert_array_equal(theta["gain1"], np.ones(5))
    np.testing.assert_array_equal(theta["variance1"], np.ones(5))
    np.testing.assert_allclose(graph.fprop(theta, batch)["n1"].mean(axis=0), 0, atol=1e-12)
    assert bp.check_gradients(graph, theta, batch).ok


def test_batch_normalisation_learns_the_averages_it_predicts_with():
    graph, batch = bp.mlp([3, 5, 4], normalise="batch"), data("classification", rows=32)
    batch["x"] += 5.0
    fit = bp.train(graph, batch, epochs=3, batch_size=8, engine="numpy")
    assert (fit.params["mean1"] != 0).all()
    assert (fit.params["variance1"] != 1).all()


def test_the_initialiser_is_of_the_weights():
    theta = bp.mlp([3, 5, 4], init=bp.init.Constant(0.5)).init(0)
    assert (theta["W1"] == 0.5).all()
    assert (theta["W2"] == 0.5).all()
    assert not theta["b1"].any()


def test_weights_start_within_the_lectures_bounds_and_biases_at_zero():
    theta = bp.mlp([100, 200, 4]).init(0)
    bound = np.sqrt(6) / np.sqrt(300)
    assert np.abs(theta["W1"]).max() <= bound
    assert np.abs(theta["W1"]).max() > 0.99 * bound
    assert not theta["b1"].any()
    assert not theta["b2"].any()


# --- scaling ---


def test_input_scaling_is_what_the_network_sees():
    batch = data("classification")
    mean, deviation = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 0.5])
    plain, scaled = bp.mlp([3, 5, 4]), bp.mlp([3, 5, 4], input_scaling=(mean, deviation))
    theta = plain.init(0)
    raw = batch["x"] * deviation + mean
    np.testing.assert_allclose(scaled.predict(theta, x=raw), plain.predict(theta, x=batch["x"]), rtol=1e-10)


def test_input_scaling_may_be_one_number_for_all():
    plain, scaled = bp.mlp([3, 4]), bp.mlp([3, 4], input_scaling=(0, 255))
    theta, x = plain.init(0), np.array([[0, 51, 255]], np.uint8)
    np.testing.assert_allclose(scaled.predict(theta, x=x), plain.predict(theta, x=x / 255), rtol=1e-12)


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber"])
def test_target_scaling_gives_f_in_data_units_and_a_standardised_loss(loss):
    mean, deviation = 50.0, 20.0
    plain = bp.mlp([3, 5, 1], task="regression", loss=loss)
    scaled = bp.mlp([3, 5, 1], task="regression", loss=loss, target_scaling=(mean, deviation))
    theta, x = plain.init(0), np.random.default_rng(0).normal(size=(ROWS, 3))
    a = plain.predict(theta, x=x)
    np.testing.assert_allclose(scaled.predict(theta, x=x), mean + deviation * a, rtol=1e-12)
    z = np.random.default_rng(1).normal(size=ROWS) * 2
    values, expected = scaled.fprop(theta, x=x, y=mean + deviation * z), plain.fprop(theta, x=x, y=z)
    assert values.loss == pytest.approx(expected.loss, rel=1e-12)
    grads, wanted = scaled.bprop(values), plain.bprop(expected)
    for name in theta:
        np.testing.assert_allclose(grads[name], wanted[name], rtol=1e-9, atol=1e-12)


def test_metrics_under_target_scaling_are_in_data_units():
    graph = bp.mlp([3, 1], task="regression", target_scaling=(50.0, 20.0))
    theta = graph.init(0)
    x = np.random.default_rng(0).normal(size=(ROWS, 3))
    y = graph.predict(theta, x=x) + 10.0
    found = bp.Model(graph, theta).evaluate(x=x, y=y)
    assert found["rmse"] == pytest.approx(10.0)
    assert found["mae"] == pytest.approx(10.0)
    assert found["loss"] == pytest.approx(0.25)


def test_several_targets_may_have_a_mean_each():
    graph = bp.mlp([3, 2], task="regression", target_scaling=([1.0, 2.0], 3.0))
    theta = graph.init(0) | {"W1": np.zeros((3, 2))}
    np.testing.assert_array_equal(graph.predict(theta, x=np.zeros((4, 3))), np.tile([1.0, 2.0], (4, 1)))


# --- bad settings ---

BAD = [
    ({"sizes": 5}, errors.SettingError, "sizes"),
    ({"sizes": "ab"}, errors.SettingError, "sizes"),
    ({"sizes": []}, errors.SettingError, "inputs and outputs"),
    ({"sizes": [3]}, errors.SettingError, "inputs and outputs"),
    ({"sizes": [3, 0, 2]}, errors.SettingError, "above 0"),
    ({"sizes": [3, -1, 2]}, errors.SettingError, "above 0"),
    ({"sizes": [3, 2.5]}, errors.SettingError, "whole numbers"),
    ({"sizes": [3, "4"]}, errors.SettingError, "whole numbers"),
    ({"sizes": [3, 1]}, errors.SettingError, "at least 2 classes"),
    ({"sizes": [3, 2], "task": "binary"}, errors.SettingError, "1 output"),
    ({"task": "clasification"}, errors.UnknownNameError, "multilabel"),
    ({"loss": "nnl"}, errors.UnknownNameError, "hinge"),
    ({"loss": "huber", "task": "classification"}, errors.SettingError, "these do: focal, hinge, label_smoothing, nll"),
    ({"loss": "nll", "task": "regression"}, errors.SettingError, "squared_error"),
    ({"activation": "than"}, errors.UnknownNameError, "tanh"),
    ({"activation": "than", "sizes": [3, 2]}, errors.UnknownNameError, "tanh"),
    ({"activation": ["tanh", "relu"]}, errors.SettingError, "2 entries for 1 hidden"),
    ({"activation": None}, errors.SettingError, "activation"),
    ({"activation": 5}, errors.SettingError, "activation"),
    ({"activation": lambda a: 3}, errors.SettingError, "layer 1"),
    ({"activation": lambda a: bp.sum(a, axis=1)}, errors.ShapeError, "a2"),
    ({"dropout": 1.0}, errors.SettingError, "rate"),
    ({"dropout": -0.1}, errors.SettingError, "rate"),
    ({"dropout": float("nan")}, errors.SettingError, "rate"),
    ({"dropout": "half"}, errors.BoxError, "rate"),
    ({"dropout": [0.1, 0.2]}, errors.SettingError, "2 entries for 1 hidden"),
    ({"l1": -1.0}, errors.SettingError, "l1"),
    ({"l2": float("nan")}, errors.SettingError, "l2"),
    ({"l2": float("inf")}, errors.SettingError, "l2"),
    ({"l1": "a"}, errors.SettingError, "l1"),
    ({"l1": np.ones(2)}, errors.SettingError, "l1"),
    ({"normalise": "group"}, errors.UnknownNameError, "batch, layer"),
    ({"normalise": "group", "sizes": [3, 2]}, errors.UnknownNameError, "batch, layer"),
    ({"init": "glorot"}, errors.BoxError, "init"),
    ({"input_scaling": "standard"}, errors.SettingError, "pair"),
    ({"input_scaling": (1.0,)}, errors.SettingError, "pair"),
    ({"input_scaling": 3.0}, errors.SettingError, "pair"),
    ({"input_scaling": (0, 0)}, errors.SettingError, "above 0"),
    ({"input_scaling": (0, -1)}, errors.SettingError, "above 0"),
    ({"input_scaling": (float("nan"), 1)}, errors.SettingError, "finite"),
    ({"input_scaling": (np.zeros(2), np.ones(2))}, errors.ShapeError, "x_mean"),
    ({"target_scaling": (0, 1)}, errors.SettingError, "own scale"),
    ({"target_scaling": (0, 0), "task": "regression"}, errors.SettingError, "above 0"),
    ({"target_scaling": (0, float("inf")), "task": "regression"}, errors.SettingError, "finite"),
    ({"target_scaling": (0,), "task": "regression"}, errors.SettingError, "pair"),
    ({"target_scaling": (np.zeros(2), np.ones(2)), "task": "regression"}, errors.SettingError, "one deviation"),
    ({"target_scaling": (np.zeros(5), 1.0), "task": "regression"}, errors.ShapeError, "y_mean"),
    ({"target_scaling": (0, 1), "task": "counts"}, errors.SettingError, "own scale"),
]


@pytest.mark.parametrize(("settings", "kind", "says"), BAD)
def test_a_bad_setting_is_a_clear_error(settings, kind, says):
    with pytest.raises(errors.BpropError) as caught:
        bp.mlp(**{"sizes": [3, 4, 2], **settings})
    assert type(caught.value) is kind
    assert says in str(caught.value)


# --- description ---


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"activation": ["relu", "gelu"], "dropout": [0.5, None], "l1": 0.1},
        {"normalise": "batch", "task": "regression", "target_scaling": (5.0, 2.0)},
        {"normalise": "layer", "task": "counts", "input_scaling": (np.arange(3.0), np.full(3, 2.0))},
        {"loss": "hinge", "l2": 0.1, "init": bp.init.he_normal},
        {"task": "multilabel"},
    ],
)
def test_a_description_gives_the_same_network(settings):
    graph = bp.mlp([3, 5, 6, 4], **settings)
    back = bp.Graph.from_description(graph.describe())
    assert back.describe() == graph.describe()
    batch, theta = data(settings.get("task", "classification")), graph.init(0)
    assert back.fprop(theta, batch).objective == graph.fprop(theta, batch).objective
    for name, array in back.init(0).items():
        np.testing.assert_array_equal(array, theta[name])


# --- losses and activations of one's own ---


@pytest.fixture
def own(monkeypatch):
    """A loss and an activation of one's own, that other tests do not see."""
    monkeypatch.setattr("bprop.registry._CLASSES", dict(registry()))

    class LogCosh(bp.boxes.Loss):
        """log cosh(f - y), summed over the outputs. Shapes: f (N, ...), y (N, ...) -> (N,)."""

        head = bp.boxes.Head(reads_output=True, scaled=1)
        metrics = ("mae",)

        def fprop(self, f, y):
            return np.log(np.cosh(f - y)).reshape(len(f), -1).sum(axis=1)

        def bprop(self, grad, value, f, y):
            sent = grad.reshape(-1, *[1] * (f.ndim - 1)) * np.tanh(f - y)
            return sent, -sent

    class Bent(bp.boxes.Activation):
        """(sqrt(a^2 + 1) - 1) / 2 + a, elementwise."""

        def fprop(self, a):
            return (np.sqrt(a * a + 1) - 1) / 2 + a

        def bprop(self, grad, value, a):
            return grad * (a / (2 * np.sqrt(a * a + 1)) + 1)

    return LogCosh, Bent


@pytest.mark.parametrize("by_name", [True, False])
def test_a_loss_of_ones_own_is_known_by_name_and_as_a_class(own, by_name):
    loss, activation = ("log_cosh", "bent") if by_name else own
    graph = bp.mlp([INPUTS, 5, outputs("regression")], task="regression", loss=loss, activation=activation)
    batch = data("regression", rows=24)
    fit = bp.train(graph, batch, rule=bp.Adam(0.02), epochs=20, engine="numpy", progress=False)
    assert fit.history[-1].loss < fit.history[0].loss
    assert set(fit.history[-1].metrics) == {"mae"}


@pytest.mark.usefixtures("own")
def test_a_class_of_ones_own_does_not_replace_ours_of_the_same_name():
    class Tanh(bp.boxes.Activation):
        def fprop(self, a):
            return a

        def bprop(self, grad, value, a):
            return grad

    assert architecture.activations()["tanh"] is bp.boxes.Tanh


def test_what_is_no_loss_and_a_loss_that_ends_no_network_are_refused():
    with pytest.raises(
        errors.SettingError, match=r"a loss is a name, a class of loss, or a function \(f, y\) -> box, not 3"
    ):
        bp.mlp([3, 1], task="regression", loss=3)

    class Headless(bp.boxes.CrossEntropy):  # CrossEntropy itself is the loss that its name chooses
        pass

    with pytest.raises(errors.SettingError, match="Headless does not say how a network ends"):
        bp.mlp([3, 4], loss=Headless)


@pytest.mark.parametrize(("outputs", "dims"), [(1, ("N", 3)), (2, ("N", 2, 3))])
def test_the_quantile_loss_gives_a_number_for_each_level_and_f_is_the_median(outputs, dims, rng):
    graph = bp.mlp([4, 5, outputs], task="regression", loss="quantile", quantiles=[0.1, 0.5, 0.8])
    theta, x = graph.init(seed=0), rng.normal(size=(6, 4))
    values = graph.predict(theta, x=x)
    assert graph.outputs["quantiles"].dims == dims and graph.parameters["W2"].shape == (5, 3 * outputs)
    np.testing.assert_array_equal(values["f"], values["quantiles"][..., 1])
    y = rng.normal(size=(6, outputs))
    y = y[:, 0] if outputs == 1 else y
    assert bp.check_gradients(graph, theta, x=x, y=y).ok
    assert graph.loss.levels == (0.1, 0.5, 0.8)


def test_quantiles_of_scaled_targets_are_on_the_scale_of_y(rng):
    plain = bp.mlp([4, 2], task="regression", loss="quantile")
    scaled = bp.mlp([4, 2], task="regression", loss="quantile", target_scaling=([5.0, -3.0], 2.0))
    theta, x, y = plain.init(seed=0), rng.normal(size=(3, 4)), rng.normal(size=(3, 2))
    q = plain.predict(theta, x=x)["quantiles"]
    values = scaled.predict(theta, x=x)
    np.testing.assert_allclose(values["quantiles"], np.array([[5.0], [-3.0]]) + 2 * q, rtol=1e-12)
    loss, of_plain = scaled.fprop(theta, x=x, y=np.array([5.0, -3.0]) + 2 * y), plain.fprop(theta, x=x, y=y)
    assert float(loss.objective) == pytest.approx(float(of_plain.objective))


def test_quantiles_that_are_learned_hold_their_share_of_the_targets(rng):
    x = rng.uniform(size=(2000, 1))
    y = x[:, 0] + rng.exponential(size=2000) * x[:, 0]
    graph = bp.mlp([1, 16, 1], task="regression", loss="quantile", quantiles=(0.1, 0.5, 0.9), activation="relu")
    fit = bp.train(graph, {"x": x, "y": y}, rule=bp.Adam(0.01), epochs=15, batch_size=50, engine="numpy")
    shares = (y[:, None] < fit.predict(x=x)["quantiles"]).mean(axis=0)
    np.testing.assert_allclose(shares, [0.1, 0.5, 0.9], atol=0.05)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"task": "regression", "quantiles": (0.1, 0.9)}, "choose that loss"),
        ({"task": "regression", "loss": "huber", "quantiles": (0.1, 0.9)}, "choose that loss"),
        ({"task": "regression", "loss": "quantile", "quantiles": (0.9, 0.1)}, "increasing"),
        ({"loss": "quantile", "task": "classification"}, "does not go with task"),
    ],
)
def test_quantiles_that_make_no_network_are_refused(settings, message):
    with pytest.raises(errors.SettingError, match=message):
        bp.mlp([3, 2], **settings)


@pytest.mark.parametrize(
    ("loss", "outputs", "task"),
    [
        ("squared_error", 1, "regression"),
        ("huber", 2, "regression"),
        (bp.SquaredError, 1, "regression"),
        (bp.squared_error, 1, "regression"),
        ("quantile", 1, "regression"),
        ("binary_cross_entropy", 1, "binary"),
        ("binary_cross_entropy", 3, "multilabel"),
        ("poisson", 1, "counts"),
        ("hinge", 3, "classification"),
    ],
)
def test_a_network_whose_task_was_not_chosen_has_the_task_of_its_loss(loss, outputs, task):
    def described(graph):
        return {name: (type(box).__name__, box.dims) for name, box in graph.boxes.items()}

    assert described(bp.mlp([3, outputs], loss=loss)) == described(bp.mlp([3, outputs], loss=loss, task=task))


def test_a_task_that_was_chosen_must_fit_the_loss():
    with pytest.raises(errors.SettingError, match="does not go with task 'classification'"):
        bp.mlp([3, 2], loss="huber", task="classification")
