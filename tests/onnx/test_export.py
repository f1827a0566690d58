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
