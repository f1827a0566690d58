"""The data of a call: a dict, an array, (X, y), a frame or keywords, and what is refused."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.graph.arguments import by_name

X, Y = np.arange(12.0).reshape(4, 3) / 10, np.array([0, 1, 1, 0])
graph = bp.mlp([3, 5, 2])
theta = graph.init(seed=1)
model = bp.Model(graph, theta)
wanted = graph.fprop(theta, {"x": X, "y": Y})


@pytest.mark.parametrize("data", [X, X.tolist(), (X, Y), {"x": X}, ({"x": X}, Y)], ids=lambda data: type(data).__name__)
def test_one_input_is_predicted_from_as_an_array(data):
    for predicted in (model.predict(data), graph.predict(theta, data)):
        np.testing.assert_array_equal(predicted, model.predict(x=X))


def test_frames_and_tensors_are_arrays():
    pandas, polars, torch = (pytest.importorskip(name) for name in ("pandas", "polars", "torch"))
    for data in (
        pandas.DataFrame(X),
        pandas.DataFrame(X, columns=["x", "b", "c"]),
        polars.DataFrame(X),
        torch.tensor(X),
    ):
        np.testing.assert_array_equal(model.predict(data), model.predict(x=X))


@pytest.mark.parametrize("data", [(X, Y), [X, Y], ({"x": X}, Y), ({"x": X}, {"y": Y})])
def test_a_pair_is_the_input_and_the_target(data):
    assert graph.fprop(theta, data).loss == wanted.loss
    assert model.evaluate(data) == model.evaluate(x=X, y=Y)
    assert bp.check_gradients(graph, theta, data, elements=5).ok


def test_an_array_is_the_input_that_the_keywords_leave():
    assert graph.fprop(theta, X, y=Y).loss == wanted.loss


def test_the_roles_of_inputs_do_not_depend_on_their_order_in_the_graph():
    a, t, w = bp.Input("a"), bp.Input("t"), bp.Parameter("w", ())
    penalty = bp.mean(t) * 0.0 + 0.0 * bp.l2(w)  # t comes first
    for outputs in ({"f": a * w}, None):
        for one in (
            bp.Graph(bp.squared_error(a * w, t), outputs=outputs),
            bp.Graph(bp.squared_error(a * w, t), penalty),
        ):
            assert one.fprop({"w": 2.0}, ([1.0], [5.0])).loss == 9.0


def test_a_graph_of_one_input_takes_an_array_for_training_too():
    x = bp.Input("x", (3,))
    auto = bp.Graph(loss=bp.squared_error(x @ bp.Parameter("W", (3, 3)), x))
    fit = bp.train(auto, X, epochs=1, engine="numpy", progress=False)
    assert len(fit.history) == 1


def test_a_frame_with_a_column_for_each_input_is_a_dict():
    pandas = pytest.importorskip("pandas")
    a, t = bp.Input("a"), bp.Input("t")
    one = bp.Graph(loss=bp.squared_error(a * bp.Parameter("w", ()), t))
    assert one.fprop({"w": 2.0}, pandas.DataFrame({"t": [5.0], "a": [1.0]})).loss == 9.0


@pytest.mark.parametrize(
    ("call", "error", "cure"),
    [
        (lambda: graph.fprop(theta, X), errors.DataError, r"give \{'x': x, 'y': y\} or \(X, y\)"),
        (lambda: graph.fprop(theta, x=X), errors.UnknownNameError, r"missing inputs: 'y'.*graph.predict\(theta, x="),
        (lambda: model.evaluate(X), errors.DataError, r"or \(X, y\)"),
        (lambda: graph.fprop(theta, X, Y), errors.CallError, r"graph.fprop\(theta, \(X, y\)\)"),
        (lambda: model.evaluate(X, Y), errors.CallError, r"evaluate\(\(X, y\)\)"),
        (lambda: bp.check_gradients(graph, theta, X, Y), errors.CallError, r"one argument, \(X, y\)"),
        (lambda: graph.draw(theta, X, Y), errors.CallError, r"graph.draw\(theta, \(X, y\)\)"),
        (lambda: graph.bprop(theta), errors.DTypeError, r"graph.bprop\(values\)"),
        (
            lambda: model.evaluate(x=X, y=Y, sample_weight=Y),
            errors.UnknownNameError,
            "weights of examples are weights=w",
        ),
        (lambda: model.predict("digits.csv"), errors.DTypeError, r"bp.table\(path\)"),
        (lambda: model.predict(iter(X.T)), errors.ShapeError, r"input 'x': needs shape \(N, "),
        (lambda: graph.predict(theta, iter([X])), errors.DTypeError, "arrays by name, {'x': x}, but got list_iterator"),
        (lambda: model.predict(X, x=X), errors.DataError, "no input left"),
        (lambda: model.predict(X[0]), errors.ShapeError, r"give a\[None\]"),
        (lambda: model.predict(X.T), errors.ShapeError, r"give a.T"),
        (lambda: bp.tabular([3, 2], {"c": (4, 2)}).fprop({}, (X, Y)), errors.DataError, "several inputs for X: x, c_c"),
    ],
)
def test_data_that_cannot_be_meant_says_what_to_type(call, error, cure):
    with pytest.raises(error, match=cure):
        call()


def test_backward_is_of_a_box_and_by_inputs():
    graph = bp.mlp([3, 2])
    loss = next(name for name, box in graph.boxes.items() if box is graph.loss)
    assert list(graph.backward(loss, "x").outputs) == [f"d {loss} / d {name}" for name in ("W1", "b1", "x")]


def test_data_and_keywords_are_taken_together():
    x = graph.inputs.keys() - {"y"}
    assert by_name(graph, x, None, {"x": X}) == {"x": X}
    assert by_name(graph, x, {"x": X}, {"y": Y}) == {"x": X, "y": Y}
    assert by_name(graph, x, {"x": X, "y": X}, {"y": Y})["y"] is Y


def test_a_pair_where_no_input_is_a_target_says_what_to_give():
    a, b = bp.Input("a", (3,)), bp.Input("b", (3,))
    two = bp.Graph(outputs={"f": bp.sum(a * b, axis=-1)})
    with pytest.raises(
        errors.DataError, match=r"data is \(X, y\), but no input is a target|several inputs for X: a, b"
    ):
        by_name(two, ["a", "b"], (X, Y), {})
    one = bp.Graph(outputs={"f": bp.sum(a, axis=-1)})
    with pytest.raises(errors.DataError, match=r"data is \(X, y\), but no input is a target: give 'a' alone"):
        by_name(one, ["a"], ({"a": X}, Y), {})


@pytest.mark.parametrize("data", [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], np.ones((2, 3))])
def test_two_rows_are_no_pair(data):
    x = bp.Input("x", (3,))
    two = bp.Graph(outputs={"f": bp.sum(x, axis=-1)})
    assert by_name(two, ["x"], data, {}, predicts=True)["x"] is data
    assert by_name(two, ["x"], data, {})["x"] is data
