"""The graph of a model as ONNX nodes and constants."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.errors import GraphError, UnsupportedError
from bprop.graph.plan import Plan
from bprop.leaves import Input
from bprop.model import Model
from bprop.onnx.tensor import Tensor, UntranslatableError
from bprop.onnx.translate import has_override, translated
from bprop.scaling import Units

OPSET = 13
"""The oldest version (2020) with all operators in the form that this package writes. Runtimes since 2021 have it."""
FAR = 100
"""A column whose mean is at least so many deviations from 0 is float64, since a float32 holds 7 digits."""
SINGLE = frozenset(
    (
        "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "AveragePool", "Celu", "Conv", "ConvTranspose",
        "Cosh", "Elu", "Erf",
        "Gelu", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "HardSigmoid", "HardSwish", "Hardmax",
        "InstanceNormalization", "LeakyRelu", "Mean", "MeanVarianceNormalization", "Mish", "PRelu", "Selu", "Sinh",
        "Softplus", "Softsign", "Tan", "ThresholdedRelu",
    )
)  # fmt: skip
"""Operators that ONNX Runtime has in float32 alone."""
REDUCING = frozenset(f"Reduce{what}" for what in ("Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp"))


class Export:
    """The nodes and constants of one model.

    taken : names of further inputs and outputs of the file. No tensor within the graph gets one of these names.
    units : the scaling of the model's data. float : the precision of the network.
    """

    onnx: Any
    model: Model
    plan: Plan
    units: Units

    def __init__(self, onnx: Any, model: Model, taken: Collection[str] = ()):
        self.onnx, self.model = onnx, model
        self.plan, self.units = model.graph.predictor.plan, model.units
        self.float: type[np.floating[Any]] = np.float64 if model.params and model.dtype.itemsize > 4 else np.float32
        self.dtypes: dict[str, type[np.generic]] = {"float": self.float, "int": np.int64, "bool": np.bool_}
        self.opset = OPSET
        self.taken: frozenset[str] = frozenset(taken) | (model.graph.outputs.keys() & self.units.scalings.keys())
        self.known: set[str] = {*self.plan.leaves, *(node.name for node in self.plan.nodes)}
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.nodes: list[Any] = []
        self.initializers: dict[str, np.ndarray] = {}
        self.scope: str = ""
        self.marks: tuple[str, ...] = ()  # of missing cells, which the table of the model has

    @property
    def says(self) -> str:
        """The instructions for whoever runs the file."""
        return ""

    def graph(self) -> Any:
        """The whole graph, as an onnx.GraphProto."""
        tensors = {slot: self.leaf(name, self.plan.boxes[slot]) for name, slot in self.plan.leaves.items()}
        for node in self.plan.nodes:
            children = [(tensors[slot], self.plan.boxes[slot].spec.kind) for slot in node.children]
            tensors[node.slot] = self.write(node.name, node.box, children)
        for name, box in self.model.graph.outputs.items():
            self.give(name, box, tensors[self.plan.slot_of[box]])
        self.finish()
        initializers = [self.onnx.numpy_helper.from_array(array, name) for name, array in self.initializers.items()]
        return self.onnx.helper.make_graph(self.nodes, "bprop", self.inputs, self.outputs, initializers)

    def finish(self) -> None:
        """Declare further outputs, after those of the graph."""

    def leaf(self, name: str, box: Box) -> Tensor:
        """The tensor of an input, a parameter or a constant."""
        if isinstance(box, Input):
            return self.take(name, box)
        array = self.model.params[name] if name in self.model.params else box.hyper["value"]
        tensor = Tensor(self.free(name))
        self.initializers[tensor] = np.array(array, self.dtypes[box.spec.kind])
        return tensor

    def take(self, name: str, box: Box) -> Tensor:
        """Declare an input of the file for an input of the network. The tensor of its scaled values."""
        if name not in self.units.scalings:
            self.inputs.append(self.declared(name, self.dtypes[box.spec.kind], box.dims))
            return Tensor(name)
        dtype = np.float64 if self.is_far(name) else self.float
        self.inputs.append(self.declared(name, dtype, box.dims))
        self.scope = name
        return self.scaled(name, self.node("Cast", [name], {"to": self.kind_of(np.float64)}))

    def scaled(self, name: str, tensor: Tensor) -> Tensor:
        """The scaled values of an input (N, ...) of float64, in the network's precision.

        The runtime refuses a value that this precision cannot hold.
        """
        scaling = self.units.scalings.get(name)
        if scaling is not None:
            tensor = self.node("Sub", [tensor, self.constant(scaling.mean)], {})
            tensor = self.node("Div", [tensor, self.constant(scaling.divisor)], {})
            if not scaling.deviation.all():
                tensor = self.node("Mul", [tensor, self.constant((scaling.deviation > 0) * 1.0)], {})
        tensor = self.node("Cast", [tensor], {"to": self.kind_of(self.float)})
        strange = self.node("IsNaN", [self.node("Sub", [tensor, tensor], {})], {})  # of infinity, too
        strange = self.node("Cast", [strange], {"to": self.kind_of(np.int64)})
        return self.node("Add", [tensor, self.refused(strange, np.zeros(1, self.float), "a number is too large")], {})

    def refused(self, index: Tensor, values: np.ndarray, why: str) -> Tensor:
        """values[index]. For an index beyond them the runtime raises an error with the name of the node: why."""
        picked = self.node("Gather", [self.constant(values), index], {})
        self.nodes[-1].name = f"{self.scope}: {why}"
        return picked

    def is_far(self, name: str, columns: Any = True) -> bool:
        """Whether values of an input or output (of some columns) need float64 in their own units.

        They do if they are far from 0, or too large or too small for a float32.
        """
        scaling = self.units.scalings.get(name)
        if scaling is None or self.float is np.float64:
            return self.float is np.float64
        mean, deviation = np.abs(scaling.mean), scaling.divisor
        varies = scaling.deviation > 0
        return bool(
            (varies & columns & ((mean > FAR * deviation) | (mean + deviation > 1e30) | (deviation < 1e-30))).any()
        )

    def is_far_column(self, name: str) -> bool:
        """Whether the cells of a numeric column are float64 (see `is_far`)."""
        return self.float is np.float64

    def restored(self, name: str, tensor: Tensor) -> tuple[Tensor, Any]:
        """(an output in its own units, its type)."""
        scaling = self.units.scalings.get(name)
        if scaling is None:
            return tensor, self.float
        dtype = np.float64 if self.is_far(name) else self.float
        tensor = self.node("Cast", [tensor], {"to": self.kind_of(np.float64)})
        tensor = self.node("Mul", [tensor, self.constant(scaling.divisor)], {})
        tensor = self.node("Add", [tensor, self.constant(scaling.mean)], {})
        return self.node("Cast", [tensor], {"to": self.kind_of(dtype)}), dtype

    def give(self, name: str, box: Box, tensor: Tensor) -> None:
        """Declare an output of the file for an output of the network."""
        dtype = self.dtypes[box.spec.kind]
        if name in self.units.scalings:
            self.scope = "units"
            tensor, dtype = self.restored(name, tensor)
        if tensor != name:
            self.nodes.append(self.onnx.helper.make_node("Identity", [tensor], [name], name=f"{name}/Identity"))
        elif name in self.plan.leaves:
            raise GraphError(f"the output {name!r} is an input or a parameter: ONNX needs another name for it")
        self.outputs.append(self.declared(name, dtype, box.dims))

    def write(self, name: str, box: Box, children: Sequence[tuple[Tensor, str]]) -> Tensor:
        """Write the nodes of one box. The last of them gets its name."""
        self.scope = name
        try:
            value = translated(self, box, children)
        except UntranslatableError as reason:
            raise UnsupportedError(untranslatable(name, box, reason)) from reason
        if self.nodes and value == self.nodes[-1].output[0]:
            value = Tensor(self.free(name))
            self.nodes[-1].output[0] = value
        return value

    def declared(self, name: str, dtype: Any, dims: Sequence[Any]) -> Any:
        """The declaration of an input or output of the file. dtype : a NumPy type; object for text."""
        return self.onnx.helper.make_tensor_value_info(name, self.kind_of(dtype), list(dims))

    def kind_of(self, dtype: Any) -> int:
        """ONNX's number for a NumPy type."""
        return self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))

    def free(self, name: str) -> str:
        """A name for a tensor within the graph. It is no name of the file's inputs and outputs."""
        if name not in self.taken:
            return name
        while name in self.taken or name in self.known:
            name += "_"
        return name

    # --- what boxes write ---

    @property
    def uses_ml(self) -> bool:
        """Whether a node is one of ONNX's operators for tables, which have versions of their own."""
        return any(node.domain for node in self.nodes)

    def node(self, operator: str, inputs: Sequence[str], attributes: dict[str, Any]) -> Tensor:
        if self.float is np.float64 and operator in IN_DOUBLE:
            return IN_DOUBLE[operator](self, inputs[0], **attributes)
        if self.float is np.float64 and operator in SINGLE:
            raise UnsupportedError(
                f"the box {self.scope!r} is {operator} in ONNX, which runtimes have in float32 alone, but this model "
                "computes in float64: train it with dtype='float32'"
            )
        if self.opset >= 18 and operator in REDUCING and "axes" in attributes:  # since then an input
            attributes = dict(attributes)
            inputs = [*inputs, self.constant(np.array(attributes.pop("axes"), np.int64))]
        name = self.free(f"{self.scope}/{operator}_{len(self.nodes)}")
        self.nodes.append(self.onnx.helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return Tensor(name)

    def constant(self, value: np.ndarray) -> Tensor:
        name = self.free(f"{self.scope}/constant_{len(self.initializers)}")
        self.initializers[name] = value
        return Tensor(name)


def _elu(write: Export, a: str, alpha: float = 1.0) -> Tensor:
    zero, one = (write.constant(np.array(value)) for value in (0.0, 1.0))
    below = write.node("Sub", [write.node("Exp", [write.node("Min", [a, zero], {})], {}), one], {})
    return _by_sign(write, a, write.node("Mul", [below, write.constant(np.array(float(alpha)))], {}))


def _leaky_relu(write: Export, a: str, alpha: float = 0.01) -> Tensor:
    return _by_sign(write, a, write.node("Mul", [a, write.constant(np.array(float(alpha)))], {}))


def _softplus(write: Export, a: str) -> Tensor:
    small = write.node("Exp", [write.node("Neg", [write.node("Abs", [a], {})], {})], {})
    small = write.node("Log", [write.node("Add", [small, write.constant(np.array(1.0))], {})], {})
    return write.node("Add", [write.node("Max", [a, write.constant(np.array(0.0))], {}), small], {})


def _by_sign(write: Export, a: str, below: Tensor) -> Tensor:
    """a above 0, else `below`."""
    above = write.node("Greater", [a, write.constant(np.array(0.0))], {})
    return write.node("Where", [above, a, below], {})


IN_DOUBLE: dict[str, Callable[..., Tensor]] = {"Elu": _elu, "LeakyRelu": _leaky_relu, "Softplus": _softplus}
"""Operators that ONNX Runtime has in float32 alone, made of others."""


def untranslatable(name: str, box: Box, reason: Exception) -> str:
    """The error message for a box that cannot be written in ONNX."""
    what = f"the box {name!r} ({type(box).__name__}) cannot be written in ONNX: {reason}"
    if has_override(box):
        return what
    names = ", ".join(type(box).child_names())
    return (
        f"{what}. Its fprop must use the functions of namespace({names.lstrip('*')}) alone, and the same ones whatever "
        "the values and N are. Or give its class a method that names operators of ONNX: "
        f"def onnx(self, op, {names}): return op.Sigmoid(...)"
    )
