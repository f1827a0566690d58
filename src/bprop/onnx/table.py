"""A model of a table in ONNX: the columns go in as they stand in the table, and answers come out."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.box import Box
from bprop.boxes import Softmax
from bprop.errors import DataError
from bprop.model import Model
from bprop.onnx.encoders import cell_type, encoded
from bprop.onnx.export import Export
from bprop.onnx.formula import Tensor
from bprop.sources.preparation import Preparation


def of_table(onnx: Any, model: Model) -> Export:
    """The export of a model that knows its table. Raises DataError where its notes are damaged."""
    return TableExport(onnx, model, Preparation.from_notes(model.notes))


class TableExport(Export):
    """Encoders before the network, and classes or values in their own units after it."""

    def __init__(self, onnx: Any, model: Model, preparation: Preparation):
        columns, answer = preparation.columns, preparation.answer
        super().__init__(onnx, model, {*columns, *answer.columns})
        self.answer, self.features = answer, {}
        numbers = []
        for kind in preparation.used:
            self.inputs.append(self.declared(kind.name, cell_type(kind), ["N"]))
            found = encoded(self, kind, Tensor(kind.name))
            if kind.name in preparation.embeddings:
                self.features[f"c_{kind.name}"] = found
            else:
                numbers.append(found)
        if numbers:
            self.features["x"] = self.node("Concat", numbers, {"axis": 1})
        self.width = len(preparation.scaled)

    def take(self, name: str, box: Box) -> Tensor:
        if name not in self.features or box.dims[1:] != ((self.width,) if name == "x" else ()):
            raise DataError(f"the columns in this model's notes are not what its input {name!r} takes: it is damaged")
        return self.features[name]

    def give(self, name: str, box: Box, tensor: Tensor) -> None:
        classes, several = self.answer.classes, self.answer.outputs
        if box.dims != ("N", several) and not (several == 1 and box.dims == ("N",)):
            raise DataError(f"what this model's notes say of its answers is not what its output {name!r} gives")
        self.scope = "answer"
        if classes is not None:
            number = self.node("ArgMax", [tensor], {"axis": 1, "keepdims": 0})
            labels = label_array(classes)
            self.answered(
                self.answer.columns[0], self.node("Gather", [self.constant(labels), number], {}), labels.dtype
            )
            self.answered("probabilities" if isinstance(box, Softmax) else "scores", tensor, np.float32, several)
        elif self.answer.task == "multilabel":
            self.answered("probabilities", tensor, np.float32, several)
        else:
            self.numbers(tensor)

    def numbers(self, tensor: Tensor) -> None:
        """An output (N,) for each column."""
        mean, deviation = self.answer.mean, self.answer.deviation
        if mean:
            scaled = self.node("Mul", [tensor, self.constant(np.array(deviation, np.float32))], {})
            tensor = self.node("Add", [scaled, self.constant(np.array(mean, np.float32))], {})
        rows = self.node("Reshape", [tensor, self.constant(np.array([-1, self.answer.outputs], np.int64))], {})
        for k, column in enumerate(self.answer.columns):
            self.answered(column, self.node("Gather", [rows, self.constant(np.array(k))], {"axis": 1}), np.float32)

    def answered(self, name: str, tensor: Tensor, dtype: Any, *width: int) -> None:
        """An output, whose name is no input's."""
        name = self.free(name) if name not in self.answer.columns else name
        self.nodes.append(self.onnx.helper.make_node("Identity", [tensor], [name], name=f"{name}/Identity"))
        self.outputs.append(self.declared(name, dtype, ["N", *width]))


def label_array(classes: tuple[Any, ...]) -> np.ndarray:
    """Classes as an array: int64, or float64, or else text (object)."""
    found = np.array(classes)
    if found.dtype.kind in "if":
        return found.astype(np.int64 if found.dtype.kind == "i" else np.float64)
    return np.array([str(name) for name in classes], dtype=object)
