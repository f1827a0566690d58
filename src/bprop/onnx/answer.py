"""The answer of a model of arrays in ONNX: the class and the probabilities of all classes, by skl2onnx's names.

A classifier gives "label" and "probabilities", a regressor "variable". The model of an estimator gives these in the
place of the output of its graph; any other model keeps the outputs of its graph, and a classifier has these two beside.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.box import Box
from bprop.boxes import Sigmoid, Softmax
from bprop.errors import UnsupportedError
from bprop.model import Model
from bprop.notes import ESTIMATOR
from bprop.onnx.export import Export
from bprop.onnx.table import decided, label_array
from bprop.onnx.tensor import Tensor
from bprop.sources.decision import Decision
from bprop.sources.preparation import Preparation, is_noted
from bprop.sources.standard import Form

LABEL, PROBABILITIES, NUMBERS = "label", "probabilities", "variable"


def of_arrays(onnx: Any, model: Model) -> Export:
    """The export of a model that takes arrays."""
    several = model.notes.get("classes")
    try:
        form = Form.of(model.graph, rows=False)
        if isinstance(several, list) and several and all(isinstance(classes, list) for classes in several):
            return ColumnExport(onnx, model, form, [label_array(tuple(classes)) for classes in several])
        task = form.task
    except UnsupportedError:
        return Export(onnx, model)
    known = form.y is not None or model.notes.get("classes") or ESTIMATOR in model.notes
    if not known or (task not in ("classification", "multilabel") and ESTIMATOR not in model.notes):
        return Export(onnx, model)
    return AnswerExport(onnx, model, form, task)


class AnswerExport(Export):
    """The export with the answer of one output, the form's."""

    form: Form
    task: str

    def __init__(self, onnx: Any, model: Model, form: Form, task: str):
        self.form, self.task = form, task
        self.f: Tensor | None = None
        super().__init__(onnx, model, {LABEL, PROBABILITIES, NUMBERS} - model.graph.outputs.keys())

    @property
    def alone(self) -> bool:
        """Whether the answer stands in the place of the graph's output."""
        return ESTIMATOR in self.model.notes

    def give(self, name: str, box: Box, tensor: Tensor) -> None:
        if name == self.form.output:
            self.f = tensor
        if name != self.form.output or not self.alone:
            super().give(name, box, tensor)

    def finish(self) -> None:
        assert self.f is not None
        self.scope = "answer"
        if self.task == "classification":
            self.classes(self.f)
        elif self.task == "multilabel":
            yes = self.node("Greater", [self.flat(self.f), self.constant(np.array(0.5, self.float))], {})
            labels = self.node("Cast", [yes], {"to": self.kind_of(np.int64)})
            self.answered(LABEL, labels, np.int64, self.form.outputs)
            self.answered(PROBABILITIES, self.flat(self.f), self.float, self.form.outputs)
        else:
            tensor, dtype = self.restored(self.form.output, self.f)
            self.answered(NUMBERS, self.flat(tensor), dtype, self.form.outputs)

    def classes(self, f: Tensor) -> None:
        """The label, and the probabilities of all classes; of scores, which are none, the label alone."""
        labels, tensor = label_array(tuple(self.form.classes(self.model.notes))), self.flat(f)
        if self.form.outputs == 1:
            other = self.node("Sub", [self.constant(np.ones(1, self.float)), tensor], {})
            tensor = self.node("Concat", [other, tensor], {"axis": 1})
        number = decided(self, tensor, self.decision(labels))
        if labels.tolist() != list(range(len(labels))):
            number = self.node("Gather", [self.constant(labels), number], {})
        self.answered(LABEL, number, labels.dtype)
        if isinstance(self.form.f, Softmax | Sigmoid):
            self.answered(PROBABILITIES, tensor, self.float, len(labels))

    def decision(self, labels: np.ndarray) -> Decision | None:
        """The threshold between two classes, of a model that has one."""
        return Preparation.from_notes(self.model.notes).decision if is_noted(self.model.notes) else None

    def flat(self, tensor: Tensor) -> Tensor:
        """(N, K) of the output."""
        if len(self.form.f.dims) == 2:
            return tensor
        return self.node("Reshape", [tensor, self.constant(np.array([-1, self.form.outputs], np.int64))], {})

    def answered(self, name: str, tensor: Tensor, dtype: Any, *width: int) -> None:
        """Declare an output of the answer, unless the graph has one of this name."""
        if name in self.model.graph.outputs and not (self.alone and name == self.form.output):
            return
        name = name if name not in self.plan.leaves else self.free(name)
        self.nodes.append(self.onnx.helper.make_node("Identity", [tensor], [name], name=f"{name}/Identity"))
        self.outputs.append(self.declared(name, dtype, ["N", *width]))


class ColumnExport(AnswerExport):
    """The answer of several targets of classes: "label_1" (N,), "probabilities_1" (N, C), "label_2", ..."""

    scope: str

    def __init__(self, onnx: Any, model: Model, form: Form, columns: list[np.ndarray]):
        self.columns = columns
        super().__init__(onnx, model, form, "several")

    def finish(self) -> None:
        assert self.f is not None
        self.scope, end = "answer", 0
        for k, labels in enumerate(self.columns, 1):
            places = self.constant(np.arange(end, end + len(labels)))
            end += len(labels)
            part = self.node("Gather", [self.f, places], {"axis": 1})
            number = self.node("ArgMax", [part], {"axis": 1, "keepdims": 0})
            self.answered(f"{LABEL}_{k}", self.node("Gather", [self.constant(labels), number], {}), labels.dtype)
            self.answered(f"{PROBABILITIES}_{k}", part, self.float, len(labels))
