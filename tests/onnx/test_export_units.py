"""Units in an exported graph: inputs are scaled, outputs are restored, in double precision where they need it."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.onnx.export import Export
from bprop.onnx.tensor import Tensor

onnx = pytest.importorskip("onnx", reason="exporting needs the package onnx")
ort = pytest.importorskip("onnxruntime", reason="the runtime is the judge here")
SINGLE, DOUBLE = np.float32, np.float64


def export_of(dtype="float32", **scalings):
    """The export of a network x (N, 2) -> f (N,), with {input or output: (mean, deviation)} in its notes."""
    x, w = bp.Input("x", (2,)), bp.Parameter("w", (2,))
    graph = bp.Graph(outputs={"f": bp.sum(x * w, axis=1, name="f_")})
    notes = {name: dict(zip(("mean", "deviation"), pair, strict=True)) for name, pair in scalings.items()}
    return Export(onnx, bp.Model(graph, {"w": np.ones(2, dtype)}, notes={"scaling": notes}))


def computed(export, tensor, feeds, kind=np.float32):
    """What the runtime computes for a tensor of an export, from {input: array}."""
    inputs = [export.declared(name, array.dtype, [None] * array.ndim) for name, array in feeds.items()]
    given = [onnx.numpy_helper.from_array(np.asarray(array), name) for name, array in export.initializers.items()]
    made = onnx.helper.make_graph(export.nodes, "g", inputs, [export.declared(tensor, kind, ["N", None])], given)
    sets = [onnx.helper.make_opsetid("", export.opset)]
    model = onnx.helper.make_model(made, ir_version=7, opset_imports=sets)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run([tensor], feeds)[0]


V = np.array([[1.0, -4.0], [7.0, 0.5], [-2.0, 3e4]])


@pytest.mark.parametrize("deviation", [[2.0, 8.0], [2.0, 0.0]])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_input_is_scaled_and_what_does_not_vary_is_0(deviation, dtype):
    export = export_of(dtype, x=([3.0, -1.0], deviation))
    export.scope = "x"
    found = computed(export, export.scaled("x", Tensor("v")), {"v": V}, dtype)
    expected = (V - [3.0, -1.0]) / [2.0, 8.0] * [1.0, deviation[1] / 8.0]
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, rtol=1e-7)
    kinds = [node.op_type for node in export.nodes]
    varies = [] if deviation[1] else ["Mul"]
    assert kinds == ["Sub", "Div", *varies, "Cast", "Sub", "IsNaN", "Cast", "Gather", "Add"]
    (refusal,) = [node.name for node in export.nodes if node.op_type == "Gather"]
    assert refusal == "x: a number is too large"


def test_an_input_without_a_scaling_is_only_cast_and_watched():
    export = export_of()
    export.scope = "x"
    tensor = export.scaled("x", Tensor("v"))
    found = computed(export, tensor, {"v": V})
    np.testing.assert_array_equal(found, V.astype("float32"))
    assert [node.op_type for node in export.nodes] == ["Cast", "Sub", "IsNaN", "Cast", "Gather", "Add"]
    for bad in (1e39, np.inf, np.nan):
        with pytest.raises(Exception, match="x: a number is too large"):
            computed(export, tensor, {"v": np.array([[1.0, bad]])})


@pytest.mark.parametrize(
    ("mean", "deviation", "far"),
    [
        ([0.0, 0.0], [1.0, 1.0], [False, False]),
        ([100.0, 0.0], [1.0, 1.0], [False, False]),
        ([101.0, 0.0], [1.0, 1.0], [True, False]),
        ([0.0, -101.0], [1.0, 1.0], [False, True]),
        ([0.0, 150.0], [1.0, 2.0], [False, False]),
        ([1e9, 0.0], [0.0, 1.0], [False, False]),
        ([0.0, 0.0], [1.0, 2e30], [False, True]),
        ([6e29, 0.0], [6e29, 1.0], [True, False]),
        ([0.0, 0.0], [1e-31, 1.0], [True, False]),
        ([0.0, 0.0], [1e-29, 1.0], [False, False]),
        ([0.0, 0.0], [9e29, 1.0], [False, False]),
    ],
)
def test_what_is_far_from_0_needs_double_precision(mean, deviation, far):
    export = export_of(x=(mean, deviation))
    assert export.is_far("x") is any(far)
    assert export.is_far("x", [True, False]) is far[0]
    assert export.is_far("x", [False, True]) is far[1]
    assert export.is_far("f") is False
    assert export_of("float64", x=(mean, deviation)).is_far("x") is True
    assert export.is_far_column("x") is False
    assert export_of("float64").is_far("x") is export_of("float64").is_far_column("x") is True


@pytest.mark.parametrize(
    ("dtype", "mean", "kept"), [("float32", 50.0, SINGLE), ("float32", 1e6, DOUBLE), ("float64", 50.0, DOUBLE)]
)
def test_an_output_is_restored_to_its_own_units(dtype, mean, kept):
    export = export_of(dtype, f=(mean, 4.0))
    tensor, kind = export.restored("f", Tensor("v"))
    v = V.astype(dtype)
    found = computed(export, tensor, {"v": v}, kind)
    assert (kind, found.dtype) == (kept, np.dtype(kept))
    np.testing.assert_allclose(found, v.astype(float) * 4.0 + mean, rtol=1e-7)
    assert [node.op_type for node in export.nodes] == ["Cast", "Mul", "Add", "Cast"]
    assert export.restored("other", Tensor("v")) == ("v", np.dtype(dtype).type)


def test_what_does_not_vary_is_restored_by_its_mean_alone():
    export = export_of(f=(7.0, 0.0))
    found = computed(export, export.restored("f", Tensor("v"))[0], {"v": V.astype("float32")})
    np.testing.assert_allclose(found, V + 7.0, rtol=1e-6)


def element(value):
    return value.type.tensor_type.elem_type


@pytest.mark.parametrize(
    ("scalings", "input_", "output"),
    [
        ({}, "FLOAT", "FLOAT"),
        ({"x": ([1.0, 2.0], [1.0, 1.0]), "f": (1.0, 1.0)}, "FLOAT", "FLOAT"),
        ({"x": ([1.0, 1e9], [1.0, 1.0])}, "DOUBLE", "FLOAT"),
        ({"f": (1e9, 1.0)}, "FLOAT", "DOUBLE"),
    ],
)
def test_the_whole_graph_takes_and_gives_its_own_units(scalings, input_, output):
    export = export_of(**scalings)
    made = export.graph()
    (taken,), (given_back,) = made.input, made.output
    assert (taken.name, given_back.name) == ("x", "f")
    assert element(taken) == getattr(onnx.TensorProto, input_)
    assert element(given_back) == getattr(onnx.TensorProto, output)
    kind = {"FLOAT": np.float32, "DOUBLE": np.float64}
    x = np.array([[2.0, 3.0], [-1.0, 0.25]])
    mean, deviation = scalings.get("x", (0.0, 1.0))
    shift, scale = scalings.get("f", (0.0, 1.0))
    expected = ((x - mean) / deviation).sum(axis=1) * scale + shift
    model = onnx.helper.make_model(made, ir_version=7, opset_imports=[onnx.helper.make_opsetid("", export.opset)])
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(["f"], {"x": x.astype(kind[input_])})[0], expected, rtol=1e-6)


@pytest.mark.parametrize("operator", ["Elu", "LeakyRelu", "Softplus"])
@pytest.mark.parametrize("alpha", [None, 0.3])
def test_operators_of_single_precision_are_made_of_others_in_double(operator, alpha):
    if operator == "Softplus" and alpha:
        pytest.skip("it has no alpha")
    export = export_of("float64")
    found = computed(export, export.node(operator, ["v"], {"alpha": alpha} if alpha else {}), {"v": V}, np.float64)
    a = alpha or {"Elu": 1.0, "LeakyRelu": 0.01}.get(operator, 0.0)
    below = {"Elu": a * np.expm1(np.minimum(V, 0)), "LeakyRelu": a * V}.get(operator)
    expected = np.logaddexp(V, 0) if below is None else np.where(V > 0, V, below)
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-15)


def test_an_operator_of_single_precision_without_others_is_refused_in_double_alone():
    export = export_of("float64")
    export.scope = "h"
    with pytest.raises(errors.UnsupportedError) as caught:
        export.node("Tan", ["v"], {})
    assert str(caught.value) == (
        "the box 'h' is Tan in ONNX, which runtimes have in float32 alone, but this model computes in float64: train "
        "it with dtype='float32'"
    )
    export = export_of()
    assert export.node("Tan", ["v"], {}) == "/Tan_0"
    assert export.nodes[0].op_type == "Tan"
