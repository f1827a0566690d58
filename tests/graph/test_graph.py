"""The contract of the graph, as the design writes it."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bprop as bp
from bprop import errors


class LeakyRelu(bp.Box):
    """max(a, slope a), elementwise. Shapes: a (N, ...) -> (N, ...)."""

    slope: float = 0.01

    def fprop(self, a):
        return bp.namespace(a).where(a > 0, a, self.slope * a)

    def bprop(self, grad, value, a):
        return grad * bp.namespace(a).where(a > 0, 1.0, self.slope)


def network(penalty=1e-4, activation=bp.tanh, sizes=(6, 5, 3)):
    """The graph of the design's contract: one hidden layer, softmax, nll, L2."""
    D, H, C = sizes
    x, y = bp.Input("x", (D,)), bp.Input("y", (), dtype="int")
    W1, b1 = bp.Parameter("W1", (D, H)), bp.Parameter("b1", (H,), init=bp.init.zeros)
    W2, b2 = bp.Parameter("W2", (H, C)), bp.Parameter("b2", (C,), init=bp.init.zeros)
    h1 = activation(bp.linear(x, W1, b1, name="a1"))
    f = bp.softmax(bp.linear(h1, W2, b2, name="a2"))
    return bp.Graph(loss=bp.nll(f, y), penalty=penalty * bp.l2(W1, W2), outputs={"f": f, "h1": h1})


@pytest.fixture
def data(rng):
    return {"x": rng.normal(size=(7, 6)), "y": rng.integers(3, size=7)}


def same(one, two, tolerance=1e-12):
    assert set(one) == set(two)
    for name in one:
        np.testing.assert_allclose(one[name], two[name], rtol=0, atol=tolerance * max(1, np.abs(two[name]).max()))


# --- the lecture ---


def test_fprop_and_bprop_are_the_lectures_equations_for_one_example(rng):
    graph = network(penalty=0.01)
    theta = {name: rng.normal(size=p.shape) for name, p in graph.parameters.items()}
    x, y = rng.normal(size=6), 2

    h0 = x
    a1 = theta["b1"] + theta["W1"].T @ h0
    h1 = np.tanh(a1)
    a2 = theta["b2"] + theta["W2"].T @ h1
    f = np.exp(a2) / np.exp(a2).sum()
    grad_a2 = -(np.eye(3)[y] - f)
    grad_W2, grad_b2 = np.outer(grad_a2, h1), grad_a2
    grad_h1 = theta["W2"] @ grad_a2
    grad_a1 = grad_h1 * (1 - h1**2)
    grad_W1, grad_b1 = np.outer(grad_a1, h0), grad_a1

    values = graph.fprop(theta, x=x[None], y=[y])
    np.testing.assert_allclose(values["f"][0], f, rtol=1e-13)
    assert values.loss == pytest.approx(-np.log(f[y]), rel=1e-13)
    assert values.penalty == pytest.approx(0.01 * ((theta["W1"] ** 2).sum() + (theta["W2"] ** 2).sum()), rel=1e-13)
    assert values.objective == pytest.approx(values.loss + values.penalty, rel=1e-15)
    grads = graph.bprop(values)
    np.testing.assert_allclose(grads["a2"][0], grad_a2, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(grads["h1"][0], grad_h1, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(grads["a1"][0], grad_a1, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(grads["W2"], grad_W2.T + 0.01 * 2 * theta["W2"], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(grads["W1"], grad_W1.T + 0.01 * 2 * theta["W1"], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(grads["b2"], grad_b2, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(grads["b1"], grad_b1, rtol=1e-12, atol=1e-15)


def test_a_batchs_objective_and_gradients_are_the_means_of_its_examples(data):
    graph = network()
    theta = graph.init(1)
    whole = graph.fprop(theta, data)
    each = [graph.fprop(theta, x=data["x"][t : t + 1], y=data["y"][t : t + 1]) for t in range(7)]
    assert whole.objective == pytest.approx(np.mean([v.objective for v in each]), rel=1e-13)
    grads = [graph.bprop(v) for v in each]
    for name in graph.trainable:
        np.testing.assert_allclose(graph.bprop(whole)[name], np.mean([g[name] for g in grads], axis=0), atol=1e-15)


def test_the_whole_objective_agrees_with_jax_grad(data, jax):
    graph = network(penalty=0.01)
    theta = graph.init(1)

    def objective(theta, x):
        h = jax.numpy.tanh(x @ theta["W1"] + theta["b1"])
        log_f = jax.nn.log_softmax(h @ theta["W2"] + theta["b2"])
        nll = -log_f[jax.numpy.arange(7), data["y"]]
        return nll.mean() + 0.01 * ((theta["W1"] ** 2).sum() + (theta["W2"] ** 2).sum())

    with jax.enable_x64(True):
        expected, of_x = jax.jit(jax.grad(objective, argnums=(0, 1)))(theta, data["x"])
        expected = {name: np.asarray(g) for name, g in (*expected.items(), ("x", of_x))}
    grads = graph.bprop(graph.fprop(theta, data), inputs="x")
    same({name: grads[name] for name in expected}, expected)


# --- values and gradients by box and by name ---


def test_values_and_gradients_are_asked_for_by_box_or_name(data):
    graph = network()
    values = graph.fprop(graph.init(), data)
    grads = graph.bprop(values)
    h1, W1 = graph.outputs["h1"], graph.parameters["W1"]
    assert values[h1] is values["h1"] and grads[W1] is grads["W1"]
    assert grads["h1"].shape == values["h1"].shape == (7, 5)
    assert set(graph.trainable) <= set(grads)
    assert "x" not in grads and "y" not in grads


def test_requested_inputs_get_a_gradient(data):
    graph = network()
    values = graph.fprop(graph.init(), data)
    for asked in ("x", graph.inputs["x"], ["x"], ("x", "h1")):
        assert graph.bprop(values, inputs=asked)["x"].shape == (7, 6)
    assert not graph.bprop(values, "y")["y"].any()
    with pytest.raises(errors.UnknownNameError, match="'z'"):
        graph.bprop(values, "z")


def test_a_parameter_that_the_loss_does_not_need_has_gradient_zero():
    x, W, V = bp.Input("x", (2,)), bp.Parameter("W", (2,)), bp.Parameter("V", (3,))
    graph = bp.Graph(loss=bp.sum(x * W, axis=1), outputs={"v": bp.tanh(V)})
    grads = graph.bprop(graph.fprop(graph.init(), x=[[1.0, 2.0]]))
    np.testing.assert_array_equal(grads["V"], np.zeros(3))


def test_the_same_pass_can_be_propagated_back_twice(data):
    graph = network()
    values = graph.fprop(graph.init(), data)
    kept = {name: values[name].tobytes() for name in values}
    one, two = graph.bprop(values), graph.bprop(values)
    for name in one:
        assert one[name].tobytes() == two[name].tobytes()
    assert {name: values[name].tobytes() for name in values} == kept


def test_data_and_theta_are_left_as_they_are(data):
    graph = network()
    theta = graph.init()
    arrays = [*data.values(), *theta.values()]
    kept = [a.tobytes() for a in arrays]
    for a in arrays:
        a.setflags(write=False)
    graph.bprop(graph.fprop(theta, data), "x")
    assert [a.tobytes() for a in arrays] == kept


# --- shapes of graphs ---


def test_a_diamond_sums_the_gradients_of_its_parents():
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    h = bp.tanh(x * W, name="h")
    graph = bp.Graph(loss=bp.sum(bp.exp(h) * bp.square(h), axis=1))
    theta, X = {"W": np.array([0.5, -0.3])}, np.array([[0.7, 1.1], [-0.2, 0.4]])
    grads = graph.bprop(graph.fprop(theta, x=X))
    H = np.tanh(X * theta["W"])
    grad_h = np.exp(H) * (H**2 + 2 * H) / 2
    np.testing.assert_allclose(grads["h"], grad_h, rtol=1e-13)
    np.testing.assert_allclose(grads["W"], (grad_h * (1 - H**2) * X).sum(axis=0), rtol=1e-13)


def test_weights_used_in_two_layers_get_the_sum():
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2, 2))
    graph = bp.Graph(loss=bp.sum(x @ W @ W, axis=1))
    theta, X = {"W": np.array([[1.0, 2.0], [3.0, 4.0]])}, np.array([[5.0, 7.0]])
    G = np.ones((1, 2))
    expected = X.T @ (G @ theta["W"].T) + (X @ theta["W"]).T @ G
    np.testing.assert_allclose(graph.bprop(graph.fprop(theta, x=X))["W"], expected, rtol=1e-14)


def test_a_loss_that_is_also_an_output_and_a_child():
    x, W = bp.Input("x", ()), bp.Parameter("W", ())
    loss = bp.square(x * W, name="l")
    graph = bp.Graph(loss=loss, outputs={"l": loss, "more": bp.exp(loss)})
    values = graph.fprop({"W": 2.0}, x=[1.0, 3.0])
    assert values.objective == (4 + 36) / 2
    assert graph.bprop(values)["W"] == (2 * 2 * 1 + 2 * 6 * 3) / 2


def test_a_chain_of_ten_thousand_boxes_builds_runs_and_backpropagates():
    length = 10_000
    x, w = bp.Input("x", ()), bp.Parameter("w", ())
    h = x * w
    for _ in range(length // 2):
        h = 0.5 * (h + w)  # 10,000 boxes deep, and w at every step
    graph = bp.Graph(loss=h, outputs={"h": h})
    assert sum(type(box).__name__ in ("Add", "Multiply") for box in graph.order) == length + 1
    values = graph.fprop({"w": 3.0}, x=[1.0, 5.0])
    np.testing.assert_allclose(values["h"], [3, 3], rtol=1e-12)  # the fixed point of h = (h + w) / 2
    assert graph.bprop(values)["w"] == pytest.approx(1.0, rel=1e-12)
    assert len(str(graph).splitlines()) > length
    assert "multiply_5000" in graph.boxes
    back = pickle.loads(pickle.dumps(graph))
    assert back.fprop({"w": 3.0}, x=[1.0, 5.0]).objective == values.objective


def test_a_cycle_made_by_force_is_refused():
    x = bp.Input("x", (2,))
    a = bp.tanh(x, name="a")
    b = bp.relu(a, name="b")
    object.__setattr__(a, "children", (b,))
    with pytest.raises(errors.GraphError, match="cycle: b needs a needs b"):
        bp.Graph(outputs={"f": b})


# --- what makes no graph ---


def test_a_graph_needs_a_loss_or_outputs():
    with pytest.raises(errors.GraphError, match="loss, or outputs"):
        bp.Graph()
    with pytest.raises(errors.GraphError, match="loss, or outputs"):
        bp.Graph(penalty=bp.l2(bp.Parameter("W", (2,))))


def test_a_loss_is_one_number_an_example():
    x = bp.Input("x", (2,))
    for box in (x, bp.sum(x), bp.sum(x, axis=1, keepdims=True), bp.sum(x, axis=0)):
        with pytest.raises(errors.GraphError, match="one number an example"):
            bp.Graph(loss=box)


def test_a_penalty_is_one_number():
    x, W = bp.Input("x", ()), bp.Parameter("W", (2,))
    for box in (W, x):
        with pytest.raises(errors.GraphError, match="penalty must be one number"):
            bp.Graph(loss=x, penalty=box)
    assert bp.Graph(loss=x, penalty=0.5).fprop({}, x=[1.0]).objective == 1.5


def test_an_object_that_is_no_box_is_refused():
    x = bp.Input("x", ())
    for wrong in ({"loss": 3.0}, {"outputs": {"f": 1.0}}, {"outputs": [x]}, {"loss": np.ones(3)}):
        with pytest.raises(errors.GraphError, match=r"must be a (box|dict)"):
            bp.Graph(**wrong)
    with pytest.raises(errors.BoxError, match="str"):
        bp.Graph(loss=x, penalty="l2")


# --- init ---


def test_init_draws_weights_from_glorot_and_sets_biases_to_zero():
    theta = network(sizes=(200, 300, 3)).init(seed=4)
    bound = np.sqrt(6) / np.sqrt(200 + 300)
    assert 0.99 * bound < np.abs(theta["W1"]).max() <= bound
    np.testing.assert_array_equal(theta["b1"], np.zeros(300))
    assert list(theta) == ["W1", "b1", "W2", "b2"]


def test_init_follows_from_the_seed_and_a_parameters_own_name():
    one, again, other = (network().init(seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one["W1"], again["W1"])
    assert (one["W1"] != other["W1"]).all()
    wider = network(sizes=(6, 5, 9)).init(3)
    np.testing.assert_array_equal(one["W1"], wider["W1"])
    square = network(sizes=(5, 5, 5)).init(3)
    assert (square["W1"] != square["W2"]).all()


def test_init_in_another_dtype_rounds_the_same_numbers():
    graph = network()
    single = graph.init(3, dtype="float32")
    assert {a.dtype for a in single.values()} == {np.dtype("float32")}
    np.testing.assert_array_equal(single["W1"], graph.init(3)["W1"].astype("float32"))


def test_illegal_seeds_and_initialisers_are_refused():
    for seed in (-1, 1.5, True, "0", None):
        with pytest.raises(errors.SettingError, match="seed"):
            network().init(seed)
    W = bp.Parameter("W", (2,), init=lambda rng, shape: np.ones(3))
    with pytest.raises(errors.ShapeError, match=r"'W' returned shape \(3,\), not \(2,\)"):
        bp.Graph(outputs={"f": bp.tanh(W)}).init()


def test_numpys_whole_numbers_are_seeds():
    np.testing.assert_array_equal(network().init(np.int64(3))["W1"], network().init(3)["W1"])


# --- precision ---


@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble"])
def test_a_pass_runs_in_the_precision_asked_for(data, dtype):
    graph = network()
    values = graph.fprop(graph.init(), data, dtype=dtype)
    assert {values[name].dtype for name in values if name != "y"} == {np.dtype(dtype)}
    assert values.objective.dtype == np.dtype(dtype)
    assert {g.dtype for g in graph.bprop(values).values()} == {np.dtype(dtype)}


# --- prediction ---


def test_predict_needs_only_the_inputs_that_the_outputs_need(data):
    graph = network()
    theta = graph.init()
    found = graph.predict(theta, x=data["x"])
    values = graph.fprop(theta, data)
    assert set(found) == {"f", "h1"}
    np.testing.assert_array_equal(found["f"], values["f"])
    np.testing.assert_array_equal(graph.predict(theta, data)["h1"], values["h1"])  # y given too: not needed, no harm
    with pytest.raises(errors.UnknownNameError, match="missing inputs: 'x'"):
        graph.predict(theta, y=data["y"])
    with pytest.raises(errors.UnknownNameError, match="unknown inputs: 'z'"):
        graph.predict(theta, x=data["x"], z=1.0)


def test_predict_of_one_output_is_its_array_and_of_none_is_refused():
    x, y, W = bp.Input("x", (2,)), bp.Input("y", (2,)), bp.Parameter("W", (2,))
    f = x * W
    one = bp.Graph(loss=bp.squared_error(f, y), outputs={"f": f})
    np.testing.assert_array_equal(one.predict({"W": np.array([2.0, 3.0])}, x=[[1.0, 1.0]]), [[2, 3]])
    with pytest.raises(errors.GraphError, match="no outputs"):
        bp.Graph(loss=bp.squared_error(f, y)).predict({"W": np.ones(2)}, x=[[1.0, 1.0]])


def test_predict_of_outputs_without_inputs_needs_no_data():
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    graph = bp.Graph(loss=bp.sum(x * W, axis=1), outputs={"size": bp.l2(W)})
    assert graph.predict({"W": np.array([3.0, 4.0])}) == 25


def test_dropout_is_off_in_prediction_and_outside_training(data):
    graph = network(activation=lambda a: bp.dropout(bp.tanh(a), 0.5))
    theta = graph.init()
    off = graph.fprop(theta, data, training=False)
    np.testing.assert_array_equal(off["h1"], np.tanh(off["a1"]))
    np.testing.assert_array_equal(graph.predict(theta, x=data["x"])["f"], off["f"])
    on = graph.fprop(theta, data, seed=3)
    assert (on["h1"] == 0).any()
    np.testing.assert_array_equal(on["h1"], graph.fprop(theta, data, seed=3)["h1"])
    grads = graph.bprop(off)
    assert grads["W1"].shape == (6, 5) and grads["h1"].shape == (7, 5)


# --- example weights ---


@given(weights=st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.25]), min_size=6, max_size=6).filter(any))
def test_a_row_of_weight_zero_is_a_row_that_is_not_there(weights):
    graph, rng, weights = network(penalty=0.01), np.random.default_rng(0), np.array(weights)
    theta, X, Y = graph.init(1), rng.normal(size=(6, 6)), rng.integers(3, size=6)
    kept = weights > 0
    whole = graph.fprop(theta, x=X, y=Y, weights=weights)
    part = graph.fprop(theta, x=X[kept], y=Y[kept], weights=weights[kept])
    assert whole.objective == pytest.approx(part.objective, rel=1e-13)
    one, two = graph.bprop(whole), graph.bprop(part)
    same({n: one[n] for n in graph.trainable}, {n: two[n] for n in graph.trainable})
    assert not one["a1"][~kept].any()


@given(counts=st.lists(st.integers(0, 3), min_size=5, max_size=5).filter(any), scale=st.sampled_from([1.0, 0.1, 7.0]))
def test_a_whole_number_as_weight_is_that_many_rows_and_a_common_factor_is_nothing(counts, scale):
    graph, rng = network(penalty=0.01), np.random.default_rng(0)
    theta, X, Y = graph.init(1), rng.normal(size=(5, 6)), rng.integers(3, size=5)
    rows = np.repeat(np.arange(5), counts)
    weighted = graph.fprop(theta, x=X, y=Y, weights=scale * np.array(counts))
    repeated = graph.fprop(theta, x=X[rows], y=Y[rows])
    assert weighted.objective == pytest.approx(repeated.objective, rel=1e-13)
    one, two = graph.bprop(weighted), graph.bprop(repeated)
    same({n: one[n] for n in graph.trainable}, {n: two[n] for n in graph.trainable})


# --- a box of your own ---


def test_a_box_of_your_own_is_one_class(data):
    graph = network(activation=lambda a: LeakyRelu(a, slope=0.2, name="h"))
    ours = network(activation=lambda a: bp.leaky_relu(a, slope=0.2))
    theta = graph.init()
    mine, theirs = graph.fprop(theta, data), ours.fprop(theta, data)
    assert mine.objective == theirs.objective
    for name in graph.trainable:
        np.testing.assert_array_equal(graph.bprop(mine)[name], ours.bprop(theirs)[name])
    assert "leaky_relu(a1, slope=0.2)" in str(graph)
    assert list(LeakyRelu.examples(np.random.default_rng(0))) == []
    back = bp.Graph.from_description(graph.describe())
    assert type(back.boxes["h"]) is LeakyRelu and back.boxes["h"].slope == 0.2


def test_a_box_of_your_own_traces_on_jax(data, jax):
    box = LeakyRelu(bp.Input("a", (6,)), slope=0.2)
    value, grad = jax.jit(lambda a: (box.fprop(a), box.bprop(a * 0 + 1, None, a)))(data["x"].astype("float32"))
    np.testing.assert_allclose(value, box.fprop(data["x"]), rtol=1e-6)
    np.testing.assert_allclose(grad, np.where(data["x"] > 0, 1, 0.2), rtol=1e-6)


# --- boxes and names ---


def test_two_graphs_may_share_boxes(data):
    first = network()
    second = bp.Graph(outputs={"hidden": first.outputs["h1"]})
    theta = first.init()
    found = second.predict({name: theta[name] for name in second.parameters}, x=data["x"])
    np.testing.assert_array_equal(found, first.fprop(theta, data)["h1"])
    assert second.name_of("hidden") == "hidden" and first.name_of(first.outputs["h1"]) == "h1"


def test_names_lead_to_boxes_and_back():
    graph = network()
    for name, box in graph.boxes.items():
        assert graph.name_of(box) == name == graph.name_of(name)
    with pytest.raises(errors.UnknownNameError, match="not in this graph"):
        graph.name_of(bp.Input("x", (6,)))
    assert list(graph.inputs) == ["x", "y"]
    assert list(graph.losses) == [graph.name_of(graph.loss)]


def test_the_backward_graph_reaches_inputs_that_are_named_outside_training():
    graph = bp.mlp([2, 3, 2], dropout=0.5)
    backward = graph.backward(inputs="x", training=False)
    assert "d objective / d x" in backward.outputs
    kinds = {type(box).__name__ for box in backward.boxes.values()}
    assert "Dropout" not in kinds and "Dropout" in {type(box).__name__ for box in graph.boxes.values()}


def test_steps_leave_what_the_step_before_returned_unless_asked():
    pytest.importorskip("llvmlite")
    graph = bp.mlp([3, 4, 2])
    batch = {"x": np.eye(3), "y": [0, 1, 1]}
    for options, intact in (({}, True), ({"in_place": True}, False)):
        of = graph.functions("native", bp.SGD(0.5), **options)
        first, state, _ = of.step(graph.init(0), of.init(graph.init(0)), batch)
        before = {name: np.array(array) for name, array in first.items()}
        of.step(first, state, batch)
        assert all(np.array_equal(first[name], before[name]) for name in before) is intact
