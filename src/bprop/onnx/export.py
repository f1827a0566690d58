"""The graph of a model as ONNX nodes and constants."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.errors import GraphError, UnsupportedError
from bprop.leaves import Input
from bprop.model import Model
from bprop.onnx.formula import Formula, Tensor

DTYPES = {"float": np.float32, "int": np.int64, "bool": np.bool_}


class Export:
    """The nodes and constants of one model, as they are written.

    taken : names of inputs and outputs of the file beside the network's own: tensors on the way get others.
    """

    def __init__(self, onnx: Any, model: Model, taken: Collection[str] = ()):
        self.onnx, self.model = onnx, model
        self.plan = model.graph.predictor.plan
        self.taken = frozenset(taken)
        self.known = {*self.plan.leaves, *(step.name for step in self.plan.steps)}
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.nodes: list[Any] = []
        self.initializers: dict[str, np.ndarray] = {}
        self.scope = ""

    def graph(self) -> Any:
        """The whole graph."""
        tensors = {slot: self.leaf(name, self.plan.boxes[slot]) for name, slot in self.plan.leaves.items()}
        for step in self.plan.steps:
            children = [(tensors[slot], self.plan.boxes[slot].spec.kind) for slot in step.children]
            tensors[step.slot] = self.write(step.name, step.box, children)
        for name, box in self.model.graph.outputs.items():
            self.give(name, box, tensors[self.plan.slot_of[box]])
        given = [self.onnx.numpy_helper.from_array(array, name) for name, array in self.initializers.items()]
        return self.onnx.helper.make_graph(self.nodes, "bprop", self.inputs, self.outputs, given)

    def leaf(self, name: str, box: Box) -> Tensor:
        """An input, or a constant with the numbers of a parameter."""
        if isinstance(box, Input):
            return self.take(name, box)
        array = self.model.params[name] if name in self.model.params else box.hyper["value"]
        tensor = Tensor(self.free(name))
        self.initializers[tensor] = np.array(array, DTYPES[box.spec.kind])
        return tensor

    def take(self, name: str, box: Box) -> Tensor:
        """An input of the network as one of the file."""
        self.inputs.append(self.declared(name, DTYPES[box.spec.kind], box.dims))
        return Tensor(name)

    def give(self, name: str, box: Box, tensor: Tensor) -> None:
        """An output of the network as one of the file."""
        if tensor != name:
            self.nodes.append(self.onnx.helper.make_node("Identity", [tensor], [name], name=f"{name}/Identity"))
        elif name in self.plan.leaves:
            raise GraphError(f"the output {name!r} is an input or a parameter: ONNX needs another name for it")
        self.outputs.append(self.declared(name, DTYPES[box.spec.kind], box.dims))

    def write(self, name: str, box: Box, children: Sequence[tuple[Tensor, str]]) -> Tensor:
        """The nodes of one box; the last of them has its name."""
        self.scope = name
        found = Formula(self, box, children).write(formula_of(name, box))
        if self.nodes and found == self.nodes[-1].output[0]:
            found = Tensor(self.free(name))
            self.nodes[-1].output[0] = found
        return found

    def declared(self, name: str, dtype: Any, dims: Sequence[Any]) -> Any:
        """An input or output of the file. dtype : a NumPy type; object for text."""
        return self.onnx.helper.make_tensor_value_info(name, self.kind_of(dtype), list(dims))

    def kind_of(self, dtype: Any) -> int:
        """ONNX's number for a NumPy type."""
        return self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))

    def free(self, name: str) -> str:
        """A name for a tensor on the way, other than those of the file's inputs and outputs."""
        if name not in self.taken:
            return name
        while name in self.taken or name in self.known:
            name += "_"
        return name

    # --- what formulas write ---

    @property
    def uses_ml(self) -> bool:
        """Whether a node is of ONNX's operators for tables, which are a set of their own."""
        return any(node.domain for node in self.nodes)

    def node(self, operator: str, inputs: Sequence[str], attributes: dict[str, Any]) -> Tensor:
        name = self.free(f"{self.scope}/{operator}_{len(self.nodes)}")
        self.nodes.append(self.onnx.helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return Tensor(name)

    def constant(self, value: np.ndarray) -> Tensor:
        name = self.free(f"{self.scope}/constant_{len(self.initializers)}")
        self.initializers[name] = value
        return Tensor(name)

    def cast(self, tensor: Tensor, kind: str) -> Tensor:
        return self.node("Cast", [tensor], {"to": self.kind_of(DTYPES[kind])})


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
