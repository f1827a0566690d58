"""Whole models in ONNX: networks of every task, the file, and what cannot be exported."""

import json
import subprocess
import sys

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.namespace import namespace

NETWORKS = {
    "classification": {"sizes": [5, 8, 3], "task": "classification", "dropout": 0.5},
    "binary": {"sizes": [5, 8, 1], "task": "binary", "activation": "sigmoid"},
    "multilabel": {"sizes": [5, 8, 4], "task": "multilabel", "activation": "gelu"},
    "regression": {"sizes": [5, 8, 1], "task": "regression", "target_scaling": (3.0, 10.0)},
    "several numbers": {"sizes": [5, 8, 2], "task": "regression", "loss": "huber", "activation": "elu"},
    "counts": {"sizes": [5, 8, 1], "task": "counts", "activation": "silu"},
    "hinge": {"sizes": [5, 3], "task": "classification", "loss": "hinge"},
    "normalised by batch": {"sizes": [5, 8, 8, 3], "normalise": "batch", "activation": ["tanh", "leaky_relu"]},
    "normalised by layer": {"sizes": [5, 8, 3], "normalise": "layer", "activation": "softplus"},
}


@pytest.fixture
def onnx():
    return pytest.importorskip("onnx", reason="exporting needs the package onnx")


@pytest.fixture
def run(onnx):
    """run(proto or path, x=X): {output: array} by the runtime."""
    ort = pytest.importorskip("onnxruntime", reason="the runtime is the judge here")

    def run(made, **inputs):
        content = made.SerializeToString() if hasattr(made, "SerializeToString") else str(made)
        session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])
        return dict(zip([o.name for o in session.get_outputs()], session.run(None, inputs), strict=True))

    return run


def network(sizes, dtype="float32", **settings):
    graph = bp.mlp(sizes, input_scaling=(np.arange(5.0), np.linspace(1, 9, 5)), **settings)
    theta = graph.init(1, dtype)
    rng = np.random.default_rng(2)
    return bp.Model(graph, {n: a + rng.uniform(0.1, 0.5, a.shape).astype(dtype) for n, a in theta.items()})


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_every_task(run, name):
    model = network(**NETWORKS[name])
    rng = np.random.default_rng(3)
    for X in (rng.normal(size=(40, 5)), 1e3 * rng.normal(size=(7, 5)), np.zeros((1, 5))):
        X = X.astype("float32")
        with np.errstate(over="ignore"):
            expected = model.predict(x=X)
        found = run(bp.to_onnx(model), x=X)["f"]
        assert (found.dtype, found.shape) == (np.float32, expected.shape)
        size = np.abs(expected[np.isfinite(expected)]).max(initial=1.0)
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6 * min(size, 100))


@pytest.mark.parametrize("activation", ["tanh", "elu", "leaky_relu", "softplus", "gelu", "silu", "sigmoid", "relu"])
def test_a_model_of_double_precision_keeps_it(run, activation):
    model = network([5, 8, 3], "float64", activation=activation)
    X = 5 * np.random.default_rng(0).normal(size=(60, 5))
    found = run(bp.to_onnx(model), x=X)["f"]
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, model.predict(x=X), rtol=1e-12, atol=1e-15)


def test_what_runtimes_have_in_single_precision_alone_is_refused_in_double(onnx):
    class Tan(bp.Box):
        def fprop(self, a):
            return namespace(a).tan(a)

        def bprop(self, grad, value, a):
            return grad * (1 + value * value)

    h = Tan(bp.Input("x", (2,)), name="h")
    graph = bp.Graph(outputs={"f": bp.linear(h, bp.Parameter("W", (2, 1)), bp.Parameter("b", (1,)))})
    with pytest.raises(errors.UnsupportedError, match=r"'h' is Tan in ONNX, which runtimes have in float32 alone"):
        bp.to_onnx(bp.Model(graph, graph.init(0, "float64")))
    bp.to_onnx(bp.Model(graph, graph.init(0, "float32")))


@pytest.mark.parametrize(("mean", "type_"), [(0.0, np.float32), (1.7e12, np.float64)])
def test_scaling_is_done_in_double_and_what_is_far_from_0_comes_and_goes_in_double(run, mean, type_):
    rng = np.random.default_rng(0)
    X = mean + 1e4 * rng.normal(size=(20, 3))
    X[:, 1] = 14.62
    scaling = {"mean": X.mean(axis=0).tolist(), "deviation": [1e4, 0.0, 1e4]}
    answer = {"mean": 1e3 * mean, "deviation": 1e4}
    graph = bp.mlp([3, 4, 1], task="regression")
    model = bp.Model(graph, graph.init(1, "float32"), notes={"scaling": {"x": scaling, "y": answer, "f": answer}})
    made = bp.to_onnx(model)
    found = run(made, x=X.astype(type_))["f"]
    assert found.dtype == type_
    expected = model.predict(x=X)
    assert expected.std() > 100
    np.testing.assert_allclose(found - 1e3 * mean, expected - 1e3 * mean, rtol=1e-4, atol=0.1)
    with pytest.raises(Exception, match="x: a number is too large"):
        run(made, x=np.full((1, 3), np.inf, type_))


def test_old_runtimes_can_read_it(onnx):
    made = bp.to_onnx(network([5, 8, 3]))
    assert made.ir_version == 7
    assert [(o.domain, o.version) for o in made.opset_import] == [("", 13)]
    onnx.checker.check_model(made, full_check=True)


def test_inputs_outputs_and_notes(onnx):
    model = network([5, 8, 3])
    model.notes["classes"] = ["a", "b", "c"]
    made = bp.to_onnx(model)
    shapes = {
        value.name: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
        for value in (*made.graph.input, *made.graph.output)
    }
    assert shapes == {"x": ["N", 5], "f": ["N", 3], "label": ["N"], "probabilities": ["N", 3]}
    assert {p.key: json.loads(p.value) for p in made.metadata_props} == {"bprop": {"classes": ["a", "b", "c"]}}
    assert (made.producer_name, made.producer_version) == ("bprop", bp.__version__)
    assert {"W1", "b1", "W2", "b2"} <= {array.name for array in made.graph.initializer}
    assert {"a1", "h1", "a2"} <= {output for node in made.graph.node for output in node.output}
    made = bp.to_onnx(bp.Model(graph := bp.mlp([2, 1], task="regression"), graph.init(seed=0)))
    assert "Identity" not in {node.op_type for node in made.graph.node}  # the box has the name of the output itself


def test_the_file_is_what_is_returned(run, onnx, tmp_path):
    model = network([5, 8, 3])
    made = bp.to_onnx(model, tmp_path / "net.onnx")
    assert (tmp_path / "net.onnx").read_bytes() == made.SerializeToString()
    X = np.zeros((2, 5), "float32")
    np.testing.assert_array_equal(run(tmp_path / "net.onnx", x=X)["f"], run(made, x=X)["f"])
    with pytest.raises(errors.ModelFileError, match="cannot write"):
        bp.to_onnx(model, tmp_path / "absent" / "net.onnx")


def test_outputs_have_the_names_of_the_graph(run):
    x = bp.Input("x")
    h = bp.tanh(x, name="h")
    made = bp.to_onnx(bp.Model(bp.Graph(outputs={"one": h, "two": h, "h": h}), {}))
    found = run(made, x=np.ones(2, "float32"))
    assert sorted(found) == ["h", "one", "two"]
    assert len({array.tobytes() for array in found.values()}) == 1


def test_an_output_that_is_an_input_needs_a_name_of_its_own(onnx):
    with pytest.raises(errors.GraphError, match="the output 'x' is an input"):
        bp.to_onnx(bp.Model(bp.Graph(outputs={"x": bp.Input("x")}), {}))


def test_a_graph_without_outputs_and_what_is_no_model_are_refused(onnx):
    with pytest.raises(errors.GraphError, match="no outputs"):
        bp.to_onnx(bp.Model(bp.Graph(loss=bp.square(bp.Input("x"))), {}))
    with pytest.raises(errors.ModelFileError, match="not dict"):
        bp.to_onnx({})


def test_without_the_package_the_message_says_what_to_install():
    code = """
import sys
sys.modules["onnx"] = None
import bprop as bp
try:
    bp.to_onnx(bp.Model(bp.Graph(outputs={"f": bp.tanh(bp.Input("x"))}), {}))
except bp.errors.MissingPackageError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "exporting needs the package onnx: pip install 'bprop[onnx]'\n"
