"""The names and types of tensors in an exported graph."""

import numpy as np
import pytest

import bprop as bp
from bprop.onnx.export import Export

onnx = pytest.importorskip("onnx", reason="exporting needs the package onnx")


def model():
    graph = bp.mlp([2, 3, 2], task="classification")
    return bp.Model(graph, graph.init(seed=0))


def test_names_that_are_taken_are_not_given_to_tensors_on_the_way():
    export = Export(onnx, model(), taken={"W1", "h1", "W1_"})
    made = export.graph()
    names = [array.name for array in made.initializer] + [name for node in made.node for name in node.output]
    assert {"W1__", "h1_", "b1"} <= set(names)
    assert not {"W1", "h1", "W1_"} & set(names)
    assert len(set(names)) == len(names)
    assert [one.name for one in made.input] == ["x"]
    assert "f" in [one.name for one in made.output]


def test_a_new_name_is_no_other_box():
    a = bp.tanh(bp.Input("x"), name="a")
    net = bp.Model(bp.Graph(outputs={"f": bp.tanh(a, name="a_")}), {})
    made = Export(onnx, net, taken={"a"}).graph()
    assert [node.output[0] for node in made.node] == ["a__", "a_", "f"]


def test_the_types_of_inputs_and_outputs():
    export = Export(onnx, model())
    kinds = [export.kind_of(dtype) for dtype in (np.float32, np.int64, bool, object)]
    proto = onnx.TensorProto
    assert kinds == [proto.FLOAT, proto.INT64, proto.BOOL, proto.STRING]
    value = export.declared("t", object, ["N", 2])
    assert [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim] == ["N", 2]


def test_operators_for_tables_are_a_set_of_their_own():
    export = Export(onnx, model())
    export.graph()
    assert not export.uses_ml
    export.node("LabelEncoder", ["x"], {"domain": "ai.onnx.ml"})
    assert export.uses_ml


@pytest.mark.parametrize(
    ("opset", "operator", "attributes", "inputs"),
    [
        (13, "ReduceMean", {"axes": [1]}, 1), (18, "ReduceMean", {"axes": [1]}, 2), (18, "ReduceMean", {}, 1),
        (17, "ReduceMax", {"axes": [1]}, 1), (18, "Softmax", {"axis": 1}, 1), (13, "Tanh", {}, 1),
    ],
)  # fmt: skip
def test_axes_are_an_attribute_before_opset_18_and_an_input_from_then_on(opset, operator, attributes, inputs):
    export = Export(onnx, model())
    export.opset = opset
    export.node(operator, ["x"], attributes)
    (node,) = export.nodes
    assert len(node.input) == inputs
    assert [a.name for a in node.attribute] == ([] if inputs == 2 else list(attributes))


def test_softplus_in_double_is_made_of_other_operators():
    export = Export(onnx, model())
    export.float = np.float64
    export.node("Softplus", ["x"], {})
    assert [node.op_type for node in export.nodes] == ["Abs", "Neg", "Exp", "Add", "Log", "Max", "Add"]
    inputs = {node.output[0]: list(node.input) for node in export.nodes}
    absolute, negative, exponential, *_ = inputs
    assert (inputs[absolute], inputs[negative], inputs[exponential]) == (["x"], [absolute], [negative])
