"""ONNX: a model as a file that other programs run. `to_onnx(model, "net.onnx")`.

What is exported is the graph of the outputs outside training, in single precision: dropout is the identity, batch
normalisation uses its running averages, the scaling of inputs is a part of it. Each box says by its attribute `onnx`
which operators it is made of (see `bprop.onnx.formula`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.errors import GraphError, MissingPackageError, ModelFileError, UnsupportedError
from bprop.files import bprop_version, write_atomically
from bprop.leaves import Input
from bprop.model import Model
from bprop.onnx.formula import Formula, Tensor

OPSET, IR = 13, 7
"""Of 2020: the oldest that has all operators in the form used here; runtimes of 2021 and later run it."""
DTYPES = {"float": np.float32, "int": np.int64, "bool": np.bool_}


def to_onnx(model: Model, path: str | os.PathLike | None = None) -> Any:
    """The model as an onnx.ModelProto, written to `path` if given.

    Inputs are float32 (int64 where they are whole numbers), with any number of rows N; outputs have the names of the
    graph's. The model's notes are in the metadata, as JSON, under "bprop".

    Raises MissingPackageError without the package onnx, UnsupportedError for a box without ONNX operators, GraphError
    for a graph without outputs, ModelFileError where the file cannot be written.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingPackageError("exporting needs the package onnx: pip install 'bprop[onnx]'") from error
    if not isinstance(model, Model):
        raise ModelFileError(f"to_onnx(model) exports a fit or a model, not {type(model).__name__}")
    made = onnx.helper.make_model(
        Export(onnx, model).graph(), producer_name="bprop", producer_version=bprop_version(), ir_version=IR,
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
    )  # fmt: skip
    onnx.helper.set_model_props(made, {"bprop": json.dumps(model.notes, default=str)})
    if path is not None:
        try:
            content = made.SerializeToString()
        except ValueError as error:  # protobuf's limit of 2 GiB
            raise ModelFileError(f"cannot write {path}: {error}") from error
        write_atomically(path, content)
    return made


class Export:
    """The nodes and constants of one model, as they are written."""

    def __init__(self, onnx: Any, model: Model):
        self.onnx, self.model = onnx, model
        self.plan = model.graph.predictor.plan
        self.nodes: list[Any] = []
        self.initializers: dict[str, np.ndarray] = {}
        self.scope = ""

    def graph(self) -> Any:
        """The whole graph."""
        tensors: dict[int, Tensor] = {}
        inputs = []
        for name, slot in self.plan.leaves.items():
            box, tensors[slot] = self.plan.boxes[slot], Tensor(name)
            if isinstance(box, Input):
                inputs.append(self.declared(name, box))
            else:
                array = self.model.params[name] if name in self.model.params else box.hyper["value"]
                self.initializers[name] = np.array(array, DTYPES[box.spec.kind])
        for step in self.plan.steps:
            children = [(tensors[slot], self.plan.boxes[slot].spec.kind) for slot in step.children]
            tensors[step.slot] = self.write(step.name, step.box, children)
        outputs = [self.output(name, box, tensors) for name, box in self.model.graph.outputs.items()]
        given = [self.onnx.numpy_helper.from_array(array, name) for name, array in self.initializers.items()]
        return self.onnx.helper.make_graph(self.nodes, "bprop", inputs, outputs, given)

    def write(self, name: str, box: Box, children: Sequence[tuple[Tensor, str]]) -> Tensor:
        """The nodes of one box; the last of them has its name."""
        self.scope = name
        found = Formula(self, box, children).write(formula_of(name, box))
        if self.nodes and found == self.nodes[-1].output[0]:
            self.nodes[-1].output[0] = name
            return Tensor(name)
        return found

    def output(self, name: str, box: Box, tensors: Mapping[int, Tensor]) -> Any:
        tensor = tensors[self.plan.slot_of[box]]
        if tensor != name:
            self.nodes.append(self.onnx.helper.make_node("Identity", [tensor], [name], name=f"{name}/Identity"))
        elif name in self.plan.leaves:
            raise GraphError(f"the output {name!r} is an input or a parameter: ONNX needs another name for it")
        return self.declared(name, box)

    def declared(self, name: str, box: Box) -> Any:
        kind = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(DTYPES[box.spec.kind]))
        return self.onnx.helper.make_tensor_value_info(name, kind, list(box.dims))

    # --- what formulas write ---

    def node(self, operator: str, inputs: Sequence[str], attributes: dict[str, Any]) -> Tensor:
        name = f"{self.scope}/{operator}_{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return Tensor(name)

    def constant(self, value: np.ndarray) -> Tensor:
        name = f"{self.scope}/constant_{len(self.initializers)}"
        self.initializers[name] = value
        return Tensor(name)

    def cast(self, tensor: Tensor, kind: str) -> Tensor:
        return self.node("Cast", [tensor], {"to": self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(DTYPES[kind]))})


def formula_of(name: str, box: Box) -> str:
    """What a box says it is in ONNX. A class that has an fprop of its own does not inherit what another's is."""
    lineage = type(box).__mro__
    says, computes = (next(cls for cls in lineage if what in vars(cls)) for what in ("onnx", "fprop"))
    text = box.onnx if issubclass(says, computes) else ""
    if not text:
        raise UnsupportedError(
            f"the box {name!r} ({type(box).__name__}) has no ONNX operators: give its class a line that says which, "
            'such as onnx = "a * Sigmoid(a)" for children called a (see bprop.onnx.formula)'
        )
    return text
