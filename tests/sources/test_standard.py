"""The standard form of models that were made in Python: what it takes for x, y and f, and that it computes the same."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import UnsupportedError
from bprop.sources.preparation import Preparation
from bprop.sources.standard import Form, standard_form

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 12))


def model_of(x_shape=(12,), y_shape=(), y_dtype="int", outputs=3, end=bp.softmax, loss=bp.nll, x="x", y="y", f="f"):
    """A model with an input, a target and an output of these names and shapes."""
    data, target = bp.Input(x, x_shape), bp.Input(y, y_shape, dtype=y_dtype)
    flat = data if len(x_shape) == 1 else bp.reshape(data, (-1, 12))
    a = bp.linear(flat, bp.Parameter("W", (12, outputs)), bp.Parameter("b", (outputs,)))
    answer = end(a) if end is not None else a
    graph = bp.Graph(loss=loss(answer, target), outputs={f: answer})
    return bp.Model(graph, graph.init(seed=1))


FORMS = {
    "plain": ({}, "classification"),
    "names": ({"x": "pixels", "y": "kind", "f": "p"}, "classification"),
    "images": ({"x_shape": (3, 4)}, "classification"),
    "two": ({"outputs": 1, "end": bp.sigmoid, "loss": bp.binary_cross_entropy, "y_shape": (1,)}, "classification"),
    "labels": ({"end": bp.sigmoid, "loss": bp.binary_cross_entropy, "y_shape": (3,)}, "multilabel"),
    "values": ({"end": None, "loss": bp.squared_error, "y_shape": (3,), "y_dtype": "float"}, "regression"),
    "value": ({"end": None, "loss": bp.squared_error, "y_shape": (1,), "y_dtype": "float", "outputs": 1}, "regression"),
}


@pytest.mark.parametrize("kind", FORMS)
def test_it_computes_the_same(kind):
    settings, task = FORMS[kind]
    model = model_of(**settings)
    form, standard = Form.of(model.graph), standard_form(model)
    assert form.task == task == standard.notes["task"]
    preparation = Preparation.from_notes(standard.notes)
    preparation.need_fit(standard.graph)
    f = np.reshape(model.predict({form.x.name: X.reshape(8, *form.x.shape)}), (8, -1))
    answer = standard.predict(x=X)
    if kind == "two":
        assert np.allclose(answer, np.concatenate([1 - f, f], axis=1), atol=1e-12)
    else:
        assert np.array_equal(np.reshape(answer, (8, -1)), f)
    y = RNG.integers(2, size=(8, *standard.graph.inputs["y"].shape))
    own = form.arrays({"x": X, "y": y})
    assert {name: array.shape[1:] for name, array in own.items()} == {
        name: box.shape for name, box in model.graph.inputs.items()
    }
    assert standard.evaluate(x=X, y=y)["loss"] == pytest.approx(model.evaluate(own)["loss"], rel=1e-9)


def test_a_graph_that_has_the_form_stays_as_it_is():
    model = model_of()
    assert standard_form(model).graph is model.graph and standard_form(model).params is not None
    noted = standard_form(model)
    assert standard_form(noted) is noted


def test_classes_and_columns_are_those_of_the_notes():
    model = model_of()
    model.notes |= {"classes": ["a", "b", "c"], "columns": [f"c{k}" for k in range(12)], "target": "kind"}
    preparation = Preparation.from_notes(standard_form(model).notes)
    assert preparation.classes == ("a", "b", "c") and preparation.columns[:2] == ("c0", "c1")
    assert preparation.target == "kind"
    model.notes |= {"classes": ["a", "b"], "columns": ["c0"]}  # which do not fit the graph
    preparation = Preparation.from_notes(standard_form(model).notes)
    assert preparation.classes == (0, 1, 2) and preparation.columns[:2] == ("x1", "x2")


def test_the_scaling_in_the_notes_follows_the_names():
    model = model_of(x="pixels", x_shape=(3, 4))
    model.notes["scaling"] = {
        "pixels": {"mean": np.full((3, 4), 5.0).tolist(), "deviation": np.full((3, 4), 2.0).tolist()}
    }
    model.trained_on = {"pixels": {"mean": 1.0, "deviation": 2.0}}
    standard = standard_form(model)
    images = X.reshape(8, 3, 4)
    assert np.allclose(standard.predict(x=X), model.predict(pixels=images))
    assert standard.trained_on == {"x": {"mean": 1.0, "deviation": 2.0}}


REFUSED = {
    "several outputs": "gives 'g', 'h'",
    "several inputs": r"takes x \(N, 2\), z \(N\)",
    "several targets": r"has the targets y \(N\), u \(N\)",
    "another task": r"has targets y \(N, 2\) and gives 3 numbers",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_other_models_are_refused_with_what_they_have(kind):
    x, z = bp.Input("x", (2,)), bp.Input("z", ())
    y, u = bp.Input("y", ()), bp.Input("u", ())
    f = x @ bp.Parameter("w", (2,))
    graph = {
        "several outputs": lambda: bp.Graph(loss=bp.squared_error(f, y), outputs={"g": f, "h": 2 * f}),
        "several inputs": lambda: bp.Graph(loss=bp.squared_error(f + z, y), outputs={"f": f + z}),
        "several targets": lambda: bp.Graph(loss=bp.squared_error(f, y + u), outputs={"f": f}),
        "another task": lambda: (
            model_of(end=None, y_shape=(2,), y_dtype="float", loss=lambda a, y: bp.squared_error(a[:, :2], y)).graph
        ),
    }[kind]()
    with pytest.raises(UnsupportedError, match=REFUSED[kind]):
        standard_form(bp.Model(graph, graph.init(seed=0)))
